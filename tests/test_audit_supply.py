"""The audit of the locked packages: licences are read right, and no answer is never taken for a good one."""

from __future__ import annotations

import json

import pytest
from audit import supply

from macros import sbom


@pytest.mark.parametrize(
    ("package", "classifiers", "expected"),
    [
        ({"License-Expression": "MIT AND PSF-2.0"}, [], "MIT AND PSF-2.0"),
        ({"License": "BSD-3-Clause"}, ["License :: OSI Approved :: BSD License"], "BSD-3-Clause"),
        ({"License": "UNKNOWN"}, ["License :: OSI Approved :: MIT License"], "MIT"),
        ({"License": "Dual License"}, ["License :: OSI Approved :: BSD License", "License :: OSI Approved :: Apache Software License"], "Apache-2.0 OR BSD-3-Clause"),
        ({"License": "MIT Licence"}, [], "MIT"),
        ({"License": "Copyright me\nall rights"}, [], "Copyright me"),
        ({}, ["Programming Language :: Python"], "?"),
    ],
)  # fmt: skip
def test_licence(package: dict[str, str], classifiers: list[str], expected: str) -> None:
    assert supply.licence(package, classifiers) == expected


@pytest.mark.parametrize(
    ("name", "expression", "expected"),
    [
        ("x", "MIT", True),
        ("x", "GPL-3.0-only OR MIT", True),
        ("x", "GPL-3.0-only AND MIT", False),
        ("x", "?", False),
        ("linkchecker", "GPL-2.0-or-later", True),
        ("x", "GPL-2.0-or-later", False),
    ],
)
def test_allowed(name: str, expression: str, expected: bool) -> None:
    assert supply.allowed(name, expression) is expected


def test_an_answer_is_told_from_none() -> None:
    said = {"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1"}]},
                             {"name": "b", "version": "1", "vulns": []}, {"name": "c", "skip_reason": "not found"}]}  # fmt: skip
    assert supply.read(json.dumps(said)) == ({"a": ["PYSEC-1"], "b": []}, ["c"])
    assert supply.read("Traceback") == ({}, [])


def test_every_locked_package_has_its_licence_in_the_published_list() -> None:
    written = json.loads(supply.LICENCES.read_bytes())
    assert written == supply.installed()
    components = json.loads(sbom.written())["components"]
    listed = {c["name"]: c["licenses"][0] for c in components if c["purl"].startswith("pkg:pypi/")}
    assert {name: one.get("expression") or one["license"]["id"] for name, one in listed.items()} == written
