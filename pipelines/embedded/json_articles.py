"""Articles in any JSON: a general finder that knows no site.

An object is an article where one of its keys holds a headline and another a long text (HTML, plain,
or a list of blocks). Dates, writers, section, address and picture are taken from the keys that
content systems use for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pipelines.embedded import rich_text
from pipelines.page.entities import resolve_entities

# A body has at least this many characters, or a paragraph tag: shorter texts under such keys are
# teasers.
MIN_BODY = 200
# Under a key that says it holds an article's text, so much is a story of one paragraph.
SHORT_BODY = 80
# How many JSON values are looked at in one page: a bound for hostile or huge states.
MAX_NODES = 300_000
# Objects with no more keys than this come in few forms, each judged once.
MAX_FORM = 50
_NESTED = (dict, list)

_TITLE_KEYS = (
    "title",
    "headline",
    "headlines",
    "articletitle",
    "posttitle",
    "storytitle",
    "name",
    "heading",
)
_BODY_KEYS = (
    "articlebody", "bodyhtml", "contenthtml", "htmlbody", "htmlcontent", "body", "content",
    "contentelements", "articlecontent", "articletext", "fulltext", "storybody", "storycontent",
    "postcontent", "maincontent", "html", "text", "story", "blocks", "paragraphs", "richtext",
    "elements", "copy",
)  # fmt: skip
_LEAD_KEYS = (
    "subtitle", "lead", "summary", "excerpt", "description", "deck", "standfirst", "subheadline",
    "teaser", "dek", "subheadlines", "intro", "metadesc", "metadescription",
)  # fmt: skip
_PUBLISHED_KEYS = (
    "datepublished", "publishedon", "publishedat", "publisheddate", "publishdate",
    "publicationdate", "firstpublished", "firstpublishdate", "displaydate", "pubdate",
    "publishedtime", "published", "publishat", "publishon", "date", "createdat", "datecreated",
    "created",
)  # fmt: skip
_MODIFIED_KEYS = (
    "datemodified", "lastmodifiedon", "modifiedat", "updatedat", "lastupdateddate", "modified",
    "updated", "updateddate", "lastmodified", "modifieddate", "lastupdated",
)  # fmt: skip
_AUTHOR_KEYS = (
    "authors",
    "author",
    "writers",
    "writer",
    "byline",
    "bylines",
    "credits",
    "creator",
    "creators",
    "by",
)
_SECTION_KEYS = (
    "articlesection", "category", "section", "primarysection", "maincategory", "sectionname",
    "categoryname", "primarycategory", "channel", "categories", "sections", "rubric",
)  # fmt: skip
_TAG_KEYS = ("metawords", "keywords", "tags", "topics")
_URL_KEYS = (
    "canonicalurl",
    "url",
    "permalink",
    "link",
    "shareurl",
    "slug",
    "path",
    "href",
    "websiteurl",
    "mainentityofpage",
)
_IMAGE_KEYS = (
    "image",
    "featuredimage",
    "mainimage",
    "leadimage",
    "thumbnailurl",
    "thumbnail",
    "heroimage",
    "coverimage",
    "leadart",
    "promoitems",
    "media",
)
_ADDRESS_KEYS = ("url", "src", "contenturl", "originalurl", "href", "id", "path")
# What stands under a picture: in the picture's own object, and beside it in the article's.
_CAPTION_KEYS = ("caption", "captiontext", "legend", "description", "alttext", "alt")
_CREDIT_KEYS = (
    "credit",
    "credits",
    "credittext",
    "creditline",
    "source",
    "copyright",
    "copyrightholder",
    "photographer",
    "attribution",
)
_BESIDE_CAPTION = (
    "imagecaption",
    "photocaption",
    "mainimagecaption",
    "featuredimagecaption",
    "leadimagecaption",
    "captionimage",
)
_BESIDE_CREDIT = (
    "imagecredit",
    "imagecredits",
    "imagesource",
    "photocredit",
    "photosource",
    "imagecopyright",
)
# Objects that only hold another one.
_WRAPPERS = ("basic", "data", "attributes", "node", "leadart", "image", "fields", "asset")
_TITLES, _BODIES = frozenset(_TITLE_KEYS), frozenset(_BODY_KEYS)
_SURE_KEYS = frozenset((
    "articlebody", "bodyhtml", "contenthtml", "body", "content", "contentelements", "fulltext",
    "articlecontent", "articletext", "storybody", "postcontent", "paragraphs",
))  # fmt: skip
_NOT_LETTERS = re.compile(r"[^a-z]")
_ESCAPED = re.compile(r"&lt;(p|br|div|h[1-6]|li|strong|em|a)\b", re.IGNORECASE)
_TAG = re.compile(r"<(p|br|div|h[1-6]|li|strong|em|a)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedArticle:
    """An object of the data that looks like an article. `body` is HTML where `is_html`, else lines;
    texts are as they stood, dates unread; `address` may be absolute, a path or a slug; `caption`
    and `credit` are its picture's; `raw` is the object itself.
    """

    source: str
    title: str
    body: str
    is_html: bool
    lead: str | None = None
    published: str | None = None
    modified: str | None = None
    authors: list[str] = field(default_factory=list)
    section: str | None = None
    tags: list[str] = field(default_factory=list)
    address: str | None = None
    image: str | None = None
    caption: str | None = None
    credit: str | None = None
    raw: dict[str, Any] = field(default_factory=dict)


def find_articles(value: Any, source: str) -> Iterator[EmbeddedArticle]:
    """Every object in a JSON value that looks like an article, in document order; bounded by
    MAX_NODES.
    """
    pending: list[Any] = [value]
    seen: set[int] = set()  # objects may be shared: flight rows refer to each other
    while pending and len(seen) < MAX_NODES:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, dict):
            article = _article_of(node, source)
            if article is not None:
                yield article
            pending += [item for item in reversed(node.values()) if isinstance(item, _NESTED)]
        elif isinstance(node, list):
            pending += [item for item in reversed(node) if isinstance(item, _NESTED)]


def _article_of(node: dict[str, Any], source: str) -> EmbeddedArticle | None:
    keys = _known_form(tuple(node)) if len(node) <= MAX_FORM else _article_keys(tuple(node))
    if keys is None:
        return None
    title = _first_text(node, keys, _TITLE_KEYS)
    if not title or len(title) > 500:
        return None
    body, is_html = _body_of(node, keys)
    if not body:
        return None
    image, caption, credit = _image_of(node, keys)
    return EmbeddedArticle(
        source=source,
        title=title,
        body=body,
        is_html=is_html,
        lead=_first_text(node, keys, _LEAD_KEYS),
        published=_first_text(node, keys, _PUBLISHED_KEYS),
        modified=_first_text(node, keys, _MODIFIED_KEYS),
        authors=_names_of(node, keys, _AUTHOR_KEYS),
        section=_section_name(node, keys),
        tags=_names_of(node, keys, _TAG_KEYS),
        address=_first_text(node, keys, _URL_KEYS),
        image=image,
        caption=caption,
        credit=credit,
        raw=node,
    )


def _article_keys(names: tuple[str, ...]) -> dict[str, str] | None:
    """An object's keys by their letters; None if they are not those of an article."""
    keys = {_plain_key(name): name for name in reversed(names)}
    return None if _TITLES.isdisjoint(keys) or _BODIES.isdisjoint(keys) else keys


_known_form = lru_cache(maxsize=4_096)(_article_keys)


@lru_cache(maxsize=10_000)
def _plain_key(key: str) -> str:
    return _NOT_LETTERS.sub("", key.lower())


def _first_text(node: dict[str, Any], keys: dict[str, str], wanted: tuple[str, ...]) -> str | None:
    for key in wanted:
        text = _plain_string(node.get(keys.get(key, ""))) if key in keys else None
        if text:
            return text
    return None


def _plain_string(value: Any) -> str | None:
    """A string, or the one inside `{"rendered": …}`, `{"basic": …}`, `{"url": …}`, `{"@id": …}`."""
    for _ in range(3):
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, dict):
            value = next(
                (
                    value[key]
                    for key in ("rendered", "basic", "url", "@id", "name", "text")
                    if value.get(key)
                ),
                None,
            )
    return value.strip() or None if isinstance(value, str) else None


def _section_name(node: dict[str, Any], keys: dict[str, str]) -> str | None:
    """The section's name, as the article has it or its `taxonomy`."""
    names = _names_of(node, keys, _SECTION_KEYS)
    within = node.get(keys.get("taxonomy", ""))
    if not names and isinstance(within, dict):
        names = _names_of(within, _letters_of(within), _SECTION_KEYS)
    return next(iter(names), None)


def _image_of(
    node: dict[str, Any], keys: dict[str, str]
) -> tuple[str | None, str | None, str | None]:
    """Address, caption and credit of the article's picture: each in its object, or beside it in the
    article's.
    """
    address = caption = credit = None
    for key in _IMAGE_KEYS:
        shown = _unwrap_object(node.get(keys[key])) if key in keys else None
        if isinstance(shown, str):
            address = shown.strip() or None
        elif isinstance(shown, dict):
            own = _letters_of(shown)
            address = _first_text(shown, own, _ADDRESS_KEYS)
            caption = _first_text(shown, own, _CAPTION_KEYS)
            credit = next(iter(_names_of(shown, own, _CREDIT_KEYS)), None)
        if address:
            break
    credit_beside = next(iter(_names_of(node, keys, _BESIDE_CREDIT)), None)
    return address, _first_text(node, keys, _BESIDE_CAPTION) or caption, credit_beside or credit


def _unwrap_object(value: Any) -> Any:
    """The object inside lists and wrappers (`{"basic": …}`, `{"data": {"attributes": …}}`)."""
    for _ in range(4):
        if isinstance(value, list) and value:
            value = value[0]
            continue
        own = _letters_of(value) if isinstance(value, dict) else {}
        within = next(
            (value[own[key]] for key in _WRAPPERS if key in own and value[own[key]]), None
        )
        if within is None or not own.keys().isdisjoint(_ADDRESS_KEYS[:4]):
            break
        value = within
    return value


def _letters_of(node: dict[str, Any]) -> dict[str, str]:
    return {_plain_key(name): name for name in reversed(tuple(node)[:MAX_FORM])}


def _names_of(node: dict[str, Any], keys: dict[str, str], wanted: tuple[str, ...]) -> list[str]:
    for key in wanted:
        value = node.get(keys[key]) if key in keys else None
        if isinstance(value, dict):  # Arc: credits.by, credits.affiliation
            value = next(
                (value[by] for by in ("by", "affiliation") if isinstance(value.get(by), list)),
                value,
            )
        names = [_name_of(item) for item in (value if isinstance(value, list) else [value])]
        named = [name for name in names if name]
        if named:
            return named
    return []


def _name_of(value: Any) -> str | None:
    if isinstance(value, dict):
        value = _unwrap_object(value)
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, dict):
        for key in ("name", "title", "label", "displayName", "fullName", "text"):
            if isinstance(value.get(key), str) and value[key].strip():
                return str(value[key]).strip()
    return None


def _body_of(node: dict[str, Any], keys: dict[str, str]) -> tuple[str, bool]:
    """The text under the first key that holds one long enough, and whether it is HTML."""
    for key in _BODY_KEYS:
        value = node.get(keys[key]) if key in keys else None
        if isinstance(value, dict):
            written = next(
                (
                    value[name]
                    for name in ("rendered", "html", "content")
                    if isinstance(value.get(name), str)
                ),
                None,
            )
            value = written or rich_text.rich_text_paragraphs(value)
        if isinstance(value, str):
            if _ESCAPED.search(value) and not _TAG.search(value):
                value = resolve_entities(value)
            is_html = bool(_TAG.search(value))
            if (
                len(value) >= MIN_BODY
                or "<p" in value
                or (len(value) >= SHORT_BODY and key in _SURE_KEYS)
            ):
                return value, is_html
        elif isinstance(value, list):
            body = "\n".join(rich_text.rich_text_paragraphs(value))
            if len(body) >= (SHORT_BODY if key in _SURE_KEYS else MIN_BODY):
                return body, True
    return "", False
