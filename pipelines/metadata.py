"""What a page says of its article beside the body: every candidate with its source, and the choice among them.

Data embedded for machines comes first, then metas, then what readers see, then the address; each field has its own
module that knows what its places are worth. Nothing here looks at the body's paragraphs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Protocol
from urllib.parse import urlsplit

from archive.model import Evidence, Image, Precision
from pipelines import images, linked_data, names, published, sections, titles
from pipelines.dates import StatedDate
from pipelines.dom import Page
from pipelines.embedded import Embedded
from pipelines.head import Head, plain

_LEADS = ("og:description", "description", "twitter:description", "dcterms.description", "sailthru.description")
_TAG_METAS = ("article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags", "cxenseparse:taglist")
_LANGUAGE_METAS = ("og:locale", "content-language", "dc.language", "inlanguage")
_MAX_TAGS = 40
_MAX_TAG = 80


class DataArticle(Protocol):
    """The page's own article as its application data hold it (see `found_article`); texts as they stood."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """A page's metadata as chosen, with all that was stated in `evidence`.

    `titles` are all headlines found (cleaned), the chosen one first. `leads` are candidates for the lead: whether one is
    the lead or only an advertisement of the page is for the body to say. `kinds` are the page's own words for what it is
    (`og:type`, JSON-LD types), lower case. `canonical` and `amp` are absolute addresses as stated, not yet judged.
    """

    title: str | None
    titles: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    section: str | None = None
    language: str | None = None
    published: StatedDate | None = None
    modified: StatedDate | None = None
    publisher: str | None = None
    image: Image | None = None
    tags: tuple[str, ...] = ()
    canonical: str | None = None
    amp: str | None = None
    kinds: frozenset[str] = frozenset()
    evidence: tuple[Evidence, ...] = field(default=())

    @property
    def published_precision(self) -> Precision | None:
        """How much of the publication date is known."""
        return self.published.precision if self.published else None


class _Trail:
    """Collects evidence field by field."""

    def __init__(self) -> None:
        self.kept: list[Evidence] = []

    def add(self, name: str, found: list[tuple[str, str]], chosen: tuple[str, str] | None) -> None:
        once = dict.fromkeys(found)
        self.kept += [
            Evidence(field=name, source=source, value=value, chosen=(source, value) == chosen) for source, value in once
        ]


def read(
    page: Page,
    embedded: Embedded,
    *,
    captured: datetime | None = None,
    zone: tzinfo | None = None,
    data: DataArticle | None = None,
) -> Metadata:
    """Gather and choose the metadata of a page.

    `captured` is aware; `zone` is the site's, None where it is not known (dates without a zone are then taken as UTC, or by
    the page's other dates); `data` is the article in the application data, once it is known to be this page's.
    """
    head = Head(page)
    trail = _Trail()
    everything = embedded.json_ld
    nodes = linked_data.article_nodes(everything, head.first("og:title") or head.title)
    title, found_titles = _title(page, head, nodes, data, trail)
    reader = published.Reader(captured=captured, zone=zone, language=page.language)
    issued, changed = _dates(page, head, nodes, reader, data, trail)
    return Metadata(
        title=title,
        titles=found_titles,
        leads=_leads(head, nodes, data, trail),
        authors=_authors(page, head, nodes, everything, data, trail),
        section=_section(page, head, nodes, everything, data, title, trail),
        language=_language(page, head, nodes),
        published=issued,
        modified=changed,
        publisher=_publisher(page, head, nodes, trail),
        image=_image(page, head, nodes, data, title, trail),
        tags=_tags(head, nodes, data),
        canonical=head.link("canonical") or page.absolute(head.first("og:url")),
        amp=head.link("amphtml"),
        kinds=_kinds(head, everything),
        evidence=tuple(trail.kept),
    )


def _title(
    page: Page, head: Head, nodes: list[linked_data.Node], data: DataArticle | None, trail: _Trail
) -> tuple[str | None, tuple[str, ...]]:
    json_ld = next(
        (found for value in linked_data.values(nodes, "headline", "name") if (found := linked_data.text(value))), None
    )
    marked = next(iter(page.root.xpath("//*[@itemprop='headline']")), None)
    microdata = None if marked is None else marked.get("content") or titles.heading_text(marked)
    found = titles.candidates(page, head, json_ld=json_ld, microdata=microdata, data=data.title if data else None)
    chosen = titles.choose(found, page.language)
    trail.add("title", [(one.source, one.raw) for one in found], (chosen.source, chosen.raw) if chosen else None)
    texts = dict.fromkeys([*([chosen.text] if chosen else []), *(one.text for one in found)])
    return (chosen.text if chosen else None), tuple(texts)


def _dates(
    page: Page,
    head: Head,
    nodes: list[linked_data.Node],
    reader: published.Reader,
    data: DataArticle | None,
    trail: _Trail,
) -> tuple[StatedDate | None, StatedDate | None]:
    found = published.candidates(page, head, nodes, reader, (data.published, data.modified) if data else (None, None))
    issued = published.choose(found, reader)
    changed = published.choose(found, reader, modified=True)
    for name, chosen, wanted in (("published", issued, False), ("modified", changed, True)):
        stated = [
            (one.source, one.stated.raw)
            for one in found
            if one.modified == wanted or one.stated.raw == (chosen.stated.raw if chosen else None)
        ]
        trail.add(name, stated, (chosen.source, chosen.stated.raw) if chosen else None)
    return (issued.stated if issued else None), (changed.stated if changed else None)


def _leads(head: Head, nodes: list[linked_data.Node], data: DataArticle | None, trail: _Trail) -> tuple[str, ...]:
    found = [
        ("json-ld", text)
        for value in linked_data.values(nodes, "description", "alternativeHeadline")
        if (text := linked_data.text(value))
    ]
    found += [("data", plain(data.lead))] if data and data.lead else []
    found += [("og" if name.startswith("og") else "meta", text) for name in _LEADS for text in head.all(name)]
    trail.add("lead", found, None)
    return tuple(dict.fromkeys(text for _, text in found))


def _authors(
    page: Page,
    head: Head,
    nodes: list[linked_data.Node],
    everything: list[linked_data.Node],
    data: DataArticle | None,
    trail: _Trail,
) -> tuple[str, ...]:
    found = names.candidates(page, head, nodes, everything, data.authors if data else [])
    chosen = names.choose(found)
    trail.add("authors", [(one.source, one.raw) for one in found], (chosen.source, chosen.raw) if chosen else None)
    return chosen.names if chosen else ()


def _section(
    page: Page,
    head: Head,
    nodes: list[linked_data.Node],
    everything: list[linked_data.Node],
    data: DataArticle | None,
    title: str | None,
    trail: _Trail,
) -> str | None:
    found = sections.candidates(page, head, nodes, everything, data=data.section if data else None, title=title)
    trail.add("section", found, found[0] if found else None)
    return found[0][1] if found else None


def _language(page: Page, head: Head, nodes: list[linked_data.Node]) -> str | None:
    """The language the tree declares (and its letters don't contradict), else what the data say; BCP 47."""
    stated = page.language or next((linked_data.text(value) for value in linked_data.values(nodes, "inLanguage")), None)
    return (stated or head.first(*_LANGUAGE_METAS) or "").replace("_", "-").lower() or None


def _publisher(page: Page, head: Head, nodes: list[linked_data.Node], trail: _Trail) -> str | None:
    found = [
        ("json-ld", text)
        for value in linked_data.values(nodes, "publisher")
        for text in linked_data.texts(value)
        if not text.startswith("http")
    ]
    found += [("og", text) for text in head.all("og:site_name")]
    found += [
        ("meta", text.lstrip("@")) for text in head.all("publisher", "dc.publisher", "application-name", "twitter:site")
    ]
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    found += [("url", host)] if host else []
    trail.add("publisher", found, found[0] if found else None)
    return found[0][1] if found else None


def _image(
    page: Page, head: Head, nodes: list[linked_data.Node], data: DataArticle | None, title: str | None, trail: _Trail
) -> Image | None:
    found = images.read(page, head, nodes, data.image if data else None, title)
    trail.add(
        "image", [(source, image.url) for source, image in found], (found[0][0], found[0][1].url) if found else None
    )
    return found[0][1] if found else None


def _tags(head: Head, nodes: list[linked_data.Node], data: DataArticle | None) -> tuple[str, ...]:
    stated = [text for value in linked_data.values(nodes, "keywords") for text in linked_data.texts(value)]
    stated = stated or (list(data.tags) if data else [])
    for name in _TAG_METAS:
        stated = stated or head.all(name)
    single = [part.strip(" #") for text in stated for part in text.replace("،", ",").replace(";", ",").split(",")]
    return tuple(dict.fromkeys(part for part in single if 1 < len(part) <= _MAX_TAG))[:_MAX_TAGS]


def _kinds(head: Head, everything: list[linked_data.Node]) -> frozenset[str]:
    return frozenset(
        [
            *(kind.lower() for kind in head.all("og:type")),
            *(kind.lower() for node in everything for kind in linked_data.types(node)),
        ]
    )
