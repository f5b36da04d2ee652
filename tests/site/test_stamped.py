"""What is stamped equals, byte for byte, what MkDocs writes for that domain."""

from __future__ import annotations

import dataclasses
import html
import json
from pathlib import Path

import pytest

from macros import environment, finish, formats, index, publish, render, site, skeleton, stamp, tree, view
from macros.domain import IncomingServer, MailDomain, OutgoingServer

pytestmark = pytest.mark.slow

AWKWARD = {
    "ampersands and markup": {"display_name": "A & B <b>商店</b>", "display_short_name": "A&B"},
    "markdown": {"display_name": "_下線_ *星* `code` [x](y) | z", "display_short_name": "**強**"},
    "braces and quotes": {"display_name": "{{ mail }} {% x %} \"引用\" 'q'", "display_short_name": "{#id}"},
    "astral and abbreviation": {"display_name": "𠮷野家 POP 工房 SMTP", "display_short_name": "1. 店"},
}


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def direct(mail: MailDomain) -> dict[str, bytes]:
    return render.rendered(view.view(mail)).copy


def compared(stamped: dict[str, bytes], rendered: dict[str, bytes], mail: MailDomain) -> int:
    """How many files are the same; the search's own file is read instead.

    A preview finds the values by their text (two hosts with one name are one for it); every published file is stamped.
    """
    own = json.loads(stamped.pop(skeleton.OWN_SEARCH))["config"]["help"]["values"]
    texts = view.values(mail)
    assert own["domain"] == texts["domain"]
    assert {name: html.unescape(text) for name, text in own.items()} == {name: texts[name] for name in own}
    rendered.pop(skeleton.OWN_SEARCH)
    different = [name for name in sorted(stamped.keys() | rendered.keys()) if stamped.get(name) != rendered.get(name)]
    assert different == []
    return len(rendered)


def test_the_root(built_site: Path, domains: dict[str, MailDomain]) -> None:
    mail = domains[site.default_domain(domains)]
    given = formats.root_files(mail, environment.context())
    made = render.rendered(view.view(mail))
    found = {k: v for k, v in files(built_site).items() if k.split("/")[0] not in domains and k not in given}
    shared = {k: found.pop(k) for k in [*found] if render.SHARED.fullmatch(k) or k.startswith(finish.PARTS)}
    parts = {path: data for path, data in made.shared.items() if path.startswith(finish.PARTS)}
    assert len(parts) == 2 and parts.items() <= shared.items()
    del found[publish.MARK]
    assert compared(found, dict(made.root), mail) > 65


def test_every_sample_domain(built_site: Path, domains: dict[str, MailDomain]) -> None:
    count = 0
    for name, mail in domains.items():
        rendered = direct(mail)
        given = formats.files(mail, environment.context())
        stamped = {k: v for k, v in files(built_site / name).items() if k not in given}
        count += compared(stamped, rendered, mail)
    assert count > 30 * len(domains)


@pytest.mark.parametrize("what", AWKWARD)
def test_awkward_values(what: str, domains: dict[str, MailDomain]) -> None:
    texts = AWKWARD[what]
    base = domains["example.jp"]
    support = dataclasses.replace(
        base.support, company=texts["display_name"], address=texts["display_short_name"], hours="9:00|18:00 <休み>"
    )
    host = "110.xn--wgv71a119e.example"
    servers = {
        "incoming_servers": tuple(
            IncomingServer(
                type=s.type,
                hostname=host,
                port=s.port,
                socket_type=s.socket_type,
                authentication=s.authentication,
                username=s.username,
            )
            for s in base.incoming_servers
        ),
        "outgoing_servers": tuple(
            OutgoingServer(
                type=s.type,
                hostname=host,
                port=s.port,
                socket_type=s.socket_type,
                authentication=s.authentication,
                username=s.username,
            )
            for s in base.outgoing_servers
        ),
    }
    mail = dataclasses.replace(base, domain="110.example", support=support, **texts, **servers)  # type: ignore[arg-type]
    assert view.profile(mail) == view.profile(base)
    built = publish.prepared(index.of_published({"": base}).units, None, lambda items, total, unit: items)[0].popitem()[
        1
    ]
    stamped = dict(built.filled(view.values(mail)))
    assert compared(stamped, direct(mail), mail) > 30


def test_many_domains_are_stamped_by_several_processes_as_by_one(
    domains: dict[str, MailDomain], tmp_path: Path
) -> None:
    base = domains["example.jp"]
    many = {
        f"shop{i:03}.example": dataclasses.replace(base, domain=f"shop{i:03}.example", display_name=f"店 {i}")
        for i in range(3 * publish.WORTH_A_PROCESS)
    }
    cut = stamp.Cutter(texts := stamp.stand_ins(view.values(base))).cut(
        "index.html", view.escape(texts["domain"]).encode()
    )
    units = index.of_published(many).units
    built = {unit.profile: stamp.Skeleton({"index.html": cut}) for unit in units.values()}
    assert len(built) == 1
    stamper = publish.Stamper(tmp_path, units, built, publish.State(), program="")
    records = {name: record for name, record, _ in publish.stamped(stamper, [*units], processes=3)}
    assert sorted(records) == sorted(many)
    for name in many:
        assert (tmp_path / name / "index.html").read_text(encoding="utf-8") == name
        assert (tmp_path / name / "mail" / "config-v1.1.xml").is_file()
        assert records[name].signature == tree.signature(tree.scan(tmp_path / name))
