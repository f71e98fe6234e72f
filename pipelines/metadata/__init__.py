"""Title, authors, dates, section, tags and lead image of an article."""
