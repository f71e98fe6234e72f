"""URLs: their normal form, the canonical URL of a work, and the key by which two URLs compare.

Three forms, each keeping less than the one before: `normalise_url` never changes what a server is
asked for, not even by another spelling of its escapes; `canonical_url` drops what does not name a
work (tracking parameters, sessions, AMP forms) and can still be fetched; `canonical_key`
also folds scheme, `www.`, mobile hosts, trailing slash, escapes and order of parameters, and is for
comparing only. Scope is left to the crawler.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from archive.url_parameters import is_rendition, is_session, is_tracking, without_path_session

# The length at which Scrapy (and Internet Explorer before it) stops; traps grow beyond it, articles
# do not.
MAX_LENGTH = 2083

# Leading labels of a host that choose a rendition of the same site.
MIRRORS = ("www.", "m.", "mobile.", "amp.", "wap.")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")
_IP_HOST = re.compile(r"[0-9.]+|\[.*\]")
_PLACE = re.compile(r"[^?#]*")
# More slashes than two before a host: browsers pass over them (URL standard).
_SLASHES = re.compile(r"(https?:)?[/\\]{3,}", re.IGNORECASE)
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_DOT_SEGMENT = {"%2e": ".", ".%2e": "..", "%2e.": "..", "%2e%2e": ".."}
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# What may stand bare (RFC 3986 §3.3, §3.4); `%` starts an escape.
_PATH_SAFE = "%/:@!$&'()*+,;=~"
_QUERY_SAFE = _PATH_SAFE + "?"
_USERINFO = re.compile(r"\A((?:https?:)?//)[^/?#\\]*@", re.IGNORECASE)
_CONTROLS = "".join(map(chr, range(0x21)))

_RENDITION_PATH = re.compile(r"(?<=[^/])/amp/?$", re.IGNORECASE)
_AMP_SUFFIX = re.compile(r"\.amp(?=\.html?$|$)", re.IGNORECASE)


def normalise_url(url: str, base: str | None = None) -> str | None:
    """An absolute http(s) URL as a browser would ask for it (URL standard, IDNA host), or None if
    it is no such URL.

    Fragment and default port are dropped, dot segments resolved, and characters that may not stand
    bare are escaped; escapes stay as they are, and a `%` that begins none too (`%u0645`). A URL
    with user or password gives None: credentials never enter a collection. A relative URL needs
    `base`.
    """
    text = re.sub(r"[\t\r\n]", "", url.strip(_CONTROLS))
    if base and text.startswith(
        "\\"
    ):  # a slash to every browser (URL standard), save in query and fragment
        text = _PLACE.sub(lambda place: place[0].replace("\\", "/"), text, count=1)
    try:
        parts = urlsplit(urljoin(base, text) if base else text)
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    host = _normal_host(parts.hostname)
    if host is None:
        return None
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        host = f"{host}:{port}"
    path = quote(parts.path.replace("\\", "/"), safe=_PATH_SAFE, errors="replace")
    path = _without_dots(path) or "/"
    query = quote(parts.query, safe=_QUERY_SAFE, errors="replace")
    result = f"{scheme}://{host}{path}" + (f"?{query}" if query else "")
    return result if len(result) <= MAX_LENGTH else None


# Each URL is asked for several times on its way from link to row.
@lru_cache(maxsize=8192)
def canonical_url(url: str) -> str:
    """The URL that names a work if its page states none: without tracking, session and AMP
    parts; it can be fetched.
    """
    parts = urlsplit(normalise_url(url) or url)
    host = parts.netloc
    if host.startswith("amp."):
        host = _without_first_label(host) or host
    query = "&".join(_identifying_parameters(parts.query))
    return f"{parts.scheme}://{host}{_plain_path(parts.path)}" + (f"?{query}" if query else "")


@lru_cache(maxsize=8192)
def canonical_key(url: str) -> str:
    """The key that two URLs of one work share; for comparing, not for fetching.

    It is `canonical_url` with scheme, `www.`, `m.` and `mobile.` hosts, trailing slash, spelling of
    escapes (RFC 3986 §6.2.2) and order of parameters folded.
    """
    parts = urlsplit(canonical_url(url))
    query = "&".join(sorted(_identifying_parameters(fold_escapes(parts.query))))
    path = fold_escapes(parts.path).rstrip("/") or "/"
    return folded_host(parts.netloc) + path + (f"?{query}" if query else "")


def fold_escapes(part: str) -> str:
    """A path, query or URL with its escapes spelt in one way: unreserved characters bare, hex
    digits in upper case (RFC 3986 §6.2.2). Where a `%` begins no escape nothing is made bare: it
    might begin one then.
    """
    if "%" not in part:
        return part
    if _BAD_PERCENT.search(part):
        return _ESCAPE.sub(lambda match: match[0].upper(), part)
    return _ESCAPE.sub(_canonical_escape, part)


def escape_spellings(url: str) -> tuple[str, ...]:
    """A URL and the usual other spellings of its escapes, each once: under which of them it was
    captured is not known.
    """
    folded = fold_escapes(url)
    upper, lower = (
        _ESCAPE.sub(lambda match: match[0].upper(), url),
        _ESCAPE.sub(lambda match: match[0].lower(), url),
    )
    return tuple(dict.fromkeys((url, upper, lower, folded)))


def redirect_target(location: str, base: str) -> str | None:
    """Where a `Location` or `Refresh` of an answer to `base` leads; None if that is no http(s) URL.

    A user or password in it is left out, so that it is not sent and enters no index.
    """
    location = location.strip(_CONTROLS)
    if slashes := _SLASHES.match(location):
        location = f"{slashes[1] or ''}//{location[slashes.end() :]}"
    return normalise_url(_USERINFO.sub(r"\1", location, count=1), base)


def credible_canonical(page_url: str, rel_canonical: str) -> str | None:
    """The canonical URL that a page's `rel=canonical` (RFC 6596) gives, or None if it is not
    credible.

    Not credible are: another site; the home page or a listing, above the page or elsewhere; the
    same path without the parameter that names the work; a URL built alike with another number (two
    URLs of one work are then found by their text). Templates that write one canonical for many
    pages produce all of these.
    """
    target, page = normalise_url(rel_canonical, page_url), normalise_url(page_url)
    if target is None or page is None:
        return None
    target = canonical_url(target)
    there, here = urlsplit(target), urlsplit(canonical_url(page))
    if not _same_site(there, here):
        return None
    if there.path.rstrip("/") == here.path.rstrip("/"):
        loses_name = (
            not there.query and re.search(r"\d", here.query) and not _names_a_work(here.path)
        )
        return None if loses_name else target
    if there.path == "/" and not there.query:
        return None
    above = here.path.startswith(there.path.rstrip("/") + "/")
    listing = (
        not there.query and not _names_a_work(there.path) and (above or _names_a_work(here.path))
    )
    return None if listing or _is_another_number(here, there) else target


def folded_host(netloc: str) -> str:
    """A host (with port, if any) without the leading labels that only choose a rendition.

    These are `MIRRORS`; a host of two labels is left as it is, and so is one right below a public
    suffix (`m.co.uk`).
    """
    while netloc.startswith(MIRRORS) and (rest := _without_first_label(netloc)):
        netloc = rest
    return netloc


def site_host(url: str) -> str:
    """The host whose pages are one site with `url`: two URLs belong to one site where it is equal.

    Mirrors (`www.`, `m.`, `amp.` ...) are folded and a default port is dropped; another port or
    another subdomain is another site. Empty where `url` has no host.
    """
    try:
        return site_host_of(urlsplit(normalise_url(url) or url))
    except ValueError:
        return ""


def site_host_of(parts: SplitResult) -> str:
    """`site_host` of a URL that is taken apart already, and normalised but for a default port."""
    return folded_host(parts.netloc.removesuffix(f":{_DEFAULT_PORTS.get(parts.scheme)}"))


def matches_address(pattern: re.Pattern[str], url: str) -> bool:
    """Whether a pattern of `include` or `exclude` is found in a URL, as it is asked for or as
    people write it (`/سياسة/`).
    """
    return bool(pattern.search(url) or ("%" in url and pattern.search(unquote(url))))


def is_amp(url: str) -> bool:
    """True if a URL asks for the AMP form of a page."""
    parts = urlsplit(url)
    names = {
        pair.partition("=")[0].lower(): pair.partition("=")[2].lower()
        for pair in parts.query.split("&")
    }
    return (
        parts.netloc.startswith("amp.")
        or bool(re.search(r"(/amp/?|\.amp(\.html?)?)$", parts.path, re.IGNORECASE))
        or ("amp" in names and is_rendition("amp", names["amp"]))
        or "amp" in {names.get(name) for name in ("outputtype", "output", "view", "mode", "format")}
    )


def is_tracked(url: str) -> bool:
    """True if a URL carries parameters that say how a reader came, or in which session."""
    if "?" not in url:
        return False
    pairs = (pair.partition("=") for pair in urlsplit(url).query.split("&"))
    return any(is_tracking(unquote(name)) or is_session(unquote(name)) for name, _, _ in pairs)


# ----------------------------------------------------------------------------------- parts of a URL


def _normal_host(hostname: str) -> str | None:
    host = hostname.lower().rstrip(".")
    if ":" in host:
        try:
            return f"[{ipaddress.IPv6Address(host).compressed}]" if "%" not in host else None
        except ValueError:
            return None
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    return host if _HOST.fullmatch(host) and len(host) <= 255 and ".." not in host else None


def _canonical_escape(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


def _without_dots(path: str) -> str:
    """A path with its dot segments resolved, also where the dots are escaped (URL standard,
    "double-dot URL path segment").
    """
    if "/." not in path and "%2e" not in path.lower():
        return path
    kept: list[str] = []
    segments = [_DOT_SEGMENT.get(each.lower(), each) for each in path.split("/")[1:]]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _plain_path(path: str) -> str:
    """A path without session and AMP parts."""
    path = _AMP_SUFFIX.sub("", without_path_session(path))
    return _RENDITION_PATH.sub("", path) if _RENDITION_PATH.search(path) else path


def _identifying_parameters(query: str) -> list[str]:
    """The parameters of a query that say what is shown, in their order, as written."""
    return [pair for pair in query.split("&") if pair and not _is_incidental_parameter(pair)]


def _is_incidental_parameter(pair: str) -> bool:
    name, _, value = pair.partition("=")
    name, value = unquote(name), unquote(value)
    return is_tracking(name) or is_session(name) or is_rendition(name, value)


def _same_site(there: SplitResult, here: SplitResult) -> bool:
    if folded_host(there.netloc) == folded_host(here.netloc):
        return True
    domain = _registered_domain(there.hostname or "")
    return (
        bool(domain)
        and there.port == here.port
        and domain == _registered_domain(here.hostname or "")
    )


def _without_first_label(netloc: str) -> str | None:
    """A host without its first label; None where what is left is nobody's site: one label, or a
    public suffix (`co.uk`).
    """
    rest = netloc.partition(".")[2]
    return rest if "." in rest and not _is_public_suffix(rest.partition(":")[0]) else None


# Asked of each link; the list takes 0.2 s to load, once, where the first mirror is met.
@lru_cache(maxsize=4096)
def _is_public_suffix(host: str) -> bool:
    """True for a public suffix, of a registry (`gouv.fr`) or of somebody who hands out names
    (`github.io`), by the list as shipped (nothing is fetched).
    """
    return str(_suffix_list()(host).suffix) == host


@lru_cache(maxsize=4096)
def _registered_domain(host: str) -> str:
    """The registered domain of a host by the public suffix list as shipped (nothing is fetched);
    '' if it has none.
    """
    if _IP_HOST.fullmatch(host):
        return ""
    extract = _suffix_list()
    return str(extract(host).top_domain_under_public_suffix)


@lru_cache(maxsize=1)
def _suffix_list():  # type: ignore[no-untyped-def]  # noqa: ANN202 -- tldextract is slow to import, also as a name
    from tldextract import TLDExtract

    return TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)


def _is_another_number(here: SplitResult, there: SplitResult) -> bool:
    """True if two URLs are built alike and differ in their last number of three or more digits,
    which is that of a work.
    """
    (here_number, here_pattern), (there_number, there_pattern) = (
        _number_and_pattern(here),
        _number_and_pattern(there),
    )
    if here_pattern != there_pattern or not here_number or not there_number:
        return False
    return here_number != there_number


def _number_and_pattern(parts: SplitResult) -> tuple[str, str]:
    """The last number of three or more digits of a URL ('' if none), and the URL as a pattern with
    its slugs and numbers left open.
    """
    text = unquote(f"{parts.path}?{parts.query}")
    pattern = re.sub(r"[^/?]+", _open_slug, text)
    return next(reversed(re.findall(r"\d{3,}", text)), ""), re.sub(r"\d+", "0", pattern)


def _open_slug(segment: re.Match[str]) -> str:
    return "*" if len(re.findall(r"[-_\s]", segment[0])) >= 2 else segment[0]


def names_a_work(url: str) -> bool:
    """True if a URL looks like that of one work and not of a section: a number or a slug in its
    last path segment, or a number in its query.
    """
    parts = urlsplit(url)
    return _names_a_work(parts.path) or bool(
        re.search(r"\d{2}", "&".join(_identifying_parameters(parts.query)))
    )


def _names_a_work(path: str) -> bool:
    """True if a path's last segment looks like one work: a number of three digits, or a slug of
    three words.
    """
    last = unquote(path).rstrip("/").rpartition("/")[2]
    return bool(re.search(r"\d{3}", last)) or len(re.findall(r"[-_\s]", last)) >= 2


def origin_of(url: str) -> str:
    """Scheme and authority of a URL: what one robots.txt applies to (RFC 9309 §2.3)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
