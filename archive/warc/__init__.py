"""WARC records in and out: reading, writing, recovering, replacing, subsetting (ISO 28500)."""
