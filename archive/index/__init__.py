"""`index.db` written: schema, rows, and everything derived from captures."""
