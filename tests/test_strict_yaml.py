import pytest

from macros import strict_yaml
from macros.strict_yaml import Mapping, Scalar, Sequence


def read(text: str | bytes) -> tuple[Mapping | None, list[str]]:
    data = text if isinstance(text, bytes) else text.encode()
    tree, faults = strict_yaml.read(data, "x.yaml")
    return tree, [str(fault) for fault in faults]


def test_scalars_stay_the_text_that_was_written() -> None:
    tree, faults = read("a: no\nb: 0777\nc: '993 '\nd: 1_000\ne: 2026-01-01\n")
    assert not faults
    assert tree is not None
    assert [(key.text, value.text) for key, value in tree.entries if isinstance(value, Scalar)] == [
        ("a", "no"),
        ("b", "0777"),
        ("c", "993 "),
        ("d", "1_000"),
        ("e", "2026-01-01"),
    ]


def test_plain_and_quoted_scalars_are_told_apart() -> None:
    tree, _ = read("a: true\nb: 'true'\nc: \"1\"\nd: null\ne: 'null'\nf:\n")
    assert tree is not None
    scalars = [value for _, value in tree.entries if isinstance(value, Scalar)]
    assert [s.plain for s in scalars] == [True, False, False, True, False, True]
    assert [s.is_null for s in scalars] == [False, False, False, True, False, True]


def test_lines_and_nesting() -> None:
    tree, faults = read("# comment\na:\n  - x\n  - {y: z}\n")
    assert not faults
    assert tree is not None
    key, value = tree.entries[0]
    assert key.line == 2
    assert isinstance(value, Sequence)
    assert isinstance(value.items[1], Mapping)
    assert value.items[1].line == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\na: 2\n", "x.yaml:2: a: 同じ項目は 1 回だけ書けます(1 行目にもあります)"),
        ("a: {b: 1, b: 2}\n", "a.b: 同じ項目は"),
        ("a: &x 1\nb: *x\n", "別名(& と *)を使わない"),
        ("a: !!python/object/apply:os.system [true]\n", "型の指定(!…)を使わない"),
        ("a:\n\tb: 1\n", "x.yaml:2: タブではなく空白で字下げ"),
        (b"\xef\xbb\xbfa: 1\n", "BOM"),
        ("a: 1\n---\nb: 2\n", "1 つのファイルに書けるのは 1 つのドメイン"),
        ("", "空のファイル"),
        ("# only a comment\n", "空のファイル"),
        ("- a\n", "「項目: 値」の形の行が必要です"),
        ("just text\n", "「項目: 値」の形の行が必要です"),
        ("a: [1, 2\n", "YAML の書き方が正しくありません"),
        ("a: 'x\n", "YAML の書き方が正しくありません"),
        ("a: b: c\n", "YAML の書き方が正しくありません"),
        (b"a: \xff\xfe\n", "UTF-8 で保存した"),
        ("a: \x00\n", "YAML の書き方が正しくありません"),
        ("? [a, b]\n: 1\n", "項目の名前は文字列でなければなりません"),
        ("a: " + "[" * 20 + "]" * 20 + "\n", "入れ子は"),
        ("a: " + "x" * strict_yaml.MAX_BYTES + "\n", "64 KiB 以下"),
        ("a: &a [*a, *a]\n", "別名(& と *)を使わない"),
    ],
)
def test_what_is_refused_is_named(text: str | bytes, said: str) -> None:
    _, faults = read(text)
    assert any(said in fault for fault in faults), faults
    assert all("x.yaml" in fault and "例: " in fault for fault in faults)
