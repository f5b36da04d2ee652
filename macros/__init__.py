"""ロイテム メールヘルプ: the entry point that MkDocs' macros plugin calls, and nothing else.

Only ``env.macro``, ``env.filter``, ``env.variables`` and ``env.conf`` are used, which other generators offer too.
"""

from __future__ import annotations

from typing import Any


def define_env(env: Any) -> None:
    """Give pages ``mail`` and the components, for the domain that the configuration or ``MAIL_DOMAIN`` names."""
    from macros import components, dates, site

    mail = site.current_view(env.conf["extra"])
    env.conf["extra"]["mail"] = mail
    env.conf["extra"]["dates"] = dates.of_pages()
    env.variables["mail"] = mail
    for name, function in components.bound(mail).items():
        env.macro(function, name)
