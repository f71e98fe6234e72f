"""Pages to search and read, and replay, on loopback."""
