"""The archive remembers: WARC files, CDXJ, the SQLite index, and every question asked of them."""
