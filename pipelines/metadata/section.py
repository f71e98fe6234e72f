"""The section an article stands in, as the page names it: data, metas, breadcrumbs, or the label
above the headline.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from pipelines.language.line_phrases import is_date_line
from pipelines.metadata.json_ld import Node, breadcrumb_names, property_values, value_texts
from pipelines.metadata.title import title_likeness
from pipelines.page.dom import Page, collapse_spaces, text_of
from pipelines.page.head_tags import Head, plain_text
from pipelines.page.microdata import Microdata, select_elements

_METAS = (
    "article:section",
    "og:article:section",
    "section",
    "parsely-section",
    "articlesection",
    "cxenseparse:section",
    "dcterms.subject",
    "category",
)
_CRUMBS = etree.XPath(
    "//@class[contains(.,'breadcrumb') or contains(.,'Breadcrumb')]/parent::*[not(self::script)]"
    "|//@id[contains(.,'breadcrumb')]/parent::*[not(self::script)]"
    "|//@aria-label[contains(.,'readcrumb')]/parent::*[not(self::script)]",
    smart_strings=False,
)
_HOME = re.compile(
    r"^(?:home|start|startseite|accueil|inicio|portada|home ?page|ana "
    r"?sayfa|hem|hjem|forside|etusivu|beranda|trang chủ|главная|головна|الرئيسية|الصفحة "
    r"الرئيسية|رئيسية|خانه|صفحه اصلی|صفحه نخست|news)$",
    re.IGNORECASE,
)
_NOT_A_LABEL = re.compile(
    r"\d|[.!?؟…|@©:]|^(?:عاجل|breaking|live|مباشر|logo|شعار|بحث|search|menu|القائمة|share|مشاركة|video|فيديو)$",
    re.IGNORECASE,
)
_LABEL_CLASS = re.compile(r"section|categor|channel|rubric|kicker|topic|tag", re.IGNORECASE)
_MAX_LABEL = 40
_MAX_WORDS = 5
_SEPARATORS = re.compile(r"(?:(?<!\s)\s++)?[>›»/|\\←‹«]\s*")
# Elements before the headline that are looked at for a label.
_NEAR = 12


def section_candidates(
    page: Page,
    head: Head,
    marked: Microdata,
    nodes: list[Node],
    everything: list[Node],
    *,
    data: str | None = None,
    title: str | None = None,
) -> list[tuple[str, str]]:
    """(source, section) by falling trust: the article's own JSON-LD, metas, data, breadcrumbs, and
    what the page shows.

    `nodes` are the article's JSON-LD nodes, `everything` all of the page's. Of a path (`World >
    Asia`) the last part counts, and where a breadcrumb leads deeper than the section stated, its
    last step.
    """
    declared = [
        ("json-ld", name)
        for value in property_values(nodes, "articleSection")
        for name in value_texts(value)
    ]
    declared += [("meta", name) for name in head.all(*_METAS)]
    declared += [("data", data)] if data else []
    declared += [
        ("microdata", element.get("content") or text_of(element))
        for element in marked.elements("articleSection")[:1]
    ]
    paths = [breadcrumb_names(node) for node in everything] + [marked.crumbs()]
    if not declared and not any(
        paths
    ):  # a search through all class names: only where nothing else is said
        paths = [_crumb_texts(box) for box in select_elements(page, _CRUMBS)[:2]]
    trails = [trail for path in paths if (trail := _section_crumbs(path, head, title))]
    candidates = [(source, _SEPARATORS.split(name)[-1]) for source, name in declared]
    for trail in trails:
        deeper = bool(candidates) and candidates[0][1] in trail[:-1]
        candidates.insert(0 if deeper else len(candidates), ("breadcrumb", trail[-1]))
    if not candidates:
        candidates += [("label", label) for label in _labels_before_headline(page)]
        candidates += [("link", name) for name in _parent_link(page)]
    cleaned = dict.fromkeys((source, plain_text(name)) for source, name in candidates)
    return [(source, name) for source, name in cleaned if _is_section(name, head)]


def is_home(name: str) -> bool:
    """Whether a name is but that of the front page."""
    return _HOME.match(name) is not None


def _is_section(name: str, head: Head) -> bool:
    return (
        1 < len(name) <= 80
        and not is_home(name)
        and name not in head.site_names
        and not name.startswith("http")
    )


def _section_crumbs(crumbs: list[str], head: Head, title: str | None) -> list[str]:
    """The crumbs that are neither the article itself nor the front page."""
    return [
        crumb
        for crumb in crumbs
        if _is_section(crumb, head) and not (title and _is_title(crumb, title))
    ]


def _is_title(crumb: str, title: str) -> bool:
    return crumb == title or (len(crumb) > _MAX_LABEL and title_likeness(crumb, title) > 0.6)


def _parent_link(page: Page) -> Iterator[str]:
    """The text of a link to the folder the page's address stands in (`/world/` of `/world/2024/x`),
    the deepest.
    """
    path = urlsplit(page.url).path
    best, name = 1, ""
    for link in page.root.iter("a"):
        try:
            href = urlsplit(link.get("href") or "").path.rstrip("/")
        except ValueError:  # `http://[bad`
            continue
        if (
            len(href) > best
            and path.startswith(href + "/")
            and (label := text_of(link))
            and len(label) <= _MAX_LABEL
        ):
            best, name = len(href), label
    if name:
        yield name


def _crumb_texts(element: HtmlElement) -> list[str]:
    links = [collapse_spaces(text_of(link)) for link in element.iter("a")]
    return [link for link in links if link] or _SEPARATORS.split(text_of(element))


def _labels_before_headline(page: Page) -> Iterator[str]:
    """Short texts right before the headline, the nearest first; those that are links or marked as a
    section before others.
    """
    heading = next((element for element in page.root.iter("h1") if text_of(element)), None)
    if heading is None:
        return
    near: list[tuple[bool, str]] = []
    for element in _elements_before(heading):
        text = plain_text(element.text or "")
        if element.tag == "dt" or not _may_label(text):
            continue
        marked = element.tag == "a" or bool(_LABEL_CLASS.search(element.get("class") or ""))
        near.append((not marked, text))
    for _, text in near[:1] if near and near[0][0] else sorted(near[:3], key=lambda item: item[0]):
        yield text


def _may_label(text: str) -> bool:
    short = 0 < len(text) <= _MAX_LABEL and len(text.split()) <= _MAX_WORDS
    return short and not _NOT_A_LABEL.search(text) and not is_date_line(text)


def _elements_before(heading: HtmlElement) -> Iterator[HtmlElement]:
    """Elements that end before the heading, backwards, outside navigation; at most a few."""
    seen = 0
    element: HtmlElement | None = heading
    while element is not None and seen < _NEAR:
        previous = element.getprevious()
        if previous is None:
            element = element.getparent()
            continue
        element = previous
        if element.tag in ("body", "head"):
            return
        if not isinstance(element.tag, str) or element.tag in (
            "nav",
            "script",
            "style",
            "header",
            "svg",
            "form",
            "ul",
        ):
            continue
        for node in reversed(list(islice(element.iter(), 40))):
            if isinstance(node.tag, str) and node.tag not in ("script", "style", "svg"):
                seen += 1
                yield node
