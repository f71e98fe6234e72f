"""Patterns of paths in statements about use."""

from __future__ import annotations

import pytest

from pipelines.usage_signals.path_patterns import covers


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("/", "/news/1", True),
        ("", "/news/1", True),
        ("/news/", "/news/1", True),
        ("/news/", "/newsroom", False),
        ("/*/1$", "/news/1", True),
        ("/*/1$", "/news/12", False),
        ("/news/1$", "/news/1", True),
        ("/news/1$", "/news/1?p=2", False),
        ("*.pdf$", "/a/b.pdf", True),
        ("/أخبار/", "/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/1", True),
        ("/%d8%a3%D8%AE%D8%A8%D8%A7%D8%B1/*", "/أخبار/1", True),
        ("/%7Eann/", "/~ann/1", True),
    ],
)
def test_a_pattern_is_a_beginning(pattern: str, path: str, covered: bool) -> None:
    """With `*` and `$`, and escapes that are the letters they stand for."""
    assert covers(pattern, path) is covered


def test_many_stars_take_no_time() -> None:
    """Each part is looked for once."""
    assert not covers("/" + "*a" * 5000 + "b$", "/" + "a" * 20000)
