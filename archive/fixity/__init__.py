"""Checksums, the chain of manifests and their signatures."""
