"""What the place of publishing adds to the data, read from environment variables.

``SITE_URL``: the address of the site (MkDocs reads the same one). ``MAILHELP_SIGN_CERT`` and ``MAILHELP_SIGN_KEY``: PEM
files to sign configuration profiles with; the first holds the certificate and, after it, those of its issuers.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from macros.checks import Refused, url
from macros.errors import BuildError
from macros.formats import Context

SITE_URL = "SITE_URL"
CERTIFICATE, KEY = "MAILHELP_SIGN_CERT", "MAILHELP_SIGN_KEY"
BAD_URL = "環境変数 SITE_URL には、{expected}({found} がありました)。例: https://help.example.jp/"
BOTH_NEEDED = "プロファイルに署名するには、環境変数 {certificate} と {key} の両方が必要です。"
UNUSABLE = "プロファイルの署名に使えません: {reason}。{certificate} と {key} には、PEM 形式の証明書と、その証明書の秘密鍵(パスフレーズなし)を指定します。"
KIND = "鍵の種類が RSA でも楕円曲線(EC)でもありません"
NOT_A_PAIR = "証明書と秘密鍵が組になっていません"


def signer(certificate_file: Path, key_file: Path) -> Callable[[bytes], bytes]:
    """A function that signs bytes as CMS SignedData (DER) with the bytes inside, as Apple's devices expect.

    :raises BuildError: when the two files cannot be used.
    """
    # Only who signs pays for loading the cryptographic library.
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import pkcs7

    def unusable(reason: object) -> BuildError:
        return BuildError(UNUSABLE.format(reason=reason, certificate=CERTIFICATE, key=KEY))

    try:
        certificate, *issuers = x509.load_pem_x509_certificates(certificate_file.read_bytes())
        key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise unusable(error) from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise unusable(KIND)
    if certificate.public_key() != key.public_key():
        raise unusable(NOT_A_PAIR)

    def sign(data: bytes) -> bytes:
        builder = pkcs7.PKCS7SignatureBuilder().set_data(data).add_signer(certificate, key, hashes.SHA256())
        for issuer in issuers:
            builder = builder.add_certificate(issuer)
        return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])

    return sign


def context(environ: Mapping[str, str] = os.environ) -> Context:
    """The context that the environment describes.

    :raises BuildError: when a variable cannot be used, so that nothing is published by halves.
    """
    site_url = environ.get(SITE_URL, "")
    if site_url:
        try:
            site_url = url(site_url).rstrip("/") + "/"
            if "?" in site_url or "#" in site_url:
                raise Refused("? と # のない https の URL が必要です")
        except Refused as refused:
            raise BuildError(BAD_URL.format(expected=refused, found=site_url)) from None
    certificate, key = environ.get(CERTIFICATE), environ.get(KEY)
    if bool(certificate) != bool(key):
        raise BuildError(BOTH_NEEDED.format(certificate=CERTIFICATE, key=KEY))
    return Context(site_url, signer(Path(certificate), Path(key)) if certificate and key else None)


def digest(environ: Mapping[str, str] = os.environ) -> str:
    """A digest of all that the environment adds to what is written."""
    total = hashlib.blake2b(environ.get(SITE_URL, "").encode(), digest_size=8)
    for variable in (CERTIFICATE, KEY):
        if place := environ.get(variable):
            with suppress(OSError):
                total.update(Path(place).read_bytes())
    return total.hexdigest()
