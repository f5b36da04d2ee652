"""A certificate authority for one run. Its key is thrown away with the run's folder."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

DAYS = "3"


@dataclass(frozen=True)
class Certificates:
    """Files in PEM: what clients trust, and what the servers show."""

    authority: Path
    server: Path
    server_key: Path


def issue(folder: Path, names: Iterable[str]) -> Certificates:
    """A new authority and one server certificate that covers exactly ``names``."""
    folder.mkdir()
    names = sorted(set(names))
    ca, ca_key = folder / "ca.crt", folder / "ca.key"
    server, key, request, extensions = (folder / f"server.{end}" for end in ("crt", "key", "csr", "cnf"))
    _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(ca_key))
    _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(key))
    _openssl(
        *("req", "-x509", "-key", str(ca_key), "-out", str(ca), "-days", DAYS, "-subj", "/CN=mailhelp e2e authority"),
        *("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign"),
    )
    _openssl("req", "-new", "-key", str(key), "-out", str(request), "-subj", "/CN=mailhelp e2e server")
    extensions.write_text(
        "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=serverAuth\n"
        f"subjectAltName={','.join(f'DNS:{name}' for name in names)}\n",
        encoding="ascii",
    )
    _openssl(
        *("x509", "-req", "-in", str(request), "-CA", str(ca), "-CAkey", str(ca_key), "-CAcreateserial"),
        *("-days", DAYS, "-extfile", str(extensions), "-out", str(server)),
    )
    return Certificates(ca, server, key)


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
