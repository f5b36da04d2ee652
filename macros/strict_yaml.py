"""YAML as a tree of plain text, without any of YAML's guesses. For domain files and for the registry of codes.

PyYAML's safe loader lets the last of two equal keys win, reads ``no`` as False and ``0777`` as 511. Here a scalar stays
the text that was written, and what each text means is decided by the field it belongs to (:mod:`macros.fields`).
Aliases, anchors, tags, several documents, duplicate keys, tabs and a byte order mark are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from macros.errors import Fault, shown

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # a PyYAML built without libyaml: slower, the same events
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MAX_BYTES = 64 * 1024
MAX_DEPTH = 8
GOOD_FILE = "domain: example.jp"


@dataclass(frozen=True, slots=True)
class Scalar:
    """Text as written. ``plain``: without quotes, so that it may stand for a number, a flag or nothing."""

    text: str
    line: int
    plain: bool

    @property
    def is_null(self) -> bool:
        """Nothing, ``null`` or ``~`` without quotes."""
        return self.plain and self.text in ("", "null", "~")


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys (scalars, in the order of the file, each once) and their nodes."""

    entries: tuple[tuple[Scalar, Node], ...]
    line: int


Node = Scalar | Sequence | Mapping


class _Stop(Exception):
    """Reading cannot go on; the fault has been noted."""


class _Reader:
    def __init__(self, data: str, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.events: Iterator[Any] = iter(yaml.parse(data, Loader=_Loader))

    def fault(self, line: int, key: str, expected: str, example: str, found: str | None = None) -> None:
        self.faults.append(Fault(self.file, key, expected, example, found and shown(found), line))

    def node(self, event: Any, path: str, depth: int = 0) -> Node:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self.fault(line, path, "別名(& と *)を使わない書き方が必要です", GOOD_FILE, event.anchor)
            raise _Stop
        if event.tag is not None:
            self.fault(line, path, "型の指定(!…)を使わない書き方が必要です", GOOD_FILE, event.tag)
            raise _Stop
        if depth > MAX_DEPTH:
            self.fault(line, path, f"入れ子は {MAX_DEPTH} 段までです", GOOD_FILE)
            raise _Stop
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, line, event.implicit[0])
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Node] = []
            while not isinstance(step := next(self.events), yaml.SequenceEndEvent):
                items.append(self.node(step, f"{path}[{len(items)}]", depth + 1))
            return Sequence(tuple(items), line)
        return self.mapping(line, path, depth)

    def mapping(self, line: int, path: str, depth: int) -> Mapping:
        entries: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(step := next(self.events), yaml.MappingEndEvent):
            key = self.node(step, path, depth + 1)
            if not isinstance(key, Scalar):
                self.fault(key.line, path, "項目の名前は文字列でなければなりません", GOOD_FILE)
                raise _Stop
            where = f"{path}.{key.text}" if path else key.text
            value = self.node(next(self.events), where, depth + 1)
            if key.text in entries:
                first = entries[key.text][0].line
                self.fault(
                    key.line, where, f"同じ項目は 1 回だけ書けます({first} 行目にもあります)", GOOD_FILE, key.text
                )
            entries.setdefault(key.text, (key, value))
        return Mapping(tuple(entries.values()), line)


def _problem(error: yaml.YAMLError) -> tuple[int | None, str]:
    mark = getattr(error, "problem_mark", None)
    return (None if mark is None else mark.line + 1), str(getattr(error, "problem", None) or error)


def read(data: bytes, file: str) -> tuple[Mapping | None, list[Fault]]:
    """The one mapping of a YAML file, or None, and all faults of its form.

    ``data``: the file's bytes, at most 64 KiB of UTF-8. ``file``: the name to use in faults.
    """

    def refuse(expected: str, found: str | None = None, line: int | None = None) -> tuple[None, list[Fault]]:
        return None, [Fault(file, "", expected, GOOD_FILE, found and shown(found), line)]

    if len(data) > MAX_BYTES:
        return refuse(f"{MAX_BYTES // 1024} KiB 以下のファイルが必要です", f"{MAX_BYTES} バイトより大きいファイル")
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return refuse("BOM(バイト順マーク)のない UTF-8 で保存したファイルが必要です", "BOM")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return refuse("UTF-8 で保存したファイルが必要です", f"{error.start} バイト目")
    if "\t" in text:
        line = text[: text.index("\t")].count("\n") + 1
        return refuse("タブではなく空白で字下げしたファイルが必要です", "タブ", line)
    reader = _Reader(text, file)
    try:
        events = reader.events
        next(events)  # stream start
        step = next(events)
        if not isinstance(step, yaml.DocumentStartEvent):
            return refuse("「項目: 値」の形の行が必要です", "空のファイル")
        root = reader.node(next(events), "")
        next(events)  # document end
        if not isinstance(next(events), yaml.StreamEndEvent):
            reader.fault(1, "", "1 つのファイルに書けるのは 1 つのドメインです(--- で区切りません)", GOOD_FILE)
    except yaml.YAMLError as error:
        line_of_error, problem = _problem(error)
        return None, [
            *reader.faults,
            *refuse(
                "YAML の書き方が正しくありません。字下げ・コロンの後の空白・引用符を確かめてください",
                problem,
                line_of_error,
            )[1],
        ]
    except _Stop:
        return None, reader.faults
    if isinstance(root, Scalar) and root.is_null:
        return refuse("「項目: 値」の形の行が必要です", "空のファイル")
    if not isinstance(root, Mapping):
        return refuse("「項目: 値」の形の行が必要です", getattr(root, "text", "リスト"), root.line)
    return root, reader.faults
