"""Builds with a given number of processes: ``python -m bench.stamp DOMAINS SITE PROCESSES``."""

from __future__ import annotations

import sys
from pathlib import Path

from macros import index, publish

publish.publish_index(
    index.load(Path(sys.argv[1])), Path(sys.argv[2]), lambda items, total, unit: items, processes=int(sys.argv[3])
)
