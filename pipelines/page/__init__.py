"""Bytes to a tree and its blocks: decoding, parsing, links, microdata."""
