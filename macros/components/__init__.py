"""The macros that pages call. Adding one means adding one file to this folder.

A module here marks its public functions with :func:`component`. Each takes the domain's
:class:`~macros.view.MailView` first and what the page passes after it, and returns Markdown or HTML on one line (so
that it can stand in a list or a table cell). Markup is in a template beside the module, wording in a YAML table.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from macros.errors import PageError
from macros.view import MailView

if TYPE_CHECKING:
    import jinja2

HERE = Path(__file__).parent
NOT_KNOWN = "{macro}: 「{found}」はありません。使えるのは {known} です。"
F = TypeVar("F", bound=Callable[..., str])


def component(function: F) -> F:
    """Mark a function as a macro for pages; its name is the macro's name."""
    function.is_component = True  # type: ignore[attr-defined]
    return function


@functools.cache
def all_components() -> Mapping[str, Callable[..., str]]:
    """Every component of this folder by name, sorted."""
    found: dict[str, Callable[..., str]] = {}
    for info in pkgutil.iter_modules([str(HERE)]):
        module = importlib.import_module(f"{__name__}.{info.name}")
        for name, member in inspect.getmembers(module, inspect.isfunction):
            if getattr(member, "is_component", False) and member.__module__ == module.__name__:
                if name in found:
                    raise RuntimeError(f"two components are called {name}")
                found[name] = member
    return dict(sorted(found.items()))


def bound(mail: MailView) -> dict[str, Callable[..., str]]:
    """The components with the domain's view filled in, as pages call them."""
    return {name: functools.partial(function, mail) for name, function in all_components().items()}


@functools.cache
def _environment() -> jinja2.Environment:
    import jinja2  # a build that renders nothing does without it

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )


def render(template: str, **context: Any) -> str:
    """A template of this folder as HTML on one line: lines are joined after stripping their indentation."""
    text = _environment().get_template(template).render(**context)
    return "".join(line.strip() for line in text.splitlines())


@functools.cache
def table(name: str) -> Any:
    """A data table of the package (``programs.yaml`` …) or of this folder, as plain Python data."""
    path = HERE / name if (HERE / name).exists() else HERE.parent / name
    # The same as safe_load, by libyaml: ten times as fast.
    return yaml.CSafeLoader(path.read_text(encoding="utf-8")).get_single_data()


def choose(macro: str, found: str, known: Iterable[str]) -> str:
    """``found`` if it is one of ``known``.

    :raises PageError: otherwise, naming the macro and the choices.
    """
    choices = list(known)
    if found not in choices:
        raise PageError(NOT_KNOWN.format(macro=macro, found=found, known="・".join(choices)))
    return found
