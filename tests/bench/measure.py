"""What a command costs: seconds on the clock, seconds of all processors, memory of its largest process."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """Times in s (on the clock; of all processors in the program and in the kernel), peak resident memory of the largest
    process in MiB, and what was printed.
    """

    wall: float
    user: float
    system: float
    memory: float
    output: str = ""

    @property
    def cpu(self) -> float:
        """Both times of the processors."""
        return self.user + self.system


def cost(*words: str | Path, cwd: Path, env: dict[str, str] | None = None) -> Cost:
    """Run a command to its end. wait4(2) counts the processes it started and waited for as well.

    :raises RuntimeError: when it fails, with what it said.
    """
    begin = time.monotonic()
    with subprocess.Popen(
        [str(word) for word in words],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(map(str, words))}: {process.returncode}\n{output}")
    return Cost(time.monotonic() - begin, used.ru_utime, used.ru_stime, used.ru_maxrss / 1024, output)


def median(runs: int, once: Callable[[], Cost]) -> Cost:
    """The medians of several runs."""
    found = [once() for _ in range(runs)]
    return Cost(
        statistics.median(c.wall for c in found),
        statistics.median(c.user for c in found),
        statistics.median(c.system for c in found),
        max(c.memory for c in found),
        found[-1].output,
    )
