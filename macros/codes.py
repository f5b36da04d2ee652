"""The short codes of pages and sections that support says on the telephone, and the registry of those ever published.

``codes.yaml`` is a promise: a code is never given to another section and never disappears. Where a section has moved
or gone, its code leads to what replaced it, and its old place is kept as well. ``mailhelp codes`` keeps the file.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from macros import strict_yaml
from macros.errors import BuildError

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
CONFIG_FILE = ROOT / "mkdocs.yml"
REGISTRY = Path(__file__).with_name("codes.yaml")
#: Folder of docs/ -> the letter that is said on the telephone.
LETTERS = {"setup": "A", "overview": "B", "backup": "C", "livemail": "D", "trouble": "T", "": "H"}
DEEPEST = 3

HEADER = """\
# 電話でお伝えするコードの台帳です。mailhelp codes が書き足します。手で直すのは、章を移すときだけです。
# 一度公開したコードは、消したり、ほかの章に付け替えたりしません。
# codes: コード → 場所(ページは「ファイル」、章は「ファイル#id」)。なくなった章は、代わりのコードを書きます。
# moved: もうない場所 → 代わりに開くコード
"""
NO_CODE = "{place}: コードがありません。mailhelp codes で付けます。"
NO_TARGET = "{code}: {place} がありません。章を移したときは mailhelp codes --moved {place} 新しい場所 で直します。"
NO_ALIAS = "{code}: 代わりのコード {place} がないか、元に戻ってしまいます。"
TWICE = "{place}: コードが 2 つあります({codes})。"
GAP = "{letter}-{number}: 台帳から消えています。公開したコードは消せません。"
BAD_CODE = "{code}: コードの形(A-12)ではありません。"
STILL_THERE = "moved の {place} は、まだあります。"
NOT_READABLE = "コードの台帳 {file} を読めません。\n{faults}"
UNKNOWN_PLACE = "{place} というコードや場所は、台帳にも docs/ にもありません。"

_CODE = re.compile(r"([A-Z])-([1-9][0-9]*)\Z")
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.S | re.M)
_HEADING = re.compile(r"^(#{1,6}) +(.+?) *\{:? ?#([a-z0-9-]+)[^}]*\}\s*$", re.M)
_PAGE_IN_NAV = re.compile(r"[\w/-]+\.md\b")


@dataclass(frozen=True, slots=True)
class Section:
    """A page (level 1) or a section of it, as the Markdown source has it."""

    page: str
    id: str
    level: int
    title: str

    @property
    def place(self) -> str:
        """How the registry names it: ``setup/index.md`` or ``setup/index.md#choose``."""
        return self.page if self.level == 1 else f"{self.page}#{self.id}"


@dataclass(frozen=True, slots=True)
class Registry:
    """Every code ever published. ``codes``: code -> place or, once retired, another code. ``moved``: old place -> code."""

    codes: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)

    def resolve(self, code: str) -> str | None:
        """The place a code leads to today, through retired codes; None when it leads nowhere."""
        seen = set()
        while code in self.codes and code not in seen:
            seen.add(code)
            if not _CODE.match(self.codes[code]):
                return self.codes[code]
            code = self.codes[code]
        return None

    @property
    def by_place(self) -> dict[str, str]:
        """Place -> its code, without retired ones."""
        return {place: code for code, place in self.codes.items() if not _CODE.match(place)}


@functools.cache
def sections(docs: Path = DOCS) -> tuple[Section, ...]:
    """Every heading of every page down to the third level, in the order of the navigation."""
    order = {page: i for i, page in enumerate(_PAGE_IN_NAV.findall(CONFIG_FILE.read_text(encoding="utf-8")))}
    pages = {path.relative_to(docs).as_posix(): path for path in docs.rglob("*.md")}
    found = []
    for page in sorted(pages, key=lambda p: (order.get(p, len(order)), p)):
        text = _FENCE.sub("", pages[page].read_text(encoding="utf-8"))
        found += [Section(page, id_, len(marks), title) for marks, title, id_ in _HEADING.findall(text)]
    return tuple(s for s in found if s.level <= DEEPEST)


@functools.cache
def load(file: Path = REGISTRY) -> Registry:
    """The registry of published codes.

    :raises BuildError: when the file cannot be read or has a line twice.
    """
    tree, faults = strict_yaml.read(file.read_bytes(), file.name)
    parts: dict[str, dict[str, str]] = {"codes": {}, "moved": {}}
    for key, node in tree.entries if tree else ():
        if isinstance(node, strict_yaml.Mapping):
            parts[key.text] = {k.text: v.text for k, v in node.entries if isinstance(v, strict_yaml.Scalar)}
    if tree is None or faults:
        raise BuildError(NOT_READABLE.format(file=file, faults="\n".join(map(str, faults))))
    return Registry(parts["codes"], parts["moved"])


def by_heading() -> dict[tuple[str, str], str]:
    """(page, heading id) -> code, for every page and section of today."""
    codes = load().by_place
    return {(s.page, s.id): codes[s.place] for s in sections() if s.place in codes}


def letter(page: str) -> str:
    """The letter of a page's codes."""
    return LETTERS[page.rpartition("/")[0]]


def _key(code: str) -> tuple[str, int]:
    match = _CODE.match(code)
    return (match[1], int(match[2])) if match else (code, 0)


def extended(registry: Registry, found: Iterable[Section]) -> Registry:
    """The registry with a new number for every section that has none; nothing that is there changes."""
    codes = dict(registry.codes)
    known = set(codes.values())
    last = {char: max((_key(c)[1] for c in codes if _key(c)[0] == char), default=0) for char in LETTERS.values()}
    for section in found:
        if section.place not in known:
            char = letter(section.page)
            last[char] += 1
            codes[f"{char}-{last[char]}"] = section.place
    return Registry(codes, registry.moved)


def moved(registry: Registry, old: str, new: str) -> Registry:
    """The registry after ``old`` (a place) went to ``new``: a place without a code takes over, another is referred to.

    :raises BuildError: when either is unknown.
    """
    code = registry.by_place.get(old)
    places = {s.place for s in sections()}
    if code is None:
        raise BuildError(UNKNOWN_PLACE.format(place=old))
    target = registry.by_place.get(new) or (new if new in registry.codes or new in places else None)
    if target is None:
        raise BuildError(UNKNOWN_PLACE.format(place=new))
    return Registry({**registry.codes, code: target}, {**registry.moved, old: code})


def faults(registry: Registry, found: Iterable[Section]) -> list[str]:
    """Everything that would break a promise, as sentences; empty when all is well."""
    places = [s.place for s in found]
    codes, known = registry.codes, set(registry.by_place)
    said = [BAD_CODE.format(code=code) for code in codes if not _CODE.match(code)]
    said += [NO_CODE.format(place=place) for place in places if place not in known]
    for code, target in codes.items():
        if _CODE.match(target):
            if registry.resolve(code) is None:
                said.append(NO_ALIAS.format(code=code, place=target))
        elif target not in places:
            said.append(NO_TARGET.format(code=code, place=target))
    for place in known:
        same = [code for code, target in codes.items() if target == place]
        if len(same) > 1:
            said.append(TWICE.format(place=place, codes="、".join(same)))
    for place, code in registry.moved.items():
        if place in places:
            said.append(STILL_THERE.format(place=place))
        if registry.resolve(code) is None:
            said.append(NO_ALIAS.format(code=f"moved の {place}", place=code))
    numbers: dict[str, set[int]] = {}
    for char, number in map(_key, codes):
        numbers.setdefault(char, set()).add(number)
    for char, used in numbers.items():
        said += [GAP.format(letter=char, number=n) for n in range(1, max(used)) if n not in used]
    return said


def written(registry: Registry) -> str:
    """The registry as the text of its file."""
    lines = ["codes:", *(f"  {code}: {registry.codes[code]}" for code in sorted(registry.codes, key=_key))]
    if registry.moved:
        lines += ["moved:", *(f"  {place}: {code}" for place, code in sorted(registry.moved.items()))]
    return HEADER + "\n".join(lines) + "\n"


def update(old_and_new: tuple[str, str] | None = None, file: Path = REGISTRY) -> list[str]:
    """Write the codes that are missing (and one move) into the registry; the codes that are new.

    :raises BuildError: when a published code leads nowhere; nothing is written then.
    """
    sections.cache_clear()
    load.cache_clear()
    before = load(file) if file.exists() else Registry()
    after = moved(before, *old_and_new) if old_and_new else before
    after = extended(after, sections())
    said = faults(after, sections())
    if said:
        raise BuildError("\n".join(said))
    file.write_text(written(after), encoding="utf-8")
    load.cache_clear()
    return [code for code in after.codes if code not in before.codes]
