"""The same pages with Material's own search, for comparison: its worker, ``lang: ja``, everything else as it comes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
#: What this project adds to the theme's search, as lines of mkdocs.yml, and what stands there instead.
OURS = {
    r"^  custom_dir: .*\n": "",
    r"^hooks: .*\n": "",
    r"^docs_dir: .*\n": f"docs_dir: {ROOT / 'docs'}\n",
    r"^  - search: .*\n": "  - search: {lang: ja}\n",
}


def config() -> str:
    """mkdocs.yml without our search."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for line, instead in OURS.items():
        text, found = re.subn(line, instead, text, flags=re.MULTILINE)
        if found != 1:
            raise ValueError(f"mkdocs.yml: {line} found {found} times")
    return text


def build(folder: Path, domain: str) -> Path:
    """One domain's help with the stock search in ``folder``."""
    file = folder / "mkdocs.yml"
    file.write_text(config(), encoding="utf-8")
    # The macros plugin looks for its module beside the configuration.
    (folder / "macros").symlink_to(ROOT / "macros")
    out = folder / "site"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--no-strict", "-f", str(file), "-d", str(out)],
        check=False,
        cwd=ROOT,
        env={**os.environ, "MAIL_DOMAIN": domain, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return out
