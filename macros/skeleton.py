"""Runs MkDocs in this process: the only file that knows it."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, ConfigurationError
from mkdocs.exceptions import BuildError as MkDocsError

from macros.errors import BuildError
from macros.view import MailView

ROOT = Path(__file__).resolve().parent.parent
CONFIG_FILE = ROOT / "mkdocs.yml"
ROOT_ONLY = ("404.html", "sitemap.xml", "sitemap.xml.gz")
FAILED = "サイトを作れませんでした。\n{log}"


class _Log(logging.Handler):
    """Keeps what MkDocs and its plugins complain about."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def render_site(mail: MailView, folder: Path, *, private_copy: bool) -> None:
    """Build the whole help for one view into ``folder`` (emptied first).

    ``private_copy``: a domain's own copy, which search engines are asked to leave alone.

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
        finally:
            config.plugins.on_shutdown()
        if private_copy:
            # Both belong to the whole site: a server has one page for errors, a search engine one map.
            for name in ROOT_ONLY:
                (folder / name).unlink()
    except (Abort, MkDocsError, ConfigurationError, SystemExit) as error:
        raise BuildError(FAILED.format(log="\n".join([*log.lines, str(error)]))) from error
    finally:
        os.chdir(previous)
        logger.removeHandler(log)
