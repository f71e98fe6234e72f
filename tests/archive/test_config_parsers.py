"""Each parser takes a value as TOML gives it and returns it in one form, or refuses it with
ValueError.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cronsim import CronSim, CronSimError
from hypothesis import given
from hypothesis import strategies as st

from archive.config_keys import KEYS
from archive.config_parsers import (
    is_loopback,
    nearest_word,
    parse_browser_use,
    parse_count,
    parse_cron,
    parse_duration,
    parse_flag,
    parse_regex,
    parse_selector,
    parse_several,
    parse_share,
    parse_size,
    parse_text,
    parse_url,
    parse_view,
    parse_zone,
)


def test_loopback_names() -> None:
    """Only names and addresses of this machine itself count as loopback."""
    loopback = [
        "http://localhost:1/",
        "http://news.localhost/",
        "http://127.9.9.9/",
        "http://[::1]:80/",
    ]
    others = [
        "http://10.0.0.1/",
        "http://localhost.example/",
        "http://[fe80::1]/",
        "http://example/",
    ]
    assert [is_loopback(url) for url in loopback] == [True] * 4
    assert [is_loopback(url) for url in others] == [False] * 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [("500ms", 0.5), ("2", 2), ("30m", 1800), ("1h30m", 5400), ("1 d", 86400), (1.5, 1.5), (0, 0)],
)
def test_durations(text: object, expected: float) -> None:
    """Durations are numbers of seconds or numbers with units."""
    assert parse_duration(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1 GB", 10**9), ("64 MiB", 2**26), (5, 5), ("10kb", 10_000), ("1.5 TB", 15 * 10**11)],
)
def test_sizes(text: object, expected: int) -> None:
    """Sizes are bytes or numbers with decimal or binary units."""
    assert parse_size(text) == expected


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists))
def test_parsers_only_refuse_with_value_error(value: object) -> None:
    """Whatever TOML may hold, each key's parser returns a value or refuses it with ValueError."""
    for key in KEYS:
        try:
            key.parse(value)
        except ValueError:
            continue


@pytest.mark.parametrize(
    ("parse", "good", "bad"),
    [
        (parse_flag, False, 0),
        (parse_count, 1, True),
        (parse_share, 1, 1.5),
        (parse_text, "a name", "two\nlines"),
        (parse_cron, "*/30 * * * *", "0 0 31 2 *"),
        (parse_selector, "h1.headline", "h1..headline"),
        (parse_url, "https://news.example/", "ftp://news.example/"),
    ],
)
def test_each_kind_refuses_what_is_not_of_it(
    parse: Callable[[object], object], good: object, bad: object
) -> None:
    """A value of the kind comes back as it is; one that only resembles it is refused and named."""
    assert parse(good) == good
    with pytest.raises(ValueError, match="not "):
        parse(bad)


def test_a_zone_is_spelled_as_the_database_spells_it() -> None:
    """Where only the case is wrong, or a letter, the right name is offered."""
    assert parse_zone("Asia/Dubai") == "Asia/Dubai"
    with pytest.raises(ValueError, match="nearest: 'Asia/Dubai'"):
        parse_zone("asia/dubai")


def test_one_value_is_a_list_of_one() -> None:
    """A key that takes several values takes one without brackets too."""
    assert parse_several("a") == ("a",)
    assert parse_several(["a", "b"]) == ("a", "b")


def test_only_a_near_word_is_offered() -> None:
    """A slip of the keys finds its word; an unlike word finds none."""
    assert nearest_word("dealy", ["delay", "start"]) == "delay"
    assert nearest_word("colour", ["delay", "start"]) is None


_PIECES = st.sampled_from(
    [
        *"ab09/-.*+?{}[]()|^$\\,~&:ZA ",
        *(r"\d", r"\w+", "[a-z]", "[^/]", "{2}", "{3,2}", "(?:", "(?", ")"),
    ]
)


@given(st.lists(_PIECES, max_size=9).map("".join).filter(str.strip))
def test_a_pattern_is_refused_just_where_python_refuses_it(pattern: str) -> None:
    """Every wrong regular expression is told when the configuration is loaded, and no right one."""
    expected = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            re.compile(pattern.strip())
        except re.error:
            expected = False
        try:
            accepted = parse_regex(pattern) == pattern.strip()
        except ValueError:
            accepted = False
    assert accepted == expected


_FIELDS = st.one_of(
    st.integers(0, 62).map(str), st.sampled_from(["*", "*/15", "1-5", "00", "07", "x", "1,2"])
)


@given(st.lists(_FIELDS, min_size=5, max_size=5).map(" ".join))
def test_a_schedule_is_refused_just_where_it_never_comes_round(schedule: str) -> None:
    """Every wrong cron expression is told when the configuration is loaded, and no right one."""
    try:
        expected = next(CronSim(schedule, datetime(2000, 1, 1, tzinfo=UTC))) is not None
    except (CronSimError, StopIteration):
        expected = False
    try:
        accepted = parse_cron(schedule) == schedule
    except ValueError:
        accepted = False
    assert accepted == expected


def test_the_uses_of_a_browser_are_words() -> None:
    """A use or a view that is none is refused, and the nearest word is named."""
    assert parse_browser_use("always") == "always"
    assert parse_view("pdf") == "pdf"
    for parse, wrong, nearest in (
        (parse_browser_use, "alway", "always"),
        (parse_view, "screenshots", "screenshot"),
    ):
        with pytest.raises(ValueError, match=f"nearest: '{nearest}'"):
            parse(wrong)
    for nonsense in (True, 1, None, ["always"], ""):
        with pytest.raises(ValueError, match="not "):
            parse_browser_use(nonsense)
