"""The command line: ``mailhelp`` in ``.venv/bin``, or ``python -m macros``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from macros import catalogue
from macros.errors import MailHelpError

CHECKED = "{count} 個のドメインを調べました。誤りはありません。"
BUILT = "{count} 個のドメインのヘルプを {out} に書き出しました。"
WRITTEN = "{file} を作りました。値を書き足してから mailhelp check で確かめてください。"


def _check(args: argparse.Namespace) -> None:
    print(CHECKED.format(count=len(catalogue.load(args.domains))))


def _build(args: argparse.Namespace) -> None:
    from macros import publish  # MkDocs takes half a second to import; the other commands do without it

    domains = catalogue.published(catalogue.load(args.domains))
    publish.publish(domains, args.out.resolve(), _progress)
    print(BUILT.format(count=len(domains), out=args.out))


def _progress(items: Iterable[str]) -> Iterable[str]:
    from tqdm import tqdm

    # None: no bar where the output is not a terminal.
    bar: Iterable[str] = tqdm(list(items), unit="ドメイン", disable=None)
    return bar


def _new(args: argparse.Namespace) -> None:
    from macros import operators

    print(WRITTEN.format(file=operators.write_new(args.domain, args.domains)))


def _fields(args: argparse.Namespace) -> None:
    from macros import operators

    if args.readme is None:
        print(operators.fields_table())
    else:
        args.readme.write_text(operators.with_fields_table(args.readme.read_text(encoding="utf-8")), encoding="utf-8")


def _schema(args: argparse.Namespace) -> None:
    from macros import operators

    print(json.dumps(operators.schema(), ensure_ascii=False, indent=2))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mailhelp", description="メールドメインごとのヘルプサイトを作ります。")
    commands = parser.add_subparsers(dest="command", required=True, metavar="コマンド")

    def add(name: str, run: Callable[[argparse.Namespace], None], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    def with_domains(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
        command.add_argument(
            "--domains",
            type=Path,
            default=catalogue.OWN_DOMAINS,
            metavar="DIR",
            help="ドメインのファイルを入れたフォルダー",
        )
        return command

    build = with_domains(add("build", _build, "すべてのドメインのヘルプを作ります。"))
    build.add_argument(
        "--out", type=Path, default=Path("site"), metavar="DIR", help="書き出すフォルダー(初めの値: site)"
    )
    with_domains(add("check", _check, "ドメインのファイルだけを調べます。何も書き出しません。"))
    new = with_domains(add("new", _new, "ドメインのファイルのひな形を作ります。"))
    new.add_argument("domain", metavar="DOMAIN")
    table = add("fields", _fields, "ドメインのファイルに書ける項目の表を表示します。")
    table.add_argument("--readme", type=Path, metavar="FILE", help="表を、この README の中に書き直します")
    add("schema", _schema, "エディターのための JSON Schema を表示します。")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it worked, 1 with a message for people when it did not."""
    args = _parser().parse_args(argv)
    try:
        args.run(args)
    except MailHelpError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 1
    return 0
