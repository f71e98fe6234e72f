"""Marks of what is not the article: elements by their tag, role and names; lines by what they say.

The names are those that content systems give such parts everywhere, not any site's. A marked
element is only a suspicion: one that holds much of the page's text is believed to be a wrapper
(`pipelines.body.main_element`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml.html import HtmlElement

from pipelines.language.alternatives import join_alternatives

_TAGS = {
    "nav": "navigation", "footer": "footer", "aside": "aside", "dialog": "dialog",
    "menu": "navigation", "figcaption": "caption", "figure": "caption",
    "amp-sidebar": "navigation", "time": "date", "address": "byline", "fieldset": "form",
    "summary": "navigation",
}  # fmt: skip
_ROLES = {
    "navigation": "navigation", "complementary": "aside", "contentinfo": "footer",
    "banner": "navigation", "dialog": "dialog", "alertdialog": "dialog", "search": "form",
    "menu": "navigation", "menubar": "navigation", "toolbar": "share", "tablist": "navigation",
    "listbox": "navigation",
}  # fmt: skip
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NAMES = (
    ("related", re.compile(
    r"""
    related|recommend|recirc|read-?more|readalso|read-also|see-?also|more-?(news|
    stories|from|articles|posts|about|on\b)|(also|further)-?(read|reading)|
    most-?(read|popular|viewed|shared)|trending|popular-|top-?stories|latest-?(news|
    posts|stories)|next-?(article|post|story|up)|prev(ious)?-?(article|post)|
    post-?nav|teaser|outbrain|taboola|zergnet|mgid|embedded-?post|upnext|
    youmay|suggested|interlink|inline-?link|link-?box|linkbox|leia-?(mais|
    tambem)|ler-?mais|lire-?aussi|lees-?ook|leggi-?anche|mehr-?zum|keep-?reading|
    (?<![a-z]-)(?<!--)promoted|onward|crosslink|storylink|morelink|readnext|
    read-?next
    """,
    re.VERBOSE,
)),
    ("share", re.compile(join_alternatives(
    r"""
    \bshar(e|er|ing)\b|share-?(bar|tools|button|links|icons|this|box)|sharedaddy|social|addtoany
    addthis|whatsapp|telegram|follow-?us|followus|google-?news
    """,
))),
    ("newsletter", re.compile(join_alternatives(
    r"""
    newsletter|subscri(be|ption)|sign-?up\b|signup|mailing-?list|mc4wp|regwall
    paywall-?(box|banner|message)|piano-|call-?to-?action|\bcta\b|donat(e|ion)|membership
    """,
))),
    ("comments", re.compile(join_alternatives(
    r"""
    \bcomments?\b|commentlist|comment-|disqus|livefyre|respond\b|replies|discussion
    """,
))),
    ("advert", re.compile(join_alternatives(
    r"""
    \bads?\b|advert|ad-?(slot|unit|container|wrapper|label|box|banner)|\bgpt\b|dfp|sponsor
    promo\b|promotion|\bbanner\b|adsbygoogle|commercial|affiliate
    """,
))),
    ("navigation", re.compile(join_alternatives(
    r"""
    breadcrumb|\bnav\b|navbar|navigation|\bmenu\b|pagination|pager|sidebar|side-?bar|toolbar
    masthead|skip-?link|site-?header|\btoc\b|table-?of-?contents|hamburger|megamenu|rail\b
    \btabs?\b
    """,
))),
    ("footer", re.compile(join_alternatives(
    r"""
    \bfooter\b|site-?footer|page-?footer|copyright|colophon|disclaimer|legal\b|article-?footer
    post-?footer
    """,
))),
    ("dialog", re.compile(join_alternatives(
    r"""
    cookie|consent|gdpr|popup|pop-up|\bmodal\b|overlay|lightbox|tooltip|toast\b|\bdialog\b
    notification|onesignal
    """,
))),
    ("tags", re.compile(join_alternatives(
    r"""
    \btags?\b|tag-?(list|cloud|links)|tagcloud|topics?\b|keywords|post-?categor|cat-?links
    categories|hashtag
    """,
))),
    ("byline", re.compile(
    r"""
    byline|\bauthors?\b|author-?(bio|box|info|name|card)|post-?author|\bbio\b|
    contributor|writer|post-?meta|entry-?meta|article-?meta|meta-?data|\bmeta\b|
    reading-?time|read-?time|dateline|timestamp|publish(ed)?-?(date|time|
    on)|post-?date|entry-?date|article-?date|\bdates?\b|datetime|last-?updated|
    word-?count
    """,
    re.VERBOSE,
)),
    ("caption", re.compile(join_alternatives(
    r"""
    caption|\bcredits?\b|image-?(source|info|desc|meta)|photo-?(by|desc|info|source)
    img-?(source|desc|info)|\bslideshow\b|gallery|carousel|slider\b
    """,
))),
    ("embed", re.compile(
    r"""
    twitter-?tweet|instagram-?media|fb-?post|tiktok-?embed|reddit-?embed|
    mediaembed|media-embed|\bembed|social-?embed|tweet\b|video-?(player|
    container|wrapper|js)|jwplayer|audio-?player|player\b|poll\b|quiz\b
    """,
    re.VERBOSE,
)),
    ("ticker", re.compile(r"ticker|breaking-?news|marquee|newsflash|liveblog-?teaser")),
    ("hidden", re.compile(join_alternatives(
    r"""
    (?<![\w:-])hidden(?![\w:-])(?!.*\b(sm|md|lg|xl|2xl):(block|flex|grid|inline))|screen-?reader
    sr-?only|visually-?hidden|\bd-none\b|no-?print|print-?only|noprint|offscreen|a11y
    """,
))),
    ("widget", re.compile(
    r"""
    widget-?area|widget-?(title|recent)|\btools?\b|article-?(tools|actions|
    action-bar)|action-?bar|utility|feedback|rating|votes?\b|likes\b|reaction|
    \bprint\b|listen\b|text-?to-?speech|factbox-?link|login\b|edit-?link|
    jump-?to
    """,
    re.VERBOSE,
)),
)  # fmt: skip
_SEARCHES = tuple((at, pattern.search) for at, (_, pattern) in enumerate(_NAMES))
_NEVER = frozenset(("html", "body", "main", "article"))
# Names that tell what else a page or box has, not what it is.
_STATE = re.compile(r"^(has|with|without)-|-(enabled|disabled)\b|--(true|false)$")
_CAPITAL, _DIGIT, _HASH = re.compile(r"[A-Z]"), re.compile(r"\d"), re.compile(r"[0-9a-f]{8}")
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_INLINE_MARKED = frozenset(("date", "byline", "caption", "share", "hidden", "embed"))
_INLINE = frozenset(
    [
        "a",
        "b",
        "i",
        "em",
        "strong",
        "span",
        "font",
        "u",
        "small",
        "mark",
        "label",
        "cite",
        "abbr",
        "sub",
        "sup",
        "code",
        "q",
    ]
)
# An id of more words is a headline's own, as anchors are made.
_SLUG = 3
# What content systems put on an embedded post, story or player.
EMBED_ATTRIBUTES = frozenset(
    ("data-embed-id", "data-social-embed", "data-tweet-id", "data-embed-path", "data-oembed-url")
)
_TELLING = EMBED_ATTRIBUTES | {"hidden", "aria-hidden", "style", "role"}
# Up to so many characters names are judged each by itself (a site has few, and puts them together
# in many ways).
_FEW_NAMES = 400
_MANY_NAMES = 600


def boilerplate_mark(element: HtmlElement) -> str | None:
    """Why an element looks like no part of an article, or None."""
    tag = str(element.tag)
    if tag in _NEVER:
        return None
    # one call: looking each attribute up costs more than all else here
    attributes = dict(element.items())
    if not attributes:
        return _TAGS.get(tag)
    if not _TELLING.isdisjoint(attributes) and (reason := _mark_of_attributes(attributes)):
        return reason
    reason = _TAGS.get(tag) or mark_of_names(
        attributes.get("class", ""),
        attributes.get("id", ""),
        attributes.get("data-testid", "") or attributes.get("data-component", ""),
    )
    if reason and tag in _INLINE and reason not in _INLINE_MARKED:
        return None
    return reason


def _mark_of_attributes(attributes: dict[str, str]) -> str | None:
    if (
        "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or _HIDING.search(attributes.get("style", ""))
    ):
        return "hidden"
    if not EMBED_ATTRIBUTES.isdisjoint(attributes):
        return "embed"
    return _ROLES.get(attributes.get("role", ""))


@lru_cache(maxsize=20_000)
def mark_of_names(css_class: str, css_id: str, component: str) -> str | None:
    """Why an element with these names looks like no part of an article, or None."""
    if _is_hashed(css_id) or css_id.count("-") + css_id.count("_") >= _SLUG:
        css_id = ""
    names = f"{css_class} {css_id} {component}"
    if len(names) <= _FEW_NAMES:
        number = min(map(_pattern_number, names.split()), default=len(_NAMES))
        if number >= 0:
            return _NAMES[number][0] if number < len(_NAMES) else None
    names = _spell_uniformly(names)[:_MANY_NAMES]
    return next((reason for reason, pattern in _NAMES if pattern.search(names)), None)


@lru_cache(maxsize=20_000)
def _is_hashed(name: str) -> bool:
    """Whether a name looks made by a machine: capitals and digits, or many hexadecimal digits."""
    return bool(_HASH.search(name) or (_CAPITAL.search(name) and _DIGIT.search(name)))


def _pattern_number(name: str) -> int:
    """Which of the patterns is the first to match a single name; their number for none, -1 where
    its neighbours count.
    """
    name = _spell_uniformly(name)
    if _STATE.search(name):
        return len(_NAMES)
    if "hidden" in name:
        return -1
    for number, search in _SEARCHES:
        if search(name):
            return number
    return len(_NAMES)


def _spell_uniformly(names: str) -> str:
    return _CAMEL.sub("-", names).lower().replace("_", "-")
