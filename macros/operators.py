"""Three readings of the field tables for the people who edit domain files: schema, table and template."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from macros import catalogue
from macros.checks import Refused, hostname
from macros.domain import to_unicode
from macros.errors import BuildError, DomainDataError, Fault, shown
from macros.fields import DOMAIN_FILE, Field

README_MARKS = ("<!-- fields: mailhelp fields -->", "<!-- /fields -->")
NO_MARKS = "README に {marks} がありません。"
EXISTS = "{file} はもうあります。"
HEADS = ("項目", "説明", "例")
TEMPLATE = """\
# {domain} の設定です。必要な項目は domain だけです。
# ほかの項目は、共通の値(_provider.yaml)と違うときだけ、行頭の # を消して書きます。
# 項目の説明: mailhelp fields   書いたあとの確認: mailhelp check
domain: {domain}
"""
SERVERS = """\
#{key}:
#  - type: {type}
#    hostname: mail.{domain}
#    port: {port}
#    socket_type: SSL
#    authentication: password-cleartext
#    username: "%EMAILADDRESS%"
"""


def _schema_of(field: Field) -> dict[str, Any]:
    nothing = [{"type": "null"}] if field.nullable else []
    described = {"description": field.reason}
    if field.kind == "servers":
        return described | {
            "type": "array",
            "minItems": 1,
            "items": _object(field.inner, required=["type", "hostname"]),
        }
    if field.kind == "mapping":
        return described | _object(field.inner, required=[])
    if field.kind == "list":
        return described | {"type": "array", "items": {"type": "string"}}
    one: dict[str, Any] = {"flag": {"type": "boolean"}, "number": {"type": "integer"}}.get(
        field.kind, {"type": "string"}
    )
    if field.kind == "choice":
        one = one | {"enum": list(field.choices)}
    return described | ({"anyOf": [one, *nothing]} if nothing else one)


def _object(fields: tuple[Field, ...], required: list[str]) -> dict[str, Any]:
    properties = {field.key: _schema_of(field) for field in fields}
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a domain file, for completion and checking in editors. ``check`` is stricter."""
    title = "ロイテム メールヘルプ: メールドメインのファイル"
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **_object(DOMAIN_FILE, ["domain"]),
    }


def _rows(fields: tuple[Field, ...], prefix: str = "") -> list[tuple[str, str, str]]:
    rows = []
    for field in fields:
        rows.append((f"{prefix}{field.key}", field.reason, field.example))
        mark = {"servers": "[].", "mapping": "."}.get(field.kind)
        if mark:
            rows += _rows(field.inner, f"{prefix}{field.key}{mark}")
    return rows


def fields_table() -> str:
    """The operators' table of fields as Markdown."""
    rows = [f"| `{key}` | {reason} | `{example}` |" for key, reason, example in _rows(DOMAIN_FILE)]
    return "\n".join([f"| {' | '.join(HEADS)} |", "|---|---|---|", *rows])


def with_fields_table(readme: str) -> str:
    """The README's text with the table between its two marks written anew.

    :raises BuildError: when the marks are not there.
    """
    before, start, rest = readme.partition(README_MARKS[0])
    _, end, after = rest.partition(README_MARKS[1])
    if not start or not end:
        raise BuildError(NO_MARKS.format(marks="・".join(README_MARKS)))
    return f"{before}{start}\n{fields_table()}\n{end}{after}"


def new_file(domain: str) -> str:
    """The text of a minimal, commented file for a domain."""
    lines = [TEMPLATE.format(domain=domain)]
    for field in DOMAIN_FILE[1:]:
        lines.append(f"\n# {field.reason}\n")
        if field.kind == "servers":
            sample = {inner.key: inner.example for inner in field.inner}
            lines.append(SERVERS.format(key=field.key, type=sample["type"], port=sample["port"], domain=domain))
        elif field.kind == "mapping":
            lines.append(f"#{field.key}:\n" + "".join(f"#  {inner.key}: {inner.example}\n" for inner in field.inner))
        else:
            lines.append(f"#{field.key}: {field.example}\n")
    return "".join(lines)


def write_new(name: str, folder: Path) -> Path:
    """Write :func:`new_file` to ``folder/<domain>.yaml`` and return the path.

    :raises DomainDataError: for a name that is no domain. :raises BuildError: when a file for it exists.
    """
    try:
        domain = to_unicode(hostname(name))
    except Refused as refused:
        raise DomainDataError(
            [Fault("mailhelp new", "DOMAIN", str(refused), "mailhelp new example.jp", shown(name))]
        ) from None
    for spelling in (domain, hostname(name)):
        for path in folder.rglob(f"{spelling}{catalogue.SUFFIX}"):
            raise BuildError(EXISTS.format(file=path))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{domain}{catalogue.SUFFIX}"
    path.write_text(new_file(domain), encoding="utf-8")
    return path
