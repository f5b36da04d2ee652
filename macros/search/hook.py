"""What MkDocs calls: takes the sections that the theme's search plugin found, and puts our index and worker in place."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from macros import cache, codes
from macros.errors import BuildError
from macros.search import asked, index, learned, packing, worker
from macros.view import MailView, printed

FOLDER = "assets/search"
CONFIG = re.compile(r'<script id="__config" type="application/json">(.*?)</script>', re.S)
NO_PLACE = (
    "{page}: 検索の部品を置く場所(__config の search)が1つではありません。テーマ(mkdocs-material)の版が変わったときは、"
    "macros/theme/partials/header.html と macros/search/hook.py を見直してください。"
)
#: What a program says, quoted in a page: people copy it from their screen.
SAID = re.compile(r"「([^「」]{8,}(?:です|ます|ません|ました|でした|ますか|ください)。?)(?:」| \()")
#: The name under which the packed table is kept.
TABLE = "learned"
#: More than there are structures of the help.
KEPT = 16
_pages: dict[str, tuple[str, str]] = {}


def on_config(config: Any) -> Any:
    """Tell the header which worker to name."""
    _pages.clear()
    config.extra["search_worker"] = f"{FOLDER}/{worker.file_name(worker.source())}"
    return config


def on_env(env: Any, *, files: Any, **_: Any) -> Any:
    """Remember each page's source and description by its address."""
    for file in files.documentation_pages():
        _pages[file.page.url.removeprefix("./")] = (file.src_uri, file.page.meta.get("description", ""))
    return env


def checked(html: str, page: str, wanted: str) -> str:
    """``html``, when it names our worker in the one place where the theme looks for it.

    :raises BuildError: for every other page: it would silently search with the theme's own worker.
    """
    found = [json.loads(text).get("search", "") for text in CONFIG.findall(html)]
    if len(found) != 1 or not found[0].endswith(wanted):
        raise BuildError(NO_PLACE.format(page=page))
    return html


def on_post_page(output: str, *, page: Any, config: Any) -> str:
    """Check that the page has our worker."""
    return checked(output, page.file.src_uri, config.extra["search_worker"])


def on_post_template(output_content: str, *, template_name: str, config: Any) -> str:
    """Check the page for errors, too."""
    if template_name.endswith(".html"):
        checked(output_content, template_name, config.extra["search_worker"])
    return output_content


def on_post_build(config: Any) -> None:
    """Write the shared index, the copy's own file and the worker."""
    site = Path(config.site_dir)
    theirs = site / "search" / "search_index.json"
    found = json.loads(theirs.read_text(encoding="utf-8"))
    mail = config.extra.get("mail")
    values = printed(mail) if isinstance(mail, MailView) else {}
    by_heading = codes.by_heading()
    first = {s.page: s.id for s in codes.sections() if s.level == 1}
    phrases = asked.read()
    places = {(s.page.removesuffix(".md"), "" if s.level == 1 else s.id) for s in codes.sections()}
    asked.check(phrases, places)
    entries: list[index.Entry] = []
    numbers: dict[asked.Place, int] = {}
    # Where only some pages were rendered, the others' sections are those from before.
    docs: dict[str, list[Any]] = {page: [] for page, _ in _pages.values()}
    docs |= config.extra.get("search_docs", {})
    for doc in found["docs"]:
        docs[_pages[doc["location"].partition("#")[0]][0]].append(doc)
    config.extra["search_docs"] = docs
    for doc in (doc for found_there in docs.values() for doc in found_there):
        url, _, anchor = doc["location"].partition("#")
        page = _pages[url][0]
        code = by_heading.get((page, anchor or first.get(page, "")), "")
        if anchor and not code and not doc["text"]:
            # A heading with nothing but others below is no place.
            continue
        words = phrases.get((page.removesuffix(".md"), anchor), ())
        if not anchor.startswith("e-"):
            quoted = SAID.findall(index.plain(doc["text"]))
            words += tuple(dict.fromkeys(text.strip("。").replace("、", " ") for text in quoted))
        numbers[page.removesuffix(".md"), anchor] = len(entries)
        entries.append(index.Entry(doc["location"], doc["title"], doc["text"], code, words))
    descriptions = {url: description for url, (_, description) in _pages.items()}
    built = index.build(entries, descriptions, values)
    letters, table = _packed(learned.numbered(learned.read(), numbers), index.named(built))
    built["letters"] = letters
    data = index.written(built)
    files = {"index": index.file_name("index", data, "json"), "learned": index.file_name("learned", table, "bin")}
    program = worker.source()
    folder = site / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / files["index"]).write_bytes(data)
    (folder / files["learned"]).write_bytes(table)
    (folder / worker.file_name(program)).write_bytes(program)
    theirs.write_bytes(index.own(found["config"], files, built, values))


def _packed(weights: Any, names: list[packing.Names]) -> tuple[str, bytes]:
    """As ``packing.packed``, kept between runs: it takes seconds, and few changes of a page change it."""
    mark = hashlib.sha256(repr((weights, names)).encode()).hexdigest()
    found = _kept().get(mark)
    if found is None:
        found = packing.packed(weights, names)
        # Read again: other processes have kept theirs meanwhile.
        cache.write(TABLE, cache.program(), dict([*_kept().items(), (mark, found)][-KEPT:]))
    return found


def _kept() -> dict[str, tuple[str, bytes]]:
    return cache.read(TABLE, cache.program()) or {}
