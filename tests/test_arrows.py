"""Who may know whom. The arrows of the layout, kept by reading the imports."""

import ast
from pathlib import Path

import macros

PACKAGE = Path(macros.__file__).parent
#: Layers from the bottom up; a module may import only from layers below its own, or its own where listed together.
LAYERS = [
    {"bundles", "dates", "errors", "finish", "pages", "tree", "workers"},
    {"domain"},
    {"checks"},
    {"fields", "strict_yaml", "view"},
    {"stamp", "cache"},
    {"catalogue", "codes", "components", "formats", "search"},
    {"heading_codes", "sbom", "site", "operators", "environment", "autoconfig_import", "doctor", "servers"},
    {"index"},
    {"__init__", "render"},
    {"skeleton", "sources"},
    {"publish", "zensical"},
    {"cli"},
    {"__main__"},
]
#: Framework -> the only modules that may import it.
FRAMEWORKS = {
    "mkdocs": {"render"},
    "markdown": {"heading_codes"},
    "yaml": {"strict_yaml", "components"},
    "jinja2": {"components"},
    "tqdm": {"cli"},
    "cryptography": {"environment", "doctor"},
    "dns": {"doctor"},
    "defusedxml": {"autoconfig_import", "doctor"},
    "minify": {"search"},
}


def modules() -> dict[str, set[tuple[str, str]]]:
    """Top-level module or folder of the package -> {(kind, imported name)}."""
    found: dict[str, set[tuple[str, str]]] = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        imported = found.setdefault(parts[0], set())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                if node.module == "macros":
                    imported |= {("own", alias.name) for alias in node.names}
                elif node.module.startswith("macros."):
                    imported.add(("own", node.module.split(".")[1]))
                else:
                    imported.add(("other", node.module.split(".")[0]))
            elif isinstance(node, ast.Import):
                imported |= {("other", alias.name.split(".")[0]) for alias in node.names}
    return found


def test_every_module_has_a_place() -> None:
    placed = set().union(*LAYERS)
    assert set(modules()) <= placed


def test_arrows_point_down() -> None:
    level = {name: i for i, layer in enumerate(LAYERS) for name in layer}
    wrong = [
        (name, other)
        for name, imported in modules().items()
        for kind, other in imported
        if kind == "own" and other != name and other in level and level[other] > level[name]
    ]
    assert wrong == []


def test_each_framework_touches_few_files() -> None:
    wrong = [
        (name, other)
        for name, imported in modules().items()
        for kind, other in imported
        if kind == "other" and name not in FRAMEWORKS.get(other, {name})
    ]
    assert wrong == []


def test_relative_imports_are_not_used() -> None:
    for path in PACKAGE.rglob("*.py"):
        assert not [
            n
            for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(n, ast.ImportFrom) and n.level
        ], path
