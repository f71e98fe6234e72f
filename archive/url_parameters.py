"""Parameters of a URL that do not say which work it shows: tracking, sessions, renditions.

The one table of them, and a short one: only what can never name another page. Naming a work
(`archive.urls.canonical_url`) leaves out all three kinds. The SURT keys of a CDXJ
have a narrower rule of their own, which other tools of the field fixed (`archive.cdx.surt`).
"""

from __future__ import annotations

import re

# Parameters that only ever say how a reader came: each belongs to one service for advertising or
# measuring, which puts it on addresses that are not its own. Names that sites give to parameters
# of theirs (`ref`, `cmp`, `source`) are none: two addresses that differ in one may be two pages.
_TRACKING_PREFIXES = ("utm_", "pk_", "mtm_", "piwik_", "matomo_", "hsa_", "_hs", "oly_", "vero_")
# fmt: off
_TRACKING = frozenset({
    "__twitter_impression", "_ga", "_gl", "dclid", "epik", "fb_action_ids", "fb_action_types",
    "fbclid", "gad_source", "gbraid", "gclid", "gclsrc", "guce_referrer", "guce_referrer_sig",
    "hsctatracking", "igsh", "igshid", "li_fat_id", "mc_cid", "mc_eid", "mkt_tok", "msclkid",
    "s_kwcid", "srsltid", "ttclid", "twclid", "wbraid", "yclid",
})
# fmt: on

# Parameters that servers themselves put a session in. `session`, `sid`, `token` may name a page.
_SESSION = re.compile(r"jsessionid|phpsessid|aspsessionid\w*|cfid|cftoken", re.IGNORECASE)
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;?]*", re.IGNORECASE)

# Parameters that choose the AMP form of a page, with the values that do. (A printed form is found
# to be the same work by its text.)
_RENDITIONS: dict[str, frozenset[str]] = {
    "amp": frozenset({"", "1", "true", "yes"}),
    "outputtype": frozenset({"amp"}),
    "output": frozenset({"amp"}),
    "view": frozenset({"amp"}),
    "mode": frozenset({"amp"}),
    "format": frozenset({"amp"}),
}


def is_tracking(name: str) -> bool:
    """True if a parameter (its decoded name) says how a reader came."""
    name = name.lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def is_session(name: str) -> bool:
    """True if a parameter (its decoded name) identifies a visit."""
    return _SESSION.fullmatch(name) is not None


def is_rendition(name: str, value: str) -> bool:
    """True if a parameter (decoded name and value) chooses the AMP form of the same work."""
    return value.lower() in _RENDITIONS.get(name.lower(), ())


def without_path_session(path: str) -> str:
    """A path without the session identifiers that servers put after a semicolon."""
    return _SESSION_IN_PATH.sub("", path)
