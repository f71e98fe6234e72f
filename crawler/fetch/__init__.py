"""Bytes on the wire: the HTTP client, its framing, TLS and address guard, the download handler."""
