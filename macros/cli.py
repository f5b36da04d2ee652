"""The command line: ``mailhelp`` in ``.venv/bin``, or ``python -m macros``."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from macros import catalogue
from macros.errors import BuildError, MailHelpError

CHECKED = "{count} 個のドメインを調べました。誤りはありません。"
BUILT = "{count} 個のドメインのヘルプを {out} に書き出しました(書き換えたのは {written} 個)。"
SIZE = "1 つのドメインは最大 {largest:.0f} kB、全体で {size:.0f} MB({files} ファイル)です。"
#: What GitHub Pages publishes at most, in bytes, and from which part of it on the build warns.
PAGES_BYTES, NEARLY = 10**9, 0.9
NEAR_LIMIT = "注意: 全体が {size:.1f} GB あります。GitHub Pages で公開できるのは 1 GB までです。README の「公開先の選び方」をご覧ください。"
LEFT_OUT = "{count} 件の誤りがあるファイルは使いませんでした。前に公開したまま残したドメイン: {kept}"
NONE = "なし"
INCOMPLETE = "誤りのないドメインだけを書き出しました。"
NOT_BUILT = "サイトを作れませんでした({file}: {reason})。公開中のサイトは変わっていません。"
INTERRUPTED = "中断しました。公開中のサイトは変わっていません。"
PROGRESS = "{done}/{total} {unit}(毎秒 {rate:.0f}、残り {left:.0f} 秒)"
#: Fewer items than this are done before anybody looks.
WORTH_A_LINE = 100
PAGES_LIMITS = (
    "GitHub Pages に置いたときは、iPhone の設定ファイルの種類(MIME)、Outlook の自動検出(POST)、autoconfig などのホスト名は動きません。"
    "自分のサーバーの設定は mailhelp servers で作れます。"
)
WRITTEN_FILES = "{count} 個のファイルを {out} に書き出しました。"
NOT_PUBLISHED = "{domain} というドメインはありません。{folder} にあるのは {known} です。"
NOT_A_DOMAIN = "{found} を調べられません。{expected}。"
IMPORTED = "{file} を作りました。"
UNREADABLE = "{file} を読めません({reason})。"
WRITTEN = "{file} を作りました。値を書き足してから mailhelp check で確かめてください。"

CODES_NEW = "{count} 個のコードを加えました: {codes}"
CODES_COMPLETE = "すべての章にコードがあります。"


def _warn_of_old_checks() -> None:
    """Pages that rely on a check of long ago; GitHub shows such a line beside the file."""
    from macros.components import checked

    for old in checked.old_checks():
        mark = f"::warning file={old.page.relative_to(checked.DOCS.parent).as_posix()}::"
        print(f"{mark if 'GITHUB_ACTIONS' in os.environ else ''}{old}")


def _check(args: argparse.Namespace) -> None:
    _warn_of_old_checks()
    print(CHECKED.format(count=len(catalogue.load(args.domains))))


def _build(args: argparse.Namespace) -> None:
    from macros import index, publish  # MkDocs takes half a second to import; the other commands do without it

    shard = publish.Shard.parse(args.shard)
    try:
        found = index.load(args.domains, keep_going=args.keep_going)
        _warn_of_old_checks()
        report = publish.publish_index(found, args.out.resolve(), _progress, shard=shard, trust=args.trust)
    except OSError as error:
        raise BuildError(NOT_BUILT.format(file=error.filename or "", reason=error.strerror or error)) from error
    print(BUILT.format(count=report.domains, written=report.written, out=args.out))
    if report.domains:
        print(SIZE.format(largest=report.largest / 1e3, size=report.size / 1e6, files=report.files))
    if report.size > PAGES_BYTES * NEARLY:
        print(NEAR_LIMIT.format(size=report.size / 1e9), file=sys.stderr)
    print(PAGES_LIMITS)
    if found.faults:
        print("\n".join(map(str, found.faults)), file=sys.stderr)
        print(LEFT_OUT.format(count=len(found.faults), kept="、".join(report.kept) or NONE), file=sys.stderr)
        raise BuildError(INCOMPLETE)


def _progress(items: Iterable[str], total: int, unit: str) -> Iterable[str]:
    if sys.stderr.isatty():
        from tqdm import tqdm

        bar: Iterable[str] = tqdm(items, total=total, unit=unit)
        return bar
    return _lines(items, total, unit)


def _lines(items: Iterable[str], total: int, unit: str) -> Iterator[str]:
    """Where the output is not a terminal: a line for every tenth of a long piece of work."""
    start = time.monotonic()
    step = max(1, -(-total // 10))
    for done, item in enumerate(items, 1):
        yield item
        if total >= WORTH_A_LINE and (done % step == 0 or done == total):
            rate = done / max(time.monotonic() - start, 1e-9)
            left = (total - done) / rate
            print(PROGRESS.format(done=done, total=total, unit=unit, rate=rate, left=left), file=sys.stderr, flush=True)


def _new(args: argparse.Namespace) -> None:
    from macros import operators

    print(WRITTEN.format(file=operators.write_new(args.domain, args.domains)))


def _fields(args: argparse.Namespace) -> None:
    from macros import operators

    if args.readme is None:
        print(operators.fields_table())
    else:
        args.readme.write_text(operators.with_fields_table(args.readme.read_text(encoding="utf-8")), encoding="utf-8")


def _codes(args: argparse.Namespace) -> None:
    from macros import codes

    new = codes.update(tuple(args.moved) if args.moved else None)
    print(CODES_NEW.format(count=len(new), codes=" ".join(new)) if new else CODES_COMPLETE)


def _schema(args: argparse.Namespace) -> None:
    from macros import operators

    print(json.dumps(operators.schema(), ensure_ascii=False, indent=2))


def _dns(args: argparse.Namespace) -> None:
    from macros import environment, formats
    from macros.domain import to_unicode

    domains = catalogue.published(catalogue.load(args.domains))
    context = environment.context()
    asked = {name: domains[name] for name in domains if not args.domain or {name, to_unicode(name)} & set(args.domain)}
    for name in args.domain:
        if not any(name in (known, to_unicode(known)) for known in asked):
            known = "、".join(map(to_unicode, domains))
            raise BuildError(NOT_PUBLISHED.format(domain=name, folder=args.domains, known=known))
    files = {path: data for mail in asked.values() for path, data in formats.operator_files(mail, context).items()}
    if args.out is None:
        print("\n".join(data.decode() for data in files.values()), end="")
        return
    args.out.mkdir(parents=True, exist_ok=True)
    for path, data in files.items():
        (args.out / path).write_bytes(data)
    print(WRITTEN_FILES.format(count=len(files), out=args.out))


def _doctor(args: argparse.Namespace) -> int:
    from macros import doctor, environment
    from macros.checks import Refused, hostname
    from macros.doctor.network import network

    domains = catalogue.published(catalogue.load(args.domains))
    try:
        name = hostname(args.domain)
    except Refused as refused:
        raise BuildError(NOT_A_DOMAIN.format(found=args.domain, expected=refused)) from None
    site_url = environment.context().site_url
    report = doctor.examine(name, domains.get(name), site_url, network(args.resolver, args.port, args.ca, args.timeout))
    print(report)
    return 1 if report.faults else 0


def _import(args: argparse.Namespace) -> None:
    from macros import autoconfig_import

    try:
        with args.file.open("rb") as file:
            data = file.read(autoconfig_import.MAX_BYTES + 1)
    except OSError as error:
        raise BuildError(UNREADABLE.format(file=args.file, reason=error.strerror)) from None
    imported = autoconfig_import.convert(
        data, args.file.name, args.domains, domain=args.domain, plain_reason=args.plain_reason
    )
    print(IMPORTED.format(file=autoconfig_import.write(imported, args.domains)))
    for note in imported.notes:
        print(f"- {note}")


def _servers(args: argparse.Namespace) -> None:
    from macros import environment, servers, site

    domains = catalogue.published(catalogue.load(args.domains))
    place = servers.Place(
        site_url=args.site_url or environment.context().site_url,
        site=args.site.resolve(),
        provider=site.default_domain(domains),
        certificate=args.certificate,
        key=args.key,
    )
    print(servers.render(args.kind, place), end="")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mailhelp", description="メールドメインごとのヘルプサイトを作ります。")
    commands = parser.add_subparsers(dest="command", required=True, metavar="コマンド")

    def add(name: str, run: Callable[[argparse.Namespace], int | None], text: str) -> argparse.ArgumentParser:
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
    build.add_argument("--shard", default="1/1", metavar="I/N", help="N 台に分けて作るときの、I 番目の分だけを作ります")
    build.add_argument(
        "--keep-going", action="store_true", help="誤りのあるドメインを飛ばして、ほかを公開します(終了コードは 1)"
    )
    build.add_argument(
        "--trust",
        action="store_true",
        help="前に書き出したファイルが手で変えられていないか、を調べません(速くなります)",
    )
    with_domains(add("check", _check, "ドメインのファイルだけを調べます。何も書き出しません。"))
    new = with_domains(add("new", _new, "ドメインのファイルのひな形を作ります。"))
    new.add_argument("domain", metavar="DOMAIN")
    dns = with_domains(add("dns", _dns, "ドメインの DNS に加えるレコードを表示します(運営者用。公開しません)。"))
    dns.add_argument("domain", nargs="*", metavar="DOMAIN", help="書かなければ、すべてのドメイン")
    dns.add_argument("--out", type=Path, metavar="DIR", help="ドメインごとのファイル(DOMAIN.zone)を書き出すフォルダー")
    importing = with_domains(add("import", _import, "autoconfig の XML ファイルから、ドメインのファイルを作ります。"))
    importing.add_argument("file", type=Path, metavar="FILE.xml")
    importing.add_argument("--domain", metavar="DOMAIN", help="ファイルに書かれたドメインの代わりに使う名前")
    importing.add_argument("--plain-reason", metavar="TEXT", help="保護なし(plain)のサーバーを載せる理由")
    doctor = with_domains(
        add("doctor", _doctor, "動いているドメインを、メールソフトと同じ順に調べます。パスワードは使いません。")
    )
    doctor.add_argument("domain", metavar="DOMAIN")
    doctor.add_argument("--resolver", metavar="IP:PORT", help="名前を調べる DNS サーバー(初めの値: この機械の設定)")
    doctor.add_argument(
        "--port", action="append", default=[], metavar="443=8443", help="つなぐポートの読み替え(試験用)"
    )
    doctor.add_argument("--ca", type=Path, metavar="FILE", help="信頼する発行元の証明書(PEM)")
    doctor.add_argument("--timeout", type=float, default=10.0, metavar="秒")
    servers = with_domains(add("servers", _servers, "サイトと設定ファイルを配るウェブサーバーの設定を表示します。"))
    servers.add_argument("kind", choices=("nginx", "caddy"), metavar="nginx|caddy")
    servers.add_argument("--site", type=Path, default=Path("site"), metavar="DIR", help="公開したサイトのフォルダー")
    servers.add_argument("--site-url", default="", metavar="URL", help="サイトの URL(初めの値: 環境変数 SITE_URL)")
    servers.add_argument("--certificate", default="", metavar="FILE", help="すべての名前に使う証明書(PEM)")
    servers.add_argument("--key", default="", metavar="FILE", help="その秘密鍵(PEM)")
    table = add("fields", _fields, "ドメインのファイルに書ける項目の表を表示します。")
    table.add_argument("--readme", type=Path, metavar="FILE", help="表を、この README の中に書き直します")
    codes = add("codes", _codes, "電話で伝えるコードを、新しい章に付けます。")
    codes.add_argument(
        "--moved", nargs=2, metavar=("OLD", "NEW"), help="章を移したとき: 元の場所と新しい場所(ファイル#id)またはコード"
    )
    add("schema", _schema, "エディターのための JSON Schema を表示します。")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it worked, 1 with a message for people when it did not."""
    args = _parser().parse_args(argv)
    try:
        result = args.run(args)
    except MailHelpError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        print(INTERRUPTED, file=sys.stderr)
        return 130
    return int(result or 0)
