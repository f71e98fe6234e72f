"""Each extractor behind one function, (html, url) -> dict, as the scorer of `evaluate.py` wants it.

Libraries are imported when first called, so that each is measured alone and a missing one costs
only its own column.
"""

from __future__ import annotations

from typing import Any

Answer = dict[str, Any]


def warraq(html: bytes, url: str) -> Answer:
    from archive.model import NotAnArticle
    from pipelines.article.extraction import extract

    found = extract(html, url)
    if isinstance(found, NotAnArticle):
        return {"body": [], "title": None, "published": None, "author": [], "section": None}
    return {
        "body": found.paragraphs,
        "title": found.title,
        "published": found.published,
        "author": found.authors,
        "section": found.section,
    }


def _trafilatura(html: bytes, url: str, **options: Any) -> Answer:
    from trafilatura import bare_extraction

    found = bare_extraction(html, url=url, include_comments=False, with_metadata=True, **options)
    if found is None:
        return {"body": ""}
    return {
        "body": found.text or "",
        "title": found.title,
        "published": found.date,
        "author": found.author,
    }


def trafilatura_default(html: bytes, url: str) -> Answer:
    return _trafilatura(html, url)


def trafilatura_precision(html: bytes, url: str) -> Answer:
    return _trafilatura(html, url, favor_precision=True)


def trafilatura_fast(html: bytes, url: str) -> Answer:
    return _trafilatura(html, url, fast=True)


def newspaper4k(html: bytes, url: str) -> Answer:
    import newspaper

    found = newspaper.Article(url or "https://www.example.test/", fetch_images=False)
    found.download(input_html=html.decode("utf-8", "replace"))
    found.parse()
    return {
        "body": found.text,
        "title": found.title,
        "published": found.publish_date,
        "author": list(found.authors),
    }


def readability(html: bytes, url: str) -> Answer:
    from lxml.html import fromstring
    from readability import Document

    found = Document(html.decode("utf-8", "replace"), url=url)
    tree = fromstring(found.summary())
    blocks = [
        " ".join(element.text_content().split())
        for element in tree.iter("p", "li", "h2", "h3", "h4", "blockquote")
    ]
    return {"body": [text for text in blocks if text], "title": found.short_title()}


def goose3(html: bytes, _url: str) -> Answer:
    from goose3 import Goose

    found = Goose({"enable_image_fetching": False}).extract(
        raw_html=html.decode("utf-8", "replace")
    )
    return {
        "body": found.cleaned_text,
        "title": found.title,
        "published": found.publish_date,
        "author": found.authors,
    }


def justext(html: bytes, _url: str) -> Answer:
    import justext as library

    stop = frozenset().union(
        *(
            library.get_stoplist(name)
            for name in ("English", "German", "French", "Spanish", "Arabic", "Persian")
        )
    )
    return {
        "body": [block.text for block in library.justext(html, stop) if not block.is_boilerplate]
    }


def newsplease(html: bytes, url: str) -> Answer:
    from newsplease import NewsPlease

    found = NewsPlease.from_html(html.decode("utf-8", "replace"), url=url, fetch_images=False)
    return {
        "body": found.maintext,
        "title": found.title,
        "published": found.date_publish,
        "author": found.authors,
    }


def resiliparse(html: bytes, _url: str) -> Answer:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import detect_encoding
    from resiliparse.parse.html import HTMLTree

    tree = HTMLTree.parse_from_bytes(html, detect_encoding(html))
    return {
        "body": extract_plain_text(tree, main_content=True, list_bullets=False),
        "title": tree.title,
    }
