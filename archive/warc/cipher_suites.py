"""Converts OpenSSL's names of TLS cipher suites to those of the IANA registry, for
WARC-Cipher-Suite.

TLS 1.3 suites have one name in both; those of TLS 1.2 and before follow a pattern (RFC 5246
appendix C). Any other name gives None: no field is better than a wrong one.
"""

from __future__ import annotations

import re

_OLD_NAME = re.compile(
    r"(?:(?P<exchange>ECDHE|DHE)-(?P<signature>RSA|ECDSA|DSS)-)?"
    r"(?P<cipher>AES128|AES256|CAMELLIA128|CAMELLIA256|CHACHA20)"
    r"(?:-(?P<mode>GCM|CCM8|CCM|POLY1305))?"
    r"(?:-(?P<mac>SHA|SHA256|SHA384))?"
)


def iana_name(openssl: str | None) -> str | None:
    """The IANA name of a suite (`ECDHE-RSA-AES128-GCM-SHA256` gives
    `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`); None if it is not known.
    """
    if openssl is None or re.fullmatch(r"TLS_[A-Z0-9_]+", openssl):
        return openssl
    name = _OLD_NAME.fullmatch(openssl)
    if name is None:
        return None
    key = f"{name['exchange']}_{name['signature']}" if name["exchange"] else "RSA"
    mode, mac = name["mode"], name["mac"]
    if name["cipher"] == "CHACHA20":
        return f"TLS_{key}_WITH_CHACHA20_POLY1305_SHA256" if mode == "POLY1305" else None
    cipher = f"{name['cipher'][:-3]}_{name['cipher'][-3:]}"
    if mode in ("CCM", "CCM8"):
        return f"TLS_{key}_WITH_{cipher}_{'CCM_8' if mode == 'CCM8' else 'CCM'}"
    if mac is None or mode == "POLY1305":
        return None
    return f"TLS_{key}_WITH_{cipher}_{mode or 'CBC'}_{mac}"
