"""The shipped nginx configuration under load while publishes swap the site underneath.

Two versions are published in turn. Every answer must be whole, without error, and of a version that was published at
some moment between the question and the answer: after a publish has ended, nobody gets what was there before.
"""

from __future__ import annotations

import hashlib
import http.client
import importlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import certificates

from macros import publish, servers
from macros.servers import Place

HOST = "help.loytem.example"
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log warn; user root; worker_processes 2;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  include {folder}/mailhelp.conf;
}}
"""
PAGES = 40


def versions(folder: Path) -> tuple[list[str], list[dict[str, bytes]]]:
    """The addresses and two whole versions of a site: pages large enough to be sent in several pieces."""
    paths = [f"/page{i}/" for i in range(PAGES)]
    made = []
    for version in (b"A", b"B"):
        files = {}
        for i, path in enumerate(paths):
            line = b"version %s page %d " % (version, i) + b"x" * 80 + b"\n"
            files[path] = b"<!doctype html>\n" + line * (50 + 60 * (i % 7) + (9 if version == b"B" else 0))
        made.append(files)
    return paths, made


def write(target: Path, files: dict[str, bytes]) -> None:
    """One version as a folder."""
    for path, data in files.items():
        (target / path.strip("/")).mkdir(parents=True)
        (target / path.strip("/") / "index.html").write_bytes(data)
    (target / "404.html").write_text("none")
    (target / publish.MARK).touch()


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Clock:
    """How many publishes have begun, and how many have ended."""

    begun = 0
    ended = 0


class Visitor(threading.Thread):
    """Asks for page after page over a connection that is kept, until told to stop."""

    def __init__(
        self,
        port: int,
        trust: ssl.SSLContext,
        paths: list[str],
        good: dict[str, list[str]],
        times: tuple[Clock, threading.Event],
    ) -> None:
        super().__init__(daemon=True)
        self.port, self.trust, self.paths, self.good = port, trust, paths, good
        self.clock, self.stop = times
        self.served: Counter[str] = Counter()
        self.wrong: list[str] = []

    def run(self) -> None:
        connection: http.client.HTTPConnection | None = None
        while not self.stop.is_set():
            for path in self.paths:
                try:
                    if connection is None:
                        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
                        plain = socket.create_connection(("127.0.0.1", self.port), timeout=20)
                        connection.sock = self.trust.wrap_socket(plain, server_hostname=HOST)
                    first = self.clock.ended
                    connection.request("GET", path, headers={"Host": HOST})
                    response = connection.getresponse()
                    body = response.read()
                    last = self.clock.begun
                    if response.will_close:
                        connection.close()
                        connection = None
                except (OSError, http.client.HTTPException) as error:
                    self.wrong.append(f"{path}: {error!r}")
                    connection = None
                    continue
                digest = hashlib.sha256(body).hexdigest()
                if response.status != 200 or digest not in {
                    self.good[path][turn % 2] for turn in range(first, last + 1)
                }:
                    old = " of another version" if digest in self.good[path] else ""
                    self.wrong.append(f"{path}: {response.status} {len(body)} bytes{old}, publishes {first} to {last}")
                else:
                    self.served[digest] += 1


def attack(swap: Callable[[Path, Path], None], *, swaps: int, visitors: int = 4) -> tuple[int, int, list[str]]:
    """(answers, versions seen, what went wrong) while ``swap(fresh, site)`` publishes ``swaps`` times."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise RuntimeError("nginx がありません。make test は自分で入れます: .ci/packages test")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        paths, made = versions(folder)
        site = folder / "site"
        write(site, made[0])
        root = certificates.make(["Test Root"])
        certificate, key = certificates.make([HOST], root).write(folder, "web", root)
        authority, _ = root.write(folder, "root")
        place = Place(
            site_url=f"https://{HOST}/",
            site=site,
            provider="loytem.com",
            certificate=str(certificate),
            key=str(key),
            address="127.0.0.1",
            http_port=free_port(),
            https_port=free_port(),
            socket=str(folder / "autodiscover.sock"),
        )
        (folder / "mailhelp.conf").write_text(servers.render("nginx", place))
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder))
        process = subprocess.Popen([program, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")])
        good = {path: [hashlib.sha256(files[path]).hexdigest() for files in made] for path in paths}
        clock = Clock()
        stop = threading.Event()
        trust = ssl.create_default_context(cafile=str(authority))
        crowd = [Visitor(place.https_port, trust, paths[i:] + paths[:i], good, (clock, stop)) for i in range(visitors)]
        try:
            for _ in range(200):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", place.https_port)) == 0:
                        break
                time.sleep(0.05)
            for visitor in crowd:
                visitor.start()
            for turn in range(swaps):
                fresh = folder / f"fresh{turn}"
                write(fresh, made[(turn + 1) % 2])
                clock.begun += 1
                swap(fresh, site)
                clock.ended += 1
            time.sleep(0.3)
        finally:
            stop.set()
            for visitor in crowd:
                if visitor.ident is not None:
                    visitor.join(30)
            process.terminate()
            process.wait(20)
        seen: Counter[str] = Counter()
        for visitor in crowd:
            seen.update(visitor.served)
        per_version = [sum(seen[hashlib.sha256(f[p]).hexdigest()] for p in paths) for f in made]
        return sum(per_version), sum(1 for n in per_version if n), [w for v in crowd for w in v.wrong]


def two_renames(fresh: Path, site: Path) -> None:
    """The swap as it must not be: for a moment there is no site."""
    old = fresh.with_name(f"{fresh.name}-old")
    site.rename(old)
    fresh.rename(site)


def shipped(fresh: Path, site: Path) -> None:
    """The swap that a publish ends with."""
    importlib.import_module("macros.tree").exchange(fresh, site)


def run(swaps: int = 400) -> str:
    """A long attack; says how many requests were served."""
    answers, seen, wrong = attack(shipped, swaps=swaps, visitors=6)
    if wrong or seen != 2:
        raise AssertionError(f"{len(wrong)} of {answers + len(wrong)} answers went wrong: {wrong[:10]}")
    return f"{answers} requests served during {swaps} publishes, every one whole and of one version"
