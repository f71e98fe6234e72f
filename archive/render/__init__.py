"""Rows and articles as text, tables, charts and citations."""
