#!/usr/bin/env python3
"""Uploads a built site to object storage with rclone: what differs by its MD5, deletes last.

    upload.py put SITE REMOTE LIST         one part (mailhelp build --shard I/N); writes the paths of its files to LIST
    upload.py tidy REMOTE PARTS LIST...    after all parts: deletes what is in none of their lists

REMOTE is a place as rclone names it (s3:bucket or s3:bucket/folder); its keys come from the environment
(RCLONE_CONFIG_S3_...). Assets go first, so that no page asks for one that is not there yet.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
from itertools import groupby
from pathlib import Path

from macros.publish import MARK
from macros.servers import TEXT_TYPES, TYPES

#: As in macros/servers/nginx.conf: a name with a mark of its content never changes its meaning.
CACHE = (
    (re.compile(r"\.[0-9a-f]{8,}\.(?:min\.)?(?:css|js|json|bin)$"), "public, max-age=31536000, immutable"),
    (re.compile(r"\.(?:png|webp|svg|ico|woff2)$"), "public, max-age=86400"),
)
# No right to make or to look at buckets is needed; a PUT carries its MD5 and needs no second look.
RCLONE = (
    "rclone",
    "--config",
    "/dev/null",
    "--s3-no-check-bucket",
    "--s3-no-head",
    "--retries",
    "5",
    "--transfers",
    "16",
)


def rclone(*words: str) -> str:
    """Run rclone; what it printed."""
    return subprocess.run([*RCLONE, *words], check=True, stdout=subprocess.PIPE, text=True).stdout


def remote_files(remote: str) -> dict[str, str]:
    """The MD5 of every object, by its path, from the listing alone."""
    listed = rclone("lsf", remote, "-R", "--files-only", "--fast-list", "--format", "hp", "--separator", " ")
    return {path: md5 for md5, _, path in (line.partition(" ") for line in listed.splitlines())}


def headers(path: str) -> tuple[str, str]:
    """(Content-Type, Cache-Control) of a file."""
    kind = TYPES.get(path.rpartition(".")[2], "application/octet-stream")
    cache = next((value for pattern, value in CACHE if pattern.search(path)), "no-cache")
    return f"{kind}; charset=utf-8" if kind in TEXT_TYPES else kind, cache


def transfer(paths: list[str], *words: str) -> None:
    """Run rclone for exactly these paths."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as names:
        names.write("".join(f"{path}\n" for path in paths))
        names.flush()
        rclone(words[0], "--files-from-raw", names.name, *words[1:])


def put(site: Path, remote: str, written: Path) -> None:
    """Upload what differs."""
    files = sorted(p for p in site.rglob("*") if p.is_file() and p.relative_to(site).as_posix() != MARK)
    local = {p.relative_to(site).as_posix(): hashlib.md5(p.read_bytes()).hexdigest() for p in files}
    there = remote_files(remote)
    changed = [path for path, md5 in local.items() if there.get(path) != md5]

    def order(path: str) -> tuple[bool, tuple[str, str]]:
        return not path.startswith("assets/"), headers(path)

    for (_, (kind, cache)), paths in groupby(sorted(changed, key=order), key=order):
        extra = ("--header-upload", f"Content-Type: {kind}", "--header-upload", f"Cache-Control: {cache}")
        transfer(list(paths), "copy", "--no-check-dest", "--no-traverse", *extra, str(site), remote)
    written.write_text("".join(f"{path}\n" for path in local), encoding="utf-8")
    print(f"{len(changed)} 個のファイルを送りました(全部で {len(local)} 個)。")


def tidy(remote: str, parts: int, lists: list[Path]) -> None:
    """Delete what belongs to no part. Without every part's list nothing is deleted."""
    if len(lists) != parts:
        sys.exit(f"{parts} 個の部分のうち、{len(lists)} 個の一覧しかありません。何も削除していません。")
    wanted = {path for file in lists for path in file.read_text(encoding="utf-8").splitlines()}
    if not {"index.html", "404.html"} <= wanted:
        sys.exit("サイトの入口が一覧にありません。何も削除していません。")
    gone = sorted(remote_files(remote).keys() - wanted)
    if gone:
        transfer(gone, "delete", remote)
    print(f"{len(gone)} 個のファイルを削除しました。")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["put", site, remote, written]:
            put(Path(site), remote, Path(written))
        case ["tidy", remote, parts, *lists] if lists and parts.isdigit():
            tidy(remote, int(parts), [Path(name) for name in lists])
        case _:
            sys.exit(__doc__)
