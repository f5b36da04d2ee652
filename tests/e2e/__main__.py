"""``python -m e2e matrix [WORDS]`` · ``python -m e2e pictures``: see the package."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from e2e import namespace
from e2e.matrix import CONTROLS
from e2e.web import SITE_URL
from macros import catalogue, cli


def main() -> int:
    """Outside: build the site and go on in namespaces of our own. Inside: run what was asked for."""
    parser = argparse.ArgumentParser(prog="e2e", description=__doc__)
    parser.add_argument("what", choices=["matrix", "pictures"])
    parser.add_argument("only", nargs="?", default="", help="part of 「ドメイン プロトコル やり方」")
    parser.add_argument("--record", action="store_true", help="write version and day for the pages, if all goes well")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        return _inside(arguments.inside, arguments.what, arguments.only, arguments.record)
    work = Path(tempfile.mkdtemp(prefix="mailhelp-e2e-"))
    work.chmod(0o755)  # Dovecot and Postfix go in with their own users
    try:
        domains = work / "domains"
        shutil.copytree(catalogue.OWN_DOMAINS, domains)
        for control in CONTROLS.glob("*.yaml"):
            shutil.copy(control, domains)
        os.environ["SITE_URL"] = SITE_URL
        if cli.main(["build", "--domains", str(domains), "--out", str(work / "site")]):
            return 1
        return namespace.run_inside(work, [arguments.what, arguments.only, *(["--record"] if arguments.record else [])])
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _inside(work: Path, what: str, only: str, record: bool) -> int:
    from e2e import matrix, pictures

    if what == "pictures":
        return pictures.run(work, work / "site")
    return int(matrix.run(work, work / "site", only, record=record) > 0)


if __name__ == "__main__":
    sys.exit(main())
