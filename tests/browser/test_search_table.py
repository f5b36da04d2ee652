"""The browser reads the table of what was learned as it was written: bits, numbers, and which pairs speak for what."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from macros.search import coder, learned, packing, worker

pytestmark = pytest.mark.browser
START = """() => { %s
  window.bits = (bytes, asked) => { const d = new Decoder(bytes); return asked.map(([c, guess]) => d.bit(c, guess)); };
  window.numbers = (bytes, count) => { const d = new Decoder(bytes); return Array.from({length: count}, () => d.number(64)); };
  window.table = (bytes, names, letters) => {
    let page;
    const sections = names.map(({page: starts, names, about}, n) => {
      const section = {n, texts: [...names, about].map(text => everyPair(fold(text)))};
      section.pairs = new Set(section.texts.slice(0, -1).flat());
      if (starts) page = section;
      section.page = page;
      return section;
    });
    const found = learnedTable(new Decoder(bytes), sections, letters), nodes = {0: null};
    for (const {n, node, page} of sections) {
      nodes[node] = [n, false];
      if (page.n === n) nodes[node - 1] = [n, true];
    }
    return [...found].map(([pair, of]) => [pair, of.map(([node, level]) => [nodes[node], level])]);
  };
}"""
#: Bits that are nearly always 0, in few contexts, as in the table.
BITS = st.lists(st.tuples(st.integers(0, 40).map(lambda n: n == 0) | st.booleans(), st.integers(0, 3)), max_size=400)


@pytest.fixture(scope="module")
def reading(chromium: Browser) -> Any:
    page = chromium.new_page()
    parts = (worker.BROWSER / name for name in ("1-normalise.js", "2-coder.js", "4-learned.js"))
    page.evaluate(START % "\n".join(part.read_text(encoding="utf-8") for part in parts))
    yield page
    page.close()


@settings(max_examples=150)
@given(BITS, st.integers(0, coder.ONE))
def test_bits_come_back(reading: Any, bits: list[tuple[bool, int]], guess: int) -> None:
    out = coder.Encoder()
    for bit, context in bits:
        out.put(bit, context, guess)
    asked = [[context, guess] for _, context in bits]
    assert reading.evaluate("args => bits(...args)", [list(out.finished()), asked]) == [bit for bit, _ in bits]


@settings(max_examples=50)
@given(st.lists(st.integers(0, 100_000), max_size=20))
def test_numbers_come_back(reading: Any, numbers: list[int]) -> None:
    out = coder.Encoder()
    for number in numbers:
        out.number(number, 64)
    assert reading.evaluate("args => numbers(...args)", [list(out.finished()), len(numbers)]) == numbers


def test_what_is_always_the_same_takes_no_room(reading: Any) -> None:
    out = coder.Encoder()
    bits = [n % 2000 == 1999 for n in range(10_000)]
    for bit in bits:
        out.put(bit, 0)
    assert len(out.finished()) < 40
    assert reading.evaluate("args => bits(...args)", [list(out.finished()), [[0, coder.ONE // 2]] * len(bits)]) == bits


NAMES = [
    packing.Names(True, ("メールの設定", "初期設定"), "設定の説明です。"),
    packing.Names(False, ("送信サーバー",), ""),
    packing.Names(True, ("お問い合わせ",), "電話"),
]
PAIRS = st.sampled_from(["設定", " 送", "送信", "葡萄", "量 ", "ウガ", "ab"])
NODES = st.sampled_from([None, (0, True), (0, False), (1, False), (2, True), (2, False)])


@settings(max_examples=60)
@given(st.dictionaries(PAIRS, st.dictionaries(NODES, st.sampled_from(learned.LEVELS), min_size=1)))
def test_what_is_learned_comes_back(reading: Any, weights: dict[str, dict[tuple[int, bool] | None, int]]) -> None:
    letters, table = packing.packed(weights, NAMES)
    names = [{"page": n.page, "names": n.names, "about": n.about} for n in NAMES]
    found = reading.evaluate("args => table(...args)", [list(table), names, letters])
    assert {pair: {node and tuple(node): level for node, level in of} for pair, of in found} == weights
