"""Hostile domain files and XML: read or refused in words, never a crash, and no page or file changes its structure."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import strategies
from hypothesis import given
from hypothesis import settings as run
from selectolax.lexbor import LexborHTMLParser
from torture import fuzz

from macros import catalogue, view

EXAMPLES = {"page-values": 15, "file-formats": 20}


@pytest.mark.parametrize("target", [t for t in fuzz.TARGETS if t != "page-values"])
def test_hostile_data(target: str) -> None:
    strategy, check = fuzz.TARGETS[target]
    run(max_examples=EXAMPLES.get(target, 150))(given(strategy())(check))()


@pytest.mark.slow
def test_hostile_values_in_pages() -> None:
    strategy, check = fuzz.TARGETS["page-values"]
    run(max_examples=EXAMPLES["page-values"])(given(strategy())(check))()


@pytest.mark.slow
def test_every_awkward_text_in_every_value_of_the_pages() -> None:
    mail, built = fuzz.page_templates()
    for text in strategies.AWKWARD:
        fuzz.values_in_pages({name: text for name in view.values(mail) if not fuzz.LINK.search(name)})
    page = dict(built.filled({**view.values(mail), "support.name": "{{ mail.domain }}{% x %}"}))
    said = "".join(LexborHTMLParser(data.decode()).text() for path, data in page.items() if path.endswith(".html"))
    assert "{{ mail.domain }}{% x %}" in said  # printed as it is: values are never a template


def test_a_value_that_is_not_escaped_is_found() -> None:
    assert fuzz.shape(b"<p title='a'>x</p>") != fuzz.shape(b"<p title='a'><b>x</b></p>")
    assert fuzz.shape(b"<p title='a'>x</p>") != fuzz.shape(b"<p title='a' onload=''>x</p>")


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(8 << 30)


def text(content: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_text(content, encoding="utf-8")

    return write


BOMB = "<!DOCTYPE x [<!ENTITY a0 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 12)
)
LARGE = {
    "yaml, 8 GiB": ("check", sparse),
    "yaml, 10 MB scalar": ("check", text("domain: example.jp\ndisplay_name: " + "a" * 10_000_000)),
    "yaml, aliases": ("check", text("a: &a [x]\n" + "".join(f"b{i}: &b{i} [{'*a,' * 9}]\n" for i in range(900)))),
    "yaml, depth": ("check", text("a: " + "[" * 60_000)),
    "yaml, depth of blocks": ("check", text("- " * 30_000)),
    "yaml, keys": ("check", text("".join(f"k{i}: 1\n" for i in range(7_000)))),
    "yaml, digits": ("check", text("domain: example.jp\npop_leave_days: " + "9" * 60_000)),
    "yaml, one key": ("check", text("x" * 60_000 + ": 1\n")),
    "yaml, quotes": ("check", text("a: " + "'" * 60_000)),
    "yaml, escapes": ("check", text('a: "' + "\\x41" * 15_000 + '"')),
    "xml, 8 GiB": ("import", sparse),
    "xml, bomb": ("import", text(BOMB + "]><clientConfig>&a11;</clientConfig>")),
    "xml, parameter entity": ("import", text("<!DOCTYPE x [<!ENTITY % a SYSTEM 'file:///etc/passwd'>%a;]><x/>")),
    "xml, external": (
        "import",
        text("<!DOCTYPE x [<!ENTITY a SYSTEM '/etc/passwd'>]><clientConfig>&a;</clientConfig>"),
    ),
    "xml, depth": ("import", text("<a>" * 60_000)),
    "xml, attributes": ("import", text("<clientConfig " + " ".join(f"a{i}='1'" for i in range(20_000)) + "/>")),
    "xml, siblings": ("import", text("<clientConfig><emailProvider>" + "<domain>a.example</domain>" * 9_000)),
}


def bounded() -> None:
    """Little memory, little processor time; a fault of either kills the process."""
    resource.setrlimit(resource.RLIMIT_AS, (700 << 20, 700 << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_large_files_are_refused_with_little_memory_and_time(name: str, tmp_path: Path) -> None:
    command, write = LARGE[name]
    file = tmp_path / ("example.jp.yaml" if command == "check" else "x.xml")
    write(file)
    arguments = ["--domains", str(tmp_path)] if command == "check" else [str(file), "--domains", str(tmp_path / "d")]
    answer = subprocess.run(
        [sys.executable, "-m", "macros", command, *arguments],
        capture_output=True,
        check=False,
        preexec_fn=bounded,
        cwd=catalogue.OWN_DOMAINS.parent,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    said = answer.stderr.decode()
    assert answer.returncode == 1, said[-3000:]
    assert "Traceback" not in said
    assert "root:" not in said
    assert file.name in said
    assert len(said) < 8_000_000
    assert not (tmp_path / "d").exists()


def test_the_bounds_hold() -> None:
    """The same bounds stop what takes too much."""
    answer = subprocess.run(
        [sys.executable, "-c", "b'x' * (1 << 30)"], preexec_fn=bounded, capture_output=True, check=False
    )
    assert b"MemoryError" in answer.stderr
