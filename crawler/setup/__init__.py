"""A new collection and its sites."""
