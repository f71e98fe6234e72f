"""The flight format where it is hostile: what no page would write must still end, and lose nothing
else.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.model import Article
from pipelines.article.extraction import extract
from pipelines.embedded.next_flight import decode_flight
from pipelines.embedded.react_elements import read_elements


def push(rows: str) -> str:
    return f"self.__next_f.push([1,{json.dumps(rows)}])"


def test_a_long_chain_of_references_loses_only_itself() -> None:
    """Thousands of rows that each refer to the next neither raise nor hide the rows beside them."""
    chain = "".join(f'{at:x}:["$","div",null,{{"a":"${at + 1:x}"}}]\n' for at in range(16, 5000))
    rows = decode_flight([push('1:{"title":"one"}\n' + chain + f'{5000:x}:{{"title":"last"}}\n')])
    assert {"title": "one"} in rows
    assert {"title": "last"} in rows


def test_a_row_nested_beyond_reading_is_passed_over() -> None:
    """A row of a hundred thousand brackets is left out; the next one is read."""
    rows = decode_flight([push("1:" + "[" * 100_000 + '\n2:{"title":"two"}\n')])
    assert rows == [{"title": "two"}]


def _pushed(*rows: str) -> str:
    return "".join(f"<script>self.__next_f.push({json.dumps([1, row])})</script>" for row in rows)


@pytest.mark.parametrize("named", ["article", "div"])
def test_a_body_that_stands_only_in_react_elements(named: str) -> None:
    """Paragraphs of the element tree are read where the page shows a skeleton; teasers beside them
    are not.
    """
    lines = [
        (
            f"The council said on Monday, for the {at}th time, that the library would open in the "
            f"spring."
        )
        for at in range(3)
    ]
    told = [
        ["$", "p", str(at), {"children": [line[:20], ["$", "b", None, {"children": line[20:]}]]}]
        for at, line in enumerate(lines)
    ]
    story = [
        "$",
        named,
        None,
        {"children": [["$", "h1", None, {"children": "Library opens in spring"}], "$L7"]},
    ]
    beside = [
        "$",
        "aside",
        None,
        {
            "children": [
                ["$", "p", None, {"children": "Something else that is not told here at all."}]
            ]
        },
    ]
    root = ["$", "main", None, {"children": [story, beside]}]
    rows = _pushed(f"7:{json.dumps(told)}\n", f"0:{json.dumps(root)}\n")
    head = (
        '<title>Library opens in spring</title><meta property="og:title" content="Library opens '
        'in spring">'
    )
    page = f"<html><head>{head}</head><body><div class='skeleton'></div>{rows}</body></html>"
    found = extract(page.encode(), "https://www.example.test/n/library")
    assert isinstance(found, Article), found
    assert found.paragraphs == lines


def test_a_tree_without_end_is_left() -> None:
    """Elements nested by the hundred, or shared by the thousand, end in time."""
    deep: list[object] = ["$", "p", None, {"children": "x"}]
    for _ in range(400):
        deep = ["$", "div", None, {"children": deep}]
    wide: list[object] = ["$", "p", None, {"children": "word"}]
    for _ in range(40):
        wide = ["$", "div", None, {"children": [wide, wide]}]
    assert read_elements([deep])[1] == ""
    read_elements([wide])


def test_flight_rows_that_refer_to_each_other_end() -> None:
    """Rows that name one another in a circle do not run for ever."""
    rows = json.dumps('1:{"a":"$2"}\n2:{"b":"$1"}\n')
    assert decode_flight([f"self.__next_f.push([1,{rows}])"])


@given(st.text(max_size=200))
def test_flight_reads_any_stream(stream: str) -> None:
    """No stream, however damaged, makes the decoder raise."""
    decode_flight([f"self.__next_f.push([1,{json.dumps(stream)}])"])
