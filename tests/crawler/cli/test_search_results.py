"""How an article that a search found is shown."""

from crawler.cli.search_results import hit_lines

ROW = {
    "published": "2026-11-20T08:00:00Z",
    "site": "news",
    "title": "The bridge\x1b[31m is open",
    "body": "The old bridge was opened on Friday.",
    "id": "0123456789abcdef",
    "url": "https://n.example/1",
}


def test_three_lines_with_the_matches_marked() -> None:
    """Date, site and title; the passage; id and URL. The words looked for stand in brackets."""
    first, second, third = hit_lines([ROW], "bridge", bold=False)
    assert first.startswith("2026-11-20  news  The [bridge]")
    assert "old [bridge] was opened" in second
    assert third.split() == ["0123456789abcdef", "https://n.example/1"]


def test_archived_text_cannot_steer_a_terminal() -> None:
    """Bold is the only escape sequence printed, also where the archived title has others."""
    lines = list(hit_lines([ROW], "bridge", bold=True))
    assert "\x1b[1mbridge\x1b[0m" in lines[0]
    assert "\x1b[31m" not in "".join(lines)


def test_an_article_without_a_date_is_undated() -> None:
    """Where no date is known, the line says so."""
    assert next(hit_lines([ROW | {"published": None}], "bridge", bold=False)).startswith("undated")
