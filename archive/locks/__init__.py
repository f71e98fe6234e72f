"""Locks: who may write to what, while others wait or are told."""
