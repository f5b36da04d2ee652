"""Builds that are killed, refused and spoiled at many points: the site is the old one or the new one, never between.

Every fault hits a process that runs ``mailhelp build`` (see :mod:`victim`) over a good site. After each: the published
folder holds, byte for byte, the old site or the new one; and the next build gives what a clean build gives.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
VICTIM = Path(__file__).resolve().parents[1] / "victim.py"
CACHE = ROOT / ".cache" / "mailhelp"
UNCHANGED = "公開中のサイトは変わっていません"
PLAIN = "domain: {}\n"
POP = (
    "domain: {}\nincoming_servers:\n  - {{type: pop3, hostname: pop.example}}\n"
    "outgoing_servers:\n  - {{type: smtp, hostname: smtp.example}}\n"
)
#: One domain stays, one changes its values, one its structure and gets an alias, one goes, one comes.
OLD = {
    "loytem.com": PLAIN,
    "values.example": PLAIN,
    "structure.example": PLAIN,
    "gone.example": PLAIN,
}
NEW = {
    "loytem.com": PLAIN,
    "values.example": PLAIN + "display_name: 新しい名前\n",
    "structure.example": POP + "aliases: [alias.example]\n",
    "new.example": PLAIN,
}
Contents = dict[str, str]


def contents(folder: Path) -> Contents:
    """Every file with a digest of its bytes; nothing for a folder that is not there."""
    return {
        path.relative_to(folder).as_posix(): os.readlink(path)  # noqa: PTH115
        if path.is_symlink()
        else hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def difference(one: Contents, other: Contents) -> list[str]:
    """Paths that are not the same in both."""
    return sorted(p for p in one.keys() | other.keys() if one.get(p) != other.get(p))


def copy_project(target: Path) -> None:
    """The project's own files, with a history of their own (the dates of the pages come from it)."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        if name.startswith(("docs/", "macros/", "domains/", "mkdocs.yml", "requirements.lock")):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).exists():
                shutil.copy2(ROOT / name, target / name)
    commit(target)


def commit(project: Path) -> None:
    """All files of a copy as a commit, always of the same day."""
    day = {"GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z"}
    who = ["-c", "user.name=t", "-c", "user.email=t@t.invalid", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "--allow-empty", "-m", "all"]):
        subprocess.run(["git", *who, *words], cwd=project, env={**os.environ, **day}, check=True)


class World:
    """A place with two sets of domain files, a warm cache, one site, and a process that builds into it on request."""

    def __init__(self, folder: Path, project: Path = ROOT, out: Path | None = None) -> None:
        self.folder, self.project = folder, project
        self.out = out or folder / "www" / "site"
        self.out.parent.mkdir(parents=True, exist_ok=True)
        self.cache = folder / "cache"
        if not self.cache.exists() and CACHE.is_dir():
            shutil.copytree(CACHE, self.cache)
        self.cache.mkdir(exist_ok=True)
        self.sets = {name: self.write(name, files) for name, files in (("old", OLD), ("new", NEW))}
        environment = {**os.environ, "PYTHONPATH": str(project), "MAILHELP_CACHE": str(self.cache)}
        environment.setdefault("SOURCE_DATE_EPOCH", "0")
        self.process = subprocess.Popen(
            [sys.executable, VICTIM], cwd=project, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.good: dict[str, Contents] = {}
        self.faults: Counter[str] = Counter()

    def write(self, name: str, files: dict[str, str]) -> Path:
        """A folder of domain files."""
        target = self.folder / "domains" / name
        target.mkdir(parents=True, exist_ok=True)
        for domain, text in files.items():
            (target / f"{domain}.yaml").write_text(text.format(domain), encoding="utf-8")
        return target

    def build(self, name: str, out: Path | None = None, options: tuple[str, ...] = (), **order: Any) -> dict[str, Any]:
        """One run of ``mailhelp build`` from a set of domains; how it ended."""
        assert self.process.stdin and self.process.stdout
        out = out or self.out
        args = ["build", "--domains", str(self.sets[name]), "--out", str(out), *options]
        asked = {"args": args, "roots": [str(out.parent), str(self.cache)], **order}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        if "Traceback" in answer["said"]:
            raise AssertionError(f"not an answer for people: {asked}\n{answer['said']}")
        return answer

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(60)

    def clean(self, name: str) -> None:
        """Learn what a set gives where nothing was before."""
        out = self.folder / f"clean-{name}" / "site"
        out.parent.mkdir()
        self.must(self.build(name, out))
        self.good[name] = contents(out)
        shutil.rmtree(out.parent)

    def must(self, answer: dict[str, Any]) -> None:
        """A run that nothing disturbed must work."""
        if answer["code"] != 0:
            raise AssertionError(f"the next build does not work: {answer}")

    def settle(self, name: str, where: str) -> None:
        """The next build: what a clean build gives, and nothing left over beside it."""
        for _ in range(2):  # the second time makes the tree behind it the same, so that every attack begins alike
            self.must(self.build(name))
            self.is_one_of(where, name)
        left = {p.name for p in self.out.parent.iterdir()} - {self.out.name, f".{self.out.name}.build"}
        # One of the next tree's files may be half written (name~); what is not in it any more is found by its next use.
        if left:
            raise AssertionError(f"{where}: left over: {left}")

    def is_one_of(self, where: str, *names: str) -> str:
        """Which of the good sites is published."""
        now = contents(self.out)
        for name in names:
            if now == self.good[name]:
                return name
        wrong = {name: difference(now, self.good[name])[:5] for name in names}
        raise AssertionError(f"{where}: the site is none of {names}: {wrong}")


@contextlib.contextmanager
def world(folder: Path | None = None, **kind: Any) -> Iterator[World]:
    """A world with an old site that was built twice; its processes and files are gone at the end."""
    with tempfile.TemporaryDirectory() as temporary:
        made = World(folder or Path(temporary), **kind)
        try:
            made.clean("old")
            made.clean("new")
            made.settle("old", "the first time")
            yield made
        finally:
            made.close()


def spread(total: int, points: int) -> list[int]:
    """That many numbers from 1 to ``total``: the first and the last dozen, and some of each stretch between."""
    if points >= total:
        return list(range(1, total + 1))
    edge = points // 4
    middle = [edge + round((total - 2 * edge) * i / (points - 2 * edge)) for i in range(1, points - 2 * edge)]
    return sorted({*range(1, edge + 1), *middle, *range(total - edge + 1, total + 1)})


def killed(here: World, points: int, *, exchange: bool = True) -> Counter[str]:
    """SIGKILL at that many of a build's writes, from the good old site to the new one. The kinds of writes it had."""
    whole = here.build("new", exchange=exchange)
    here.must(whole)
    here.settle("old", "before")
    for turn, at in enumerate(spread(whole["count"], points)):
        where = f"SIGKILL at write {at} of {whole['count']}"
        if here.build("new", at=at, exchange=exchange)["code"] != -9:
            continue  # this time there was less to do
        here.faults["SIGKILL" if exchange else "SIGKILL without renameat2"] += 1
        if exchange or here.out.exists():
            here.is_one_of(where, "old", "new")
        if turn % 2:
            here.settle("new", where)
        here.settle("old", where)
    return Counter(whole["kinds"])


def refused(here: World, points: int, error: str) -> None:
    """The system refuses one write: the build says so and leaves the site, or does without."""
    whole = here.build("new")
    here.must(whole)
    here.settle("old", "before")
    for at in spread(whole["count"], points):
        where = f"{error} at write {at} of {whole['count']}"
        answer = here.build("new", at=at, what=error)
        here.faults[error] += 1
        now = here.is_one_of(where, "old", "new")
        if answer["code"] == 1 and (UNCHANGED not in answer["said"] or now != "old"):
            raise AssertionError(f"{where}: {now} is published, and it says: {answer['said']}")
        if answer["code"] not in (0, 1) or (answer["code"] == 0 and now != "new"):
            raise AssertionError(f"{where}: {answer}, {now} is published")
        if at % 2:
            here.settle("new", where)
        here.settle("old", where)


def wandering(here: World, steps: int, chance: random.Random) -> None:
    """Fault after fault without a whole build between: every time the site is what it was, or what was to be built."""
    now = "old"
    for step in range(steps):
        target = chance.choice(("old", "new"))
        what = chance.choice(("kill", "kill", "ENOSPC", "EIO"))
        answer = here.build(target, at=chance.randint(1, 1200), what=what)
        where = f"step {step}: {what} on the way to {target}: {answer}"
        here.faults["one fault after another"] += answer["code"] != 0
        now = here.is_one_of(where, *({target} if answer["code"] == 0 else {now, target}))
    here.settle("new", "after all")
    here.settle("old", "after all")


def any_time(here: World, times: int, chance: random.Random) -> None:
    """SIGKILL from outside, at moments nobody has chosen, on builds as an operator starts them; some with workers."""
    command = [sys.executable, "-m", "macros", "build", "--out", str(here.out), "--domains"]
    environment = {**os.environ, "PYTHONPATH": str(here.project), "MAILHELP_CACHE": str(here.cache)}
    start = time.monotonic()
    subprocess.run([*command, here.sets["new"]], cwd=here.project, env=environment, check=True, capture_output=True)
    usual = time.monotonic() - start
    here.settle("old", "before")
    for turn in range(times):
        build = subprocess.Popen(
            [*command, here.sets["new"]], cwd=here.project, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(usual * 0.4, usual))
        build.kill()
        if build.wait(60) == -9:
            here.faults["SIGKILL at any time"] += 1
        here.is_one_of(f"SIGKILL at any time, {turn}", "old", "new")
        here.settle("old", f"SIGKILL at any time, {turn}")


def at_once(here: World, rounds: int) -> None:
    """Several builds started together: each is done or told to wait; the site is one of theirs, whole."""
    command = [sys.executable, "-m", "macros", "build", "--out", str(here.out), "--domains"]
    environment = {**os.environ, "PYTHONPATH": str(here.project), "MAILHELP_CACHE": str(here.cache)}
    for _ in range(rounds):
        builds = [
            subprocess.Popen([*command, here.sets[name]], cwd=here.project, env=environment, text=True,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            for name in ("old", "new", "new", "old")
        ]  # fmt: skip
        ended = [(build.communicate()[1], build.returncode) for build in builds]
        if not any(code == 0 for _, code in ended) or any(
            code != 0 and "ほかの mailhelp build" not in said for said, code in ended
        ):
            raise AssertionError(f"builds at once: {ended}")
        here.is_one_of("builds at once", "old", "new")
        here.faults["build beside another"] += len(builds) - 1
        here.settle("old", "builds at once")


def broken_domain(here: World) -> None:
    """A broken domain file: nothing is published and all faults are told; or, on request, the others are."""
    broken = {**NEW, "values.example": "domain: {}\nport: 1\n", "gone.example": "domain: [\n"}
    here.sets["broken"] = here.write("broken", broken)
    answer = here.build("broken")
    if answer["code"] != 1 or not all(f"{name}.example.yaml" in answer["said"] for name in ("values", "gone")):
        raise AssertionError(f"a broken domain file: {answer}")
    here.is_one_of("a broken domain file", "old")
    answer = here.build("broken", options=("--keep-going",))
    kept = {**here.good["new"]}
    for path, digest in here.good["old"].items():
        if path.startswith(("values.example/", "gone.example/")):
            kept[path] = digest
    kept = {p: d for p, d in kept.items() if not p.startswith("values.example/") or p in here.good["old"]}
    if answer["code"] != 1 or contents(here.out) != kept:
        raise AssertionError(f"--keep-going: {answer} {difference(contents(here.out), kept)[:5]}")
    here.faults["broken domain file"] += 2
    here.settle("old", "a broken domain file")
