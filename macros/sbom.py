"""What the site was made with: a CycloneDX list of the locked packages, published as ``assets/sbom.json``.

MkDocs calls :func:`on_post_build` (``hooks`` in mkdocs.yml). The list comes from ``requirements.lock`` and
``licences.json`` alone, so that the same sources give the same bytes: no time, no random serial number, nothing of the
machine or of any customer.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
PATH = "assets/sbom.json"
#: The licence of every locked package: what they say of themselves, checked by ``make audit-supply``.
LICENCES = "licences.json"
#: Programs of others that the pages themselves bring along, by their file; the names hold the versions.
VENDORED = "docs/assets/js/vendor"
REQUIREMENT = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>[^\s;\\]+)", re.M)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
SCRIPT = re.compile(r"(?P<name>[a-z0-9-]+?)-(?P<version>[0-9][0-9A-Za-z.]*)\.m?js\Z")


def locked(lock: str) -> list[tuple[str, str, list[str]]]:
    """(name, version, SHA-256 digests of its files) of every package of a lock file."""
    found = list(REQUIREMENT.finditer(lock))
    ends = [match.start() for match in found[1:]] + [len(lock)]
    return [
        (match["name"], match["version"], HASH.findall(lock[match.end() : end]))
        for match, end in zip(found, ends, strict=True)
    ]


def document(lock: str, scripts: list[str], licences: Mapping[str, str]) -> dict[str, Any]:
    """The CycloneDX 1.6 document for a lock file, the names of vendored scripts, and the licences by package."""
    components: list[dict[str, Any]] = []
    for name, version, hashes in locked(lock):
        purl = f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"
        # One package has a digest for every file it is offered as; "distribution" says so.
        references = [{"type": "distribution", "url": f"https://pypi.org/project/{name}/{version}/",
                       "hashes": [{"alg": "SHA-256", "content": digest} for digest in sorted(hashes)]}]  # fmt: skip
        said = licences[name]
        licence = {"expression": said} if " " in said else {"license": {"id": said}}
        components.append({"type": "library", "bom-ref": purl, "name": name, "version": version, "licenses": [licence],
                           "purl": purl, "externalReferences": references})  # fmt: skip
    for match in filter(None, map(SCRIPT.match, sorted(scripts))):
        purl = f"pkg:npm/{match['name']}@{match['version']}"
        components.append(
            {"type": "library", "bom-ref": purl, "name": match["name"], "version": match["version"], "purl": purl}
        )
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(components, sort_keys=True))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": "loytem-mailhelp", "name": "loytem-mailhelp"}},
        "components": components,
    }


def written() -> bytes:
    """The published file."""
    scripts = [path.name for path in (ROOT / VENDORED).iterdir()]
    licences = json.loads((Path(__file__).parent / LICENCES).read_bytes())
    made = document(LOCK.read_text(encoding="utf-8"), scripts, licences)
    return (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode()


def on_post_build(config: Any) -> None:
    """Write the file; the copies of the domains share the root's."""
    target = Path(config.site_dir) / PATH
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(written())
