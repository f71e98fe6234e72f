"""Watches over sites and the disk after each crawl, remembers what is wrong, and tells it once."""
