"""A private network, process and mount namespace: only loopback exists, and everything ends with the command.

No packet can leave, the real ports (80, 443, 143, 993, 465 …) are free whatever the machine runs, and ``/etc/hosts``
answers for the sample domains without a change outside. Needs root (or sudo); nothing is written outside ``work``.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

#: Clients connect from 127.0.0.1. Dovecot takes a session as secured when both ends have the same address, and would
#: then allow plain logins that it must refuse.
SERVER = "127.0.0.2"
#: The unencrypted server inside a shop's own network.
LAN_SERVER = "127.0.0.3"
#: Where X servers have their sockets; it cannot be told otherwise.
X11 = Path("/tmp/.X11-unix")
NOT_ALLOWED = (
    "専用のネットワークを作れません。管理者の権限(コンテナーでは --cap-add=SYS_ADMIN --cap-add=NET_ADMIN"
    " --security-opt=apparmor=unconfined)が必要です: "
)


def run_inside(work: Path, arguments: Sequence[str]) -> int:
    """Run ``python -m e2e inside …`` in new namespaces; its exit status."""
    root = [] if os.geteuid() == 0 else ["sudo"]
    isolate = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    probe = subprocess.run([*root, *isolate, "ip", "link", "set", "lo", "up"], capture_output=True, check=False)
    if probe.returncode:
        print(f"{NOT_ALLOWED}{probe.stderr.decode()}", file=sys.stderr)
        return 1
    paths = [f"PATH={os.environ['PATH']}:/usr/sbin:/sbin", f"PYTHONPATH={Path(__file__).parents[1]}"]
    command = [*root, *isolate, "env", *paths, sys.executable, "-m", "e2e", "--inside", str(work), *arguments]
    had_x11 = X11.exists()
    try:
        return subprocess.run(command, check=False).returncode
    finally:
        if not had_x11 and X11.exists():
            subprocess.run([*root, "rmdir", str(X11)], check=True)


def prepare(work: Path, hosts: Mapping[str, str]) -> None:
    """Inside: bring loopback up and give this mount namespace its own name service (host name to address) and X11 sockets."""
    own_name = socket.gethostname()
    lines = ["127.0.0.1 localhost " + own_name, *(f"{address} {name}" for name, address in hosts.items())]
    (work / "hosts").write_text("\n".join(lines) + "\n", encoding="ascii")
    (work / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n", encoding="ascii")
    x11 = work / "X11-unix"
    x11.mkdir()
    x11.chmod(0o1777)
    X11.mkdir(mode=0o1777, exist_ok=True)
    _run("ip", "link", "set", "lo", "up")
    for ours, theirs in (("hosts", "/etc/hosts"), ("resolv.conf", "/etc/resolv.conf"), ("X11-unix", str(X11))):
        _run("mount", "--bind", str(work / ours), theirs)


def _run(*command: str) -> None:
    subprocess.run(command, check=True)
