"""What the place of publishing adds: the address of the site and the signature of profiles."""

from __future__ import annotations

import plistlib
import subprocess
from collections.abc import Mapping
from pathlib import Path

import certificates
import pytest

from macros import environment, formats
from macros.domain import MailDomain
from macros.errors import BuildError
from macros.formats import Context


def openssl_verify(signed: Path, authority: Path) -> subprocess.CompletedProcess[bytes]:
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any"]
    return subprocess.run([*command, "-in", str(signed), "-CAfile", str(authority)], capture_output=True, check=False)


def test_nothing_set_means_unsigned_and_no_links() -> None:
    assert environment.context({}) == Context("", None)


@pytest.mark.parametrize("given", ["https://help.example.jp/", "https://help.example.jp", "https://example.jp/help"])
def test_the_address_of_the_site_ends_with_a_slash(given: str) -> None:
    assert environment.context({"SITE_URL": given}).site_url == given.rstrip("/") + "/"


@pytest.mark.parametrize(
    "given", ["help.example.jp", "http://help.example.jp/", "https://x y/", "https://a.jp/?x", "https://a.jp/#x"]
)
def test_a_wrong_address_is_refused_with_an_example(given: str) -> None:
    with pytest.raises(BuildError, match=r"SITE_URL.*https の URL|SITE_URL.*https:// で始まる"):
        environment.context({"SITE_URL": given})


@pytest.mark.parametrize("rsa_key", [True, False])
def test_profiles_are_signed_with_the_profile_inside(
    rsa_key: bool, tmp_path: Path, domains: Mapping[str, MailDomain]
) -> None:
    root = certificates.make(["Test Root"])
    own = certificates.make(["help.example.jp"], root, rsa_key=rsa_key)
    certificate, key = own.write(tmp_path, "sign", root)
    authority, _ = root.write(tmp_path, "root")
    context = environment.context({"MAILHELP_SIGN_CERT": str(certificate), "MAILHELP_SIGN_KEY": str(key)})
    mail = domains["example.jp"]
    plain = formats.files(mail, Context())
    for path, data in formats.files(mail, context).items():
        if not path.endswith(".mobileconfig"):
            assert data == plain[path]
            continue
        signed = tmp_path / "profile"
        signed.write_bytes(data)
        done = openssl_verify(signed, authority)
        assert done.returncode == 0, done.stderr
        assert done.stdout == plain[path]
        assert plistlib.loads(done.stdout)["PayloadType"] == "Configuration"
        # A changed profile no longer verifies.
        signed.write_bytes(data.replace(b"mail.example.jp", b"mail.example.cn"))
        assert openssl_verify(signed, authority).returncode != 0


def test_what_cannot_sign_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    root = certificates.make(["Test Root"])
    certificate, key = certificates.make(["a.example"], root).write(tmp_path, "a")
    _, other = certificates.make(["b.example"], root).write(tmp_path, "b")
    (tmp_path / "empty").write_text("")
    for cert_file, key_file, said in (
        (certificate, other, "組になっていません"),
        (certificate, tmp_path / "missing", "署名に使えません"),
        (tmp_path / "empty", key, "署名に使えません"),
        (key, certificate, "署名に使えません"),
    ):
        with pytest.raises(BuildError, match=said):
            environment.context({"MAILHELP_SIGN_CERT": str(cert_file), "MAILHELP_SIGN_KEY": str(key_file)})
    with pytest.raises(BuildError, match="両方が必要です"):
        environment.context({"MAILHELP_SIGN_CERT": str(certificate)})
