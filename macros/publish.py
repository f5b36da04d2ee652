"""Builds every domain's copy of the help into one folder, all or nothing: MkDocs once per profile, then stamping.

There are two folders: the site, and the next one, in a hidden folder beside it. A build brings the next one up to date,
rewriting only what differs, and swaps the two in one step. Whatever happens before that step leaves the site as it was;
what was half done is found by comparing when the next build begins.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from macros import cache, environment, formats, index, skeleton, sources, tree, view, workers
from macros.domain import MailDomain
from macros.errors import BuildError, DomainDataError
from macros.index import Index, Unit
from macros.site import DEFAULT_DOMAIN, default_domain
from macros.skeleton import Progress
from macros.stamp import Skeleton

NOT_OURS = "{folder} には、このプログラムが作っていないものがあります。別の出力先(--out)を選んでください。"
BUSY = "{folder} には、ほかの mailhelp build が書き出しているところです。終わってから、もう一度実行してください。"
NOT_WRITTEN = "{folder} に書き出せません({reason})。公開中のサイトは変わっていません。"
NOTHING_TO_SHARE = "--shard は「1/4」のように、番号と全体の数で書きます({found} がありました)。"
MARK = ".mailhelp"
#: Below this many domains a second process costs more than it saves.
WORTH_A_PROCESS = 64
ROOT = ""


@dataclass(frozen=True, slots=True)
class Shard:
    """Which part of the domains one of several machines builds: the ``number``-th of ``count``, from 1."""

    number: int = 1
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> Shard:
        """From ``I/N``.

        :raises BuildError: for anything else.
        """
        number, slash, count = text.partition("/")
        if not (slash and number.isascii() and number.isdigit() and count.isascii() and count.isdigit()):
            raise BuildError(NOTHING_TO_SHARE.format(found=text))
        if not 1 <= int(number) <= int(count):
            raise BuildError(NOTHING_TO_SHARE.format(found=text))
        return cls(int(number), int(count))

    def has(self, name: str) -> bool:
        """Whether a name belongs to this part: the same on every machine, and for ever. The root is in part 1."""
        place = int.from_bytes(sha256(name.encode()).digest()[:8]) % self.count if name and self.count > 1 else 0
        return place == self.number - 1


@dataclass(frozen=True, slots=True)
class Record:
    """What was last written for one domain: from what, and how its files look from outside."""

    profile: str
    key: str
    signature: str
    files: int
    size: int


def _sum(text: bytes) -> str:
    return sha256(text).hexdigest()


@dataclass(slots=True)
class State:
    """All that is known of a tree that was written to its end."""

    program: str = ""
    templates: dict[str, dict[str, str]] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)

    @classmethod
    def load(cls, file: Path) -> State:
        """From a file; empty for none, or for one that cannot be read."""
        try:
            total, _, text = file.read_bytes().partition(b"\n")
            if total.decode() != _sum(text):
                return cls()
            data = json.loads(text)
            records = {name: Record(*record) for name, record in data["records"].items()}
            return cls(data["program"], data["templates"], records)
        except (OSError, ValueError):
            return cls()

    def save(self, file: Path) -> None:
        """Into a file."""
        records = {n: (r.profile, r.key, r.signature, r.files, r.size) for n, r in self.records.items()}
        data = {"program": self.program, "templates": self.templates, "records": records}
        text = json.dumps(data, separators=(",", ":"))
        file.write_bytes(f"{_sum(text.encode())}\n{text}".encode())


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did: how many domains, how many of them were written anew, and how much there is now."""

    domains: int
    written: int
    kept: tuple[str, ...]
    files: int
    size: int
    largest: int


class Place:
    """The folders of one site: ``out`` itself, and what belongs to building it."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.work = out.parent / f".{out.name}.build"
        self.next = self.work / "next"

    def state_file(self, folder: Path) -> Path:
        """Where the state of a tree is kept: outside of it, for it names the customers. Copies of a tree have none."""
        return self.work / f"state-{(folder / MARK).stat().st_ino}.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the place against other builds; the system lets go of it whatever happens to this process."""
        if self.out.is_dir() and any(self.out.iterdir()) and not (self.out / MARK).exists():
            raise BuildError(NOT_OURS.format(folder=self.out))
        self.work.mkdir(parents=True, exist_ok=True)
        with (self.work / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BuildError(BUSY.format(folder=self.out)) from None
            if (tree.aside(self.out) / MARK).exists():
                tree.settle(self.next, self.out)
            yield

    def begin(self) -> State:
        """Make the next tree ready to be changed; what is known of it, which from now on is no longer true."""
        self.next.mkdir(exist_ok=True)
        if not (self.next / MARK).exists():
            (self.next / MARK).touch()
        file = self.state_file(self.next)
        state = State.load(file)
        file.unlink(missing_ok=True)
        return state

    def finish(self, state: State) -> None:
        """Let the next tree take the place of the site."""
        state.save(self.state_file(self.next))
        if self.out.exists():
            tree.exchange(self.next, self.out)
        else:
            self.next.rename(self.out)
        # The new site is published: what cannot be tidied up now is no fault of it, and is tried again next time.
        with suppress(OSError):
            known = {self.state_file(folder) for folder in (self.out, self.next) if (folder / MARK).exists()}
            for file in self.work.glob("state-*.json"):
                if file not in known:
                    file.unlink(missing_ok=True)


def prepared(
    units: Mapping[str, Unit], root: Unit | None, progress: Progress
) -> tuple[dict[str, Skeleton], Callable[[], Skeleton]]:
    """One skeleton for every profile that occurs among the units, by the profile's key; what gives the root's."""
    samples: dict[str, Unit] = {}
    for unit in units.values():
        samples.setdefault(unit.profile, unit)
    mails = {key: unit.mail for key, unit in samples.items()}
    wanted = {key: (view.profile(mail), tuple(view.values(mail))) for key, mail in mails.items()}
    return skeleton.prepare(wanted, root.profile if root else None, progress)


class Stamper:
    """Writes domains' copies below one folder. Made before the workers are forked, so that they share its memory.

    ``trust``: take what was written last time for what is there now, without looking.
    """

    def __init__(
        self,
        folder: Path,
        units: Mapping[str, Unit],
        built: Mapping[str, Skeleton],
        state: State,
        *,
        program: str,
        trust: bool = False,
    ) -> None:
        self.folder = folder
        self.units = units
        self.built = built
        self.state = state
        self.same_program = state.program == program
        self.trust = trust
        self.context = environment.context()
        #: The folders that there are: asking for each would take longer.
        self.there = (
            {entry.name for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False)} if trust else set()
        )
        #: For every profile: the templates that are not as they were, and the paths of those that are no more.
        self.changed: dict[str, tuple[list[str], set[str]]] = {}
        for key, made in built.items():
            before = state.templates.get(key, {})
            new = [path for path, digest in made.digests.items() if before.get(path) != digest]
            self.changed[key] = (new, before.keys() - made.digests.keys())

    def files(self, unit: Unit) -> Iterator[tuple[str, bytes]]:
        """Every file of one copy."""
        mail = unit.mail
        yield from self.built[unit.profile].filled(view.values(mail))
        yield from formats.files(mail, self.context).items()

    def before(self, name: str) -> Record | None:
        """What was last written for a copy, where that was from the same data."""
        unit, known = self.units[name], self.state.records.get(name)
        same = self.same_program and known is not None and (known.profile, known.key) == (unit.profile, unit.key)
        return known if same else None

    def finished(self, name: str) -> Record | None:
        """What is there now, where it is known without a look that nothing is to be written."""
        known = self.before(name) if name in self.there else None
        return known if known and not any(self.changed[known.profile]) else None

    def write(self, name: str) -> tuple[str, Record, bool]:
        """Bring one copy up to date; what is there now, and whether anything had to be written."""
        unit = self.units[name]
        folder = f"{self.folder}/{name}"
        known = self.before(name)
        new, gone = self.changed[unit.profile]
        trusted = known is not None and name in self.there
        found = tree.look(folder, [*new, *gone]) if trusted else tree.scan(folder)
        if known is None or not (trusted or tree.signature(found) == known.signature):
            stats = tree.update(folder, self.files(unit), found)
            size = sum(size for size, _ in stats.values())
            return name, Record(unit.profile, unit.key, tree.signature(stats), len(stats), size), True
        if not new and not gone:
            return name, known, False
        found = {path: stat for path, stat in found.items() if path in gone or path in new}
        stats = tree.update(folder, self.built[unit.profile].filled(view.values(unit.mail), new), found)
        size = known.size + sum(size for size, _ in stats.values()) - sum(size for size, _ in found.values())
        signature = tree.signature(stats, known.signature, found)
        return name, Record(unit.profile, unit.key, signature, known.files + len(stats) - len(found), size), True


_stamper: Callable[[str], tuple[str, Record, bool]]


def _stamp(name: str) -> tuple[str, Record, bool]:
    return _stamper(name)


def stamped(stamper: Stamper, names: Sequence[str], processes: int | None = None) -> Iterator[tuple[str, Record, bool]]:
    """Bring these units up to date, on all processors where there is enough to do; yields each when it is done."""
    global _stamper  # noqa: PLW0603  the forked workers inherit it; sending it to them would copy every skeleton
    _stamper = stamper.write
    processes = min(processes or workers.count(len(names)), max(1, len(names) // WORTH_A_PROCESS))
    if processes < 2:
        yield from map(stamper.write, names)
        return
    with workers.pool(len(names), processes) as pool:
        yield from pool.map(_stamp, names, chunksize=max(1, min(64, len(names) // (processes * 8))))


def _write_root(
    place: Place,
    unit: Unit,
    built: Mapping[str, Skeleton],
    pages: Callable[[], Skeleton],
    *,
    but: set[str],
    before: Record | None,
) -> Record:
    """The files at the root of the site: the default domain's help, what all copies share; not the folders ``but``.

    ``pages``: gives the templates of that help. ``before``: what the same program wrote there last.
    """
    shared = {path: data for made in built.values() for path, data in made.shared.items()}
    key = " ".join([sources.digest(), unit.key, *sorted(shared)])
    found = tree.scan(place.next, but)
    if before is not None and (before.key, before.signature) == (key, tree.signature(found)):
        return before
    made = pages()
    files: dict[str, bytes] = {**made.shared, **shared}
    files |= made.filled(view.values(unit.mail))
    files |= formats.root_files(unit.mail, environment.context())
    stats = tree.update(place.next, files.items(), found)
    return Record(unit.profile, key, tree.signature(stats), len(stats), sum(size for size, _ in stats.values()))


def _keep(place: Place, units: Mapping[str, Unit]) -> list[str]:
    """Copy from the site what is published now and cannot be built again; the names."""
    kept = []
    for folder in sorted(place.out.iterdir()) if place.out.is_dir() else []:
        name = folder.name
        # A domain's folder is known by its settings file; nothing else at the root has one there.
        if folder.is_dir() and name not in units and (folder / "mail" / "config-v1.1.xml").is_file() and "." in name:
            files = ((path, (folder / path).read_bytes()) for path in tree.scan(folder))
            tree.update(place.next / name, files, tree.scan(place.next / name))
            kept.append(name)
    return kept


def publish_index(
    found: Index,
    out: Path,
    progress: Progress,
    *,
    shard: Shard | None = None,
    trust: bool = False,
    processes: int | None = None,
) -> Report:
    """Write ``out/`` (the default domain) and ``out/<domain>/`` for every published domain of this shard.

    Where the index has faults (it was read to keep going), what ``out`` holds of domains that it lacks stays.

    :raises BuildError: when a page is broken, ``out`` holds something that is not a site of ours, another build is
        writing there, or the disk refuses; the site is then as it was.
    """
    if DEFAULT_DOMAIN in found.broken:
        raise DomainDataError(found.faults)
    shard = shard or Shard()
    units = {name: unit for name, unit in found.units.items() if shard.has(name)}
    place = Place(out)
    program = f"{cache.program()} {environment.digest()}"
    # The root holds what the copies of every profile share, whichever machine builds them.
    root = found.units[default_domain(found.units)] if shard.has(ROOT) else None
    built, pages = prepared(found.units if root else units, root, progress)
    try:
        with place.locked():
            state = place.begin()
            kept = _keep(place, found.units) if found.faults else []
            stamper = Stamper(place.next, units, built, state, program=program, trust=trust)
            now = State(program, {key: made.digests for key, made in built.items()})
            if root:
                before = state.records.get(ROOT) if state.program == program else None
                now.records[ROOT] = _write_root(place, root, built, pages, but={*units, *kept, MARK}, before=before)
            else:
                _remove_others(place.next, {*units, *kept, MARK})
            finished = {name: record for name in units if (record := stamper.finished(name))}
            now.records |= finished
            left = [name for name in units if name not in finished]
            written = 0
            records = stamped(stamper, left, processes)

            def names() -> Iterator[str]:
                nonlocal written
                for name, record, anew in records:
                    now.records[name] = record
                    written += anew
                    yield name

            for _ in progress(names(), total=len(left), unit="ドメイン"):
                pass
            place.finish(now)
    except OSError as error:
        raise BuildError(NOT_WRITTEN.format(folder=out, reason=error.strerror or error)) from error
    records_of_domains = [record for name, record in now.records.items() if name]
    return Report(
        domains=len(units),
        written=written,
        kept=tuple(kept),
        files=sum(record.files for record in now.records.values()),
        size=sum(record.size for record in now.records.values()),
        largest=max((record.size for record in records_of_domains), default=0),
    )


def _remove_others(folder: Path, expected: set[str]) -> None:
    """Of a part without the root: remove what belongs to no domain of it."""
    for entry in folder.iterdir():
        if entry.name not in expected:
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def publish(domains: Mapping[str, MailDomain], out: Path, progress: Progress, **options: Any) -> Report:
    """As :func:`publish_index`, for domains that were read already."""
    return publish_index(index.of_published(domains), out, progress, **options)
