import subprocess
import sys
from pathlib import Path

import pytest

from macros import cli


def test_check_says_how_many(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "example.jp.yaml").write_text("domain: example.jp\n")
    assert cli.main(["check", "--domains", str(tmp_path)]) == 0
    assert "1 個のドメイン" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["check", "build"])
def test_faults_are_printed_without_a_traceback_and_nothing_is_written(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "example.jp.yaml").write_text("domain: example.jp\nport: 1\n")
    out = tmp_path / "out"
    args = [command, "--domains", str(tmp_path)] + (["--out", str(out)] if command == "build" else [])
    assert cli.main(args) == 1
    said = capsys.readouterr()
    assert "example.jp.yaml:2: port: 使える項目は" in said.err
    assert "Traceback" not in said.err
    assert not out.exists()


def test_new_then_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["new", "example.jp", "--domains", str(tmp_path)]) == 0
    assert cli.main(["new", "example.jp", "--domains", str(tmp_path)]) == 1
    assert cli.main(["check", "--domains", str(tmp_path)]) == 0
    assert "もうあります" in capsys.readouterr().err


def test_fields_and_schema_print_their_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["fields"]) == 0
    assert "incoming_servers[].hostname" in capsys.readouterr().out
    assert cli.main(["schema"]) == 0
    assert "draft/2020-12" in capsys.readouterr().out


def test_python_m_macros_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "macros", "check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_dns_prints_or_writes_a_snippet_for_each_domain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["dns", "お花屋.example", "salon-group.example"]) == 0
    said = capsys.readouterr().out
    assert "_imaps._tcp.xn--t8jw83ktcy.example. 3600 IN SRV 0 1 993 mail.xn--t8jw83ktcy.example." in said
    assert "_imaps._tcp.salon-group.example. 3600 IN SRV 0 1 993 imap.salon.example." in said
    assert "cafe.example" not in said
    assert cli.main(["dns", "--out", str(tmp_path / "zones")]) == 0
    assert {p.name for p in (tmp_path / "zones").iterdir()} >= {"example.jp.zone", "salon-group.example.zone"}
    assert cli.main(["dns", "nowhere.example"]) == 1
    assert "nowhere.example というドメインはありません" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["nginx", "caddy"])
def test_servers_prints_a_configuration(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["servers", kind, "--site-url", "https://help.example.jp/", "--site", "/srv/site"]) == 0
    said = capsys.readouterr().out
    assert "/srv/site" in said
    assert "autoconfig.loytem.com" in said
    assert cli.main(["servers", kind]) == 1
    assert "サイトの URL" in capsys.readouterr().err
