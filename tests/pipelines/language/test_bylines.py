"""The words around names, in the languages news is written in."""

import pytest

from pipelines.language.bylines import (
    BYLINE_LABEL_ALONE,
    BYLINE_LINE,
    BYLINE_PREFIX,
    DATELINE_CITY,
    NAME_SUFFIX,
    NOT_A_NAME,
    ROLE,
    WHOLE_BYLINE_LINE,
    is_degree,
)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("By Lina Haddad", "Lina Haddad"),
        ("Written by: Lina Haddad", "Lina Haddad"),
        ("Von Jana Weber", "Jana Weber"),
        ("كتب: سامي نصر", "سامي نصر"),
        ("بقلم سامي نصر", "سامي نصر"),
        ("記者：林小明", "林小明"),
        ("Lina Haddad", "Lina Haddad"),
    ],
)
def test_what_leads_to_a_name_is_cut(line: str, name: str) -> None:
    """The words before a name go, and a name without them stays whole."""
    assert BYLINE_PREFIX.sub("", line) == name


@pytest.mark.parametrize(
    "line", ["By Lina Haddad", "Par Luc Morel", "نویسنده: سارا", "Автор: А. Б."]
)
def test_a_line_with_a_name_is_a_byline(line: str) -> None:
    """A label and a name make a byline, wherever they stand."""
    assert BYLINE_LINE.match(line)
    assert WHOLE_BYLINE_LINE.match(line)


def test_a_sentence_is_no_byline() -> None:
    """A word that also begins sentences needs a name, or its colon, after it."""
    assert not WHOLE_BYLINE_LINE.match("By the end of the day the quay was open.")
    assert not BYLINE_LINE.match("Text and pictures were lost.")
    assert BYLINE_LABEL_ALONE.match("Text:")
    assert not BYLINE_LABEL_ALONE.match("Text and pictures")


@pytest.mark.parametrize(
    ("text", "degree"),
    [
        ("PhD", True),
        ("M.D.", True),
        ("RN", True),
        ("AFP", False),
        ("Reuters", False),
        ("Cairo", False),
    ],
)
def test_degrees_are_told_from_agencies(text: str, degree: bool) -> None:
    """Letters after a name are a degree unless they are an agency's."""
    assert is_degree(text) == degree


def test_what_is_no_name() -> None:
    """Occupations, headings, towns and a reporter's title are recognised beside names."""
    assert ROLE.match("senior editor at The Marsh")
    assert not ROLE.match("Lina Haddad")
    assert NOT_A_NAME.search("Related stories")
    assert not NOT_A_NAME.search("Lina Haddad")
    assert DATELINE_CITY.sub("", "Jana Weber in Berlin") == "Jana Weber"
    assert NAME_SUFFIX.sub("", "김민수 기자") == "김민수"
