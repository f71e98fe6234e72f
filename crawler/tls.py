"""TLS for capturing: the contexts to connect with, and the registered name of the cipher suite that was agreed.

A site with an expired or self-signed certificate is still captured; the record says that it did not verify. Old
protocol versions stay at what the system's OpenSSL permits.
"""

from __future__ import annotations

import re
import ssl

# OpenSSL's name of a TLS 1.2 suite: key exchange and authentication, cipher, and the hash unless the cipher implies it.
_SUITE = re.compile(r"(?:(?P<exchange>(?:EC)?DHE)-(?P<auth>RSA|ECDSA|DSS)-)?(?P<cipher>.+)\Z")
_CIPHERS = {
    "AES128-GCM-SHA256": "AES_128_GCM_SHA256",
    "AES256-GCM-SHA384": "AES_256_GCM_SHA384",
    "AES128-CCM": "AES_128_CCM",
    "AES256-CCM": "AES_256_CCM",
    "CHACHA20-POLY1305": "CHACHA20_POLY1305_SHA256",
    "AES128-SHA256": "AES_128_CBC_SHA256",
    "AES256-SHA256": "AES_256_CBC_SHA256",
    "AES256-SHA384": "AES_256_CBC_SHA384",
    "AES128-SHA": "AES_128_CBC_SHA",
    "AES256-SHA": "AES_256_CBC_SHA",
}


def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Two client contexts: one that verifies chain and host name, one that takes any certificate. No HTTP/2 is offered."""
    verifying = ssl.create_default_context()
    lenient = ssl.create_default_context()
    lenient.check_hostname = False
    lenient.verify_mode = ssl.CERT_NONE
    for context in (verifying, lenient):
        context.set_alpn_protocols(["http/1.1"])
        # Many old news servers still renegotiate the old way; nothing secret is sent that this could give away.
        context.options |= 0x4  # SSL_OP_LEGACY_SERVER_CONNECT
    return verifying, lenient


def cipher_suite(name: str) -> str | None:
    """The IANA name of a suite that OpenSSL calls `name` (for `WARC-Cipher-Suite`), or None where it is not known."""
    if name.startswith("TLS_"):
        return name
    match = _SUITE.match(name)
    if match is None or match["cipher"] not in _CIPHERS:
        return None
    exchange = f"{match['exchange']}_{match['auth']}" if match["exchange"] else "RSA"
    return f"TLS_{exchange}_WITH_{_CIPHERS[match['cipher']]}"
