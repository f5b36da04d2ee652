"""One customer's copy tells nothing about another; and the same sources give the same bytes anywhere, on any day."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import idna
import pytest

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.slow
#: Names that stand nowhere else. Each: file, and the strings that only this customer's folders may hold.
CUSTOMERS = {
    "qzvx-first.example": ["qzvx-first", "qzvx-alias", "mail-qzvx", "キュウゼット商会"],
    "wjky-second.example": ["wjky-second", "mail-wjky"],
    "ひみつ苺庵.example": ["ひみつ苺庵", idna.encode("ひみつ苺庵").decode()],
}
FOLDERS = {
    "qzvx-first.example": ["qzvx-first.example", "qzvx-alias.example"],
    "wjky-second.example": ["wjky-second.example"],
    "ひみつ苺庵.example": [f"{idna.encode('ひみつ苺庵').decode()}.example"],
}
FILES = {
    "qzvx-first.example": (
        "domain: qzvx-first.example\naliases: [qzvx-alias.example]\ndisplay_name: キュウゼット商会\n"
        "incoming_servers: [{type: imap, hostname: mail-qzvx.example.net}]\n"
        "outgoing_servers: [{type: smtp, hostname: mail-qzvx.example.net}]\n"
    ),
    "wjky-second.example": (
        "domain: wjky-second.example\n"
        "incoming_servers: [{type: imap, hostname: mail-wjky.example.net}]\n"
        "outgoing_servers: [{type: smtp, hostname: mail-wjky.example.net}]\n"
    ),
    "ひみつ苺庵.example": (
        "domain: ひみつ苺庵.example\n"
        "incoming_servers: [{type: imap, hostname: imap.example.net}]\n"
        "outgoing_servers: [{type: smtp, hostname: imap.example.net}]\n"
    ),
}


def build(sources: Path, out: Path, prefix: tuple[str, ...] = (), umask: int = 0o022, **environment: str) -> Path:
    """A build in a process of its own, from the sources in that folder."""
    domains = out.parent / f"{out.name}-domains"
    domains.mkdir(parents=True)
    for name, text in FILES.items():
        (domains / f"{name}.yaml").write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "domains/loytem.com.yaml", domains)
    when = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, check=True, capture_output=True, text=True)
    answer = subprocess.run(
        [*prefix, sys.executable, "-m", "macros", "build", "--domains", str(domains), "--out", str(out)],
        cwd=sources,
        env={**os.environ, "PYTHONPATH": str(sources), "SOURCE_DATE_EPOCH": when.stdout.strip(), **environment},
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr[-3000:]
    return out


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("here") / "site", LC_ALL="C.UTF-8", TZ="UTC", PYTHONHASHSEED="1")


def contents(site: Path) -> Iterator[tuple[Path, bytes]]:
    """Every published file: its path inside the site, and its name with all its bytes, unpacked where it is packed."""
    for path in sorted(p for p in site.rglob("*") if p.is_file()):
        inside, data = path.relative_to(site), path.read_bytes()
        yield inside, inside.as_posix().encode() + b"\n" + (gzip.decompress(data) if path.suffix == ".gz" else data)


def written(text: str) -> set[bytes]:
    """A text in every way in which a file might hold it."""
    lower = text.lower()
    ways = {lower.encode(), lower.encode("utf-16-le"), lower.encode("utf-16-be"), quote(lower).lower().encode()}
    if not lower.isascii():
        ways |= {lower.encode("cp932", "replace"), lower.encode("euc-jp", "replace")}
    ways.add("".join(f"\\u{ord(c):04x}" if ord(c) > 127 else c for c in lower).encode())
    ways.add("".join(f"&#{ord(c)};" if ord(c) > 127 else c for c in lower).encode())
    ways.add("".join(f"&#x{ord(c):x};" if ord(c) > 127 else c for c in lower).encode())
    ways.add(html.escape(lower).encode())
    return ways


def encoded(name: str) -> set[bytes]:
    """What a list of hidden names might hold instead: digests and base64 at each of its three alignments."""
    ways = set()
    for whole in {name, idna.encode(name).decode()}:
        raw = whole.encode()
        ways |= {getattr(hashlib, kind)(raw).hexdigest().encode() for kind in ("md5", "sha1", "sha256", "sha512")}
        for skip in range(3):
            middle = base64.b64encode(b"\0" * skip + raw)[4 if skip else 0 : -4]
            ways.add(middle.lower())
    return ways


def found(site: Path) -> list[tuple[str, str]]:
    """(file, customer) for every file outside a customer's own folders that knows the customer."""
    marks = {c: {w for text in texts for w in written(text)} | encoded(c) for c, texts in CUSTOMERS.items()}
    leaks = []
    for inside, data in contents(site):
        lower = data.lower()
        for customer, ways in marks.items():
            if inside.parts[0] not in FOLDERS[customer] and any(way in lower for way in ways):
                leaks.append((inside.as_posix(), customer))
    return leaks


def test_no_file_names_another_customer(site: Path) -> None:
    for customer, folders in FOLDERS.items():
        for folder in folders:
            assert (site / folder / "index.html").is_file(), customer
    assert found(site) == []


@pytest.mark.parametrize("customer", CUSTOMERS)
def test_every_hiding_place_is_searched(customer: str, site: Path, tmp_path: Path) -> None:
    ascii_name = FOLDERS[customer][0]
    places = {
        "list.json": f'["{customer.encode("ascii", "backslashreplace").decode()}"]'.encode(),
        "list.html": f"<a href='/{quote(customer)}/'>".encode(),
        "sitemap.xml.gz": gzip.compress(f"<loc>{ascii_name.upper()}</loc>".encode()),
        "list.txt": hashlib.sha256(ascii_name.encode()).hexdigest().encode(),
        "list.b64": base64.b64encode(b"x" + ascii_name.encode() + b"yz"),
        "list.bin": customer.encode("utf-16-le"),
        "index.x.json": customer.encode("cp932"),
        f"{ascii_name}.html": b"",
    }
    for name, data in places.items():
        folder = tmp_path / "copy"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / name).write_bytes(data)
        assert found(folder) == [(name, customer)], name


def test_two_builds_on_two_days_in_two_folders_are_the_same_bytes(site: Path, tmp_path: Path) -> None:
    """Another folder, time zone, language, umask, order of hashes and (where faketime is installed) day and year."""
    other = tmp_path / "another folder"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(other)], check=True)
    # What is not committed yet belongs to the sources as well.
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (other / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, other / name)
    clock = shutil.which("faketime")
    if clock is None:
        pytest.fail("faketime がありません。make test は自分で入れます: .ci/packages test")
    again = build(
        other,
        tmp_path / "out" / "site",
        (clock, "2031-02-03 04:05:06"),
        0o077,
        LC_ALL="C",
        PYTHONUTF8="1",
        TZ="America/Los_Angeles",
        PYTHONHASHSEED="4242",
    )
    one, two = (dict(contents(folder)) for folder in (site, again))
    assert sorted(one) == sorted(two)
    assert [path.as_posix() for path in one if one[path] != two[path]] == []
    assert [p for p in one if (site / p).read_bytes() != (again / p).read_bytes()] == []
