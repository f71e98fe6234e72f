"""The headline of a page, out of all the places that claim to know it.

Each place adds or leaves out something: the site's name behind a dash, a kicker before a colon, a
shorter form for the search engines. `choose_title` prefers what several places agree on; its order
was calibrated on pages with known headlines (172 of 42 countries, 573 of all kinds, 30 Arabic).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from pipelines.page.dom import Page
from pipelines.page.head_tags import Head, plain_text

_SEPARATOR = r"[-|–—»:•·*~/\\:<>›‹|⋆]"
_BREAK = re.compile(rf"(?<!\s)\s++{_SEPARATOR}+\s|[|：｜]")
_SUFFIX = re.compile(
    rf"^(.*\S)(?:\s+{_SEPARATOR}{{1,9}}\s+|\s*[||]{{1,9}}\s*|\s*:)(\S.{{0,60}})$", re.DOTALL
)
_PREFIX = re.compile(rf"^(\S.{{0,60}}?)(?:\s+{_SEPARATOR}+\s+|\s*[||]+\s*)(\S.*)$", re.DOTALL)
_KEY = re.compile(r"[\W_]+")
_WORDS = re.compile(r"\w{2,}")
_ORDER = ("og", "json-ld", "h1", "microdata", "data", "twitter", "title")
_ARABIC_SCRIPT = frozenset(("ar", "arz", "ary", "fa", "ur", "ps", "ckb"))
# A social headline of fewer characters is a label.
_SHORT = 15
# From this share of common words on an h1 belongs to the page's story.
_RELATED = 0.2
_MAX_HEADINGS = 12
# A `title` of so few words may be no more than the site's name; a headline has at least as many.
_NAME_WORDS = 4
_BANNER_TAGS = frozenset(("header", "nav", "footer", "aside", "form", "dialog", "a"))
_BANNER_NAMES = re.compile(
    r"logo|brand|masthead|site-?(name|title|header)|newsletter|cookie|consent|modal|popup"
)
_MIN_TITLE = 3
_MAX_TITLE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleCandidate:
    """A headline as one place gives it (`raw`), and cleaned of the site's name (`text`).

    `heads` says of an `h1` that it stands where a story's headline does, not in a banner, a form or
    a link home.
    """

    source: str
    raw: str
    text: str
    heads: bool = False


def heading_text(element: HtmlElement) -> str:
    """A heading's text with words kept apart only where the markup parts them (a block, a line
    break).
    """
    pieces: list[str] = []
    skipped: HtmlElement | None = None
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            if skipped is None and (
                node.tag in ("script", "style", "svg", "noscript", "template") or _is_hidden(node)
            ):
                skipped = node
            if skipped is None:
                if node.tag in ("br", "div", "p", "li", "h2"):
                    pieces.append(" ")
                pieces.append(node.text or "")
        else:
            if node is skipped:
                skipped = None
            if node is not element and skipped is None:
                pieces.append(
                    (" " if node.tag in ("div", "p", "li", "h2") else "") + (node.tail or "")
                )
    return plain_text("".join(pieces))


def _is_hidden(node: HtmlElement) -> bool:
    return bool(node.get("hidden") is not None or node.get("aria-hidden") == "true")


def cut_site(text: str, names: Iterable[str], others: Iterable[str] = ()) -> str:
    """`text` without the site's name before or after it, and without an ending that another
    candidate lacks.
    """
    known = {key for name in names if (key := _title_key(name))}
    for _ in range(3):
        match = _SUFFIX.match(text)
        if not match:
            break
        head, tail = match[1].strip(), _title_key(match[2])
        if tail and (
            tail in known or any(len(name) > 2 and (name in tail or tail in name) for name in known)
        ):
            text = head
            continue
        break
    match = _PREFIX.match(text)
    if match and _title_key(match[1]) in known:
        text = match[2].strip()
    wanted = {key for title in others if len(key := _title_key(title)) >= 10}
    for match in _BREAK.finditer(text):
        # What another place gives whole, here with something behind a dash.
        if (
            len(text) - match.end() <= max(60, match.start() // 2)
            and _title_key(text[: match.start()]) in wanted
        ):
            return text[: match.start()].strip()
    return text


def _title_key(text: str) -> str:
    return _KEY.sub("", text).casefold()


def _first_headings(page: Page) -> tuple[list[str], set[str]]:
    """The texts of a page's `h1`, and those of them that stand where a story's headline does.

    Where one of these is a sentence, a short `h1` elsewhere (the site's name in a banner) is left out.
    """  # noqa: E501
    shown = [
        (heading_text(heading), _heads_story(heading, page))
        for heading in islice(page.root.iter("h1"), _MAX_HEADINGS)
    ]
    heading = {text for text, heads in shown if heads}
    texts = [text for text, _ in shown]
    if any(len(text.split()) >= _NAME_WORDS for text in heading):
        texts = [text for text in texts if text in heading or len(text.split()) > _NAME_WORDS]
    return texts, heading


def title_candidates(
    page: Page, head: Head, *, json_ld: str | None, microdata: str | None, data: str | None = None
) -> list[TitleCandidate]:
    """All headlines the page gives, cleaned. Of several `h1` the one most like the others comes
    first.

    `json_ld`, `microdata` and `data` are the headlines found there (by `json_ld`, `page.microdata`
    and `embedded.json_articles`).
    """
    raw = [
        ("json-ld", plain_text(json_ld or "")),
        ("og", head.first("og:title") or ""),
        ("twitter", head.first("twitter:title") or ""),
        ("microdata", plain_text(microdata or "")),
        ("data", plain_text(data or "")),
        ("title", head.title or ""),
    ]
    raw = [(source, text) for source, text in raw if _MIN_TITLE <= len(text) <= _MAX_TITLE]
    named = {_title_key(name) for name in head.site_names}
    raw = [(source, text) for source, text in raw if _title_key(text) not in named] or raw
    headings, heading = _first_headings(page)
    headings = [
        text
        for text in headings
        if _MIN_TITLE <= len(text) <= _MAX_TITLE and _title_key(text) not in named
    ]
    headings.sort(
        key=lambda text: (
            -max((title_likeness(text, known) for _, known in raw), default=0.0),
            text not in heading,
        )
    )
    raw[1:1] = [("h1", text) for text in headings]
    everything = [text for _, text in raw]
    return [
        TitleCandidate(
            source=source,
            raw=text,
            text=cut_site(text, head.site_names, (t for t in everything if t != text)),
            heads=source == "h1" and text in heading,
        )
        for source, text in raw
    ]


def _heads_story(heading: HtmlElement, page: Page) -> bool:
    """Whether an `h1` stands where a story's headline does; what leads to the front page is the
    site's name.
    """
    around = [heading, *islice(heading.iterancestors(), 30)]
    for element in around:
        inside = element.tag == "header" and any(
            ancestor.tag in ("article", "main") for ancestor in element.iterancestors()
        )
        if (
            element.tag in _BANNER_TAGS
            and not inside
            and not (element.tag == "a" and not _leads_home(element, page))
        ):
            return False
        names = f"{element.get('class') or ''} {element.get('id') or ''}".casefold()
        if element.tag not in ("body", "html") and _BANNER_NAMES.search(names):
            return False
    return not any(_leads_home(link, page) for link in heading.iter("a"))


def _leads_home(link: HtmlElement, page: Page) -> bool:
    address = page.absolute(link.get("href"))
    try:
        return address is not None and urlsplit(address).path.strip("/") in (
            "",
            "index.html",
            "index.php",
        )
    except ValueError:
        return False


def title_likeness(first: str, second: str) -> float:
    """Share of the words of the shorter text that the other has too."""
    first_words, second_words = (
        set(_WORDS.findall(first.casefold())),
        set(_WORDS.findall(second.casefold())),
    )
    if not first_words or not second_words:
        return 0.0
    shared = len(first_words & second_words) / min(len(first_words), len(second_words))
    # Scripts without spaces: by pairs of letters.
    if shared == 0 and len(first_words) <= 3 and len(second_words) <= 3:
        return _word_pairs(_title_key(first), _title_key(second))
    return shared


def _word_pairs(first: str, second: str) -> float:
    first_pairs, second_pairs = (
        {text[index : index + 2] for index in range(len(text) - 1)} for text in (first, second)
    )
    return (
        len(first_pairs & second_pairs) / min(len(first_pairs), len(second_pairs))
        if first_pairs and second_pairs
        else 0.0
    )


def choose_title(
    candidates: list[TitleCandidate],
    language: str | None = None,
    *,
    names: Iterable[str] = (),
    alternatives: Iterable[str] = (),
) -> TitleCandidate | None:
    """The headline: one of the candidates, or None if there are none.

    On pages in Arabic script it is the `h1`, if another place agrees with it. Elsewhere, if JSON-LD
    and the headline for sharing (`og`) differ, one of them is for search engines: JSON-LD's `names`
    and `alternatives` (`name`, `alternativeHeadline`) show which, or else the headline that the
    page shows.
    """
    by: dict[str, TitleCandidate] = {}
    for candidate in candidates:
        by.setdefault(candidate.source, candidate)
    if "h1" in by and not _is_credible(by["h1"], candidates):
        del by["h1"]
    if not by:
        return None
    key = {source: _title_key(candidate.text) for source, candidate in by.items()}
    if (language or "").split("-")[0] in _ARABIC_SCRIPT and "h1" in by:
        source = "h1"
    elif "json-ld" in by and "og" in by and key["json-ld"] != key["og"]:
        source = _choose_between(
            by,
            key,
            {_title_key(name) for name in names},
            {_title_key(name) for name in alternatives},
        )
    else:
        source = _without_doubt(by, key)
    # Of the places that say the same the one that is written with the most care.
    order = ("h1", *_ORDER) if source == "h1" else _ORDER
    return next(by[place] for place in order if place in by and key[place] == key[source])


def _without_doubt(by: dict[str, TitleCandidate], key: dict[str, str]) -> str:
    if "json-ld" in by:
        return "json-ld"
    if "h1" in by and "og" in by and key["h1"] != key["og"] and key["h1"].endswith(key["og"]):
        return "og"  # a kicker stands before the headline
    return "h1" if "h1" in by else next(source for source in _ORDER if source in by)


def _choose_between(
    by: dict[str, TitleCandidate], key: dict[str, str], names: set[str], alternatives: set[str]
) -> str:
    """Of a JSON-LD headline and a social one that differ, the editors'."""
    linked, social, shown, tab = (key.get(source) for source in ("json-ld", "og", "h1", "title"))
    if social in names or linked in names:
        return "og" if social in names else "json-ld"
    if alternatives:
        return "og" if social in alternatives and linked not in alternatives else "json-ld"
    if shown == social or (shown == linked == tab and _is_editorial(by)):
        return "og"
    return "json-ld"


def _is_editorial(by: dict[str, TitleCandidate]) -> bool:
    """Whether the social headline is a headline at all: long enough and about the same thing."""
    social = by["og"].text
    return len(social) >= _SHORT and by["og"].text == by["og"].raw


def _is_credible(heading: TitleCandidate, candidates: list[TitleCandidate]) -> bool:
    """True if an `h1` shares words with the page's other headlines ("Log in" does not), or if these
    are only the site's name.
    """
    others = [candidate.text for candidate in candidates if candidate.source != "h1"]
    if not others or max(title_likeness(heading.text, text) for text in others) > _RELATED:
        return True
    words = len(heading.text.split())
    return (
        heading.heads
        and words >= _NAME_WORDS
        and len({_title_key(text) for text in others}) == 1
        and len(others[0].split()) <= min(_NAME_WORDS, words - 1)
    )
