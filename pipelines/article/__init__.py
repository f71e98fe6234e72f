"""All of a page together: `extract` makes an article of it, or says why it is none."""

from pipelines.article.extraction import extract

__all__ = ["extract"]
