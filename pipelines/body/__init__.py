"""The paragraphs of an article: trafilatura and the recovery beyond it."""
