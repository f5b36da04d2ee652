"""What the site is made with: all of it pinned, explained and listed; and nothing runs code that stands in the data."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from macros import sbom

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted(ROOT.glob("requirements*.lock"))
NAME = re.compile(r"[A-Za-z0-9._-]+")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda p: p.name)
def test_every_locked_package_has_one_version_and_hashes(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    packages = sbom.locked(text)
    assert len(packages) > 10
    for name, version, hashes in packages:
        assert version and hashes, name
    # No line that pip would take without a hash, from another place, or as files of this machine.
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith(("#", "--hash=sha256:")):
            assert sbom.REQUIREMENT.match(line), line


NODE_LOCKS = sorted(p for p in (ROOT / "tests" / "node").rglob("package-lock.json") if "node_modules" not in p.parts)


@pytest.mark.parametrize("lock", NODE_LOCKS, ids=lambda p: p.parent.name)
def test_node_packages_have_hashes_and_none_moves_by_itself(lock: Path) -> None:
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    pinned = json.loads(lock.with_name("package.json").read_text(encoding="utf-8")).get("overrides", {})
    assert len(packages) > 50
    for name, package in packages.items():
        assert not name or package.get("integrity") or package.get("inBundle"), name
        assert "resolved" not in package, name
        # What asks for "latest" makes npm refuse the lock on the day of a new release.
        for wanted, version in package.get("dependencies", {}).items():
            assert version != "latest" or wanted in pinned, f"{name} → {wanted}"


def test_every_direct_requirement_is_locked_and_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)
    groups = project["dependency-groups"]
    direct = [
        *project["project"]["dependencies"],
        *(one for group in groups.values() for one in group if isinstance(one, str)),
    ]
    locked = {normal(name) for lock in LOCKS for name, _, _ in sbom.locked(lock.read_text(encoding="utf-8"))}
    lines = text.splitlines()
    for requirement in direct:
        match = NAME.match(requirement)
        assert match and normal(match[0]) in locked, requirement
        said = [line.rpartition('"')[2] for line in lines if f'"{requirement}"' in line]
        assert any(re.search(r"# \S+", rest) for rest in said), f"{requirement}: no reason"


def test_workflows_are_pinned_and_may_do_little() -> None:
    for path in sorted((ROOT / ".github/workflows").glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        workflow = yaml.safe_load(text)
        assert workflow["permissions"] == {}, path.name
        for job in workflow["jobs"].values():
            for step in job.get("steps", []):
                if "uses" in step:
                    assert re.search(r"@[0-9a-f]{40}\Z", step["uses"]), (path.name, step["uses"])
                assert "${{" not in step.get("run", ""), (path.name, step["run"])
            image = job.get("container", {}).get("image", "@sha256:")
            assert "@sha256:" in image, (path.name, image)
            assert set(job.get("permissions", {}).values()) <= {"read", "write"}
            writes = {key for key, value in job.get("permissions", {}).items() if value == "write"}
            assert writes <= {"pages", "id-token", "issues"}, (path.name, writes)


def test_nothing_in_the_package_can_run_text_as_code() -> None:
    """No eval, no exec, no shell, and pickle for the build's own cache alone; templates come from the package's files."""
    forbidden = {"eval", "exec", "compile", "__import__", "from_string", "system", "popen", "Popen", "check_output"}
    # Who asks git or starts Zensical (with a list of words, never through a shell), who keeps what the build itself has
    # made for the next build, and who calls the system's renameat2 and prctl. Nothing of the data comes near any of it.
    allowed = {
        "dates.py": {"subprocess"},
        "zensical.py": {"subprocess"},
        "cache.py": {"pickle"},
        "index.py": {"pickle"},
        "tree.py": {"ctypes"},
        "workers.py": {"ctypes"},
    }
    modules = {"pickle", "marshal", "shelve", "subprocess", "runpy", "code", "ctypes", "cffi", "pty"}
    needed = set()
    for path in sorted((ROOT / "macros").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                owner = node.func.value if isinstance(node.func, ast.Attribute) else None
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if isinstance(owner, ast.Name) and owner.id == "re":
                    continue
                assert name not in forbidden, f"{path.name}:{node.lineno}: {name}"
                if name in ("load", "load_all") and isinstance(owner, ast.Name) and owner.id == "yaml":
                    pytest.fail(f"{path.name}:{node.lineno}: yaml.{name}")
            elif isinstance(node, ast.Import | ast.ImportFrom):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
                found = {n.split(".")[0] for n in names} & modules
                where = path.relative_to(ROOT / "macros").as_posix()
                assert found <= allowed.get(where, set()), f"{where}:{node.lineno}"
                needed |= {(where, module) for module in found}
            if isinstance(node, ast.keyword):
                assert node.arg != "shell", f"{path.name}:{node.lineno}"
    assert needed == {(where, module) for where, modules in allowed.items() for module in modules}, (
        "allowed for nothing"
    )


def test_the_list_of_packages_is_published_complete_and_says_nothing_of_the_place() -> None:
    document = json.loads(sbom.written())
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    # Counted in another way than the list was made.
    pinned = sorted(re.findall(r"^([A-Za-z0-9][^=\s\[;]*)", lock, re.M))
    listed = [c["name"] for c in document["components"] if c["purl"].startswith("pkg:pypi/")]
    assert sorted(listed) == pinned
    vendored = {c["purl"] for c in document["components"] if c["purl"].startswith("pkg:npm/")}
    assert len(vendored) == len([p for p in (ROOT / sbom.VENDORED).iterdir() if p.suffix in (".js", ".mjs")])
    assert "timestamp" not in json.dumps(document)
    assert sbom.written() == sbom.written()
    references = [c["bom-ref"] for c in document["components"]]
    assert len(set(references)) == len(references)


@pytest.mark.slow
def test_the_list_stands_in_the_site_once(built_site: Path) -> None:
    assert (built_site / sbom.PATH).read_bytes() == sbom.written()
    assert [p.relative_to(built_site).as_posix() for p in built_site.rglob("sbom.json")] == [sbom.PATH]
