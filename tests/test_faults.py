"""A few of the faults of ``make torture``: whatever hits a build, the site is the old one or the new one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from torture import faults
from torture.faults import World

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def here(built_site: Path) -> Iterator[World]:
    """A world; the cache is warm, for the whole site was built before."""
    with faults.world() as made:
        yield made


def test_killed_or_refused_at_any_write(here: World) -> None:
    kinds = faults.killed(here, 8)
    assert {"open", "half a write", "half a file", "os.rename", "exchange"} <= kinds.keys()
    assert here.faults["SIGKILL"] > 4
    faults.refused(here, 4, "ENOSPC")


def test_killed_where_folders_cannot_be_exchanged_in_one_step(here: World) -> None:
    faults.killed(here, 4, exchange=False)
    assert here.faults["SIGKILL without renameat2"] > 1


def test_caches_states_and_pages_that_are_not_what_they_were(here: World) -> None:
    faults.spoiled(here, 3, random.Random(1))


def test_two_builds_at_once_and_a_broken_domain_file(here: World) -> None:
    faults.at_once(here, 1)
    faults.broken_domain(here)
    faults.limited(here)


def test_a_site_between_two_is_noticed(here: World) -> None:
    """The check itself: one byte, one missing or one further file is a site that is neither."""
    page = here.out / "values.example" / "index.html"
    data = page.read_bytes()
    for change in (lambda: page.write_bytes(data[:-1]), page.unlink, (here.out / "x").touch):
        change()
        with pytest.raises(AssertionError, match="the site is none of"):
            here.is_one_of("", "old", "new")
        page.write_bytes(data)
    (here.out / "x").unlink()
    here.is_one_of("", "old")
