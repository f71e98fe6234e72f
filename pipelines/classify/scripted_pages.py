"""Pages without text: those that would show it by their scripts, and those that have none."""

from __future__ import annotations

from archive.model import NotArticleReason
from pipelines.page.dom import Page

# Types of `script` that browsers run (HTML standard, "JavaScript MIME type essence match"); others
# hold data.
_RUN = frozenset(("", "module", "text/ecmascript", "application/ecmascript"))


def reason_without_text(page: Page, detail: str) -> tuple[NotArticleReason, str]:
    """Why a page shows no text, and the detail of it: NEEDS_BROWSER where it has scripts that a
    browser would run, else EMPTY.
    """
    kinds = (
        (element.get("type") or "").partition(";")[0].strip().lower()
        for element in page.root.iter("script")
        if element.get("src") or (element.text or "").strip()
    )
    if any(kind in _RUN or kind.endswith("javascript") for kind in kinds):
        return NotArticleReason.NEEDS_BROWSER, f"{detail} until its scripts run"
    return NotArticleReason.EMPTY, detail
