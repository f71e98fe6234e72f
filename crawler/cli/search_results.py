"""What `search` and `demo` show of each article found: three lines, the matches marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


def hit_lines(rows: Sequence[Mapping[str, Any]], words: str, *, bold: bool) -> Iterator[str]:
    """Lines for a person: date, site and headline; the passage with most matches; id and URL.

    Matches are bold, or stand in [ and ] where that cannot be shown. What was archived is made
    harmless before it is marked.
    """
    from archive.render.printable import printable_text
    from archive.text.folding import parse_query
    from archive.text.highlighting import mark_matches, marked_excerpt

    query = parse_query(words)
    before, after = (_BOLD, _PLAIN) if bold else ("[", "]")
    for row in rows:
        date = (row["published"] or "undated")[:10]
        title = mark_matches(printable_text(row["title"]), query, before, after)
        yield f"{date}  {row['site']}  {title}"
        yield f"    {marked_excerpt(printable_text(row['body']), query, before, after)}"
        yield f"    {row['id']}  {printable_text(row['url'])}"
