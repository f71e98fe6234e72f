"""The words of languages, as data."""
