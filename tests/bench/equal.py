"""Are stamped copies what MkDocs writes? ``python -m bench.equal DOMAINS SITE COUNT``: compares COUNT domains, and more
until every profile was seen, byte for byte; prints how many files and how many of them differ.
"""

from __future__ import annotations

import html
import json
import sys
from pathlib import Path

from macros import catalogue, environment, formats, render, skeleton, view
from macros.domain import MailDomain


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def different(mail: MailDomain, stamped: dict[str, bytes]) -> tuple[int, int]:
    """How many files a direct build and the site's settings files have, and how many of them are not as ``stamped``."""
    wanted = render.rendered(view.view(mail)).copy | formats.files(mail, environment.context())
    # A direct build finds values in the index by their text; only their meaning can be the same.
    texts, own = view.values(mail), json.loads(stamped[skeleton.OWN_SEARCH])["config"]["help"]["values"]
    wrong = any(html.unescape(text) != texts[name] for name, text in own.items())
    others = (wanted.keys() | stamped.keys()) - {skeleton.OWN_SEARCH}
    return len(others) + 1, wrong + sum(wanted.get(path) != stamped.get(path) for path in others)


def main(domains: Path, site: Path, count: int) -> None:
    """Print domains, profiles, files and differing files."""
    seen, compared, files, wrong = set(), 0, 0, 0
    for name, mail in catalogue.published(catalogue.load(domains)).items():
        if compared >= count and view.profile(mail) in seen:
            continue
        seen.add(view.profile(mail))
        some, bad = different(mail, contents(site / name))
        compared, files, wrong = compared + 1, files + some, wrong + bad
    print(json.dumps([compared, len(seen), files, wrong]))


main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
