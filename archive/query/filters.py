"""What limits a search or an export, and the orders in which a search answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from archive.text.folding import fold_for_search


class Sort(StrEnum):
    """The orders in which a search answers."""

    RELEVANCE = "relevance"
    DATE = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What limits a search or an export. `since` and `until` are dates (or months, years), both
    included.

    Section and author are compared folded; of an author any part of the name will do.
    """

    site: str | None = None
    section: str | None = None
    author: str | None = None
    since: str | None = None
    until: str | None = None

    def condition(self) -> tuple[str, dict[str, str]]:
        """The filters as SQL over `articles a`, with its values."""
        parts, values = ["1"], {}
        if self.site:
            parts.append("a.site = :site")
            values["site"] = self.site
        if self.section:
            parts.append("fold(a.section) = :section")
            values["section"] = fold_for_search(self.section)
        if self.author:
            parts.append(
                "EXISTS (SELECT 1 FROM authors w WHERE w.article_id = a.id AND "
                "instr(fold(w.name), :author))"
            )
            values["author"] = fold_for_search(self.author)
        if self.since:
            parts.append("a.published >= :since")
            values["since"] = self.since
        if self.until:
            parts.append("substr(a.published, 1, length(:until)) <= :until")
            values["until"] = self.until
        return " AND ".join(parts), values
