"""Lines of words become one pattern."""

import re

from pipelines.language.alternatives import join_alternatives


def test_lines_are_alternatives() -> None:
    """Comments and empty lines count for nothing; a group may be broken at its own bar; spaces
    within a line stay.
    """
    pattern = join_alternatives(
        r"""
        # English
        just a moment|please wait

        (access|entry
            way in) denied
        """
    )
    assert pattern == "just a moment|please wait|(access|entry|way in) denied"
    assert re.fullmatch(pattern, "way in denied")
