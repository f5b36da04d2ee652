"""The Nu HTML checker reads every page of one domain and of the root, and finds no error that we cause."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow
JAR = Path(__file__).resolve().parents[1] / "node/node_modules/vnu-jar/build/dist/vnu.jar"
DOMAINS = ("salon.example", "pop.example")
# What the checker says and we do not cause, each with its reason.
KNOWN = (
    # Material for MkDocs writes autocomplete="off" on its checkbox (base.html, outside every block).
    ("Attribute “autocomplete” is only allowed when the input type is", "class=md-toggle"),
    # Read as a file, 'self' is no origin. tests/browser/test_policy.py asks a browser about pages from a server.
    ("Resource violates Content Security Policy (meta tag):", ""),
    # A data block (type="application/json") is no script: browsers do not run it.
    ("Inline script violates Content Security Policy (meta tag):", 'type="application/json"'),
)


def findings(*paths: Path) -> list[str]:
    """What the checker has to say, without what is known; every file must have been read."""
    java = shutil.which("java")
    assert java and JAR.exists(), "Java か vnu-jar がありません。make test は自分で入れます"
    done = subprocess.run(
        [java, "-Xss8m", "-jar", JAR, "--format", "json", "--stdout", "--skip-non-html", "--exit-zero-always", *paths],
        capture_output=True,
        text=True,
        check=True,
    )
    messages: list[dict[str, Any]] = json.loads(done.stdout)["messages"]
    return [
        f"{m['url']}:{m.get('lastLine')}: {m['message']} {m.get('extract', '')}"
        for m in messages
        if not any(m["message"].startswith(said) and where in m.get("extract", "") for said, where in KNOWN)
    ]


def test_every_page_of_the_root_and_of_two_domains_is_valid(built_site: Path) -> None:
    pages = [p for name in DOMAINS for p in sorted((built_site / name).rglob("*.html"))]
    root = [built_site / "index.html", built_site / "404.html", *sorted((built_site / "setup").rglob("*.html"))]
    assert len(pages) > 70
    assert findings(*pages, *root) == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("<p id=x></p><p id=x></p>", "Duplicate ID"),
        ("<ul><p>a</p></ul>", "not allowed as child"),
        ("<img src='a.png'>", "alt"),
        ("<div>", "Unclosed element"),
        ("<input type=checkbox autocomplete=off>", "autocomplete"),
    ],
)
def test_a_fault_is_found(tmp_path: Path, fault: str, said: str) -> None:
    page = tmp_path / "a.html"
    page.write_text(f"<!doctype html><html lang=ja><title>a</title><body>{fault}</body></html>", encoding="utf-8")
    assert said in "".join(findings(page))
