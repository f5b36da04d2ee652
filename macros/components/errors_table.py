"""The catalogue of error texts (``errors.yaml``), drawn for one program on the page 「エラー文から探す」."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup, escape

from macros import view
from macros.components import choose, component, render, table
from macros.view import MailView

PAGE_FOLDER = "trouble"  # where the page with the tables is; links in the catalogue start at docs/
VARIABLE = "{}"
SHOWN_VARIABLE = "<var>○○</var>"
LABEL = re.compile(r"\[\[(.+?)\]\]")
GROUP_HEADING = "### {name} {{#{anchor}}}"
HEADING = "#### {title} {{#e-{id}}}"
LINES = """\
- **{cause_head}** {cause}
- **{fix_head}** {fix}[{more}]({target})
- **{tell_head}** {tell}"""
LINK = "[{text}](#{anchor})"


def anchor(program: str, group: str) -> str:
    """The id of the heading above the errors of one program and group."""
    return f"{program}-{group}".replace("_", "-")


def _exact(text: str) -> Markup:
    """A text as the program shows it, with ○○ where a name or a number stands; for raw HTML, not for Markdown."""
    return Markup(SHOWN_VARIABLE).join(escape(part) for part in text.split(VARIABLE))


def _own(text: str, program: str) -> str:
    """A sentence of ours; ``[[…]]`` in it is a label of the program."""
    labels = table("errors.yaml")["words"]["label"]
    return LABEL.sub(lambda m: labels.format(program=program, label=view.escape(m[1])), text)


def _entry(entry: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[str]:
    program = entry["program"]
    shown = {
        lang: list(dict.fromkeys(t["text"] for t in entry["texts"] if t["lang"] == lang))
        for lang in ("code", "ja", "en")
    }
    first = [*shown["code"], *shown["ja"]]
    only_english = not first
    first = first or shown.pop("en")
    yield HEADING.format(title=entry["title"], id=entry["id"])
    yield render(
        "errors_table.html",
        only_english=only_english,
        texts=[_exact(t) for t in first],
        english=[_exact(t) for t in shown.get("en", [])],
        words=words,
    )
    yield LINES.format(
        cause_head=words["cause"],
        cause=_own(entry["cause"], program),
        fix_head=words["fix"],
        fix=_own(entry["fix"], program),
        more=words["more"],
        target=posixpath.relpath(entry["page"], PAGE_FOLDER),
        tell_head=words["tell"],
        tell=_own(entry["tell"], program),
    )


def _parts(program: str) -> Iterator[str]:
    catalogue = table("errors.yaml")
    words = catalogue["words"]
    entries = [e for e in catalogue["errors"] if e["program"] == program]
    if any(e["wording"] == "documents" for e in entries):
        yield words["documents"]
    groups = {g: name for g, name in catalogue["groups"].items() if any(e["group"] == g for e in entries)}
    yield words["between"].join(LINK.format(text=name, anchor=anchor(program, g)) for g, name in groups.items())
    for group, name in groups.items():
        yield GROUP_HEADING.format(name=name, anchor=anchor(program, group))
        for entry in entries:
            if entry["group"] == group:
                yield from _entry(entry, words)


@component
def errors_table(mail: MailView, program: str) -> str:
    """Every error text of one program by situation: the exact text, the cause, what to do, what to tell support."""
    choose("errors_table", program, sorted({e["program"] for e in table("errors.yaml")["errors"]}))
    return "\n\n".join(_parts(program))
