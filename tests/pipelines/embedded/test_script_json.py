"""JSON in scripts, however it is written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.embedded.script_json import (
    MIN_STATE,
    find_all_values,
    find_global_values,
    has_assignment,
    is_devalue,
    loads_lenient,
    parse_devalue,
    resolve_references,
)


@pytest.mark.parametrize(
    "written",
    [
        '{"a": ["b", "c",],}',
        '/* note */ {"a": ["b", "c"]};',
        "{&quot;a&quot;: [&quot;b&quot;, &#34;c&#34;]}",
        "{&q;a&q;: [&q;b&q;, &q;c&q;]}",
    ],
)
def test_faulty_json_is_repaired(written: str) -> None:
    """Trailing commas, comments and escaped quotation marks do not hide a value."""
    assert loads_lenient(written) == {"a": ["b", "c"]}


def test_what_is_no_json_is_none() -> None:
    """Text that no repair makes JSON of gives None."""
    assert loads_lenient("function () { return 1 }") is None
    assert loads_lenient(" ; ") is None


def test_references_of_a_cache_are_replaced() -> None:
    """An object that is named by its key stands where it is referred to; a name without an object
    gives None.
    """
    cache = {
        "Author:7": {"__typename": "Author", "name": "Lina"},
        "Post:1": {
            "__typename": "Post",
            "author": {"__ref": "Author:7"},
            "editor": {"__ref": "Author:8"},
        },
    }
    post = resolve_references(cache)["Post:1"]
    assert post["author"] == {"__typename": "Author", "name": "Lina"}
    assert post["editor"] is None


def test_variables_and_literals_are_found_only_when_asked_for() -> None:
    """A script's own variable, written as a JavaScript literal, is found by the slower search
    alone.
    """
    script = "var page = {title: 'A', tags: ['x']};" + " " * MIN_STATE
    assert list(find_global_values(script)) == []
    assert list(find_all_values(script)) == [("page", {"title": "A", "tags": ["x"]})]


@given(st.text(max_size=200))
def test_state_readers_take_any_text(text: str) -> None:
    """No script text makes the readers of state raise."""
    loads_lenient(text)
    list(find_global_values(text * 20))
    list(find_all_values(text * 20))


@pytest.mark.parametrize("name", ["window.", "self.", "__", "__a", "Fusion.globalContent"])
def test_a_script_of_nothing_but_names_takes_no_time(name: str) -> None:
    """Names without end, which assign nothing, are passed over in one go and not once for each of
    them.
    """
    assert not has_assignment(name * 100_000)


@pytest.mark.parametrize(
    ("script", "names"),
    [
        (
            "a.__b__ = {}; window.c={}; self['d'] = [1]; globalThis.e = JSON.parse( {})",
            ["__b__", "c", "d", "e"],
        ),
        ("x__b__ = {}; myFusion.globalContent = {}; __c = {}; é__d__ = {}", []),
        (
            "window.__A__ = {}; self.b.c = {}; Fusion.globalContent = {}",
            ["__A__", "b.c", "Fusion.globalContent"],
        ),
    ],
)
def test_only_globals_are_assigned(script: str, names: list[str]) -> None:
    """What a script assigns is named as a whole: the end of a longer name is none."""
    padded = script + " " * MIN_STATE
    assert [name for name, _ in find_global_values(padded)] == names
    assert has_assignment(padded) == bool(names)


def test_devalue_is_unfolded() -> None:
    """Nuxt's flat list of members that name each other by position becomes the object again, cycles
    cut.
    """
    flat: list[Any] = [
        ["Reactive", 1],
        {"post": 2, "self": 1},
        {"title": 3, "when": 4},
        "عنوان",
        ["Date", "2024-01-01T00:00:00Z"],
    ]
    assert is_devalue([{"post": 1}, {"title": 2}, "x"])
    assert parse_devalue(flat) == {
        "post": {"title": "عنوان", "when": "2024-01-01T00:00:00Z"},
        "self": None,
    }
