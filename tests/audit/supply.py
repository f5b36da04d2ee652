"""``make audit-supply``: known vulnerabilities and licences of every locked package.

Vulnerabilities: pip-audit asks PyPI. A package about which nobody answers is counted as not answered, never as sound;
in CI that is a failure. Licences: what the installed packages say of themselves must be allowed, and be the same as in
macros/licences.json, which the published list of packages (assets/sbom.json) shows; ``--write`` writes that file.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from macros import sbom

ROOT = Path(__file__).resolve().parents[2]
LICENCES = ROOT / "macros" / "licences.json"
#: Licences whose packages may be used to build and test; what the site itself holds is MIT alone.
ALLOWED = {
    "0BSD", "AFL-2.1", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0",
    "PSF-2.0", "Unicode-3.0", "Zlib",
}  # fmt: skip
#: Allowed for one package: a program that is run, and never part of anything.
ONLY = {"linkchecker": "GPL-2.0-or-later"}
#: What packages say that is no SPDX expression. BSD alone: all that say so here have three clauses.
SPDX = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd license": "BSD-3-Clause",
    "gnu general public license v2 or later (gplv2+)": "GPL-2.0-or-later",
    "isc license (iscl)": "ISC",
    "mit licence": "MIT",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "academic free license (afl)": "AFL-2.1",
    "psfl": "PSF-2.0",
    "python software foundation license": "PSF-2.0",
}
IDENTIFIER = re.compile(r"[A-Za-z0-9.+-]+")
#: Not installed on every system, or with their licence in a file only: what stands there.
READ = {"axe-playwright-python": "MIT", "colorama": "BSD-3-Clause", "tomli": "MIT"}


def licence(package: Mapping[str, Any], classifiers: list[str]) -> str:
    """The SPDX expression of a package's metadata; its own words where they are no such thing."""
    said = package.get("License-Expression") or package.get("License") or ""
    if IDENTIFIER.fullmatch(said) and said != "UNKNOWN" and said.lower() not in SPDX:
        return str(said)
    if package.get("License-Expression") or re.fullmatch(r"[\w.+-]+( (AND|OR) [\w.+-]+)+", said):
        return str(said)
    found = {SPDX.get(text.lower(), text) for c in classifiers if (text := c.rpartition(" :: ")[2]) and "License" in c}
    if not found and said:
        found = {SPDX.get(said.lower(), said.splitlines()[0])}
    return " OR ".join(sorted(found)) or "?"


def allowed(name: str, expression: str) -> bool:
    """Whether a package may be used: every part joined by AND, and one of those joined by OR, is allowed."""
    if ONLY.get(name) == expression:
        return True
    choices = re.sub(r"[()]", " ", expression).split(" OR ")
    return any(all(part.strip() in ALLOWED for part in choice.split(" AND ")) for choice in choices)


def installed() -> dict[str, str]:
    """The licence of every locked package, by its name."""
    found = {}
    for name, _, _ in sbom.locked((ROOT / "requirements.lock").read_text(encoding="utf-8")):
        try:
            package = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            found[name] = READ.get(name, "?")
            continue
        words = {key: package[key] for key in ("License-Expression", "License") if key in package}
        said = licence(words, package.get_all("Classifier") or [])
        found[name] = READ.get(name, said) if said == "?" else said
    return found


def answered(lock: Path) -> tuple[dict[str, list[str]], list[str]]:
    """(known vulnerabilities of every package that was answered for, names of those nobody answered for)."""
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off", "--disable-pip"]
    done = subprocess.run(
        [*command, "--require-hashes", "--requirement", lock], capture_output=True, text=True, check=False
    )
    return read(done.stdout)


def read(answer: str) -> tuple[dict[str, list[str]], list[str]]:
    """What pip-audit's JSON says; for no JSON at all: nothing, about nobody."""
    try:
        packages = json.loads(answer)["dependencies"]
    except (ValueError, KeyError):
        return {}, []
    found = {p["name"]: sorted({v["id"] for v in p["vulns"]}) for p in packages if "vulns" in p}
    return found, sorted(p["name"] for p in packages if "vulns" not in p)


def main() -> int:
    """Print what is known; 1 where a vulnerability or a licence must not be, or where CI got no answer."""
    now = installed()
    if "--write" in sys.argv:
        LICENCES.write_text(json.dumps(now, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    written = json.loads(LICENCES.read_bytes())
    faults = [f"{name}: {what} は許していないライセンスです" for name, what in now.items() if not allowed(name, what)]
    if written != now:
        differing = sorted(name for name in written.keys() | now.keys() if written.get(name) != now.get(name))
        faults.append(
            f"macros/licences.json と違います: {'、'.join(differing)}(make audit-supply WRITE=1 で書き直します)"
        )
    print(f"ライセンス: {len(now)} 個のパッケージを調べました。")
    known, _ = answered(ROOT / "requirements.lock")
    faults += [f"{name}: {'、'.join(ids)}" for name, ids in known.items() if ids]
    print(f"既知の脆弱性: {len(known)} 個のパッケージについて回答がありました。")
    missing = sorted(set(now) - set(known))
    if missing:
        print(f"回答がありませんでした({len(missing)} 個。安全という意味ではありません): {'、'.join(missing)}")
        if "CI" in os.environ:
            faults.append("脆弱性の回答がないパッケージがあります")
    print("\n".join(faults) or "許していないもの: なし")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
