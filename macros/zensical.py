"""The other generator: builds the same sources with Zensical, for the day after Material for MkDocs.

``make build GENERATOR=zensical``; tests/test_zensical.py lists what is different, and why. Every domain is a run of Zensical of its own
(seconds each): stamping finds its stand-ins in what MkDocs makes, and is not used here.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from macros import catalogue, environment, finish, formats, sbom
from macros.domain import MailDomain
from macros.errors import BuildError, MailHelpError
from macros.site import default_domain

ROOT = Path(__file__).resolve().parent.parent
FAILED = "Zensical がサイトを作れませんでした。\n{log}"
#: Links in the components' own HTML. Zensical takes them for links between sources and adds one step up.
LINK = re.compile(r'((?:href|src)=")((?:\.\./)+)([^"#?]*)')
MARK = ".mailhelp"


def _config(mail: MailDomain, folder: str) -> str:
    """mkdocs.yml for one domain. Not strict: Zensical looks for anchors before Jinja has chosen what is shown."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    text = text.replace("\nsite_dir: site\n", f"\nsite_dir: {folder}\n").replace(
        "\nstrict: true\n", "\nstrict: false\n"
    )
    shown = {"domain": mail.domain_unicode, "domain_ascii": mail.domain}
    return f"{text}\nextra: {json.dumps({'mail': shown}, ensure_ascii=False)}\n"


def _straightened(site: Path, page: Path) -> None:
    """Take back the step up that is one too many: where a link leads nowhere, and with one step less somewhere."""

    def link(match: re.Match[str]) -> str:
        for steps in (match[2], match[2][3:]):
            target = Path(os.path.normpath(page.parent / steps / match[3]))
            if target.exists() and target.is_relative_to(site):
                return f"{match[1]}{(steps + match[3]) or './'}"
        return match[0]

    page.write_text(LINK.sub(link, page.read_text(encoding="utf-8")), encoding="utf-8")


def render(mail: MailDomain, folder: str) -> None:
    """Build the help of one domain into ``folder`` (relative to the sources).

    :raises BuildError: with what Zensical said.
    """
    config = ROOT / f".zensical-{os.getpid()}.yml"
    config.write_text(_config(mail, folder), encoding="utf-8")
    try:
        answer = subprocess.run(
            [sys.executable, "-m", "zensical", "build", "--clean", "--config-file", config.name],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "MAIL_DOMAIN": mail.domain},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        config.unlink()
    if answer.returncode:
        raise BuildError(FAILED.format(log=(answer.stdout + answer.stderr)[-4000:]))


def build(domains: Mapping[str, MailDomain], folder: str) -> None:
    """Write the default domain into ``folder`` and every domain into a folder below it.

    :raises BuildError: when Zensical stops, or the folder holds something that is not a site of ours.
    """
    out = ROOT / folder
    if out.exists() and any(out.iterdir()) and not (out / MARK).exists():
        raise BuildError(f"{out} には、このプログラムが作っていないものがあります。")
    root = domains[default_domain(domains)]
    context = environment.context()
    for name in ("", *domains):
        mail = domains[name] if name else root
        target = out / name if name else out
        render(mail, f"{folder}/{name}" if name else folder)
        files = (formats.files if name else formats.root_files)(mail, context)
        for path, data in files.items():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (target / path).write_bytes(data)
        for page in target.rglob("*.html"):
            _straightened(target, page)
            data = finish.whole(page.read_bytes())
            page.write_bytes(finish.copied(data) if name else data)
        if name:
            for file in ("404.html", "sitemap.xml", "sw.js"):
                (target / file).unlink()
    (out / sbom.PATH).write_bytes(sbom.written())
    (out / MARK).touch()


def main(folder: str = "site", *names: str) -> int:
    """``python -m macros.zensical [FOLDER [DOMAIN…]]``; without domains, all of them."""
    domains = catalogue.published(catalogue.load(catalogue.OWN_DOMAINS))
    wanted = {name: mail for name, mail in domains.items() if not names or name in (*names, default_domain(domains))}
    try:
        build(wanted, folder)
    except MailHelpError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(wanted)} 個のドメインのヘルプを、Zensical で {folder} に書き出しました。")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
