"""Text for search and comparison: folding, highlighting, shared lines, signatures."""
