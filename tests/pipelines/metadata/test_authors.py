"""Names of authors, from data, metas and bylines."""

from __future__ import annotations

import json

import pytest
from page_kit import (
    FILLER,
    HEADLINE,
    linked,
    metadata_of,
    page,
)

from pipelines.metadata.authors import (
    NameCandidate,
    choose_authors,
    in_lines,
    signature_names,
    split_byline,
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("كتب: أحمد علي", ["أحمد علي"]),
        ("كتبت أسماء نصار", ["أسماء نصار"]),
        ("بقلم / منى حسن", ["منى حسن"]),
        ("حسام أبو العلا - القاهرة", ["حسام أبو العلا"]),
        ("أحمد علي، منى حسن", ["أحمد علي", "منى حسن"]),
        ("By Amal Haddad and Jan Novak", ["Amal Haddad", "Jan Novak"]),
        ("Von Petra Beispiel und Jan Muster, dpa", ["Petra Beispiel", "Jan Muster", "dpa"]),
        ("Amal Haddad (aha); Jan Novak (jno)", ["Amal Haddad", "Jan Novak"]),
        ("Amal Haddad, Professor of Hydrology at the Example University", ["Amal Haddad"]),
        ("وكالات", ["وكالات"]),
        ("أعدّ التقرير: أحمد علي", ["أحمد علي"]),
        ("نویسنده: نسترن بهرامی", ["نسترن بهرامی"]),
        ("מאת נועה לוי", ["נועה לוי"]),
        ("作者：林晓雨", ["林晓雨"]),
        ("김민수 기자", ["김민수"]),
        ("Propos recueillis par Aline Moreau", ["Aline Moreau"]),
        ("By Amal Haddad, PhD, Staff Writer", ["Amal Haddad"]),
        ("By Amal Haddad and Jan Novak, AFP", ["Amal Haddad", "Jan Novak", "AFP"]),
        ("By Amal Haddad in Paris", ["Amal Haddad"]),
        ("By Amal Haddad · Updated 4 hours ago", ["Amal Haddad"]),
        ("By Amal Haddad Published March 12, 2024", ["Amal Haddad"]),
        ("Community Editor", ["Community Editor"]),
        ("https://www.facebook.com/example", []),
        ("12345", []),
        ("", []),
    ],
)
def test_bylines_are_taken_apart(text: str, names: list[str]) -> None:
    """A byline gives its names: without "by", place, role or initials, several authors apart."""
    assert split_byline(text) == names


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (
            (
                '<meta name="twitter:label1" content="Written by"><meta name="twitter:data1" '
                'content="Amal Haddad">'
            ),
            "",
        ),
        ("", '<p><a href="/people/author/amal">Amal Haddad</a></p>'),
        ("", "<p>Article by <!-- x -->Amal Haddad</p>"),
        ("", "<p>نویسنده: Amal Haddad</p>"),
    ],
)
def test_authors_where_no_class_says_so(head: str, body: str) -> None:
    """A labelled meta, the address of a link, or the words of the line tell who wrote the story."""
    assert metadata_of(page(head, f"<h1>{HEADLINE}</h1>{body}{FILLER}", lang="en")).authors == (
        "Amal Haddad",
    )


def test_a_label_in_an_element_of_its_own_leads_to_the_name() -> None:
    """A label and its name in two elements of one line are a byline; a publisher's meta tells the
    site from a person.
    """
    head = (
        '<meta name="author" content="Example Wave"><meta name="publisher" content="Example Wave '
        '(www.example.test)">'
    )
    body = f"<h1>{HEADLINE}</h1><ul><li><strong>Autorin/Autor</strong> Jan Muster</li></ul>{FILLER}"
    assert metadata_of(page(head, body, lang="de")).authors == ("Jan Muster",)


def test_an_agency_signs_with_one_word() -> None:
    """One word that is an agency's name is a byline; one that is a label is none."""
    for line, names in (("رويترز", ("رويترز",)), ("تحليل", ())):
        assert (
            metadata_of(
                page("", f'<h1>{HEADLINE}</h1><div class="author">{line}</div>{FILLER}')
            ).authors
            == names
        )


def test_a_person_before_the_site() -> None:
    """Where JSON-LD names only the site as author, the byline's person is believed."""
    head = linked(
        headline=HEADLINE,
        author={"@type": "Organization", "name": "المثال"},
        publisher={"name": "المثال"},
    )
    found = metadata_of(
        page(head, f'<h1>{HEADLINE}</h1><span class="w12">كتب أحمد علي</span>{FILLER}')
    )
    assert found.authors == ("أحمد علي",)
    assert ("authors", "json-ld", "المثال", False) in [
        (one.field, one.source, one.value, one.chosen) for one in found.evidence
    ]


def test_the_site_when_there_is_nobody_else() -> None:
    """A story that only the site signs is signed by the site."""
    assert metadata_of(
        page(linked(headline=HEADLINE, author={"name": "المثال"}), FILLER)
    ).authors == ("المثال",)


def test_an_author_by_reference() -> None:
    """An author given as a reference to another JSON-LD node is resolved."""
    graph = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "NewsArticle", "headline": "Rivers return", "author": {"@id": "#p1"}},
            {"@type": "Person", "@id": "#p1", "name": "Amal Haddad"},
        ],
    }
    html = page(
        f'<script type="application/ld+json">{json.dumps(graph)}</script>', FILLER, lang="en"
    )
    assert metadata_of(html).authors == ("Amal Haddad",)


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (["24 October 2024", "By Amal Haddad"], ("Amal Haddad",)),
        (["Written by", "Amal Haddad and Jan Novak"], ("Amal Haddad", "Jan Novak")),
        (["Rivers return", "Amal Haddad"], ()),
        (["By the river people waited for hours in the rain"], ()),
    ],
)
def test_names_among_lines(lines: list[str], names: tuple[str, ...]) -> None:
    """The first line that is a byline, or follows one of only its label, names the authors."""
    assert in_lines(lines) == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Amal Haddad", ("Amal Haddad",)),
        ("Amal Haddad / Jan Novak", ("Amal Haddad", "Jan Novak")),
        ("Haddad", ()),
        ("amal haddad", ()),
        ("Chapter 2 Begins", ()),
        ("Who Wins?", ()),
    ],
)
def test_a_signature_is_names_alone(line: str, names: tuple[str, ...]) -> None:
    """Names of two to four words with capitals sign a text; any other line doesn't."""
    assert signature_names(line) == names


def test_the_first_who_is_not_the_site_is_chosen() -> None:
    """A person from a less trusted place goes before the site's own name; that goes before
    nobody.
    """
    site = NameCandidate(source="json-ld", raw="Example", names=("Example",), own=True)
    person = NameCandidate(source="byline", raw="Amal Haddad", names=("Amal Haddad",))
    assert choose_authors([site, person]) == person
    assert choose_authors([site]) == site
    assert choose_authors([]) is None


def test_a_standard_mark_goes_before_a_class_name() -> None:
    """`rel=author` is believed before an element whose class only sounds like a byline, wherever it
    stands.
    """
    body = '<p class="byline">Jan Novak</p><p><a rel="author" href="/a">Amal Haddad</a></p>'
    assert metadata_of(page("", f"<h1>{HEADLINE}</h1>{body}{FILLER}", lang="en")).authors == (
        "Amal Haddad",
    )


@pytest.mark.parametrize(
    "box",
    [
        '<aside><p class="author">Jan Novak</p></aside>',
        '<div class="comment"><p class="author">Jan Novak</p></div>',
        '<p class="comment-author">Jan Novak</p>',
        '<div class="teaser"><a rel="author" href="/a">Jan Novak</a></div>',
    ],
)
def test_names_beside_the_article_are_not_its_authors(box: str) -> None:
    """A commenter, or the writer of another story, did not write this one."""
    assert metadata_of(page("", f"<h1>{HEADLINE}</h1>{FILLER}{box}", lang="en")).authors == ()
