"""Processes that work for this one: forked, so that they share its memory; they end with it, however it ends."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any

from macros.errors import BuildError

PR_SET_PDEATHSIG = 1
KILLED = "作業中のプロセスの 1 つが、外から止められました。公開中のサイトは変わっていません。"


def count(tasks: int) -> int:
    """As many processes as there are processors to run on, and no more than tasks; at least 1."""
    return max(1, min(tasks, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1))


def _begin(parent: int) -> None:
    # Ctrl-C reaches every process of a terminal; the first one answers for all.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # One that was killed cannot tell its workers: Linux does, prctl(2).
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


class _Nobody(Executor):
    """For no tasks."""

    def submit(self, *args: Any, **kwargs: Any) -> Future[Any]:
        raise RuntimeError("a pool for no tasks was given one")


@contextmanager
def pool(tasks: int, processes: int | None = None) -> Iterator[Executor]:
    """A pool of processes for so many tasks. What has not begun when something fails is not begun any more."""
    if not tasks:
        yield _Nobody()
        return
    context = multiprocessing.get_context("fork")
    workers = processes or count(tasks)
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(os.getpid(),)) as executor:
        try:
            yield executor
        except BrokenProcessPool:
            raise BuildError(KILLED) from None
        except BaseException:
            executor.shutdown(wait=True, cancel_futures=True)
            raise
