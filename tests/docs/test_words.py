"""textlint with a Japanese technical preset and the house spelling list is clean over every page."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from prose import readable

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / "tests/node"
FRONT_MATTER = "---\ntitle: 見本\n---\n"


def findings(pages: dict[str, str], folder: Path) -> list[str]:
    """What textlint says about the pages, with the line of each page."""
    places: dict[str, list[tuple[int, str]]] = {}
    for name, text in pages.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        places[str(file)] = lines = readable(text)
        file.write_text("".join(f"{line}\n" for _, line in lines), encoding="utf-8")
    program = NODE / "node_modules/.bin/textlint"
    assert program.exists(), "textlint がありません。make test は自分で入れます"
    done = subprocess.run(
        [program, "--config", NODE / "textlintrc.json", "--format", "json", *places],
        cwd=NODE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    found = []
    for file in json.loads(done.stdout):
        for said in file["messages"]:
            number, line = places[file["filePath"]][said["line"] - 1]
            what = said["message"].partition("\n")[0]
            found.append(f"{Path(file['filePath']).relative_to(folder)}:{number}: {said['ruleId']}: {what} {line[:80]}")
    return sorted(found)


def test_every_page_is_clean(tmp_path: Path) -> None:
    pages = {p.relative_to(ROOT).as_posix(): p.read_text(encoding="utf-8") for p in ROOT.glob("docs/**/*.md")}
    assert len(pages) > 35
    assert findings(pages, tmp_path) == []


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("メールのサーバを選びます。", "prh"),
        ("PCでスマホのメアドを使います。", "prh"),
        ("これは設定である。次に進みます。", "no-mix-dearu-desumasu"),
        ("フォルダーごと移動することはできません。", "ja-no-redundant-expression"),
        ("サーバーに送信に使います。", "no-doubled-joshi"),
        ("メールが届かないかもしれません。", "ja-no-weak-phrase"),
        ("とても長い文を、" * 12 + "書きました。", "sentence-length"),
        ("文の終わりに丸がありません", "ja-no-mixed-period"),
    ],
    ids=lambda text: text if text.isascii() else "",
)
def test_a_fault_is_found(tmp_path: Path, fault: str, rule: str) -> None:
    assert rule in "".join(findings({"a.md": f"{FRONT_MATTER}\n{fault}\n"}, tmp_path))


def test_what_a_program_shows_and_what_a_macro_writes_is_no_fault(tmp_path: Path) -> None:
    page = f"""{FRONT_MATTER}
# 見本 {{#sample}}

{{% if mail.offers.imap -%}}
1. {{{{ ui("ios", "受信メールサーバ") }}}}に{{{{ mail.imap.hostname }}}}と入れます。
{{% endif %}}
{{{{ settings_table("imap") }}}}
"""
    assert findings({"a.md": page}, tmp_path) == []
