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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
VICTIM = Path(__file__).resolve().parents[1] / "victim.py"
CACHE = ROOT / ".cache" / "mailhelp"
UNCHANGED = "公開中のサイトは変わっていません"
PLAIN = "domain: {}\n"
POP = (
    "domain: {}\nincoming_servers:\n  - {{type: pop3, hostname: pop.example}}\n"
    "outgoing_servers:\n  - {{type: smtp, hostname: smtp.example}}\npop_leave_days: 0\n"
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


def _environment(project: Path, cache: Path) -> dict[str, str]:
    """What a build runs with: the program of ``project``, a cache, and the same date for every build."""
    return {"SOURCE_DATE_EPOCH": "0", **os.environ, "PYTHONPATH": str(project), "MAILHELP_CACHE": str(cache)}


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
        environment = _environment(project, self.cache)
        self.process = subprocess.Popen(
            [sys.executable, VICTIM],
            cwd=project,
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
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
    environment = _environment(here.project, here.cache)
    start = time.monotonic()
    subprocess.run([*command, here.sets["new"]], cwd=here.project, env=environment, check=True, capture_output=True)
    usual = time.monotonic() - start
    here.settle("old", "before")
    for turn in range(times):
        build = subprocess.Popen(
            [*command, here.sets["new"]],
            cwd=here.project,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
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
    environment = _environment(here.project, here.cache)
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


def spoil(file: Path, chance: random.Random) -> None:
    """What a failing disk or a careless hand does to a file."""
    data = bytearray(file.read_bytes())
    how = chance.choice(("cut", "flip", "flip", "zero", "empty", "swap")) if data else "empty"
    at = chance.randrange(len(data)) if data else 0
    if how == "cut":
        del data[at:]
    elif how == "flip":
        data[at] ^= 1 << chance.randrange(8)
    elif how == "zero":
        data[at : at + 4096] = bytes(len(data[at : at + 4096]))
    elif how == "swap":
        data[at : at + 64] = data[at : at + 64][::-1]
    else:
        data.clear()
    file.write_bytes(data)


#: States and caches that are well-formed, and not what they should be.
ODD = (b"[]", b"{}", b"null", b'{"program":"","templates":[],"records":[]}', b"[" * 100_000, b"\xff\xfe", b"\x80\x04N.",
       b'{"program":"x","templates":{"a":1},"records":{"":["","","",1,1]}}', b'{"program":1,"templates":1,"records":{}}')  # fmt: skip


def spoiled(here: World, times: int, chance: random.Random) -> None:
    """Caches, states and published files that were cut or changed: noticed, and made anew."""
    with tempfile.TemporaryDirectory() as kept:
        shutil.copytree(here.cache, kept, dirs_exist_ok=True)
        for turn in range(times):
            work = here.out.parent / f".{here.out.name}.build"
            files = [p for top in (here.cache, work, here.out) for p in sorted(top.rglob("*")) if p.is_file()]
            few = [p for p in files if p.parent == here.cache or (p.suffix == ".json" and p.parent == work)]
            victims = chance.sample(files, 3) + chance.sample(few, 2)
            for file in victims:
                action = chance.choice(("spoil", "spoil", "odd", "lose"))
                if file.name == ".mailhelp":
                    continue
                if action == "lose":
                    file.unlink(missing_ok=True)
                elif action == "odd" and file in few:
                    file.write_bytes(chance.choice(ODD))
                elif file.exists():
                    spoil(file, chance)
                here.faults[f"file {'lost' if action == 'lose' else 'spoiled'}"] += 1
            where = f"spoiled files, {turn}: {[str(v) for v in victims]}"
            here.settle("new", where)
            here.settle("old", where)
            shutil.copytree(kept, here.cache, dirs_exist_ok=True)


@contextlib.contextmanager
def small_disk(size: int) -> Iterator[Path | None]:
    """A file system of its own in memory; None where this process may not mount one."""
    with tempfile.TemporaryDirectory() as point:
        words = ["mount", "-t", "tmpfs", "-o", f"size={size},nr_inodes=100k", "none", point]
        try:
            mounted = subprocess.run(words, capture_output=True, check=False).returncode == 0
        except FileNotFoundError:
            mounted = False
        if not mounted:
            yield None
            return
        try:
            yield Path(point)
        finally:
            subprocess.run(["umount", "-l", point], check=True)


def full_disk(folder: Path, points: int) -> Counter[str]:
    """A real full disk, at many fillings; a disk that may only be read; a limit on the size of files."""
    faults: Counter[str] = Counter()
    with small_disk(64 << 20) as disk:
        if disk is None:
            print("全部のディスク満杯: ここではファイルシステムを作れないので、していません。", flush=True)
            return faults
        with world(folder, out=disk / "www" / "site") as here:
            ballast = disk / "ballast"
            for point in range(points):
                status = os.statvfs(disk)
                with ballast.open("wb") as file:
                    # The changes of this world need about 1.5 MB.
                    os.posix_fallocate(
                        file.fileno(), 0, status.f_bavail * status.f_frsize - point * (1_600_000 // points) - 1
                    )
                answer = here.build("new")
                now = here.is_one_of(f"a full disk, {point}", "old", "new")
                if (answer["code"], now) not in ((0, "new"), (1, "old")) or (
                    now == "old" and UNCHANGED not in answer["said"]
                ):
                    raise AssertionError(f"a full disk: {answer}, {now} is published")
                here.faults["full disk"] += answer["code"]
                ballast.unlink()
                here.settle("old", f"a full disk, {point}")
            if not here.faults["full disk"]:
                raise AssertionError("the disk was never full")
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            answer = here.build("new")
            subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
            if answer["code"] != 1 or UNCHANGED not in answer["said"]:
                raise AssertionError(f"a disk that may only be read: {answer}")
            here.is_one_of("a disk that may only be read", "old")
            here.faults["disk to read only"] += 1
            here.settle("old", "a disk that may only be read")
            faults = here.faults
    return faults


def limited(here: World) -> None:
    """Files may not grow beyond a size, as under a quota."""
    for limit in (4000, 8000, 20_000):
        answer = here.build("new", limit=limit)
        if answer["code"] != 1 or UNCHANGED not in answer["said"]:
            raise AssertionError(f"RLIMIT_FSIZE {limit}: {answer}")
        here.is_one_of("RLIMIT_FSIZE", "old")
        here.faults["RLIMIT_FSIZE"] += 1
        here.settle("old", "RLIMIT_FSIZE")


def workers(here: World, times: int, chance: random.Random) -> None:
    """With enough domains for several processes: the first is killed under them, or one of them is killed."""
    many = {"loytem.com": PLAIN, **{f"shop{i}.example": PLAIN for i in range(139)}}
    here.sets["many"] = here.write("many", many)
    here.sets["other"] = here.write("other", {n: t + "display_name: 別の名前\n" for n, t in many.items()})
    here.clean("many")
    here.clean("other")
    here.settle("many", "workers")
    for turn in range(times):
        what = ("kill-parent", "kill")[turn % 2]
        # Beyond what the first process writes before there are workers.
        at = chance.randint(100, 1500)
        where = f"workers, {what} at {at}"
        answer = here.build("other", at=at, what=what)
        if what == "kill-parent" and answer["code"] != -9:
            raise AssertionError(f"{where}: {answer}")
        if what == "kill" and answer["code"] == 0:
            continue
        if what == "kill" and (answer["code"] != 1 or UNCHANGED not in answer["said"]):
            raise AssertionError(f"{where}: {answer}")
        here.faults["worker killed" if what == "kill" else "SIGKILL under workers"] += 1
        here.is_one_of(where, "many")
        for _ in range(100):  # the last worker needs a moment to see that nobody is there any more
            answer = here.build("other")
            if "ほかの mailhelp build" not in answer["said"]:
                break
            time.sleep(0.1)
        here.must(answer)
        here.is_one_of(where, "other")
        here.settle("many", where)


def vanished(folder: Path) -> Counter[str]:
    """Files of the project that go, or change, while MkDocs is at work; and a full disk where it works."""
    project = folder / "project"
    project.mkdir(parents=True)
    copy_project(project)
    with world(folder, project=project) as here:

        def cold(where: str, files: list[Path], **order: Any) -> None:
            before = [(file, file.read_bytes()) for file in files]
            shutil.rmtree(here.cache)
            here.cache.mkdir()
            answer = here.build("new", **order)
            if answer["code"] == 0 and all(file.exists() for file in files):
                # It changed before it was read: then the site is what all files give now.
                here.sets["new with the change"] = here.sets["new"]
                here.clean("new with the change")
                here.is_one_of(where, "new with the change")
            elif answer["code"] == 1:
                here.is_one_of(where, "old")
                here.faults[where] += 1
            else:
                raise AssertionError(f"{where}: {answer} {order}")
            for file, data in before:
                file.write_bytes(data)
            if order.get("vanish", ("", 0, ""))[2]:
                here.settle("new", where)
                here.settle("old", where)

        page, asset = project / "docs/contact.md", project / "docs/assets/css/help.css"
        domain = here.sets["new"] / "values.example.yaml"
        for file in (page, asset, project / "mkdocs.yml", project / "requirements.lock"):
            cold("file missing at the beginning", [file], vanish=(str(file), 1, ""))
        for file, times in ((page, 2), (page, 3), (asset, 2), (asset, 3), (asset, 4)):
            cold("file missing during the build", [file], vanish=(str(file), times, ""))
        changes = ((page, "\nまだ書きかけ\n", range(3, 8)), (asset, "\nbody { color: red }\n", range(2, 4)))
        for file, text, times in ((f, t, n) for f, t, turns in changes for n in turns):
            cold("file changed during the build", [file], vanish=(str(file), times, text))
        for file in here.cache.glob("index-*"):
            file.unlink()
        answer = here.build("new", vanish=(str(domain), 1, ""))
        if answer["code"] != 1 or "values.example.yaml" not in answer["said"]:
            raise AssertionError(f"a domain file goes: {answer}")
        here.is_one_of("a domain file goes", "old")
        here.sets["new"] = here.write("new", NEW)
        here.faults["file missing at the beginning"] += 1
        for size in (0, 1 << 20):
            with small_disk(size or 4096) as disk:
                if disk is not None:
                    cold("no room to work in", [], env={"TMPDIR": str(disk)})
        if here.faults["file changed during the build"] < 3:
            raise AssertionError("no file changed at the right moment")
        here.settle("new", "after all")
        here.settle("old", "after all")
        return here.faults


def run(points: int = 120) -> str:
    """Every kind of fault at many points; says how many there were of each."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}", flush=True)
    chance = random.Random(seed)
    total: Counter[str] = Counter()
    with world() as here:

        def part(attack: Callable[..., Any], *words: Any, **options: Any) -> Any:
            start = here.faults.total()
            result = attack(here, *words, **options)
            print(
                f"{attack.__name__} {' '.join(map(str, words[:1]))}: {here.faults.total() - start} faults", flush=True
            )
            return result

        kinds = part(killed, points)
        if not {"open", "half a write", "half a file", "os.rename", "exchange"} <= kinds.keys():
            raise AssertionError(f"not every kind of write was met: {kinds}")
        part(killed, points // 4, exchange=False)
        for error in ("ENOSPC", "EIO", "EROFS", "EACCES"):
            part(refused, points // 3, error)
        part(wandering, points, chance)
        part(any_time, points // 3, chance)
        part(at_once, points // 20)
        part(broken_domain)
        part(limited)
        part(spoiled, points // 3, chance)
        part(workers, 6, chance)
        total += here.faults
    with tempfile.TemporaryDirectory() as folder:
        total += full_disk(Path(folder), points // 6)
    with tempfile.TemporaryDirectory() as folder:
        total += vanished(Path(folder))
    for name, count in sorted(total.items()):
        print(f"{name}: {count}", flush=True)
    return f"{total.total()} faults injected, the site always whole, the next build always right"
