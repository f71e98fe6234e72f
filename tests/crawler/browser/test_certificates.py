"""Certificates made on the spot."""

from __future__ import annotations

import base64
import hashlib
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from crawler.browser.certificates import ServerContexts, key_hash, make_certificate


@pytest.mark.parametrize("host", ["news.example", "127.0.0.1", "::1", "x" * 63 + ".example"])
def test_a_certificate_names_its_host_and_has_the_known_key(host: str) -> None:
    """The browser is told one hash, and finds it in each certificate, for whatever host."""
    certificate = x509.load_pem_x509_certificate(make_certificate(host))
    info = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert base64.b64encode(hashlib.sha256(info).digest()).decode() == key_hash()
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in names] == [host]


def test_a_host_keeps_its_context() -> None:
    """A certificate is made once for a host."""
    contexts = ServerContexts()
    first = contexts.context_for("news.example")
    assert isinstance(first, ssl.SSLContext)
    assert contexts.context_for("news.example") is first
    assert contexts.context_for("other.example") is not first
