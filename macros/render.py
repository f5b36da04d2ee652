"""Runs MkDocs in this process: the only file that knows it. It takes time and memory to import: nothing imports it before
there is something to render.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, ConfigurationError
from mkdocs.exceptions import BuildError as MkDocsError

from macros import view
from macros.components.codes import redirect_pages
from macros.domain import MailDomain
from macros.errors import BuildError
from macros.stamp import Cutter, Template, stand_ins
from macros.view import MailView, Profile

ROOT = Path(__file__).resolve().parent.parent
CONFIG_FILE = ROOT / "mkdocs.yml"
#: A server has one page for errors, a search engine one map, a browser one keeper of saved copies.
ROOT_ONLY = ("404.html", "sitemap.xml", "sitemap.xml.gz", "sw.js")
MANIFEST = "manifest.json"
ASSETS = "assets"
#: The search index of a profile.
SHARED = "assets/search/index.*.json"
VERBATIM = re.compile(rb"(<(?:pre|script|style|textarea)\b.*?</(?:pre|script|style|textarea)>)", re.S)
INDENTATION = re.compile(rb"[ \t]*\n\s*")
SEARCH_MARK = b' data-search-exclude=""'
ASSET_URL = re.compile(rb'(["(=])((?:\.\./)*assets/)')
FAILED = "サイトを作れませんでした。\n{log}"


class _Log(logging.Handler):
    """Keeps what MkDocs and its plugins complain about."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def squeezed(page: bytes) -> bytes:
    """A page without what only the build needs: the templates' indentation and empty lines (what keeps its white space
    is left alone), and marks for the search index.
    """
    parts = VERBATIM.split(page.replace(SEARCH_MARK, b""))
    parts[::2] = [INDENTATION.sub(rb"\n", part) for part in parts[::2]]
    return b"".join(parts)


def _share(folder: Path) -> None:
    """Leave to the root of the site, one folder up, what is the same for every copy."""
    for name in ROOT_ONLY:
        (folder / name).unlink()
    shutil.rmtree(folder / ASSETS)
    for page in [*folder.rglob("*.html"), folder / MANIFEST]:
        page.write_bytes(ASSET_URL.sub(rb"\1../\2", page.read_bytes()))


def render_site(mail: MailView, folder: Path, *, private_copy: bool) -> dict[str, bytes]:
    """Build the whole help for one view into ``folder`` (emptied first). Returns what copies of its profile share.

    ``private_copy``: a domain's own copy, one folder below the root of the site. It uses the root's assets, and search
    engines are asked to leave it alone.

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
        config.extra["private_copy"] = private_copy
        if private_copy:
            config.site_url = ""
        config.plugins.on_startup(command="build", dirty=False)
        try:
            mkdocs_build(config)
            for path, html in redirect_pages().items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(html, encoding="utf-8")
        finally:
            config.plugins.on_shutdown()
        for page in [*folder.rglob("*.html"), folder / MANIFEST]:
            page.write_bytes(squeezed(page.read_bytes()))
        shared = {}
        for file in folder.glob(SHARED):
            shared[file.relative_to(folder).as_posix()] = file.read_bytes()
            file.unlink()
        if private_copy:
            _share(folder)
        return shared
    except (Abort, MkDocsError, ConfigurationError, SystemExit) as error:
        raise BuildError(FAILED.format(log="\n".join([*log.lines, str(error)]))) from error
    finally:
        os.chdir(previous)
        logger.removeHandler(log)


def root_files(mail: MailDomain) -> dict[str, bytes]:
    """Every file of the root of the site, whose pages are those of ``mail``, by path.

    :raises BuildError: as :func:`render_site`.
    """
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "root"
        render_site(view.view(mail), folder, private_copy=False)
        return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def templates(profile: Profile, names: Iterable[str], *, second: bool) -> tuple[dict[str, Template], dict[str, bytes]]:
    """The templates of a copy by path, cut at the first or the second stand-ins, and what copies of its profile share.

    :raises BuildError: as :func:`render_site`, or when a page does more with a value than print it.
    """
    texts = stand_ins(names, second=second)
    cutter = Cutter(texts)
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "copy"
        shared = render_site(MailView(profile, texts), folder, private_copy=True)
        paths = sorted(p for p in folder.rglob("*") if p.is_file())
        return {(name := p.relative_to(folder).as_posix()): cutter.cut(name, p.read_bytes()) for p in paths}, shared
