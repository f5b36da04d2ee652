"""``make torture``: every part in turn, each printing what it did; the exit code says whether anything got through.

A part is a module of this package with ``run() -> str``: it raises when something was lost or let through, and returns
one line of figures. ``python -m torture [PART…]``.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from pathlib import Path

PARTS = sorted(p.stem for p in Path(__file__).parent.glob("*.py") if not p.stem.startswith("__"))


def main(names: list[str]) -> int:
    """Run the named parts, or all."""
    failed = []
    for name in names or PARTS:
        print(f"== {name}", flush=True)
        try:
            print(importlib.import_module(f"torture.{name}").run(), flush=True)
        except Exception:
            traceback.print_exc()
            failed.append(name)
    print("すべて耐えました。" if not failed else f"耐えられなかったもの: {'、'.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
