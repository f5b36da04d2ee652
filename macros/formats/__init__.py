"""The settings as files that programs read by themselves. Adding a format means adding one file to this folder.

A module here is pure: a :class:`~macros.domain.MailDomain` and a :class:`Context` in, bytes out. It has one or more of

- ``files(mail, context)``: what is published in the domain's own folder, by path relative to it;
- ``root_files(mail, context)``: what is published at the root of the site; ``mail`` is the domain of the root;
- ``operator_files(mail, context)``: what is for operators only and is never published.

The functions with the same names here join what all modules give.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from macros.domain import MailDomain

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Context:
    """What the place of publishing adds to the data.

    ``site_url``: the absolute https address of the site, ending with ``/``, or empty where it is not known (links to
    the help are left out then). ``sign``: turns a configuration profile into a signed one, or None.
    """

    site_url: str = ""
    sign: Callable[[bytes], bytes] | None = None

    def help_url(self, domain: str, page: str = "") -> str:
        """The address of a page of one domain's copy of the help; of the site's root for an empty ``domain``."""
        return f"{self.site_url}{domain}{'/' if domain else ''}{page}" if self.site_url else ""


Files = Mapping[str, bytes]
Renderer = Callable[[MailDomain, Context], Files]


@functools.cache
def _renderers(kind: str) -> tuple[Renderer, ...]:
    """The functions called ``kind`` of every module of this folder, in the order of the modules' names."""
    modules = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules([str(HERE)])]
    return tuple(getattr(module, kind) for module in modules if hasattr(module, kind))


def _all(kind: str, mail: MailDomain, context: Context) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for renderer in _renderers(kind):
        found.update(renderer(mail, context))
    return found


def files(mail: MailDomain, context: Context) -> dict[str, bytes]:
    """Every file of one domain's own folder, by path relative to it."""
    return _all("files", mail, context)


def root_files(mail: MailDomain, context: Context) -> dict[str, bytes]:
    """Every file of the root of the site, whose pages are those of ``mail``."""
    return _all("root_files", mail, context)


def operator_files(mail: MailDomain, context: Context) -> dict[str, bytes]:
    """Every file about one domain that is for operators only."""
    return _all("operator_files", mail, context)
