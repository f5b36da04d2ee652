"""Pools of processes: as many as there are processors, gone with whoever asked for them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from macros import workers

# Starts a pool whose worker says its number, then sleeps for good.
PROGRAM = """
import os, time
from macros import workers
def work():
    print(os.getpid(), flush=True)
    time.sleep(600)
with workers.pool(1) as pool:
    pool.submit(work).result()
"""


def _pid() -> int:
    return os.getpid()


def _fail() -> None:
    raise ValueError("planted")


def test_tasks_are_done_by_other_processes() -> None:
    with workers.pool(2) as pool:
        assert pool.submit(_pid).result() != os.getpid()


def test_no_tasks_need_no_pool() -> None:
    with workers.pool(0) as pool, pytest.raises(RuntimeError):
        pool.submit(_pid)


def test_a_failure_reaches_whoever_asked() -> None:
    with pytest.raises(ValueError, match="planted"), workers.pool(1) as pool:
        pool.submit(_fail).result()


def test_never_more_processes_than_tasks_or_processors() -> None:
    assert workers.count(1) == 1
    assert workers.count(0) == 1
    assert workers.count(10**6) <= (os.cpu_count() or 1)


def _alive(pid: int) -> bool:
    try:
        with Path(f"/proc/{pid}/stat").open(encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="prctl(2) is Linux's")
def test_workers_of_a_killed_build_end_with_it() -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as build:
        assert build.stdout is not None
        worker = int(build.stdout.readline())
        assert _alive(worker)
        build.send_signal(signal.SIGKILL)
        build.wait()
    until = time.monotonic() + 30
    while _alive(worker) and time.monotonic() < until:
        time.sleep(0.02)
    assert not _alive(worker)
