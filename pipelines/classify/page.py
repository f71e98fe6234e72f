"""Article or not: listings, galleries, video and sound pages, the site's own pages, and what was
served in an article's place.

A short story is an article; a page that only leads elsewhere, or in whose place something else was
served (`pipelines.classify.interstitials`, `pipelines.classify.paywalls`), is none. An empty answer
is better than boilerplate.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from archive.model import NotAnArticle, NotArticleReason
from pipelines.body import line_rules
from pipelines.body.line_rules import is_sentence_long
from pipelines.body.paragraphs import Body
from pipelines.classify import paywalls
from pipelines.classify.interstitials import detect_interstitial, hides_something
from pipelines.classify.scripted_pages import reason_without_text
from pipelines.classify.service_pages import (
    is_audio_page,
    is_own_page,
    is_product_page,
    is_profile,
    is_search,
    is_table,
)
from pipelines.embedded.page_data import Embedded
from pipelines.language.line_phrases import count_words, ends_sentence, is_date_line, is_story_line
from pipelines.metadata.extract import Metadata
from pipelines.metadata.json_ld import node_types, value_text
from pipelines.page import dom
from pipelines.page.dom import Page
from pipelines.page.text_key import text_key

# Menu, footer and headline of a page without its story have no more text than this, in characters.
SPARSE = 4000
# From so many headlines that lead elsewhere a page without an article's marks is a list of them.
LISTED = 8
# A front page has at least so many; a dated headline with its story among so many is still a story.
FEW, MANY = 4, 25
MOSTLY_LINKED = 0.6
HEADLINE_WORDS = 4
LONG_PARAGRAPH = 100
# So many lines of a sentence's length are a story though no full stop is set.
SEVERAL = 3
# No list of headlines has this much text of its own, in characters, however many stand around it.
LONG_STORY = 3000
# Text of a caption, in characters: a gallery or a video page holds no more.
STUB = 350
# Of so many articles a page that says to be a list may be about one; more are its entries.
MOST_WORKS = 2
# More text below a recording, or on a profile, is a story told in writing, too.
TRANSCRIPT = 1_500
# A page of fewer words, without a heading or a link, shows nothing: a spinner; of fewer than these,
# one that asks for scripts.
BARE, SHELL = 4, 30

_ARTICLE_KINDS = ("article", "newsarticle", "reportagenewsarticle", "blogposting", "analysisnewsarticle", "opinionnewsarticle",  # noqa: E501
                  "backgroundnewsarticle", "reviewnewsarticle", "techarticle", "scholarlyarticle", "liveblogposting", "report",  # noqa: E501
                  "socialmediaposting", "advertisercontentarticle", "howto", "recipe", "review")  # fmt: skip  # noqa: E501
_ARTICLES = frozenset(_ARTICLE_KINDS)
_ISSUED = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
)
_YEAR = re.compile(r"(19|20|١٩|٢٠|۱۹|۲۰|۱۳|۱۴)[\d]{2}(?!\d)")
_NEEDS_SCRIPTS = re.compile(r"java\s?script|جافا\s?سكر", re.IGNORECASE)
# Where applications put their pages, by the tools' own custom.
_MOUNTS = frozenset(("root", "app", "__next", "__nuxt", "app-root", "___gatsby", "svelte"))
_GALLERIES = frozenset(("imagegallery", "mediagallery"))
# An address that names one work: a number of some length, or several words.
_SLUG = re.compile(r"\d{4}|-[^-]*+-[^-]*+-")
_LIST_KINDS = ("collectionpage", "itemlist", "searchresultspage", "profilepage")
_HOME = re.compile(r"^/?(index\.\w{3,5}|home|[a-z]{2}(-[a-z]{2})?)?/?$", re.IGNORECASE)


def is_sparse(page: Page) -> bool:
    """Whether a page shows so little text that its story may be kept for a script to show; no list
    of headlines does.
    """
    body = page.root.find("body")
    return len(_first_text(body if body is not None else page.root)) <= SPARSE


def _first_text(element: HtmlElement) -> str:
    """The text under an element, read no further than needed to know that it is long."""
    parts, length = [], 0
    for part in dom.text_nodes(element):
        stripped = part.strip()
        parts.append(stripped)
        length += len(stripped)
        if length > SPARSE:
            break
    return dom.collapse_spaces(" ".join(parts))


def classify_page(
    page: Page, embedded: Embedded, metadata: Metadata, read: Body
) -> NotAnArticle | None:
    """The reason why a page is no article; None if it is one."""
    says_article = _says_article(page, embedded, metadata)
    promised = says_article or _is_stamped(page) or metadata.published is not None
    if interstitial := detect_interstitial(
        page, read, is_article=says_article or _is_stamped(page)
    ):
        return _rejection(page, *interstitial)
    if paywalls.is_stub(embedded, page, read):
        return _rejection(
            page,
            NotArticleReason.PAYWALL,
            f"{_text_length(read)} characters before the offer to read on",
        )
    if other_kind := _other_kind(page, metadata, read, says_article=says_article):
        return _rejection(page, *other_kind)
    if not promised and (hiding := hides_something(page, read)):
        return _rejection(page, *reason_without_text(page, hiding))
    listed = _count_listed_headlines(read)
    if detail := _only_leads(page, metadata, read, listed, says_article=says_article):
        return _rejection(page, NotArticleReason.LISTING, detail)
    if not _tells_a_story(read):
        return _without_prose(page, metadata, read, listed, says_article=says_article)
    if not metadata.title:
        return _rejection(page, NotArticleReason.EMPTY, "no headline")
    detail = _classify_front_page(page, read, listed, says_article=says_article)
    stamped = len(metadata.title.split()) >= HEADLINE_WORDS and _is_stamped(page)
    if detail is None and not (says_article or stamped):
        detail = _classify_section_page(page, metadata, read, listed)
    return _rejection(page, NotArticleReason.LISTING, detail) if detail else None


def _says_article(page: Page, embedded: Embedded, metadata: Metadata) -> bool:
    """Whether a page states for machines that it is an article; a list states so of its entries
    only.
    """
    if metadata.kinds.isdisjoint(_ARTICLE_KINDS):
        return False
    if metadata.kinds.isdisjoint(_LIST_KINDS):
        return True
    works = [
        node for node in embedded.json_ld if _ARTICLES & {kind.lower() for kind in node_types(node)}
    ]
    if len(works) <= MOST_WORKS:
        return True
    shown = {text_key(dom.text_of(element)) for element in page.root.iter("h1", "title")}
    return any(text_key(value_text(node.get("headline")) or "") in shown for node in works)


def _other_kind(
    page: Page, metadata: Metadata, read: Body, *, says_article: bool
) -> tuple[NotArticleReason, str] | None:
    """The reason and detail if the page's words or stated types make it something else than an
    article or a list.
    """
    if is_own_page(page, metadata.title, is_article=says_article):
        return NotArticleReason.SERVICE, "a page of the site about itself"
    if not says_article and (reason := _stated_kind(page, metadata, read)):
        return reason, f"{_text_length(read)} characters of text"
    if _is_gallery(metadata, read):
        return NotArticleReason.GALLERY, f"{_text_length(read)} characters of text"
    if not says_article and metadata.published is None and is_table(read):
        return NotArticleReason.SERVICE, "a table"
    return None


def _stated_kind(page: Page, metadata: Metadata, read: Body) -> NotArticleReason | None:
    """What a page without the marks of an article states to be, where it has not much text."""
    length = _text_length(read)
    if length <= TRANSCRIPT and is_audio_page(metadata.kinds):
        return NotArticleReason.AUDIO
    if length <= TRANSCRIPT and is_profile(metadata.kinds):
        return NotArticleReason.SERVICE
    if metadata.published is None and is_product_page(page, metadata.kinds):
        return NotArticleReason.SERVICE
    if length <= STUB and any(kind.startswith("video") for kind in metadata.kinds):
        return NotArticleReason.VIDEO
    return None


def _is_gallery(metadata: Metadata, read: Body) -> bool:
    return _text_length(read) <= STUB and not _GALLERIES.isdisjoint(metadata.kinds)


def _text_length(read: Body) -> int:
    return sum(map(len, read.paragraphs))


def _only_leads(
    page: Page, metadata: Metadata, read: Body, listed: int, *, says_article: bool
) -> str | None:
    """The reason why a page is a list: each of its lines stands below a headline that leads
    elsewhere. None if it is no such list.
    """
    if not _only_teasers(read):
        return None
    short = count_words(metadata.title or "") < HEADLINE_WORDS
    enough = 2 if short and not says_article else LISTED
    if is_search(page, metadata.title):
        short, enough = True, 2
    listed = max(listed, len(read.kept))
    if not short or listed < enough:
        return None
    return f"{listed} headlines that lead elsewhere, each with a line"


def _classify_front_page(page: Page, read: Body, listed: int, *, says_article: bool) -> str | None:
    parts = urlsplit(page.url)
    front = _HOME.match(parts.path) and not parts.query
    few = not says_article and listed >= FEW and _text_length(read) < LONG_STORY
    return "the site's front page" if front and (listed >= LISTED or few) else None


def _classify_section_page(page: Page, metadata: Metadata, read: Body, listed: int) -> str | None:
    """Why a page that does not claim to be an article is a list of headlines with some text; None
    where it is none.
    """
    every = read.page.blocks if read.page else []
    own = [block.text for block in read.kept if not line_rules.is_teaser(block, every)]
    length = sum(map(len, own)) if len(read.kept) == len(read.paragraphs) else _text_length(read)
    enough = MANY if _is_headed(page, metadata, read) else LISTED
    if listed < enough or not _reads_as_list(metadata.kinds, listed, length):
        return None
    return f"{listed} headlines that lead elsewhere, {length} characters of text"


def _without_prose(
    page: Page, metadata: Metadata, read: Body, listed: int, *, says_article: bool
) -> NotAnArticle:
    """Classify a page without prose: a listing if it has enough headlines that lead elsewhere,
    empty if it claims to be an article, else a listing.
    """
    says_article = says_article or _is_stamped(page)
    # A small section has few headlines; nothing is owed where nothing says that there should be an
    # article.
    if listed >= LISTED or (listed > 1 and not says_article):
        return _rejection(page, NotArticleReason.LISTING, f"{listed} headlines that lead elsewhere")
    if says_article or _is_dated(metadata) or _is_bare(page, read):
        return _rejection(page, *reason_without_text(page, "no paragraph of prose"))
    return _rejection(
        page, NotArticleReason.LISTING, "no prose, and nothing says that there should be an article"
    )


def _is_stamped(page: Page) -> bool:
    """Whether a page without prose states for machines when it was published, as only articles
    do.
    """
    metas = page.root.iter("meta")
    named = (
        (meta.get("property") or meta.get("name") or meta.get("itemprop") or "", meta)
        for meta in metas
    )
    return any(
        name.casefold() in _ISSUED and (meta.get("content") or "").strip() for name, meta in named
    )


def _is_dated(metadata: Metadata) -> bool:
    """Whether a page without prose shows a headline and a date; a day in the address or headline
    may be a calendar's.
    """
    dated = any(
        evidence.field == "published" and evidence.chosen and evidence.source != "url"
        for evidence in metadata.evidence
    )
    title = metadata.title or ""
    return (
        dated
        and count_words(title) >= HEADLINE_WORDS
        and not _YEAR.search(title)
        and not is_date_line(title)
    )


def _is_bare(page: Page, read: Body) -> bool:
    """Whether a page shows (nearly) nothing at all, as one does before its scripts have run, and
    leads nowhere by itself.
    """
    if _sends_on(page):
        return False
    blocks = read.page.blocks if read.page else []
    words = sum(count_words(block.text) for block in blocks)
    if not any(block.links or block.level for block in blocks) and words < BARE:
        return True
    if words < SHELL and any(
        _NEEDS_SCRIPTS.search("".join(element.itertext())) for element in page.root.iter("noscript")
    ):
        return True
    return any(
        (element.get("id") or "").casefold() in _MOUNTS
        and not len(element)
        and not (element.text or "").strip()
        for element in page.root.iter("div")
    )


def _sends_on(page: Page) -> bool:
    """Whether a page is only there to load another: by a refresh with an address, or in its
    frames.
    """
    refreshes = (
        meta
        for meta in page.root.iter("meta")
        if (meta.get("http-equiv") or "").strip().lower() == "refresh"
    )
    led = any("url" in (meta.get("content") or "").lower() for meta in refreshes)
    return led or next(page.root.iter("frame"), None) is not None


def _tells_a_story(read: Body) -> bool:
    """Whether a line of the text makes a story; headlines that lead elsewhere don't, however
    long.
    """
    if len(read.kept) != len(read.paragraphs):
        return any(is_story_line(text) for text in read.paragraphs)
    if any(is_story_line(block.text) and block.link_share <= MOSTLY_LINKED for block in read.kept):
        return True
    # Where nobody sets full stops: several lines of a sentence's length, one after another.
    paragraphs = [block for block in read.kept if block.kind in ("p", "text") and not block.links]
    return (
        len({block.element.getparent() for block in paragraphs}) == 1
        and sum(map(is_sentence_long, paragraphs)) >= SEVERAL
    )


def _only_teasers(read: Body) -> bool:
    """Whether each line that was read stands right below a headline that leads elsewhere."""
    if read.page is None or not read.kept:
        return False
    return all(line_rules.is_teaser(block, read.page.blocks) for block in read.kept)


def _is_headed(page: Page, metadata: Metadata, read: Body) -> bool:
    """Whether a page has one headline, which leads nowhere, and paragraphs after it; undated, it
    must be addressed so.
    """
    if count_words(metadata.title or "") < HEADLINE_WORDS or not read.kept:
        return False
    several = _tells_more(read)
    if metadata.published is None and not (several and _SLUG.search(_last_segment(page.url))):
        return False
    key = text_key(metadata.title or "")
    shown = any(text_key(block.text) == key and not block.links for block in read.before)
    first = read.kept[0]
    if line_rules.is_teaser(first, read.page.blocks if read.page else []):
        return False
    long = several or len(first.text) >= LONG_PARAGRAPH
    return shown and long and not first.links and ends_sentence(first.text)


def _last_segment(url: str) -> str:
    return urlsplit(url).path.removesuffix("/").rpartition("/")[2]


def _tells_more(read: Body) -> bool:
    """Whether several lines tell a story, none of them below a headline that leads elsewhere."""
    every = read.page.blocks if read.page else []
    stories = [
        is_story_line(block.text) and not line_rules.is_teaser(block, every) for block in read.kept
    ]
    return sum(stories) > 1


def _reads_as_list(kinds: frozenset[str], listed: int, length: int) -> bool:
    if any(kind in kinds for kind in _LIST_KINDS):
        return listed >= LISTED and length < 6000
    return listed >= LISTED and length < min(40 * listed, LONG_STORY)


def _count_listed_headlines(read: Body) -> int:
    """Headlines on the page that lead elsewhere, outside menus, footers and readers' comments."""
    if read.page is None:
        return 0
    apart = {
        index
        for index, region in enumerate(read.page.regions)
        if region.reason in ("navigation", "footer", "hidden", "tags", "comments")
    }
    seen = {
        block.text
        for block in read.page.blocks
        if line_rules.leads_elsewhere(block) and not apart.intersection(block.regions)
    }
    return len(seen)


def _rejection(page: Page, reason: NotArticleReason, detail: str) -> NotAnArticle:
    return NotAnArticle(url=page.url, reason=reason, detail=dom.collapse_spaces(detail)[:200])
