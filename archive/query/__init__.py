"""`index.db` read, for searches and reports."""
