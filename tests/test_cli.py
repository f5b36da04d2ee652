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
