"""Which domain one build is for. Values in, a view out; knows neither MkDocs nor how files are written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from macros import catalogue
from macros.checks import Refused, hostname
from macros.errors import BuildError
from macros.view import MailView, view

DEFAULT_DOMAIN = "loytem.com"
DOMAIN_VARIABLE = "MAIL_DOMAIN"
FOLDER_VARIABLE = "MAIL_DOMAINS"
UNKNOWN = "{variable}={found} というドメインのファイルがありません。{folder} にあるのは {known} です。"


def default_domain(domains: Mapping[str, Any]) -> str:
    """The domain at the root of the site: the provider's own, or the first where that is not in the folder."""
    return DEFAULT_DOMAIN if DEFAULT_DOMAIN in domains else next(iter(domains))


def current_view(extra: Mapping[str, Any]) -> MailView:
    """The view that a build was given in ``extra.mail``, or that of the domain named by ``MAIL_DOMAIN``.

    :raises BuildError: when no such domain exists.
    """
    given = extra.get("mail")
    if isinstance(given, MailView):
        return given
    folder = Path(os.environ.get(FOLDER_VARIABLE) or catalogue.OWN_DOMAINS)
    domains = catalogue.published(catalogue.load(folder))
    asked = os.environ.get(DOMAIN_VARIABLE) or default_domain(domains)
    try:
        name = hostname(asked)
    except Refused:
        name = asked
    if name not in domains:
        known = "、".join(d.domain_unicode for d in domains.values())
        raise BuildError(UNKNOWN.format(variable=DOMAIN_VARIABLE, found=asked, folder=folder, known=known))
    return view(domains[name])
