"""Certificates made on the spot, so that a browser of ours takes the recording proxy for the server
it asked for.

One key serves all of them, and lives as long as the process: the browser is told its hash and
trusts no other certificate for it. How the real server's certificate stands is checked, and noted,
by `crawler.fetch.http_client`.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import ssl
import tempfile
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from archive.locks.file_modes import SECRET_MODE

_LIFETIME = timedelta(days=30)
_KEPT = 500  # contexts of hosts; some 100 kB each
_LONGEST_NAME = 64  # characters of a common name (X.520)


@cache
def _private_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def key_hash() -> str:
    """The SHA-256 of the public key (SubjectPublicKeyInfo) in base64, as Chromium's
    `--ignore-certificate-errors-spki-list` takes it.
    """
    public = _private_key().public_key()
    info = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(hashlib.sha256(info).digest()).decode("ascii")


def make_certificate(host: str) -> bytes:
    """Key and certificate of a host (a name, or a numeric address without brackets) in PEM."""
    key, now = _private_key(), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:_LONGEST_NAME])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.SubjectAlternativeName([_alternative_name(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def _alternative_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


class ServerContexts:
    """The TLS contexts that the proxy answers with, one for each host, the latest used kept."""

    def __init__(self) -> None:
        self._contexts: OrderedDict[str, ssl.SSLContext] = OrderedDict()

    def context_for(self, host: str) -> ssl.SSLContext:
        """The context of a host; ValueError where a certificate cannot hold its name."""
        context = self._contexts.pop(host, None) or _server_context(host)
        self._contexts[host] = context
        if len(self._contexts) > _KEPT:
            self._contexts.popitem(last=False)
        return context


def _server_context(host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    with tempfile.TemporaryDirectory(prefix="warraq-") as folder:  # OpenSSL reads files only
        path = Path(folder) / "host.pem"
        path.touch(mode=SECRET_MODE)
        path.write_bytes(make_certificate(host))
        context.load_cert_chain(path)
    return context
