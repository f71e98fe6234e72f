"""Metadata alone as an extractor of the shared harness: title, published, author, section, and no
body."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from archive.model import NotAnArticle
from pipelines.embedded.page_data import Embedded
from pipelines.metadata.extract import extract_metadata
from pipelines.page import dom

spent = {"pages": 0, "seconds": 0.0}


def extract(html, url):
    page = dom.parse_page(html, url)
    if isinstance(page, NotAnArticle):
        return {}
    embedded = Embedded(page)
    embedded.json_ld  # noqa: B018 - shared with the body side, so it isn't counted
    start = time.process_time()
    read = extract_metadata(page, embedded)
    spent["pages"] += 1
    spent["seconds"] += time.process_time() - start
    published = read.published.instant if read.published else None
    return {
        "title": read.title,
        "published": published,
        "author": list(read.authors),
        "section": read.section,
    }
