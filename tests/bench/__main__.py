"""``make bench``: everything in one run, in a copy of the project. ``python -m bench [SIZE…]`` (default 1 to 10,000).

Prints what was measured and, in brackets, the bar. The MkDocs loop is measured on a few domains and multiplied.
"""

from __future__ import annotations

import itertools
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from bench import domains
from bench.measure import Cost, cost, median

ROOT = Path(__file__).resolve().parent.parent.parent
SIZES = [1, 10, 100, 1_000, 10_000]
#: At most so many are copied, compared and built again and again.
MIDDLE = 1_000
LOOP, RUNS, COMPARED = 6, 3, 100
BARS = {1: 1.5, 10: 0.45, 100: 0.08, 1_000: 0.01, 10_000: 0.01}
NOT_COPIED = (".venv", "site", ".cache", ".*.build", "node_modules", ".mypy_cache", ".hypothesis", "__pycache__")
PAGE = "docs/contact.md"
#: About what one takes on a disk.
DOMAIN_BYTES = 600_000


class Bench:
    """One run: a copy of the project, domain folders, sites, a cache of its own."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.project = work / "project"
        shutil.copytree(ROOT, self.project, ignore=shutil.ignore_patterns(*NOT_COPIED))
        self.env = {"PYTHONPATH": str(self.project / "tests"), "MAILHELP_CACHE": str(work / "cache")}

    def run(self, *words: str | Path) -> Cost:
        """Run the interpreter on the copy."""
        return cost(sys.executable, *words, cwd=self.project, env=self.env)

    def folder(self, size: int) -> Path:
        """The domain files of a size; written once."""
        found = self.work / f"domains-{size}"
        if not found.exists():
            domains.write(found, range(size))
        return found

    def site(self, size: int, label: str = "site") -> Path:
        """Where a site of a size is built; each in a folder of its own, with what belongs to building it."""
        return self.work / f"{label}-{size}" / "site"

    def clean(self, size: int, label: str = "site") -> None:
        """Remove a site."""
        shutil.rmtree(self.site(size, label).parent, ignore_errors=True)
        self.site(size, label).parent.mkdir()

    def build(self, size: int, *options: str) -> Cost:
        """``mailhelp build`` as an operator runs it."""
        return self.run("-m", "macros", "build", "--domains", self.folder(size), "--out", self.site(size), *options)

    def stamp(self, size: int, processes: int) -> Cost:
        """Into an empty folder, everything else in the cache."""
        self.clean(size, "stamp")
        os.sync()  # what was written and removed before is not on this one's account
        return self.run("-m", "bench.stamp", self.folder(size), self.site(size, "stamp"), str(processes))


def say(what: str, value: str, bar: str = "") -> None:
    """One line of the report."""
    print(f"{what}: {value}{f'  [{bar}]' if bar else ''}", flush=True)


def whole(bench: Bench, sizes: list[int]) -> None:
    """From nothing, as on a fresh machine: MkDocs' part, reading the data and writing included."""
    found = json.loads(bench.run("-m", "bench.loop", bench.folder(max(LOOP + 1, 10)), str(LOOP)).output)
    wall, cpu = (statistics.median(values) for values in zip(*found, strict=True))
    cold = median(RUNS, lambda: bench.run("-m", "bench.loop", bench.folder(max(LOOP + 1, 10)), "0")).wall
    say("MkDocs 1 ドメイン", f"{wall:.2f} 秒(CPU {cpu:.2f} 秒、{LOOP} 回の中央値)。最初の 1 つは起動から {cold:.2f} 秒")
    for size in sizes:
        shutil.rmtree(bench.work / "cache", ignore_errors=True)
        bench.clean(size)
        made = bench.build(size)
        # Both from the start of the program: a loop over one domain has no warm caches.
        ratio, warm = made.wall / (cold + wall * (size - 1)), made.wall / (wall * size)
        bar = f"≤ {BARS[size]}" if size in BARS else ""
        rate = f"毎秒 {size / made.wall:.0f} ドメイン、最大のプロセス {made.memory:.0f} MiB(MkDocs)"
        say(
            f"はじめから {size:,}",
            f"{made.wall:.2f} 秒 = MkDocs の {ratio:.5f} 倍(温まったループだけとなら {warm:.5f} 倍)、CPU {made.cpu:.1f} 秒、{rate}",
            bar,
        )
    middle = min(MIDDLE, max(sizes))
    tenth = max(1, middle // 10)
    bench.stamp(tenth, 1), bench.stamp(middle, 1)  # what they need is in the cache now
    few, many = (median(RUNS, lambda size=size: bench.stamp(size, 1)) for size in (tenth, middle))  # type: ignore[misc]
    user, system = ((b - a) / max(1, middle - tenth) for a, b in ((few.user, many.user), (few.system, many.system)))
    say(
        "1 ドメイン増えるごとに",
        f"プログラムの CPU {user * 1e3:.2f} ms、ほかにカーネル {system * 1e3:.2f} ms",
        "≤ 0.5 ms",
    )
    say("MkDocs の CPU との比", f"カーネルも含めて {cpu / (user + system):.0f} 分の 1", "≥ 600")


def copying(bench: Bench, middle: int) -> None:
    """Against ``cp -r`` of what was built, in turns."""
    walls: dict[str, list[float]] = {"cp": [], "1": [], "2": []}
    for _ in range(RUNS):
        for processes in (1, 2):
            walls[str(processes)].append(bench.stamp(middle, processes).wall)
        copy = bench.work / "copy"
        os.sync()
        walls["cp"].append(cost("cp", "-r", bench.site(middle, "stamp"), copy, cwd=bench.work).wall)
        shutil.rmtree(copy)
    cp, one, two = (statistics.median(walls[key]) for key in ("cp", "1", "2"))
    say(f"cp -r ({middle:,})", f"{cp:.2f} 秒")
    say("1 プロセス", f"{one:.2f} 秒 = cp -r の {one / cp:.2f} 倍", "≤ 0.9")
    say("2 プロセス", f"{two:.2f} 秒 = cp -r の {two / cp:.2f} 倍", "≤ 0.65")
    first = bench.site(middle, "stamp") / domains.name(0)
    files = [p for p in first.rglob("*") if p.is_file()]
    pages = [p for p in files if p.suffix == ".html"]
    size = sum(p.stat().st_size for p in files) / 1e3
    each = sum(p.stat().st_size for p in pages) / 1e3 / len(pages)
    say("1 ドメイン", f"{size:.0f} kB、{len(files)} ファイル、{len(pages)} ページ。1 ページ {each:.1f} kB", "≤ 12 kB")
    say("30 ページのヘルプなら", f"{30 * size / len(pages):.0f} kB", "≤ 350 kB")


def memory(bench: Bench, sizes: list[int]) -> None:
    """Of the building process; MkDocs' processes were counted above."""
    for size in sizes:
        say(f"メモリ {size:,}", f"{bench.stamp(size, 2).memory:.0f} MiB", "≤ 100 MiB")
        bench.clean(size, "stamp")


def changes(bench: Bench, size: int) -> None:
    """What one change costs in a site that is up to date, the start of the program included."""

    def settle() -> None:
        bench.build(size, "--trust")
        bench.build(size, "--trust")

    settle()
    say(
        f"{size:,} ドメイン、変更なし",
        f"{bench.build(size).wall:.2f} 秒(--trust なら {bench.build(size, '--trust').wall:.2f} 秒)",
    )
    changed = bench.folder(size) / f"{domains.name(size // 2)}.yaml"
    turn = itertools.cycle(((' メール"', ' めーる"'), (' めーる"', ' メール"')))

    def one(*options: str) -> Cost:
        before, after = next(turn)
        changed.write_text(changed.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
        return bench.build(size, *options)

    for options, bar in ((("--trust",), "≤ 0.3 秒"), ((), "")):
        settle()
        made = median(RUNS, lambda options=options: one(*options))  # type: ignore[misc]
        say(f"1 ドメインの変更 {' '.join(options)}".strip(), f"{made.wall:.2f} 秒、{made.memory:.0f} MiB", bar)
    settle()
    page = bench.project / PAGE
    page.write_text(page.read_text(encoding="utf-8") + "\n書き足した文です。\n", encoding="utf-8")
    made = bench.build(size, "--trust")
    say("1 ページの文の変更", f"{made.wall:.2f} 秒、CPU {made.cpu:.1f} 秒", "≤ 4 秒")
    settle()
    changed.unlink()
    say("1 ドメインの削除", f"{bench.build(size, '--trust').wall:.2f} 秒")


def roomy(size: int) -> str | None:
    """A folder in memory with room for everything: there, nothing but the work itself is measured. None: a disk."""
    memory = Path("/dev/shm")
    wanted = 3 * DOMAIN_BYTES * (size + 2 * MIDDLE)
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > wanted else None


def main(sizes: list[int]) -> None:
    """Print the report."""
    say("計測", f"{platform.system()} {os.cpu_count()} CPU、Python {platform.python_version()}、中央値は {RUNS} 回")
    middle = min(MIDDLE, max(sizes))
    place = roomy(max(sizes))
    say(
        "書き出し先",
        f"{place}(メモリの中)" if place else "ディスク。消したばかりの場所に作り直すので、ext4 では遅く出ます",
    )
    with tempfile.TemporaryDirectory(prefix="mailhelp-bench-", dir=place) as work:
        bench = Bench(Path(work))
        whole(bench, sizes)
        copying(bench, middle)
        memory(bench, [size for size in sizes if size >= min(100, max(sizes))])
        words = ("-m", "bench.equal", bench.folder(middle), bench.site(max(sizes)), str(min(COMPARED, middle)))
        compared, profiles, files, wrong = json.loads(bench.run(*words).output)
        say("MkDocs と違うファイル", f"{wrong}({compared} ドメイン、{profiles} 構造、{files:,} ファイル)", "0")
        changes(bench, max(sizes))
    if wrong:
        sys.exit(1)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or SIZES)
