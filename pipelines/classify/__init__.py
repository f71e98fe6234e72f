"""Article or not, and what was served in its place."""
