"""Where paragraphs stand on their pages, for comparison with the site's other pages."""

from __future__ import annotations

from lxml.html import fragment_fromstring
from page_kit import FERRY_LINES, article_of, body_of, paragraphs, parsed

from archive.model import LINK_MARK
from pipelines.article.paragraph_places import element_path, paragraph_places


def test_a_place_keeps_the_names_that_last() -> None:
    """Numbers and the letters that build tools draw are no part of a place; bold lines and runs
    between breaks are apart.
    """

    def paths(build: str) -> list[str]:
        prose = (
            "The council met on Monday and spoke at length about the bridge, its cost and its "
            "colour, until late at night."
        )
        html = (
            f'<html><body><article class="post-8841 Shell_root__{build}"><h1>The '
            f'bridge</h1><div class="entry sc-{build} mt-4">'
            f'<p class="Text_par__{build}">{prose}</p><p><b>What the bridge will cost in the '
            f"end, line by line.</b></p>"
            f"<p>{prose} Twice.</p><div>{prose} First.<br><br>{prose} "
            f"Second.</div></div></article></body></html>"
        )
        found = article_of(html, "https://a.example/bridge")
        return [place.path for place in found.places]

    assert paths("a8Xk2") == paths("zQ41p")
    assert paths("a8Xk2") == [
        "article.post.shell-root/div.entry/p.text-par",
        "article.post.shell-root/div.entry/p/strong",
        "article.post.shell-root/div.entry/p",
        "article.post.shell-root/div.entry/div/br",
        "article.post.shell-root/div.entry/div/br",
    ]


def test_links_into_the_site_are_left_open() -> None:
    """A headline that links to the site's own article is one form whatever it says; a link
    elsewhere stays as it is.
    """
    prose = (
        "The council met on Monday and spoke at length about the bridge, its cost and its colour, "
        "until late at night."
    )
    html = (
        f"<html><body><article><h1>The bridge</h1><div><p>{prose}</p><p>Also seen: <a "
        f"href='/n/2'>Mill burns down by night</a></p>"
        f"<p>{prose} Again.</p><p>In full: <a href='https://other.example/x'>report of the "
        f"audit office</a></p><p>{prose} End.</p>"
        "</div></article></body></html>"
    )
    found = article_of(html, "https://a.example/bridge")
    forms = [place.form for place in found.places]
    assert [form for form in forms if form] == [
        f"Also seen: {LINK_MARK}",
        "In full: report of the audit office",
    ]


def test_a_path_names_three_elements_by_their_lasting_classes() -> None:
    """Inline elements, numbers and what lies further out are no part of a path."""
    tree = fragment_fromstring(
        '<main class="page"><article class="story"><div class="text-12 lead"><p class="par"><b>x</b></p></div></article></main>'
    )
    (bold,) = tree.iter("b")
    assert element_path(bold) == "article.story/div.lead.text/p.par"


def test_each_paragraph_has_its_place() -> None:
    """There are as many places as paragraphs; a body whose paragraphs are not its blocks has
    none.
    """
    made = parsed(f"<html><body><div>{paragraphs(*FERRY_LINES)}</div></body></html>")
    read = body_of(f"<div>{paragraphs(*FERRY_LINES)}</div>")
    assert [place.path for place in paragraph_places(made, read)] == ["div/p"] * len(FERRY_LINES)
    read.paragraphs.append("One that no block holds.")
    assert paragraph_places(made, read) == []
