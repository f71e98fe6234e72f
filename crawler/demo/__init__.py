"""The made-up news site and the guided crawl of it."""
