"""JavaScript values that are not JSON: read where nothing computes, left where something does."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.embedded.js_literals import JsLiteralParser, NotAValueError
from pipelines.embedded.script_json import MIN_STATE, find_all_values, resolve_references


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("{title: 'a', \"b\": [1, -2.5, .5, 1e3], c: !0, d: !1, e: void 0, f: null,}", {"title": "a", "b": [1, -2.5, None, 1000.0], "c": True, "d": False, "e": None, "f": None}),
        ("/* x */ {a: `one\\ntwo`, // y\n 'b-c': \"\\u003Cp\\x3E\\u{1F600}\\ud83d\\ude00\"}", {"a": "one\ntwo", "b-c": "<p>😀😀"}),
        ("[,1,,{}]", [None, 1, None, {}]),
        ("(function(a,b){return {x:a,y:[b,b]}}(\"one\",{k:2}))", {"x": "one", "y": [{"k": 2}, {"k": 2}]}),
        ("(function(a,b,c){b.name=a;b['k']=4;c[1]=5;return {x:b,y:c}}(\"n\",{},[4]))", {"x": {"name": "n", "k": 4}, "y": [4, 5]}),
        ("(function(a){return {t:a}})(new Date(1729867980000))", {"t": 1729867980000}),
        ("{a: Array(3), b: Object.create(null), c: undefined}", {"a": [], "b": {}, "c": None}),
    ],
)  # fmt: skip
def test_a_value_that_computes_nothing_is_read(written: str, value: Any) -> None:
    """Bare keys, every kind of string, holes, constants, and a function called with the values it
    only places.
    """
    assert JsLiteralParser(written).parse_value_at(0) == (value, len(written))


@pytest.mark.parametrize(
    "written",
    ["{a: b}", "{a: f()}", "{a: 1 + }", "(function(){x();return {}})()", "(function(a){a();return {}}(1))", "{a: `${b}`}", "{a: /x/}", "{a: 1", "", "{ا: 1}", "(function(a){window.b=a;return a}(1))"],
)  # fmt: skip
def test_what_computes_is_left(written: str) -> None:
    """Names of elsewhere, calls, expressions and broken text are no values."""
    with pytest.raises(NotAValueError):
        JsLiteralParser(written).parse_value_at(0)


@pytest.mark.parametrize(
    "part", [" ", "(", "[", "{a:", "'", '"\\', "(function(a){return ", "\n//x", "/* x "]
)
def test_a_hostile_script_takes_no_time(part: str) -> None:
    """However long a piece is repeated, reading ends at once, with a value or without."""
    with contextlib.suppress(NotAValueError):
        JsLiteralParser(part * 100_000 + "ا").parse_value_at(0)


@given(st.text(alphabet="(){}[]'\"`\\,:;=.!function return void new a1$\n", max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes the reader raise anything else."""
    with contextlib.suppress(NotAValueError):
        JsLiteralParser("{" + text).parse_value_at(0)


def test_assigned_values_may_be_javascript() -> None:
    """A script's globals are read whether they are JSON or not, and a value read is not searched
    again.
    """
    long = "x" * MIN_STATE
    script = (
        f"window.one = {{title: 'a', inner: 'window.no = {{}}', text: '{long}'}}; window.two = "
        f'{{"b": 1}}; window.c = d();'
    )
    assert [(name, sorted(value)) for name, value in find_all_values(script)] == [("one", ["inner", "text", "title"]), ("two", ["b"])]  # fmt: skip


def test_references_of_a_cache_are_followed_even_in_a_circle() -> None:
    """Objects that name each other come back holding each other; a name of nothing is nothing."""
    cache = {"A:1": {"__typename": "A", "to": {"__ref": "B:1"}, "lost": [{"__ref": "C:1"}]}, "B:1": {"__typename": "B", "back": {"__ref": "A:1"}}}  # fmt: skip
    found = resolve_references(cache)
    assert found["A:1"]["to"]["back"] is found["A:1"]
    assert found["A:1"]["lost"] == [None]
