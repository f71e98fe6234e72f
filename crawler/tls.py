"""TLS for capturing: the contexts to connect with.

A site with an expired or self-signed certificate is still captured; the record says that it did not verify. Old
protocol versions stay at what the system's OpenSSL permits.
"""

from __future__ import annotations

import ssl

_LEGACY_SERVER_CONNECT = 0x4  # SSL_OP_LEGACY_SERVER_CONNECT, which `ssl` names from Python 3.12 on


def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Two client contexts: one that verifies chain and host name, one that takes any certificate. No HTTP/2 is offered."""
    verifying = ssl.create_default_context()
    lenient = ssl.create_default_context()
    lenient.check_hostname = False
    lenient.verify_mode = ssl.CERT_NONE
    for context in (verifying, lenient):
        context.set_alpn_protocols(["http/1.1"])
        # Many old news servers still renegotiate the old way; nothing secret is sent that this could give away.
        context.options |= _LEGACY_SERVER_CONNECT
    return verifying, lenient
