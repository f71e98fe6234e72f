"""One page's article, put together: kind of page, metadata, body, embedded data, each checked
against the others.

`extract` is what users call; `from_page` serves those that have parsed the page already, so that it
is parsed once.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cssselect import SelectorError
from lxml.html import HtmlElement

from archive.config import SiteConfig
from archive.model import (
    NO_TEXT_REASONS,
    Article,
    Evidence,
    Image,
    NotAnArticle,
    NotArticleReason,
)
from archive.urls import canonical_url, credible_canonical, normalise_url
from pipelines.article.from_data import choose_body, own_article, read_body
from pipelines.article.from_opening_lines import fill_from_opening_lines
from pipelines.article.links import body_links, related_links
from pipelines.article.multipage import part_of
from pipelines.article.paragraph_places import paragraph_places
from pipelines.body.line_rules import KnownPageText
from pipelines.body.paragraphs import Body, extract_body, paragraph_text, read_fragment
from pipelines.classify.page import classify_page, is_sparse
from pipelines.dates.parse import StatedDate, read_date
from pipelines.embedded.json_articles import EmbeddedArticle
from pipelines.embedded.page_data import REACT_ELEMENTS, Embedded
from pipelines.language.line_phrases import is_story_line
from pipelines.metadata.extract import Metadata, extract_metadata
from pipelines.page import dom
from pipelines.page.dom import Page
from pipelines.page.text_key import text_key

# Verdicts on pages that show no text: what they hold for readers without scripts may be their
# article.
_NO_TEXT = NO_TEXT_REASONS | {NotArticleReason.LISTING}
# An embedded article on a listing has at least this much text, in characters: less is a teaser.
WHOLE_BODY = 150


def extract(
    html: bytes,
    url: str,
    *,
    captured: datetime | None = None,
    site: SiteConfig | None = None,
    content_type: str | None = None,
) -> Article | NotAnArticle:
    """The article that a page's bytes hold, or why they hold none.

    `captured` is when the page was fetched (UTC where it names no zone): relative dates count from
    it. `site` gives the zone of dates without one, and selectors. `content_type` is the HTTP
    header. Never raises on bad input.
    """
    page = dom.parse_page(html, url, content_type)
    if isinstance(page, NotAnArticle):
        return page
    if captured is not None and captured.tzinfo is None:
        captured = captured.replace(tzinfo=UTC)
    return from_page(page, captured=captured, site=site)


def from_page(
    page: Page, *, captured: datetime | None = None, site: SiteConfig | None = None
) -> Article | NotAnArticle:
    """As `extract`, of a page that is parsed already. The tree is left as it is."""
    outcome = _read_article(page, Embedded(page), captured, site)
    if isinstance(outcome, Article) or outcome.reason not in _NO_TEXT or not is_sparse(page):
        return outcome
    embedded = Embedded(page, everywhere=True)
    again = _read_article(page, embedded, captured, site) if embedded.further_states else outcome
    bare = None if isinstance(again, Article) else dom.without_scripts(page)
    if bare:
        again = _read_article(bare, Embedded(bare), captured, site)
    return again if isinstance(again, Article) else outcome


def _read_article(
    page: Page, embedded: Embedded, captured: datetime | None, site: SiteConfig | None
) -> Article | NotAnArticle:
    """The article of a page with these data, or why there is none."""
    own = own_article(embedded, page, _headline_keys(page))
    metadata = extract_metadata(page, embedded, captured=captured, zone=_site_zone(site), data=own)
    metadata = _apply_selectors(page, metadata, captured, site)
    titles = {text_key(title) for title in metadata.titles} | _headline_keys(page)
    page_text = KnownPageText(
        titles=titles - {""}, known=_known_keys(page, metadata), authors=metadata.authors
    )
    read = _choose_body(page, own, page_text, site)
    zone = _site_zone(site) or UTC
    metadata = fill_from_opening_lines(
        page,
        metadata,
        read,
        lambda text: read_date(text, captured=captured, zone=zone, language=page.language),
    )
    if own is not None and own.source == REACT_ELEMENTS and read.in_data:
        drawn = dom.with_body(page, embedded.markup)
        drawn_article = _read_article(drawn, Embedded(drawn), captured, site) if drawn else None
        if isinstance(drawn_article, Article):
            return drawn_article
    verdict = classify_page(page, embedded, metadata, read)
    return _build_article(page, metadata, read, site) if verdict is None else verdict


def embedded_articles(
    page: Page, *, captured: datetime | None = None, site: SiteConfig | None = None
) -> list[Article]:
    """Articles whose whole bodies a page (a listing) carries in its embedded data, in order.

    Only those that name an address of their own; the page's own article is not among them.
    """
    articles: dict[str, Article] = {}
    for data in Embedded(page).articles:
        url = _canonical_address(page, data)
        if (
            url is None
            or url == normalise_url(page.url)
            or data.source == "json-ld"
            or url in articles
        ):
            continue
        article = _from_data(page, data, url, captured, site)
        if article is not None:
            articles[url] = article
    return list(articles.values())


def _choose_body(
    page: Page, own: EmbeddedArticle | None, page_text: KnownPageText, site: SiteConfig | None
) -> Body:
    """The body by the site's own selectors, or else the better of the one shown and the one in the
    page's data.
    """
    selectors = site.selectors if site else None
    drop = (
        tuple(
            element for selector in selectors.drop for element in _select_elements(page, selector)
        )
        if selectors
        else ()
    )
    if selectors and (chosen := _outermost_elements(_select_elements(page, selectors.body))):
        parts = [read_fragment(element, page_text, drop) for element in chosen]
        whole = parts[0]
        whole.dropped += whole.marked()
        for part in parts[1:]:
            whole.paragraphs += part.paragraphs
            whole.kept += part.kept
            whole.dropped += [*part.dropped, *part.marked()]
        return whole
    data = read_body(own, page_text) if own else None
    shown = extract_body(page, page_text, drop, data_paragraphs=data.paragraphs if data else ())
    return choose_body(shown, data, own.source) if own and data else shown


def _outermost_elements(elements: list[HtmlElement]) -> list[HtmlElement]:
    """The elements that are inside none of the others, so that no text is taken twice."""
    every = set(elements)
    return [element for element in elements if every.isdisjoint(element.iterancestors())]


def _build_article(page: Page, metadata: Metadata, read: Body, site: SiteConfig | None) -> Article:
    published = metadata.published
    canonical = credible_canonical(page.url, metadata.canonical) if metadata.canonical else None
    part = part_of(page, canonical)
    return Article(
        url=page.url,
        canonical=canonical_url(part.canonical) if part else canonical or canonical_url(page.url),
        title=metadata.title or "",
        paragraphs=read.paragraphs,
        lead=_choose_lead(metadata, read),
        authors=list(metadata.authors),
        section=metadata.section,
        language=metadata.language or page.language,
        published=published.instant if published else None,
        published_precision=published.precision if published else None,
        published_raw=published.raw if published else None,
        modified=metadata.modified.instant if metadata.modified else None,
        publisher=metadata.publisher,
        image=metadata.image,
        related=related_links(page, read),
        links=body_links(page, read),
        tags=list(metadata.tags),
        evidence=[*metadata.evidence, *read.evidence],
        places=paragraph_places(page, read),
        site=site.name if site else None,
        page_number=part.number if part else None,
        is_last=part.last if part else False,
    )


def _from_data(
    page: Page, data: EmbeddedArticle, url: str, captured: datetime | None, site: SiteConfig | None
) -> Article | None:
    read = read_body(data, KnownPageText(titles={text_key(data.title)}))
    if sum(map(len, read.paragraphs)) < WHOLE_BODY:
        return None
    zone = _site_zone(site) or UTC
    issued = read_date(data.published, captured=captured, zone=zone) if data.published else None
    changed = read_date(data.modified, captured=captured, zone=zone) if data.modified else None
    image = page.absolute(data.image)
    return Article(
        url=url,
        canonical=url,
        title=paragraph_text(data.title),
        paragraphs=read.paragraphs,
        lead=paragraph_text(data.lead) if data.lead else None,
        authors=list(data.authors),
        section=data.section,
        language=page.language,
        published=issued.instant if issued else None,
        published_precision=issued.precision if issued else None,
        published_raw=data.published,
        modified=changed.instant if changed else None,
        image=Image(url=image) if image else None,
        related=related_links(page, read),
        links=body_links(page, read),
        tags=list(data.tags),
        evidence=[
            Evidence(field="body", source=data.source, value=page.url, chosen=True),
            *read.evidence,
        ],
        places=paragraph_places(page, read),
        site=site.name if site else None,
    )


def _canonical_address(page: Page, data: EmbeddedArticle) -> str | None:
    if not data.address:
        return None
    address = (
        data.address if "//" in data.address or data.address.startswith("/") else "/" + data.address
    )
    return normalise_url(address, page.base)


def _headline_keys(page: Page) -> set[str]:
    """Keys (`text_key`) of the headlines that stand on the page and in its head."""
    keys = {text_key(dom.text_of(element)) for element in page.root.iter("h1")}
    for meta in page.root.iter("meta"):
        if (meta.get("property") or meta.get("name") or "").lower() in (
            "og:title",
            "twitter:title",
        ):
            keys.add(text_key(meta.get("content") or ""))
    title = next((element.text for element in page.root.iter("title") if element.text), "") or ""
    keys.update(text_key(part) for part in re.split(r"\s[-–—|:]\s", title) if len(part.split()) > 2)
    return keys - {""}


def _known_keys(page: Page, metadata: Metadata) -> set[str]:
    """Keys (`text_key`) of the page's other fields: lines that repeat them are no paragraphs."""
    lines = [dom.text_of(element) for element in page.root.iter("time", "figcaption")]
    lines += [
        metadata.section or "",
        metadata.publisher or "",
        *metadata.authors,
        ", ".join(metadata.authors),
    ]
    if metadata.published and not is_story_line(
        metadata.published.raw
    ):  # a sentence may tell the date, too
        lines.append(metadata.published.raw)
    if metadata.image and metadata.caption_shown:
        caption, credit = metadata.image.caption or "", metadata.image.credit or ""
        lines += [caption, caption + credit]
    return {text_key(line) for line in lines} - {""}


def _choose_lead(metadata: Metadata, read: Body) -> str | None:
    """The deck: a line the page shows beside the body, or its description where the body does not
    begin with it.
    """
    deck = next((block.text for block, rule in read.dropped if rule == "deck"), None)
    if deck:
        return paragraph_text(deck)
    whole = text_key("".join(read.paragraphs))
    shown = {text_key(block.text): block.text for block, _ in read.dropped}
    for lead in metadata.leads:
        key = text_key(lead)
        if key in shown:
            return paragraph_text(shown[key])
        if key and key[:60] not in whole and not lead.rstrip().endswith(("...", "…")):
            return paragraph_text(lead)
    return None


def _apply_selectors(
    page: Page, metadata: Metadata, captured: datetime | None, site: SiteConfig | None
) -> Metadata:
    """The metadata with what the site's own selectors give in place of it, and the selectors that
    matched nothing.
    """
    if site is None:
        return metadata
    title = next(
        (
            text
            for element in _select_elements(page, site.selectors.title)
            if (text := dom.text_of(element))
        ),
        None,
    )
    if title:
        metadata = replace(
            metadata,
            title=title,
            titles=(title, *metadata.titles),
            evidence=_with_selector_evidence(metadata, "title", title),
        )
    for element in _select_elements(page, site.selectors.date):
        text = element.get("datetime") or element.get("content") or dom.text_of(element)
        date: StatedDate | None = read_date(
            text, captured=captured, zone=_site_zone(site) or UTC, language=page.language
        )
        if date:
            metadata = replace(
                metadata,
                published=date,
                evidence=_with_selector_evidence(metadata, "published", date.raw),
            )
            break
    return replace(metadata, evidence=(*metadata.evidence, *_in_vain(page, site)))


def _with_selector_evidence(metadata: Metadata, field: str, value: str) -> tuple[Evidence, ...]:
    """The evidence with the value of the site's own selector as the choice for a field."""
    others = (
        replace(evidence, chosen=False) if evidence.field == field else evidence
        for evidence in metadata.evidence
    )
    return (Evidence(field=field, source="selector", value=value, chosen=True), *others)


def _in_vain(page: Page, site: SiteConfig) -> list[Evidence]:
    """The selectors that nothing on the page matches."""
    own = site.selectors
    named = [
        ("title", own.title),
        ("body", own.body),
        ("date", own.date),
        *(("drop", rule) for rule in own.drop),
    ]
    return [
        Evidence(field=field, source="selector", value=f"nothing on this page matches {selector!r}")
        for field, selector in named
        if selector and not _select_elements(page, selector)
    ]


def _select_elements(page: Page, selector: str | None) -> list[HtmlElement]:
    if not selector:
        return []
    try:
        return list(page.root.cssselect(selector))
    except SelectorError:
        return []


def _site_zone(site: SiteConfig | None) -> tzinfo | None:
    try:
        return ZoneInfo(site.timezone) if site else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
