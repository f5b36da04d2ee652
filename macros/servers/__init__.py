"""Configuration of web servers that serve the published site and every file of every domain under its right name.

One configuration serves all domains, also those added later: the folder is chosen by the host name of the request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from macros.errors import BuildError

HERE = Path(__file__).parent
KINDS = {"nginx": "nginx.conf", "caddy": "Caddyfile"}
UNSAFE = "サーバーの設定に書けない文字があります: {found}。英数字と / . _ - だけのパスが必要です。"
NOT_AT_ROOT = "サイトの URL は、パスのない形が必要です({found} がありました)。例: https://help.example.jp/"
SLOT = re.compile(r"@@([a-z_]+)@@")
PATH = re.compile(r"[A-Za-z0-9/._$-]+\Z")

#: Sent with every answer. The policy is that of the pages (theme/main.html) and what may stand in a header only.
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
}
#: What browsers and mail programs need to know about a file, by its ending.
TYPES = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "mjs": "text/javascript",
    "json": "application/json",
    "xml": "text/xml",
    "txt": "text/plain",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "ico": "image/x-icon",
    "woff2": "font/woff2",
    "gz": "application/gzip",
    "zip": "application/zip",
    "map": "application/json",
    "webmanifest": "application/manifest+json",
    "mobileconfig": "application/x-apple-aspen-config",
    "bin": "application/octet-stream",
}
#: Sent as UTF-8; a profile is read by its own XML declaration, or is signed and no text at all.
TEXT_TYPES = tuple(sorted({t for t in TYPES.values() if t.startswith("text/")} | {"application/json", "image/svg+xml"}))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server runs. ``certificate`` and ``key``: one pair for all names, or empty for each server's own way."""

    site_url: str
    site: Path
    provider: str
    certificate: str = ""
    key: str = ""
    address: str = ""
    http_port: int = 80
    https_port: int = 443
    socket: str = "/run/mailhelp-autodiscover.sock"
    ask_port: int = 5555


def _nginx(place: Place, host: str) -> dict[str, str]:
    own, any_name = f"/etc/letsencrypt/live/{host}", "/etc/letsencrypt/live/$ssl_server_name"
    listen = f"{place.address}:" if place.address else ""
    return {
        "http": f"{listen}{place.http_port}",
        "https": f"{listen}{place.https_port}",
        "certificate": place.certificate or f"{own}/fullchain.pem",
        "key": place.key or f"{own}/privkey.pem",
        "any_certificate": place.certificate or f"{any_name}/fullchain.pem",
        "any_key": place.key or f"{any_name}/privkey.pem",
        "types": "\n".join(f"    {kind} {ending};" for ending, kind in TYPES.items()),
        # text/html is always included; naming it again makes nginx warn.
        "text_types": " ".join(t for t in TEXT_TYPES if t != "text/html"),
        "headers": "\n".join(f'    add_header {name} "{value}" always;' for name, value in SECURITY_HEADERS.items()),
        "host_pattern": host.replace(".", r"\."),
    }


def _caddy(place: Place, host: str) -> dict[str, str]:
    pair = f"tls {place.certificate} {place.key}" if place.certificate else ""
    return {
        "bind": f"default_bind {place.address}" if place.address else "",
        "http": str(place.http_port),
        "https": str(place.https_port),
        "tls": pair,
        "any_tls": pair or "tls {\n\t\ton_demand\n\t}",
        "types": "\n".join(
            f'\t\t~\\.{ending}$ "{kind}{"; charset=utf-8" if kind in TEXT_TYPES else ""}"'
            for ending, kind in TYPES.items()
        ),
        "headers": "\n".join(f'\t\t{name} "{value}"' for name, value in SECURITY_HEADERS.items()),
    }


def render(kind: str, place: Place) -> str:
    """The configuration for ``nginx`` (to be included in its ``http`` block) or ``caddy`` (a whole Caddyfile).

    :raises BuildError: when a path cannot be written into a configuration without quoting.
    """
    for path in (str(place.site), place.certificate, place.key, place.socket):
        if path and not PATH.match(path):
            raise BuildError(UNSAFE.format(found=path))
    parts = urlsplit(place.site_url)
    if not parts.hostname or parts.path.strip("/"):
        raise BuildError(NOT_AT_ROOT.format(found=place.site_url or "空の値"))
    values = {
        "host": parts.hostname,
        "root": str(place.site),
        "provider": place.provider,
        "socket": place.socket,
        "ask_port": str(place.ask_port),
        **{"nginx": _nginx, "caddy": _caddy}[kind](place, parts.hostname),
    }
    text = (HERE / KINDS[kind]).read_text(encoding="utf-8")
    return SLOT.sub(lambda match: values[match[1]], text)
