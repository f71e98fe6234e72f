"""Long alternatives of a pattern as data: one text of many lines, joined into one expression."""

from __future__ import annotations


def join_alternatives(text: str) -> str:
    """The lines of `text` joined by `|`, as one regular expression.

    A line holds one alternative or several with `|` between them. It may also end where a group
    within an alternative has its own `|`: the line that goes on with the group is set further to
    the right. Space around a line and empty lines mean nothing; lines that begin with `# ` are
    comments.
    """
    lines = (line.strip() for line in text.splitlines())
    return "|".join(line for line in lines if line and not line.startswith("# "))
