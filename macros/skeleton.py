"""Runs MkDocs in this process: the only file that knows it."""

from __future__ import annotations

import functools
import hashlib
import logging
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, ConfigurationError
from mkdocs.exceptions import BuildError as MkDocsError

from macros import cache, view
from macros.components.codes import redirect_pages
from macros.domain import MailDomain
from macros.errors import BuildError
from macros.stamp import Cutter, Skeleton, compare, stand_ins
from macros.view import MailView, Profile

ROOT = Path(__file__).resolve().parent.parent
CONFIG_FILE = ROOT / "mkdocs.yml"
#: A server has one page for errors, a search engine one map.
ROOT_ONLY = ("404.html", "sitemap.xml", "sitemap.xml.gz")
ASSETS = "assets"
#: The search index of a profile, and the small file of each copy that names it.
SHARED = "assets/search/index.*.json"
OWN_SEARCH = "search/search_index.json"
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
    for page in folder.rglob("*.html"):
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
        for page in folder.rglob("*.html"):
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


@functools.cache
def sources() -> str:
    """A digest of all that a page is made of besides a domain's values: texts, theme, program, settings, dates."""
    files = [p for p in (ROOT / "docs").rglob("*") if p.is_file()]
    parts = [cache.program(), cache.digest([*files, CONFIG_FILE], ROOT), os.environ.get("SITE_URL", ""), _dates()]
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def _dates() -> str:
    """What the dates of the pages depend on: the last commit that touched them, or the day of the build."""
    asked = ["git", "log", "-1", "--format=%H", "--", "docs", CONFIG_FILE.name]
    try:
        answer = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        answer = ""
    return answer or os.environ.get("SOURCE_DATE_EPOCH", "")


def root(mail: MailDomain, key: str) -> dict[str, bytes]:
    """Every file of the root of the site, whose pages are those of ``mail``; kept in the cache under ``key``.

    :raises BuildError: as :func:`render_site`.
    """
    kept = cache.read("root")
    if kept is not None and kept[0] == (sources(), key):
        files: dict[str, bytes] = kept[1]
        return files
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "root"
        render_site(view.view(mail), folder, private_copy=False)
        files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
    cache.write("root", ((sources(), key), files))
    return files


def cached(profile: Profile, key: str, names: Iterable[str]) -> Skeleton:
    """As :func:`build`, from the cache where nothing that pages are made of has changed. ``key`` names the profile."""
    kept = cache.read(f"skeleton-{key}")
    if kept is not None and kept[0] == sources():
        skeleton: Skeleton = kept[1]
        return skeleton
    skeleton = build(profile, names)
    cache.write(f"skeleton-{key}", (sources(), skeleton))
    return skeleton


def build(profile: Profile, names: Iterable[str]) -> Skeleton:
    """The templates of every copy of a profile, from two renderings with different stand-ins for the named values.

    :raises BuildError: when a page is broken, or does more with a value than print it.
    """
    names = list(names)
    found = []
    with tempfile.TemporaryDirectory() as work:
        for second in (False, True):
            texts = stand_ins(names, second=second)
            folder = Path(work) / str(second)
            shared = render_site(MailView(profile, texts), folder, private_copy=True)
            cutter = Cutter(texts)
            paths = sorted(p for p in folder.rglob("*") if p.is_file())
            found.append({(name := p.relative_to(folder).as_posix()): cutter.cut(name, p.read_bytes()) for p in paths})
    compare(*found)
    return Skeleton(found[0], shared)
