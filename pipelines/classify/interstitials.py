"""What was served in an article's place with status 200: a check of the visitor, a request for
consent, an error, a log-in.

Three signs are weighed together: a headline that is the name of such a page, lines that address the
visitor, and marks that the tools of such pages leave in the markup. Lines of a story speak against
all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from archive.model import NotArticleReason
from pipelines.body import line_rules
from pipelines.body.paragraphs import Body
from pipelines.language.interstitials import (
    addresses_visitor,
    headline_parts,
    named_subject,
    notice_kind,
)
from pipelines.language.line_phrases import is_story_line
from pipelines.language.not_found import says_not_found
from pipelines.page import dom
from pipelines.page.dom import Page

# So many lines of a story, or so many characters of them, and a page is one whatever its headline
# is the name of.
STORY_LINES, STORY = 2, 300
# No interstitial has more text of its own than this, in characters.
INTERSTITIAL = 2_500
# Of a page with more text than this marks and lines say nothing: it shows something, and they are a
# part of that.
SMALL = 1_500
# Lines looked at on a page that has no text.
MOST_LINES = 40

# What stands only on the pages of checks, and what stands on pages with a form for comments, too.
_SURE = (
    "cf_chl", "cf-challenge", "challenge-form", "challenge-running", "challenge-error-text", "px-captcha", "captcha-delivery",  # noqa: E501
    "ddos-guard", "sucuri_cloudproxy", "awswaf.com", "sec-if-cpt", "sec-cpt", "cp_challenge", "KPSDK", "/_fs-ch-", "ray-id", "aws-waf",  # noqa: E501
    "SWUDNSAI",
)  # fmt: skip
_LIKELY = ("_Incapsula_Resource", "g-recaptcha", "h-captcha", "cf-turnstile", "captcha")
_CONSENT = re.compile(
    r"""
    onetrust|didomi|qc-cmp|sp_message|privacy-mgmt|fc-consent|usercentrics|
    truste|cmp(box|wrapper|-container)|iubenda|cookiebot|consent-?(wall|
    manager|form|root|banner|sdk)|tarteaucitron|axeptio|klaro|borlabs
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ERROR = re.compile(
    r"(?<![\w-])(error-?(404|410|500|page)|page-?(404|not-?found)|not-?found|is-404|http-?404)(?![\w-])",
    re.IGNORECASE,
)
MOST_OUTER = 6
_MARKED = ("form", "div", "script", "iframe", "input", "section")


def detect_interstitial(
    page: Page, read: Body, *, is_article: bool
) -> tuple[NotArticleReason, str] | None:
    """(reason, evidence) if an interstitial was served in the page's place, else None.

    `is_article`: the page states for machines that it is an article, as interstitials do not. The
    evidence of an error page is the line that says that something is not there, if one does.
    """
    result = _detect(page, read, is_article=is_article)
    if result is None or result[0] is not NotArticleReason.ERROR_PAGE or says_not_found(result[1]):
        return result
    return result[0], next(filter(says_not_found, _first_lines(page, read)), result[1])


def _detect(page: Page, read: Body, *, is_article: bool) -> tuple[NotArticleReason, str] | None:
    own = _own_lines(read)
    if sum(map(len, own)) > INTERSTITIAL:
        return None
    story_lines = _count_story_lines(own)
    if (story_lines and is_article) or story_lines > max(STORY_LINES, len(own) - story_lines):
        return None
    host = urlsplit(page.url).hostname or ""
    if host.startswith(("consent.", "privacy.")):
        return NotArticleReason.CONSENT, host
    if named := _named_headline(page):
        return named
    mark = _tool_mark(page, sure=bool(own)) if _shown_length(read) <= SMALL else None
    if mark and (not story_lines or mark[0] is NotArticleReason.CHALLENGE):
        return mark
    if not is_article and (name := _error_name(page)):
        return NotArticleReason.ERROR_PAGE, name
    return None if story_lines else _by_lines(read, own)


def _count_story_lines(own: list[str]) -> int:
    """How many lines are lines of a story. Once these have more than STORY characters, the text is
    a story, and a number above every limit is returned.
    """
    count = length = 0
    for text in own:
        if is_story_line(text) and notice_kind(text) is None:
            count, length = count + 1, length + len(text)
        if length > STORY:
            return max(len(own), STORY_LINES + 1)
    return count


def _shown_length(read: Body) -> int:
    """How much text a page shows, in characters."""
    return sum(len(block.text) for block in read.page.blocks) if read.page else 0


def _error_name(page: Page) -> str | None:
    """The name by which a content system marks its error page on the outermost elements."""
    body = page.root.find("body")
    outer = [page.root, *([] if body is None else [body, *body[:MOST_OUTER]])]
    names = (f"{element.get('id') or ''} {element.get('class') or ''}" for element in outer)
    return next((match[0] for name in names if (match := _ERROR.search(name))), None)


def hides_something(page: Page, read: Body) -> str | None:
    """Why the few lines of a page that promises no article are no story: all of them address the
    visitor, or the page asks not to be indexed; else None.
    """
    own = _own_lines(read)
    if not 0 < len(own) <= STORY_LINES + 1 or sum(map(len, own)) > STORY:
        return None
    if all(map(addresses_visitor, own)):
        return "nothing but words to the visitor"
    robots = (
        meta for meta in page.root.iter("meta") if (meta.get("name") or "").lower() == "robots"
    )
    if any("noindex" in (meta.get("content") or "").lower() for meta in robots):
        return "a few lines on a page that asks not to be indexed"
    return None


def _own_lines(read: Body) -> list[str]:
    """The lines that were read, without those that stand right below a headline that leads
    elsewhere.
    """
    every = read.page.blocks if read.page else []
    if len(read.kept) != len(read.paragraphs):
        return read.paragraphs
    return [block.text for block in read.kept if not line_rules.is_teaser(block, every)]


def _named_headline(page: Page) -> tuple[NotArticleReason, str] | None:
    """(reason, words) if the page's first headline or its title is the name of an interstitial."""
    headings = (dom.text_of(element) for element in page.root.iter("h1"))
    heading = next((text for text in headings if text), "")
    second = [] if heading else [dom.text_of(element) for element in page.root.iter("h2")][:2]
    title = next((element.text for element in page.root.iter("title") if element.text), "") or ""
    for text in (heading, *second, *headline_parts(dom.collapse_spaces(title))[:2]):
        for part in (text, *headline_parts(text)):
            if kind := named_subject(part):
                return kind, part
    return None


def _first_lines(page: Page, read: Body) -> Iterator[str]:
    """The title of a page, and its first lines that are not made of links."""
    yield from (dom.collapse_spaces(element.text or "") for element in page.root.iter("title"))
    blocks = read.page.blocks if read.page else []
    yield from (
        block.text for block in blocks[:MOST_LINES] if block.link_share < line_rules.MOSTLY_LINKED
    )


def _by_lines(read: Body, own: list[str]) -> tuple[NotArticleReason, str] | None:
    """(reason, line) of the first line that is a notice: among the body's lines, or, if it has
    none, among the first lines of the page.
    """
    blocks = read.page.blocks if read.page else []
    lines = own or [
        block.text for block in blocks[:MOST_LINES] if block.link_share < line_rules.MOSTLY_LINKED
    ]
    return next(((kind, line) for line in lines if (kind := notice_kind(line))), None)


def _tool_mark(page: Page, *, sure: bool) -> tuple[NotArticleReason, str] | None:
    """The mark of a tool for checks or consent in the markup; where not `sure`, also those that
    other pages may have.
    """
    consent: tuple[NotArticleReason, str] | None = None
    for element in page.root.iter(*_MARKED):
        names = f"{element.get('id') or ''} {element.get('class') or ''} {element.get('src') or ''}"
        inside = f"{names} {(element.text or '')[:2_000]}"
        if mark := next(
            (mark for mark in _SURE + (() if sure else _LIKELY) if mark in inside), None
        ):
            return NotArticleReason.CHALLENGE, mark
        if consent is None and (match := _CONSENT.search(names)):
            consent = NotArticleReason.CONSENT, match[0]
    return consent
