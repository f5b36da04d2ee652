import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from macros import catalogue, fields, operators
from macros.errors import BuildError, DomainDataError

VALIDATOR = jsonschema.Draft202012Validator(operators.schema())


def test_the_schema_is_a_schema_and_accepts_every_sample() -> None:
    jsonschema.Draft202012Validator.check_schema(operators.schema())
    samples = [p for p in catalogue.OWN_DOMAINS.rglob("*.yaml") if not p.name.startswith("_")]
    assert len(samples) >= 7
    for path in samples:
        VALIDATOR.validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"domain": "a.example", "x": 1},
        {"domain": 1},
        {"domain": "a.example", "confirmed": "yes"},
        {"domain": "a.example", "incoming_servers": [{"type": "smtp", "hostname": "x"}]},
    ],
)
def test_the_schema_refuses_what_check_refuses(wrong: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(wrong)


def test_the_committed_schema_is_the_models() -> None:
    committed = (catalogue.OWN_DOMAINS / "_schema.json").read_text(encoding="utf-8")
    assert json.loads(committed) == operators.schema(), "make schema"


def test_the_readmes_table_is_the_models() -> None:
    readme = (catalogue.OWN_DOMAINS.parent / "README.md").read_text(encoding="utf-8")
    assert operators.with_fields_table(readme) == readme, "make schema"
    with pytest.raises(BuildError, match="README"):
        operators.with_fields_table("no marks")


def test_every_field_says_why_it_exists() -> None:
    for field in (*fields.DOMAIN_FILE, *fields.INCOMING_SERVER, *fields.OUTGOING_SERVER, *fields.SUPPORT):
        assert field.reason.endswith("。"), field.key
        assert field.example, field.key
        assert f"{field.key}` |" in operators.fields_table()


def test_a_new_file_is_valid_and_so_are_its_commented_lines(tmp_path: Path) -> None:
    path = operators.write_new("example.jp", tmp_path)
    assert list(catalogue.load(tmp_path)) == ["example.jp"]
    lines = path.read_text(encoding="utf-8").splitlines()
    # Uncomment everything that is YAML (the sentences have a space after the #).
    path.write_text("\n".join(re.sub(r"^#(?=\S|  )", "", line) for line in lines), encoding="utf-8")
    with pytest.raises(DomainDataError) as caught:
        catalogue.load(tmp_path)
    # An example for plain_reason cannot be right without a plain server; all else is.
    assert [f.key for f in caught.value.faults] == ["plain_reason"]


def test_new_uses_unicode_names_and_never_overwrites(tmp_path: Path) -> None:
    assert operators.write_new("xn--wgv71a119e.jp", tmp_path).name == "日本語.jp.yaml"
    with pytest.raises(BuildError, match="もうあります"):
        operators.write_new("日本語.jp", tmp_path)
    with pytest.raises(DomainDataError, match="小文字"):
        operators.write_new("Example.JP", tmp_path)
