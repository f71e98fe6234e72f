"""Parameters of a URL that do not say which work it shows: tracking, sessions, renditions.

The one table of them. Naming a work (`archive.urls.canonical_url`) leaves out all three kinds, and
a crawl asks for no URL with a session in it (`crawler.frontier.scope`). The SURT keys of a CDXJ
have a narrower rule of their own, which other tools of the field fixed (`archive.cdx.surt`).
"""

from __future__ import annotations

import re

# Parameters that say how a reader came, never what is shown.
_TRACKING_PREFIXES = (
    "utm_",
    "pk_",
    "mtm_",
    "piwik_",
    "matomo_",
    "hsa_",
    "ga_",
    "ns_",
    "at_",
    "stm_",
    "amp_",
    "_hs",
)
# fmt: off
_TRACKING = frozenset({
    "__twitter_impression", "_ga", "_gl", "cmp", "cmpid", "cid_source", "dclid", "ef_id",
    "epik", "fb_action_ids", "fb_action_types", "fb_ref", "fb_source", "fbclid", "ftag",
    "gad_source", "gbraid", "gclid", "gclsrc", "guccounter", "guce_referrer",
    "guce_referrer_sig", "hsctatracking", "icid", "igsh", "igshid", "ito", "li_fat_id",
    "mc_cid", "mc_eid", "mkt_tok", "msclkid", "ncid", "ocid", "oly_anon_id", "oly_enc_id",
    "ref", "ref_src", "ref_url", "s_cid", "s_kwcid", "share_id", "sharesource", "smid", "smtyp",
    "spm", "sr_share", "srsltid", "ttclid", "twclid", "usqp", "vero_conv", "vero_id", "wbraid",
    "wickedid", "wt_mc", "wt.mc_id", "xtor", "yclid", "zanpid",
})
# fmt: on

# Parameters that hold a session whatever their value, and those that do where the value looks
# random: at least 16 letters and digits, with a digit. (`?s=tahrir` is a search, `?sid=12` a
# section.)
_SESSION = re.compile(
    r"jsessionid|phpsessid|aspsessionid\w*|cfid|cftoken|session_?id|sess(?:ion)?", re.IGNORECASE
)
_SESSION_IF_RANDOM = frozenset({"sid", "s", "token"})
_RANDOM_VALUE = re.compile(r"(?=.*\d)[0-9a-z]{16,}", re.IGNORECASE)
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;?]*", re.IGNORECASE)

# Parameters that choose a rendition of the same work, with the values that do (None: any).
_RENDITIONS: dict[str, frozenset[str] | None] = {
    "amp": frozenset({"", "1", "true", "yes"}),
    "outputtype": frozenset({"amp", "print"}),
    "output": frozenset({"amp", "print"}),
    "print": None,
    "printable": None,
    "printmode": None,
    "view": frozenset({"amp", "print", "mobile"}),
    "mode": frozenset({"amp", "print"}),
    "format": frozenset({"amp", "print"}),
    "tmpl": frozenset({"component"}),
    "m": frozenset({"0", "1"}),
}


def is_tracking(name: str) -> bool:
    """True if a parameter (its decoded name) says how a reader came."""
    name = name.lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def is_session(name: str, value: str) -> bool:
    """True if a parameter (decoded name and value) identifies a visit."""
    if _SESSION.fullmatch(name):
        return True
    return name.lower() in _SESSION_IF_RANDOM and _RANDOM_VALUE.fullmatch(value) is not None


def is_rendition(name: str, value: str) -> bool:
    """True if a parameter (decoded name and value) chooses a form of the same work: AMP, print."""
    name = name.lower()
    if name not in _RENDITIONS:
        return False
    values = _RENDITIONS[name]
    return values is None or value.lower() in values


def without_path_session(path: str) -> str:
    """A path without the session identifiers that servers put after a semicolon."""
    return _SESSION_IN_PATH.sub("", path)
