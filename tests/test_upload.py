"""The upload to object storage: only what differs is sent, deletes come last, and every file has its type."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto.server import ThreadedMotoServer

from macros import catalogue, publish
from macros.domain import MailDomain
from macros.servers import TYPES

ROOT = Path(__file__).resolve().parent.parent
UPLOAD = ROOT / ".github" / "upload.py"
WORKFLOW = ROOT / ".github" / "workflows" / "publish-s3.yml"
REQUEST = re.compile(r'"(PUT|POST|DELETE) (/\S+) HTTP')
REMOTE = "s3:help/ja"

pytestmark = pytest.mark.slow


class Storage:
    """A bucket on loopback, and what was asked of it: (method, path), in order."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.asked: list[tuple[str, str]] = []
        self.client = boto3.client(
            "s3", endpoint_url=self.address, aws_access_key_id="k", aws_secret_access_key="s", region_name="us-east-1"
        )
        self.client.create_bucket(Bucket="help")

    def upload(self, *words: str, code: int = 0) -> list[tuple[str, str]]:
        """Run the script; what it changed."""
        self.asked.clear()
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "RCLONE_CONFIG_S3_TYPE": "s3",
            "RCLONE_CONFIG_S3_PROVIDER": "Other",
            "RCLONE_CONFIG_S3_ENDPOINT": self.address,
            "RCLONE_CONFIG_S3_ACCESS_KEY_ID": "k",
            "RCLONE_CONFIG_S3_SECRET_ACCESS_KEY": "s",
        }
        done = subprocess.run(
            [sys.executable, UPLOAD, *words], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stderr
        return [(method, path.partition("?")[0].removeprefix("/help/ja/")) for method, path in self.asked]

    def objects(self) -> dict[str, bytes]:
        """Everything that is published."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket="help")
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        return {k.removeprefix("ja/"): self.client.get_object(Bucket="help", Key=k)["Body"].read() for k in keys}

    def head(self, path: str) -> Any:
        """The headers of one object."""
        return self.client.head_object(Bucket="help", Key=f"ja/{path}")


@pytest.fixture
def storage() -> Iterator[Storage]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=True)
    server.start()
    made = Storage(server.get_host_and_port()[1])

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found = REQUEST.search(re.sub(r"\x1b\[[0-9;]*m", "", record.getMessage()))
            if found:
                made.asked.append((found[1], found[2]))

    log, listener = logging.getLogger("werkzeug"), Listener()
    log.addHandler(listener)
    log.setLevel(logging.INFO)
    yield made
    log.removeHandler(listener)
    server.stop()


def contents(folder: Path) -> dict[str, bytes]:
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    files.pop(publish.MARK, None)
    return files


def build(domains: dict[str, MailDomain], out: Path, part: str) -> None:
    publish.publish(domains, out, lambda items, total, unit: items, shard=publish.Shard.parse(part))


def test_only_what_differs_is_sent_and_what_is_gone_goes_last(
    storage: Storage, domains: dict[str, MailDomain], tmp_path: Path
) -> None:
    few = {name: domains[name] for name in ("loytem.com", "example.jp", "pop.example")}
    site, listed = tmp_path / "site", tmp_path / "list"
    build(few, site, "1/1")
    sent = storage.upload("put", str(site), REMOTE, str(listed))
    assert storage.objects() == contents(site)
    assert sorted(sent) == sorted(("PUT", path) for path in contents(site))
    # Assets before the pages that ask for them.
    first_page = min(i for i, (_, path) in enumerate(sent) if not path.startswith("assets/"))
    assert all(not path.startswith("assets/") for _, path in sent[first_page:])
    assert storage.upload("put", str(site), REMOTE, str(listed)) == []

    # Built anew elsewhere: other times, the same bytes. One domain has changed, one is gone, one has come.
    before = contents(site)
    other = {"loytem.com": few["loytem.com"], "imap.example": domains["imap.example"]}
    other["example.jp"] = catalogue.parse(
        catalogue.provider_source(catalogue.OWN_DOMAINS),
        [catalogue.Source("example.jp.yaml", "domain: example.jp\ndisplay_name: 別の名前\n".encode())],
    )["example.jp"]
    again = tmp_path / "again"
    build(other, again, "1/1")
    sent = storage.upload("put", str(again), REMOTE, str(listed))
    differing = {path for path, data in contents(again).items() if before.get(path) != data}
    assert sorted(sent) == sorted(("PUT", path) for path in differing)
    # Beside the two domains: the search index of a structure that has come.
    assert {path.rpartition("/")[0] if path.startswith("assets/") else path.partition("/")[0] for path in differing} == {
        "example.jp", "imap.example", "assets/search"
    }  # fmt: skip
    assert any(path.startswith("pop.example/") for path in storage.objects())

    sent = storage.upload("tidy", REMOTE, "1", str(listed))
    assert {path.partition("/")[0] for _, path in sent} == {"pop.example", "assets"}
    assert sorted(sent) == sorted(("DELETE", path) for path in before.keys() - contents(again).keys())
    assert storage.objects() == contents(again)
    assert storage.upload("tidy", REMOTE, "1", str(listed)) == []


def test_parts_together_are_the_whole_and_delete_nothing_of_each_other(
    storage: Storage, domains: dict[str, MailDomain], tmp_path: Path
) -> None:
    lists = []
    for number in (1, 2, 3):
        site = tmp_path / f"part{number}"
        build(domains, site, f"{number}/3")
        lists.append(str(tmp_path / f"list{number}"))
        assert all(method == "PUT" for method, _ in storage.upload("put", str(site), REMOTE, lists[-1]))
    assert storage.upload("tidy", REMOTE, "3", *lists) == []
    whole = tmp_path / "whole"
    build(domains, whole, "1/1")
    assert storage.objects() == contents(whole)

    # A part is missing, or the list of the one with the root: nothing is deleted.
    for words in (["3", *lists[:2]], ["2", *lists[1:]]):
        assert storage.upload("tidy", REMOTE, *words, code=1) == []
    assert storage.objects() == contents(whole)


def test_every_kind_of_file_has_its_type_and_how_long_it_keeps(
    storage: Storage, domains: dict[str, MailDomain], tmp_path: Path
) -> None:
    site = tmp_path / "site"
    build({"loytem.com": domains["loytem.com"]}, site, "1/1")
    storage.upload("put", str(site), REMOTE, str(tmp_path / "list"))
    samples = {path.suffix[1:]: path.relative_to(site).as_posix() for path in site.rglob("*.*") if path.is_file()}
    del samples[""]  # the mark of the build, which is not uploaded
    assert {"html", "css", "js", "json", "xml", "mobileconfig"} <= samples.keys() <= TYPES.keys()
    for ending, path in samples.items():
        assert storage.head(path)["ContentType"].partition(";")[0] == TYPES[ending], path
    for path in ("mail/config-v1.1.xml", ".well-known/autoconfig/mail/config-v1.1.xml"):
        assert storage.head(path)["ContentType"] == "text/xml; charset=utf-8"
    assert storage.head("loytem.com/.well-known/user-agent-configuration.json")["ContentType"].startswith(
        "application/json"
    )
    hashed = [path for path in contents(site) if re.search(r"\.[0-9a-f]{8}(?:\.min)?\.(css|js|json|bin)$", path)]
    assert hashed
    for path in contents(site):
        cache = storage.head(path)["CacheControl"]
        if path in hashed:
            assert cache == "public, max-age=31536000, immutable"
        elif path.endswith((".html", ".xml", ".json", ".mobileconfig")):
            assert cache == "no-cache" or "index." in path, path
    shipped = (ROOT / "macros/servers/nginx.conf").read_text(encoding="utf-8")
    for value in ("public, max-age=31536000, immutable", "public, max-age=86400", "no-cache"):
        assert value in shipped and value in UPLOAD.read_text(encoding="utf-8")


def test_the_workflow_builds_as_many_parts_as_it_says() -> None:
    jobs = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    parts = jobs["upload"]["strategy"]["matrix"]["part"]
    assert parts == list(range(1, len(parts) + 1))
    told = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["env"]["PARTS"]
    assert int(told) == len(parts)
    # Nothing is deleted before every part is there.
    assert jobs["tidy"]["needs"] == "upload" and "if" not in jobs["tidy"]
