"""The regular expressions of `archive` take a text of twice the length in about twice the time."""

import pytest
from compiled_patterns import compiled_patterns, folders_of_code
from pattern_costs import find_growing_cost


@pytest.mark.parametrize(
    "folder", [name for name in folders_of_code() if name.startswith("archive")]
)
def test_no_pattern_reads_a_text_again_and_again(folder: str) -> None:
    """Whatever a page holds, each pattern of the folder takes it in linear time: tried on 20 and 40
    kB of what costs it the most, by the methods that the code calls.
    """
    costs = [find_growing_cost(pattern) for pattern in compiled_patterns(folder)]
    assert [cost for cost in costs if cost] == []
