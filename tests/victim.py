"""Runs ``mailhelp`` again and again, each time in a child of its own that dies, or is refused, at its n-th write.

``python victim.py`` with the package on its path: reads lines of JSON (see :class:`Order`), answers each with a line of
JSON. The children are made by fork, so that a build costs no start of Python; each is a process like any other, and
SIGKILL ends it as it would end any other.
"""

from __future__ import annotations

import errno
import json
import os
import pathlib
import resource
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
#: Audit events that change folders, and which of their arguments are paths.
CHANGES = {"os.mkdir": 1, "os.rename": 2, "os.remove": 1, "os.rmdir": 1, "shutil.rmtree": 1, "os.truncate": 1}


@dataclass
class Order:
    """One run: the command's arguments, and what happens at which write below one of the folders ``roots``.

    ``what``: "kill", "kill-parent" (from a worker), or the name of an error (ENOSPC …). ``vanish``: a file that is
    removed (or that gets a text added) when it is opened for the n-th time. ``limit``: RLIMIT_FSIZE. ``exchange``: whether renameat2 is there.
    """

    args: list[str]
    roots: list[str]
    at: int = 0
    what: str = "kill"
    vanish: tuple[str, int, str] | None = None
    limit: int = 0
    exchange: bool = True
    env: dict[str, str] = field(default_factory=dict)


class Hook:
    """Counts the writes of this process, and does what was ordered at one of them."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.main = os.getpid()
        self.count = 0
        self.kinds: Counter[str] = Counter()
        self.opened = 0
        self.busy = False

    def reached(self, kind: str, path: Any, half: Callable[[], object] = lambda: None) -> None:
        """A write of a kind is about to happen to a path; ``half`` does half of it."""
        if self.busy or not isinstance(path, str | bytes | os.PathLike):
            return
        if not str(pathlib.Path(os.fsdecode(path)).absolute()).startswith(tuple(self.order.roots)):
            return
        if self.order.what == "kill-parent" and os.getpid() == self.main:
            return
        self.count += 1
        self.kinds[kind] += 1
        if self.count != self.order.at:
            return
        self.busy = True
        half()
        if self.order.what == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif self.order.what == "kill-parent":
            os.kill(self.main, signal.SIGKILL)
        else:
            number = getattr(errno, self.order.what)
            self.busy = False
            raise OSError(number, os.strerror(number))
        self.busy = False

    def audit(self, event: str, args: tuple[Any, ...]) -> None:
        """What Python tells of itself."""
        if event == "open":
            path, _, flags = args
            if isinstance(flags, int) and flags & WRITES:
                self.reached("open", path)
            elif self.order.vanish and isinstance(path, str | os.PathLike) and not self.busy:
                self.vanish(os.fspath(path))
        elif event in CHANGES:
            for path in args[: CHANGES[event]]:
                self.reached(event, path)
                break
        elif event == "ctypes.dlsym" and args[1] == "renameat2":
            self.reached("exchange", self.order.roots[0])

    def vanish(self, path: str) -> None:
        """A file goes away under the eyes of who opens it."""
        assert self.order.vanish is not None
        if str(pathlib.Path(path).absolute()) == self.order.vanish[0]:
            self.opened += 1
            if self.opened == self.order.vanish[1]:
                self.busy = True
                if self.order.vanish[2]:
                    with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123
                        file.write(self.order.vanish[2])
                else:
                    os.unlink(path)  # noqa: PTH108
                self.busy = False

    def install(self) -> None:
        """Begin to count; also in the middle of writing a file."""
        write, whole = os.write, pathlib.Path.write_bytes

        def half_write(file: int, data: Any) -> int:
            path = os.readlink(f"/proc/self/fd/{file}")  # noqa: PTH115
            self.reached("half a write", path, lambda: write(file, data[: len(data) // 2]))
            return write(file, data)

        def write_bytes(path: pathlib.Path, data: bytes) -> int:
            self.reached("half a file", path, lambda: whole(path, data[: len(data) // 2]))
            return whole(path, data)

        def write_text(path: pathlib.Path, text: str, encoding: str = "utf-8") -> int:
            return write_bytes(path, text.encode(encoding))

        os.write = half_write
        pathlib.Path.write_bytes = write_bytes  # type: ignore[method-assign,assignment]
        pathlib.Path.write_text = write_text  # type: ignore[method-assign,assignment]
        sys.addaudithook(self.audit)


def _child(order: Order, answer: int) -> NoReturn:
    from macros import cli, tree

    os.environ.update(order.env)
    tempfile.tempdir = None  # asked for again where TMPDIR is another one
    if not order.exchange:
        tree.ctypes.CDLL = lambda *_, **__: object()  # type: ignore[attr-defined]
    if order.limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order.limit, order.limit))
    hook = Hook(order)
    hook.install()
    code = 99
    try:
        code = cli.main(order.args)
    except BaseException:
        import traceback

        hook.busy = True
        traceback.print_exc()
    hook.busy = True
    sys.stdout.flush()
    sys.stderr.flush()
    with os.fdopen(answer, "w") as pipe:
        pipe.write(json.dumps({"count": hook.count, "kinds": hook.kinds, "vanished": hook.opened}) + "\n")
    os._exit(code)


def run(order: Order) -> dict[str, Any]:
    """One build; how it ended."""
    with tempfile.TemporaryFile("w+") as said:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            _child(order, write)
        os.close(write)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        with os.fdopen(read) as pipe:
            # Processes that a killed one has left may still hold the other end.
            told = pipe.readline() if code >= 0 else ""
        said.seek(0)
        return {"code": code, "said": said.read(), **(json.loads(told) if told else {})}


def main() -> None:
    """Answer until nobody asks any more."""
    # Imported once: a child has them at hand. Nothing is run here that would keep something for the next run.
    from macros import cli, publish  # noqa: F401

    for line in sys.stdin:
        print(json.dumps(run(Order(**json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
