"""Which part of an article a page is: by its address and by what the page links to, and never by
ids that look alike.
"""

from __future__ import annotations

import pytest

from archive.model import Article
from archive.urls import canonical_key
from pipelines.article.extraction import extract

HOST = "https://paper.example"
TEXT = (
    "<p>The council met on Monday and spoke at length about the bridge, its cost and its "
    "colour, until late.</p>"
) * 2


def read(url: str, links: str, *, canonical: str | None = None, head: str = "") -> Article:
    if canonical:
        head += f'<link rel="canonical" href="{canonical}">'
    html = (
        f'<html><head><title>The bridge at last</title><meta property="og:type" '
        f'content="article">{head}</head><body>'
        f'<nav><a href="/">Home</a></nav><article><h1>The bridge at '
        f"last</h1>{TEXT}</article><div>{links}</div></body></html>"
    )
    found = extract(html.encode(), url)
    assert isinstance(found, Article), found
    return found


def numbers(addresses: list[str], own: int) -> str:
    return "".join(
        f'<a href="{url}">{at}</a>' if at != own else f"<b>{at}</b>"
        for at, url in enumerate(addresses, 1)
    )


def words(further: str, back: str, rel: bool = False) -> object:
    def links(addresses: list[str], own: int) -> str:
        said = ['rel="next"', 'rel="prev"'] if rel else ["", ""]
        found = (
            f'<a {said[0]} href="{addresses[own]}">{further}</a>' if own < len(addresses) else ""
        )
        return found + (f'<a {said[1]} href="{addresses[own - 2]}">{back}</a>' if own > 1 else "")

    return links


FORMS = [
    ("/news/bridge-4821", "/news/bridge-4821?page={}", numbers),
    ("/view.php?id=77", "/view.php?id=77&seite={}", numbers),
    ("/2026/03/the-long-way", "/2026/03/the-long-way/{}", numbers),
    ("/2026/03/the-long-way/", "/2026/03/the-long-way/{}/", numbers),
    ("/n/the-long-way", "/n/the-long-way/page/{}", numbers),
    ("/kultur/der-lange-weg", "/kultur/der-lange-weg/seite-{}", numbers),
    ("/news/way-77.html", "/news/way-77-p{}.html", numbers),
    ("/news/way.html", "/news/way-{}.html", numbers),
    ("/news/way_a77.htm", "/news/way_a77_{}.htm", numbers),
    ("/news/bridge-4821", "/news/bridge-4821?page={}", words("Next page »", "« Previous page")),
    (
        "/a/der-lange-weg.html",
        "/a/der-lange-weg.html?seite={}",
        words("Weiter: Was der Rat sagt", "Zurück"),
    ),
    (
        "/خبر/الجسر-القديم-على-البحيرة",
        "/خبر/الجسر-القديم-على-البحيرة/{}",
        words("التالي", "السابق"),
    ),
    (
        "/view.php?id=77",
        "/view.php?id=77&page={}",
        words("<img src=r.png>", "<img src=l.png>", rel=True),
    ),
]


@pytest.mark.parametrize(("first", "later", "links"), FORMS)
@pytest.mark.parametrize("says", ["nothing", "itself", "first"])
def test_a_part_is_known_by_address_and_links(
    first: str, later: str, links: object, says: str
) -> None:
    """Each page is its part of the article at the first page's address, whatever its canonical
    says.
    """
    addresses = [HOST + first, *(HOST + later.format(number) for number in (2, 3))]
    for number, url in enumerate(addresses, start=1):
        canonical = {"nothing": None, "itself": url, "first": addresses[0]}[says]
        found = read(url, links(addresses, number), canonical=canonical)  # type: ignore[operator]
        assert (found.page_number, found.is_last) == (number, number == 3)
        assert canonical_key(found.canonical) == canonical_key(addresses[0])


def test_a_first_part_that_is_numbered_names_the_article() -> None:
    """Where the first page is called p1, that is the address: one without a number was never
    there.
    """
    addresses = [f"{HOST}/news/way-round-p{number}.html" for number in (1, 2, 3)]
    for number, url in enumerate(addresses, start=1):
        found = read(url, numbers(addresses, number))
        assert (found.page_number, found.canonical) == (number, addresses[0])


@pytest.mark.parametrize(
    "url", ["/news/bridge-4821?page=all", "/news/bridge-4821/all", "/news/bridge-4821?view=all"]
)
def test_all_on_one_page_is_the_whole(url: str) -> None:
    """The single-page view is part 0 of the article that its canonical or its links name."""
    found = read(HOST + url, "", canonical=f"{HOST}/news/bridge-4821")
    assert (found.page_number, found.canonical) == (0, f"{HOST}/news/bridge-4821")


@pytest.mark.parametrize(
    ("url", "links", "head"),
    [
        ("/news/12", '<a href="/news/13">Next</a><a href="/news/11">Previous</a>', ""),
        (
            "/2026/storm-hits-coast-2.html",
            '<a href="/2026/storm-hits-coast.html">Storm hits coast</a>',
            "",
        ),
        (
            "/2026/storm-hits-coast-2.html",
            '<a rel="prev" href="/2026/storm-hits-coast.html">Previous: Storm hits coast</a>',
            "",
        ),
        (
            "/2026/storm-hits-coast.html",
            '<a rel="next" href="/2026/storm-hits-coast-2.html">Next: Two dead</a>',
            "",
        ),
        ("/bridge-of-many-names/", "", '<link rel="next" href="/mills-by-the-weir/">'),
        ("/news/bridge-4821", '<a href="/news?page=2">2</a><a href="/news?page=3">3</a>', ""),
        (
            "/news/bridge-4821",
            '<a href="/news/bridge-4821#2">2</a><a href="/news/bridge-4821?share=2">2</a>',
            "",
        ),
        ("/news/bridge-4821?page=2", "", ""),
        ("/topics/all", "", ""),
    ],
)
def test_what_only_looks_like_a_part_is_none(url: str, links: str, head: str) -> None:
    """Neighbours by id, slugs that end in a number, the blog's next post and the pages of a section
    are articles of their own.
    """
    found = read(HOST + url, links, head=head)
    assert found.page_number is None
    assert canonical_key(found.canonical) == canonical_key(HOST + url)


def test_an_alias_of_a_part_is_that_part() -> None:
    """Where a part's canonical leads to another address, the whole is named after that one."""
    links = '<a href="/amp/bridge-4821">1</a><a href="/amp/bridge-4821?page=3">3</a>'
    found = read(
        f"{HOST}/amp/bridge-4821?page=2", links, canonical=f"{HOST}/news/bridge-4821?page=2"
    )
    assert (found.page_number, found.canonical) == (2, f"{HOST}/news/bridge-4821")
