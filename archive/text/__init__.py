"""Text as search and comparison see it: folding, highlighting, shared lines, signatures."""
