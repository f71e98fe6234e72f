"""The one path from capture to index."""
