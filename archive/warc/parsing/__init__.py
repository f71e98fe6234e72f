"""What every reader of WARC files agrees on: a record's header, its length, and where it ends."""
