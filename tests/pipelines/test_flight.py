"""The flight format where it is hostile: what no page would write must still end, and lose nothing else."""

from __future__ import annotations

import json

from pipelines import flight


def push(rows: str) -> str:
    return f"self.__next_f.push([1,{json.dumps(rows)}])"


def test_a_long_chain_of_references_loses_only_itself() -> None:
    """Thousands of rows that each refer to the next neither raise nor hide the rows beside them."""
    chain = "".join(f'{at:x}:["$","div",null,{{"a":"${at + 1:x}"}}]\n' for at in range(16, 5000))
    rows = flight.decode([push('1:{"title":"one"}\n' + chain + f'{5000:x}:{{"title":"last"}}\n')])
    assert {"title": "one"} in rows
    assert {"title": "last"} in rows


def test_a_row_nested_beyond_reading_is_passed_over() -> None:
    """A row of a hundred thousand brackets is left out; the next one is read."""
    rows = flight.decode([push("1:" + "[" * 100_000 + '\n2:{"title":"two"}\n')])
    assert rows == [{"title": "two"}]
