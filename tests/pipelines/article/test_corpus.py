"""Real pages with known truth, where they are at hand: bodies that must come out exactly, and
floors for the rest.
"""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from archive.model import Article, NotAnArticle
from pipelines.article.extraction import embedded_articles, extract, from_page
from pipelines.page.dom import Page, parse_page

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\u00ad]")


def folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", INVISIBLE.sub("", text)).split())


def cases(folder: str) -> list[Path]:
    return sorted((CORPUS / folder).glob("*.html.gz")) or [CORPUS / folder / "absent"]


def truth(path: Path) -> tuple[bytes, dict[str, Any]]:
    if not path.exists():
        pytest.skip(f"the real pages are not at {path.parent}")
    name = path.name.removesuffix(".html.gz")
    return gzip.decompress(path.read_bytes()), json.loads(
        (path.parent / "truth" / f"{name}.json").read_text("utf-8")
    )


@pytest.mark.parametrize(
    "path", [*cases("arabic"), *cases("erem_rebuilt")], ids=lambda path: path.name[:40]
)
def test_arabic_and_persian_bodies_are_exact(path: Path) -> None:
    """Each Arabic or Persian page gives exactly the paragraphs a reader sees as its text."""
    html, right = truth(path)
    found = extract(html, right["url"])
    assert isinstance(found, Article), found
    optional = {folded(line) for line in right.get("optional") or []}
    assert [text for text in map(folded, found.paragraphs) if text not in optional] == [
        folded(p) for p in right["body"]
    ]


def test_a_real_listing_gives_all_of_its_posts() -> None:
    """A category page whose data hold thirteen whole posts is no article and gives all thirteen."""
    path = CORPUS / "erem_listing" / "sports.html.gz"
    if not path.exists():
        pytest.skip(f"the real pages are not at {path.parent}")
    page = parse_page(gzip.decompress(path.read_bytes()), "https://www.eremnews.com/sports")
    assert isinstance(page, Page)
    assert isinstance(from_page(page), NotAnArticle)
    posts = json.loads((path.parent / "posts.json").read_text("utf-8"))
    found = {
        one.url.removeprefix("https://www.eremnews.com/"): one for one in embedded_articles(page)
    }
    assert set(found) == {post["slug"] for post in posts}
    for post in posts:
        text = folded(re.sub(r"<[^>]*>", " ", post["content"]).replace("&nbsp;", " "))
        body = found[post["slug"]].paragraphs
        assert body
        assert all(re.sub(r"\W", "", folded(line)) in re.sub(r"\W", "", text) for line in body)
        assert not any("ذات صلة" in line or "ستظهر التغريدة" in line for line in body)


@pytest.mark.parametrize("folder", ["fundus", "wcxb_article"])
def test_no_real_article_is_taken_for_something_else(folder: str) -> None:
    """Of a spread of real article pages none is lost as a listing, an error page or an empty one (1
    in 100 allowed).
    """
    paths = cases(folder)[::9]
    lost = []
    for path in paths:
        html, right = truth(path)
        found = extract(html, right.get("url") or "https://www.example.test/one/two")
        if isinstance(found, NotAnArticle):
            lost.append((path.name, found.reason))
    assert len(lost) <= len(paths) / 100 + 1, lost
