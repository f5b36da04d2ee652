"""The way without stamping: MkDocs once for every domain, in one process, caches warm. ``python -m bench.loop DIR N``."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from macros import catalogue, render, view


def _cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def main(domains: Path, count: int) -> None:
    """Print wall and CPU seconds of ``count`` builds after a first one that fills the caches."""
    mails = list(catalogue.load(domains).values())[: count + 1]
    found = []
    for mail in mails:
        wall, cpu = time.monotonic(), _cpu()
        render.rendered(view.view(mail))
        found.append((time.monotonic() - wall, _cpu() - cpu))
    print(json.dumps(found[1:]))


main(Path(sys.argv[1]), int(sys.argv[2]))
