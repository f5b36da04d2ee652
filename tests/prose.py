"""Pages as their readers see them, for checkers of Japanese: our macro calls become neutral words."""

from __future__ import annotations

import re

STATEMENT = re.compile(r"\{%.*?%\}", re.DOTALL)
ALONE = re.compile(r"\s*(\{%[^%]*%\}\s*)+")
CALL = re.compile(r"\{\{\s*([a-z_.]+).*?\}\}")
ATTRIBUTES = re.compile(r"[ \t]*\{:?[ ]*[#.][^{}\n]*\}")
ADMONITION = re.compile(r'^( *)(?:!!!|\?\?\?\+?|===) *(?:[a-z]+ *)?"(.*)"$')
# What a program shows is quoted as it is: its spelling is not ours.
QUOTED = {"ui": "「項目」", "message": "「文」", "errors_table": "", "settings_table": "", "checked": "確かめました。"}
BLOCKS = frozenset(
    "address_forms certificate_note code_list contact figure page_qr ports_table profile_link screen settings_glance"
    " support_link support_replies thunderbird_android_qr value".split()
)
SENTENCES = frozenset({"contact_line", "username_rule"})
# Words of others, written as they write them: item names of programs in the table of names, Loytem's own motto.
OTHERS = (
    "受信用メールサーバ",
    "送信用メールサーバ",
    "受信メールサーバ",
    "送信メールサーバ",
    "サーバポート",
    "ユーザ名、アカウント名",
    "「サーバにメッセージを残す」",
    "「アドオンマネージャ」",
    "「メール設定及びメールの概要について」",
    "「優良顧客を育て、勝手にリピート率も単価も上がる!」",
)
# One predicate, although a particle stands in it: 「〜が消えることがあります」 has no doubled 「が」.
PREDICATE = ("ことがあります", "ことあります")


def _word(match: re.Match[str]) -> str:
    name = match[1]
    if name in BLOCKS:
        # Inside a sentence it is a word, on a line of its own it is a block.
        return "値" if name == "value" and not match[0].startswith("{{ value(mail.webmail_url)") else ""
    return QUOTED.get(name, "説明です。" if name in SENTENCES else "値")


def readable(page: str) -> list[tuple[int, str]]:
    """The page's lines of Markdown with their numbers, macro calls, front matter and attributes taken out."""
    page = STATEMENT.sub(lambda m: m[0].replace("\n", " ") + "\n" * m[0].count("\n"), page)
    # Statements on lines of their own vanish: an empty line would cut a table or a list in two.
    kept = [(number, line) for number, line in enumerate(page.splitlines(), 1) if not ALONE.fullmatch(line)]
    start = next(i for i, (_, line) in enumerate(kept[1:], 2) if line == "---")
    found = []
    boxes: list[int] = []
    for number, line in kept[start:]:
        indent = len(line) - len(line.lstrip())
        while line.strip() and boxes and indent < boxes[-1]:
            boxes.pop()
        # What is in a box is ordinary text, not code.
        found.append((number, _plain(line[4 * len(boxes) :])))
        if ADMONITION.match(line):
            boxes.append(indent + 4)
            found.append((number, ""))
    return found


def _plain(line: str) -> str:
    for theirs in OTHERS:
        line = line.replace(theirs, "その名前")
    line = STATEMENT.sub("", CALL.sub(_word, line))
    line = ADMONITION.sub(lambda m: f"{m[1]}**{m[2]}**", ATTRIBUTES.sub("", line))
    # A symptom and where it leads to are two sentences.
    return line.replace(" → ", "。").replace(*PREDICATE)
