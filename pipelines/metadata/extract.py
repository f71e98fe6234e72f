"""The metadata of a page, from everything but the body: each candidate with its source, and the
choice among them.

Data embedded for machines come first, then metas, then the text shown, then the address; each field
has a module of its own that ranks its sources. The body's paragraphs are not used here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Protocol
from urllib.parse import urlsplit

from archive.model import Evidence, Image, Precision
from pipelines.dates.country_zones import guess_zone
from pipelines.dates.parse import StatedDate
from pipelines.embedded.page_data import Embedded
from pipelines.metadata import tags
from pipelines.metadata.authors import author_candidates, choose_authors
from pipelines.metadata.json_ld import (
    Node,
    article_nodes,
    node_images,
    node_types,
    property_values,
    value_text,
    value_texts,
)
from pipelines.metadata.lead_image import ATTRIBUTE, EmbeddedImage, image_candidates
from pipelines.metadata.publication_date import choose_date, date_candidates
from pipelines.metadata.section import section_candidates
from pipelines.metadata.title import choose_title, cut_site, heading_text, title_candidates
from pipelines.metadata.visible_date import DateContext
from pipelines.page.dom import Page
from pipelines.page.head_tags import Head, plain_text
from pipelines.page.microdata import Microdata

_LEADS = (
    "og:description",
    "description",
    "twitter:description",
    "dcterms.description",
    "sailthru.description",
)
_LANGUAGE_METAS = ("og:locale", "content-language", "dc.language", "inlanguage")
_PUBLISHER_METAS = ("publisher", "dc.publisher", "application-name", "twitter:site")


class DataArticle(Protocol):
    """The page's own article as its application data hold it (`article.from_data.own_article`);
    texts as they stood.
    """

    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def lead(self) -> str | None: ...  # noqa: D102
    @property
    def published(self) -> str | None: ...  # noqa: D102
    @property
    def modified(self) -> str | None: ...  # noqa: D102
    @property
    def authors(self) -> list[str]: ...  # noqa: D102
    @property
    def section(self) -> str | None: ...  # noqa: D102
    @property
    def tags(self) -> list[str]: ...  # noqa: D102
    @property
    def image(self) -> str | None: ...  # noqa: D102
    @property
    def caption(self) -> str | None: ...  # noqa: D102
    @property
    def credit(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """A page's metadata as chosen, with all candidates in `evidence`.

    `titles` are all headlines found (cleaned), the chosen one first. `leads` are candidates for the
    lead, of which `article.extraction` takes one that the body does not repeat. `kinds` are the
    page's stated types (`og:type`, JSON-LD types), lower case. `signed` is true if the authors are
    more than the site's own name, `caption_shown` false if readers don't see the picture's caption.
    `canonical` and `amp` are absolute addresses as stated, not yet checked.
    """

    title: str | None
    titles: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    signed: bool = False
    section: str | None = None
    language: str | None = None
    published: StatedDate | None = None
    modified: StatedDate | None = None
    publisher: str | None = None
    image: Image | None = None
    caption_shown: bool = True
    tags: tuple[str, ...] = ()
    canonical: str | None = None
    amp: str | None = None
    kinds: frozenset[str] = frozenset()
    evidence: tuple[Evidence, ...] = field(default=())

    @property
    def published_precision(self) -> Precision | None:
        """How much of the publication date is known."""
        return self.published.precision if self.published else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _MetadataSources:
    """Where a page's statements are found: `nodes` are the article's JSON-LD nodes, `everything`
    all of the page's.
    """

    page: Page
    head: Head
    marked: Microdata
    everything: list[Node]
    nodes: list[Node]
    data: DataArticle | None


class _EvidenceTrail:
    """Collects evidence field by field."""

    def __init__(self) -> None:
        self.kept: list[Evidence] = []

    def add(
        self, name: str, candidates: list[tuple[str, str]], chosen: tuple[str, str] | None
    ) -> None:
        once = dict.fromkeys(candidates)
        self.kept += [
            Evidence(field=name, source=source, value=value, chosen=(source, value) == chosen)
            for source, value in once
        ]


def extract_metadata(
    page: Page,
    embedded: Embedded,
    *,
    captured: datetime | None = None,
    zone: tzinfo | None = None,
    data: DataArticle | None = None,
) -> Metadata:
    """The metadata of a page: for each field all candidates as evidence, and the one chosen.

    `captured` is aware. `zone` is the site's, or None if unknown: dates without a zone are then
    read in the zone of the page's other dates, or of the country that its address or locale names,
    or in UTC. `data` is the article in the application data, if that is known to be this page's.
    """
    head = Head(page)
    everything = embedded.json_ld
    places = _MetadataSources(
        page=page,
        head=head,
        marked=Microdata(page),
        everything=everything,
        nodes=article_nodes(everything, head.first("og:title") or head.title),
        data=data,
    )
    trail = _EvidenceTrail()
    title, found_titles = _choose_title(places, trail)
    issued, changed = _choose_dates(places, _date_context(places, captured, zone), trail)
    authors, signed = _choose_authors(places, trail)
    image, captioned = _choose_image(places, title, trail)
    return Metadata(
        title=title,
        titles=found_titles,
        leads=_lead_candidates(places, trail),
        authors=authors,
        signed=signed,
        section=_choose_section(places, title, trail),
        language=_choose_language(places),
        published=issued,
        modified=changed,
        publisher=_choose_publisher(places, trail),
        image=image,
        caption_shown=captioned != ATTRIBUTE,
        tags=tags.extract_tags(
            places.page, places.head, places.nodes, list(data.tags) if data else []
        ),
        canonical=head.link("canonical") or page.absolute(head.first("og:url")),
        amp=head.link("amphtml"),
        kinds=_page_types(places),
        evidence=tuple(trail.kept),
    )


def _date_context(
    places: _MetadataSources, captured: datetime | None, zone: tzinfo | None
) -> DateContext:
    locale = places.head.first("og:locale") or places.page.root.get("lang")
    guess = None if zone else guess_zone(places.page.url, locale)
    return DateContext(captured=captured, zone=zone, language=places.page.language, guess=guess)


def _choose_title(
    places: _MetadataSources, trail: _EvidenceTrail
) -> tuple[str | None, tuple[str, ...]]:
    headlines = (value_text(value) for value in property_values(places.nodes, "headline", "name"))
    stated_headline = bool(places.nodes) and "headline" in places.nodes[0]
    element = next(iter(places.marked.elements("headline")), None)
    candidates = title_candidates(
        places.page,
        places.head,
        json_ld=next(filter(None, headlines), None),
        microdata=None if element is None else element.get("content") or heading_text(element),
        data=places.data.title if places.data else None,
    )
    chosen = choose_title(
        candidates,
        places.page.language,
        names=_second_headlines(places, "name") if stated_headline else (),
        alternatives=_second_headlines(places, "alternativeHeadline", "alternateName"),
    )
    trail.add(
        "title",
        [(candidate.source, candidate.raw) for candidate in candidates],
        (chosen.source, chosen.raw) if chosen else None,
    )
    texts = dict.fromkeys(
        [*([chosen.text] if chosen else []), *(candidate.text for candidate in candidates)]
    )
    return (chosen.text if chosen else None), tuple(texts)


def _second_headlines(places: _MetadataSources, *keys: str) -> list[str]:
    """Second headlines of the article's JSON-LD node, without the site's name."""
    values = property_values(places.nodes[:1], *keys)
    return [
        cut_site(text, places.head.site_names) for value in values if (text := value_text(value))
    ]


def _choose_dates(
    places: _MetadataSources, reader: DateContext, trail: _EvidenceTrail
) -> tuple[StatedDate | None, StatedDate | None]:
    data = places.data
    data_dates = (data.published, data.modified) if data else (None, None)
    candidates = date_candidates(
        places.page, places.head, places.marked, places.nodes, reader, data_dates
    )
    issued = choose_date(candidates, reader)
    changed = choose_date(candidates, reader, modified=True)
    for name, chosen, wanted in (("published", issued, False), ("modified", changed, True)):
        best = (chosen.source, chosen.stated.raw) if chosen else None
        texts = [
            (candidate.source, candidate.stated.raw)
            for candidate in candidates
            if candidate.modified == wanted
        ]
        trail.add(name, [*texts, *([best] if best else [])], best)
    return (issued.stated if issued else None), (changed.stated if changed else None)


def _lead_candidates(places: _MetadataSources, trail: _EvidenceTrail) -> tuple[str, ...]:
    values = property_values(places.nodes, "description", "alternativeHeadline")
    candidates = [("json-ld", text) for value in values if (text := value_text(value))]
    candidates += (
        [("data", plain_text(places.data.lead))] if places.data and places.data.lead else []
    )
    candidates += [
        ("og" if name.startswith("og") else "meta", text)
        for name in _LEADS
        for text in places.head.all(name)
    ]
    trail.add("lead", candidates, None)
    return tuple(dict.fromkeys(text for _, text in candidates))


def _choose_authors(
    places: _MetadataSources, trail: _EvidenceTrail
) -> tuple[tuple[str, ...], bool]:
    """The authors, and whether they are more than the site itself."""
    data = places.data.authors if places.data else []
    candidates = author_candidates(places.page, places.head, places.nodes, places.everything, data)
    chosen = choose_authors(candidates)
    trail.add(
        "authors",
        [(candidate.source, candidate.raw) for candidate in candidates],
        (chosen.source, chosen.raw) if chosen else None,
    )
    return (chosen.names, not chosen.own) if chosen else ((), False)


def _choose_section(
    places: _MetadataSources, title: str | None, trail: _EvidenceTrail
) -> str | None:
    data = places.data.section if places.data else None
    candidates = section_candidates(
        places.page,
        places.head,
        places.marked,
        places.nodes,
        places.everything,
        data=data,
        title=title,
    )
    trail.add("section", candidates, candidates[0] if candidates else None)
    return candidates[0][1] if candidates else None


def _choose_language(places: _MetadataSources) -> str | None:
    """The language of the page (BCP 47, lower case): as the tree declares it if its script agrees,
    else by JSON-LD or a meta; None if unknown.
    """
    languages = (value_text(value) for value in property_values(places.nodes, "inLanguage"))
    language = (
        places.page.language
        or next(filter(None, languages), None)
        or places.head.first(*_LANGUAGE_METAS)
    )
    return (language or "").replace("_", "-").lower() or None


def _choose_publisher(places: _MetadataSources, trail: _EvidenceTrail) -> str | None:
    values = property_values(places.nodes, "publisher")
    candidates = [
        ("json-ld", text)
        for value in values
        for text in value_texts(value)
        if not text.startswith("http")
    ]
    candidates += [("og", text) for text in places.head.all("og:site_name")]
    candidates += [("meta", text.lstrip("@")) for text in places.head.all(*_PUBLISHER_METAS)]
    host = (urlsplit(places.page.url).hostname or "").removeprefix("www.")
    candidates += [("url", host)] if host else []
    trail.add("publisher", candidates, candidates[0] if candidates else None)
    return candidates[0][1] if candidates else None


def _choose_image(
    places: _MetadataSources, title: str | None, trail: _EvidenceTrail
) -> tuple[Image | None, str | None]:
    """The picture, and where its caption was found."""
    data = places.data
    known = (
        EmbeddedImage(address=data.image, caption=data.caption, credit=data.credit)
        if data
        else EmbeddedImage()
    )
    linked = node_images(places.nodes, places.everything)
    candidates = image_candidates(places.page, places.head, linked, known, title)
    if not candidates:
        return None, None
    best, image = candidates[0], candidates[0].image
    trail.add(
        "image",
        [(candidate.source, candidate.image.url) for candidate in candidates],
        (best.source, image.url),
    )
    if image.caption and best.captioned:
        trail.add(
            "image_caption", [(best.captioned, image.caption)], (best.captioned, image.caption)
        )
    return image, best.captioned


def _page_types(places: _MetadataSources) -> frozenset[str]:
    types = (kind for node in places.everything for kind in node_types(node))
    return frozenset(kind.lower() for kind in (*places.head.all("og:type"), *types))
