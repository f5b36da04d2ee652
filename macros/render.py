"""Runs MkDocs in this process: the only file that knows it. It takes time and memory to import: nothing imports it before
there is something to render.
"""

from __future__ import annotations

import functools
import gc
import logging
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, ConfigurationError
from mkdocs.exceptions import BuildError as MkDocsError
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import Files
from mkdocs_macros import context as macros_context

from macros import bundles, codes, finish
from macros.components.codes import redirect_pages
from macros.errors import BuildError
from macros.pages import Changed, Page
from macros.stamp import Cutter, Half, stand_ins
from macros.view import MailView, Profile

ROOT = Path(__file__).resolve().parent.parent
CONFIG_FILE = ROOT / "mkdocs.yml"
#: A server has one page for errors, a search engine one map, a browser one keeper of saved copies.
ROOT_ONLY = ("404.html", "sitemap.xml", "sitemap.xml.gz", "sw.js")
#: Of these, what no value can be looked for in.
WHOLE = ("sitemap.xml.gz",)
MANIFEST = "manifest.json"
PAGE = ".html"
ASSETS = "assets/"
#: The search of a profile.
SHARED = re.compile(r"assets/search/(?:index\.\w+\.json|learned\.\w+\.bin)")
#: What no page asks for: the theme's own search, and maps for those who look for mistakes in the theme.
UNUSED = re.compile(r"^assets/javascripts/(?:lunr|workers)/|\.map$")
FAILED = "サイトを作れませんでした。\n{log}"
NOT_SHARED = (
    "{file}: ドメインごとに違う値があります。<!--part …--> の中には、どのドメインでも同じことだけを書いてください。"
)


# The plugin asks git a dozen questions for pages that nobody of ours answers with.
macros_context.get_git_info = dict


@functools.cache
def _theme_files(folders: tuple[str, ...]) -> list[str]:
    """What a theme offers to publish, without going through its 14,000 icons."""
    found = set()
    for folder in folders:
        for place, below, files in os.walk(folder):
            below[:] = [name for name in below if not name.startswith(".")]
            found |= {(Path(place) / name).relative_to(folder).as_posix() for name in files}
    return sorted(found)


_templates: dict[tuple[str, ...], Any] = {}


def _quicken(theme: Any) -> None:
    """Let all renderings of this process have one set of templates, and what it offers found fast."""
    folders = tuple(theme.dirs)
    if folders not in _templates:
        _templates[folders] = theme.get_env()
        _templates[folders].loader.list_templates = functools.partial(_theme_files, folders)
    theme.get_env = functools.partial(_templates.__getitem__, folders)


class _Pages(BasePlugin):  # type: ignore[type-arg,no-untyped-call]
    """Learns what is to be known of each page; renders only those that have changed, where the others are known."""

    def __init__(self, changed: Changed | None) -> None:
        self.changed = changed
        self.found: dict[str, Any] = {}

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Tell MkDocs what has changed, as its own look at times would."""
        if self.changed:
            for file in files:
                # Pages name the bundles of these by their content.
                has = file.src_uri in self.changed.names or file.src_uri.endswith((".css", ".js"))
                file.is_modified = lambda has=has: has  # type: ignore[method-assign,misc]
        return files

    @event_priority(100)
    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> Any:
        """All pages have been read: the others get what is known of them."""
        for file in files.documentation_pages():
            self.found[file.src_uri] = page = file.page
            assert page is not None
            if self.changed and file.src_uri not in self.changed.names:
                known = self.changed.before[file.src_uri]
                page.title, page.meta, page.present_anchor_ids = known.title, dict(known.meta), set(known.ids)
        return env

    def told(self, docs: Mapping[str, list[Any]]) -> dict[str, Page]:
        """What is known now; ``docs``: the sections for the search, by page."""
        sections: dict[str, list[object]] = {}
        for section in codes.sections():
            sections.setdefault(section.page, []).append(section)
        return {
            name: Page(
                str(page.title),
                page.meta,
                frozenset(page.present_anchor_ids),
                tuple(sections.get(name, ())),
                tuple(docs[name]),
            )
            for name, page in self.found.items()
        }


def _expected(record: logging.LogRecord) -> bool:
    """MkDocs warns of renderings of some pages only; here the others are known."""
    return "A 'dirty' build" not in record.getMessage()


logging.getLogger("mkdocs.commands.build").addFilter(_expected)


class _Log(logging.Handler):
    """Keeps what MkDocs and its plugins complain about."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def _made(mail: MailView, folder: Path, changed: Changed | None) -> dict[str, Page]:
    """Build the whole help of the root of the site for one view into ``folder`` (emptied first), or of the pages that
    have changed; what is known of all pages.

    :raises BuildError: with what MkDocs said, for a broken page, a dead link or a failing macro.
    """
    log = _Log()
    logger = logging.getLogger("mkdocs")
    logger.addHandler(log)
    previous = Path.cwd()
    try:
        # Plugins look for files of the project from the working directory.
        os.chdir(ROOT)
        config = load_config(str(CONFIG_FILE), site_dir=str(folder), strict=True)
        config.extra["mail"] = mail
        _quicken(config.theme)
        config.plugins["pages"] = pages = _Pages(changed)
        if changed:
            kept = {name: list(page.docs) for name, page in changed.before.items() if name not in changed.names}
            config.extra["search_docs"] = kept
        config.plugins.on_startup(command="build", dirty=False)
        try:
            mkdocs_build(config, dirty=changed is not None)
            for path, html in redirect_pages().items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(html, encoding="utf-8")
        finally:
            config.plugins.on_shutdown()
        return pages.told(config.extra["search_docs"])
    except (Abort, MkDocsError, ConfigurationError, SystemExit) as error:
        raise BuildError(FAILED.format(log="\n".join([*log.lines, str(error)]))) from error
    finally:
        os.chdir(previous)
        logger.removeHandler(log)


@dataclass(frozen=True)
class Rendered:
    """One rendering by path: the files of the root of the site, those of a copy (what is the same for every copy is left
    to the root), and what copies of the profile share, by the path from the root; and what is known of each page.
    """

    root: dict[str, bytes]
    copy: dict[str, bytes]
    shared: dict[str, bytes]
    pages: dict[str, Page]


def rendered(mail: MailView, changed: Changed | None = None) -> Rendered:
    """Render the whole help for one view, or the pages that have changed and what is made from all pages.

    :raises BuildError: with what MkDocs said, for a broken page, a dead link or a failing macro.
    """
    # What a rendering makes is in use until its end: looking for garbage on the way takes a tenth of its time.
    gc.disable()
    try:
        return _rendered(mail, changed)
    finally:
        gc.enable()


def _rendered(mail: MailView, changed: Changed | None) -> Rendered:
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "site"
        known = _made(mail, folder, changed)
        found = {p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*")) if p.is_file()}
        files = {path: file.read_bytes() for path, file in found.items() if not UNUSED.search(path)}
    shared = {path: files.pop(path) for path in [*files] if SHARED.fullmatch(path)}
    copy, bundled = {}, bundles.Bundles(files)
    for path, data in files.items():
        is_page = path.endswith(PAGE)
        made = finish.squeezed(data) if is_page or path == MANIFEST else data
        made = bundled.joined(made) if is_page else made
        files[path] = finish.bare(finish.whole(made)) if is_page else made
        if path in ROOT_ONLY or path.startswith(ASSETS):
            continue
        if is_page:
            made, parts = finish.apart(finish.copied(made), path)
            shared |= parts
            copy[path] = finish.bare(finish.sharing(made))
        else:
            copy[path] = finish.sharing(made) if path == MANIFEST else made
    files = {path: data for path, data in files.items() if path not in bundled.used} | bundled.made
    return Rendered(files, copy, shared, known)


def templates(
    profile: Profile, names: Iterable[str], *, second: bool, root: bool, changed: Changed | None = None
) -> Half:
    """What is made of a profile's pages, cut at the first or the second stand-ins; ``root``: those of the root as well.

    ``changed``: of these pages only.

    :raises BuildError: as :func:`rendered`, or when a page does more with a value than print it.
    """
    texts = stand_ins(names, second=second)
    cutter = Cutter(texts)
    made = rendered(MailView(profile, texts), changed)
    assets = {path: data for path, data in made.root.items() if path.startswith(ASSETS) or path in WHOLE}
    pages = {path: data for path, data in made.root.items() if path not in assets} if root else {}
    for path, data in made.shared.items():
        if cutter.cut(path, data).slots:
            raise BuildError(NOT_SHARED.format(file=path))
    return Half(
        {path: cutter.cut(path, data) for path, data in made.copy.items()},
        made.shared,
        {path: cutter.cut(path, data) for path, data in pages.items()},
        assets if root else {},
        made.pages,
    )
