"""TLS for capturing: the contexts to connect with.

A site with an expired or self-signed certificate, or with TLS as it was twenty years ago, is still
captured; the record says that it did not verify. No secret of the operator is sent to one, so
nothing is given away by that.
"""

from __future__ import annotations

import ssl
import warnings
from functools import cache

_LEGACY_SERVER_CONNECT = 0x4  # SSL_OP_LEGACY_SERVER_CONNECT, which `ssl` names from Python 3.12 on


@cache
def client_contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Two client contexts: one that verifies chain and host name, and one that takes any
    certificate and old protocol. One pair serves the process: each costs 20 ms and 1.6 MB.

    Neither offers HTTP/2, whose frames no WARC record can hold as they are.
    """
    verifying = ssl.create_default_context()
    lenient = ssl.create_default_context()
    lenient.check_hostname = False
    lenient.verify_mode = ssl.CERT_NONE
    lenient.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():
        # Python warns of the old versions, rightly
        warnings.simplefilter("ignore", DeprecationWarning)
        lenient.minimum_version = ssl.TLSVersion.TLSv1
    lenient.options |= _LEGACY_SERVER_CONNECT
    for context in (verifying, lenient):
        context.set_alpn_protocols(["http/1.1"])
    return verifying, lenient
