"""The domains of a folder as an index that is quick to read again: what has not changed is neither parsed nor unpacked.

The faults, the order and the meaning are :mod:`macros.catalogue`'s; this is its result, kept by content in a cache
file. Whatever is odd about the cache (another program, another provider file, two files for one name) leads to reading
everything anew.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from macros import cache, catalogue, view
from macros.catalogue import Source
from macros.domain import MailDomain
from macros.errors import DomainDataError, Fault

Units = Mapping[str, "Unit"]


@dataclass(frozen=True, slots=True)
class Unit:
    """One published name: a digest of its pages' structure, a digest of all its data, and the data, packed."""

    profile: str
    key: str
    packed: bytes

    @property
    def mail(self) -> MailDomain:
        """The data."""
        mail: MailDomain = pickle.loads(self.packed)
        return mail


#: What one domain file gave: (size, mtime) of the file, digest of its bytes, its units by name.
Entry = tuple[tuple[int, int], str, dict[str, tuple[str, str, bytes]]]


@dataclass(frozen=True, slots=True)
class Index:
    """All units by name, sorted; and, where faults were let pass, the faults and the names that could not be read."""

    units: Units
    faults: tuple[Fault, ...] = ()
    broken: frozenset[str] = frozenset()


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _packed(mail: MailDomain) -> tuple[str, str, bytes]:
    # The key is that of the data's text, not of its packed form: that depends on which texts are the same object.
    return _digest(repr(view.profile(mail)).encode()), _digest(repr(mail).encode()), pickle.dumps(mail, protocol=5)


def units_of(domain: MailDomain) -> dict[str, tuple[str, str, bytes]]:
    """The units of a domain and its aliases, as plain tuples (profile, key, packed)."""
    return {name: _packed(mail) for name, mail in catalogue.published({domain.domain: domain}).items()}


def of_published(domains: Mapping[str, MailDomain]) -> Index:
    """The index of names that each get their own copy."""
    return Index({name: Unit(*_packed(mail)) for name, mail in sorted(domains.items())})


def _paths(folder: Path) -> list[tuple[str, tuple[int, int]]]:
    """The domain files of a folder with their size and time, sorted by name."""
    found = []
    pending = [(os.fspath(folder), "")]
    while pending:
        path, prefix = pending.pop()
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    pending.append((entry.path, f"{prefix}{entry.name}/"))
                elif entry.name.endswith(catalogue.SUFFIX) and entry.name[0] not in "_." and entry.is_file():
                    status = entry.stat()
                    found.append((prefix + entry.name, (status.st_size, status.st_mtime_ns)))
    return sorted(found)


def load(folder: Path, *, keep_going: bool = False) -> Index:
    """Read and check a folder of domain files, from the cache where the files are the same.

    :raises DomainDataError: with every fault of every file; with ``keep_going``, only when the provider's file has one
        or no domain is left.
    """
    if not folder.is_dir():
        catalogue.load(folder)
    provider = catalogue.provider_source(folder)
    name = f"index-{_digest(os.fsencode(folder.resolve()))}"
    mark = [cache.program(), _digest(provider.data)]
    kept: dict[str, Entry] = cache.read(name, mark) or {}
    entries: dict[str, Entry] = {}
    changed: list[tuple[Source, tuple[int, int], str]] = []
    for path, stat in _paths(folder):
        entry = kept.get(path)
        if entry is not None and entry[0] == stat:
            entries[path] = entry
            continue
        source = catalogue.domain_source(folder, path)
        digest = _digest(source.data)
        if entry is not None and entry[1] == digest:
            entries[path] = (stat, digest, entry[2])
        else:
            changed.append((source, stat, digest))
    reader = catalogue.Reader(provider)
    for source, stat, digest in changed:
        domain = reader.read(source)
        if domain is not None:
            entries[source.name] = (stat, digest, units_of(domain))
    names = Counter(unit for entry in entries.values() for unit in entry[2])
    if reader.faults or len(names) != names.total() or not entries:
        return _anew(folder, keep_going)
    if changed or entries.keys() != kept.keys() or any(kept[path][0] != entries[path][0] for path in kept):
        cache.write(name, mark, entries)
    return Index({unit: Unit(*parts) for unit, parts in sorted(p for e in entries.values() for p in e[2].items())})


def _anew(folder: Path, keep_going: bool) -> Index:
    """Everything from the beginning, for the sake of complete and well-ordered faults."""
    provider, files = catalogue.sources(folder)
    reader = catalogue.Reader(provider)
    domains = {d.domain: d for source in files if (d := reader.read(source)) is not None}
    bad = {fault.file for fault in reader.faults}
    good = {name: d for name, d in domains.items() if reader.files[name] not in bad}
    if not reader.faults or (keep_going and provider.name not in bad and good):
        broken = frozenset(Path(file).name.removesuffix(catalogue.SUFFIX) for file in bad)
        return Index(
            of_published(catalogue.published(good)).units,
            tuple(sorted(set(reader.faults))),
            broken | domains.keys() - good.keys(),
        )
    raise DomainDataError(reader.faults or [catalogue.NO_DOMAIN])
