"""All of a page together: `extract` returns its article, or the reason why it is none."""

from pipelines.article.extraction import extract

__all__ = ["extract"]
