"""The engine: one crawl of one or more sites."""
