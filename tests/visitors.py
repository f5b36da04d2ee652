"""Watches a page of a real browser: what it sends and what it complains about. The fixture ``visitor`` uses it."""

from __future__ import annotations

from playwright.sync_api import Dialog, Page, Request

#: What a page fetches by itself, some of it late: files that are the same for every visitor.
SAME_FOR_ALL = ("/assets/", "/manifest.json", "/favicon.ico")


class Watched:
    """Everything that left a page: addresses, headers and bodies of all requests, and what the page complained about."""

    def __init__(self, page: Page) -> None:
        self.requests: list[Request] = []
        self.errors: list[str] = []
        page.on("request", self._sent)
        page.on("pageerror", lambda e: self.errors.append(str(e)))
        page.on("dialog", self._dialog)

    def _sent(self, request: Request) -> None:
        self.requests.append(request)

    def _dialog(self, dialog: Dialog) -> None:
        self.errors.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def told(self, since: int) -> list[str]:
        """What was sent after the first ``since`` requests, but for plainly fetching what is the same for every visitor."""
        return [
            f"{r.method} {r.url} {r.post_data or ''}"
            for r in self.requests[since:]
            if r.method != "GET" or "?" in r.url or not any(place in r.url for place in SAME_FOR_ALL)
        ]

    def sent(self) -> str:
        """All that was sent, as one text."""
        return "\n".join(f"{r.method} {r.url} {r.all_headers()} {r.post_data or ''}" for r in self.requests)


def wait_copied(page: Page, text: str) -> None:
    """Return when the clipboard holds ``text``: a browser writes it after the press, not with it."""
    page.wait_for_function("async text => (await navigator.clipboard.readText()) === text", arg=text)
