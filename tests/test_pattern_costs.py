"""The search for slow patterns finds those that are slow, and overlooks none of the code."""

import re

import pytest
from compiled_patterns import CompiledPattern, unread_patterns
from pattern_costs import find_growing_cost

SLOW = {
    "a repeat of a repeat": (r"(?:\w+\s?)+$", "match"),
    "two repeats that take the same": (r"x\s*[:-]?\s*\d", "search"),
    "a beginning met again and again": (r"<a\b[^>]*\bhref", "search"),
    "blanks before a word": (r"\s+and\s", "split"),
    "an end that is not there": (r"(?s)/\*.*?\*/", "sub"),
    "a word within a word": (rb"[a-z][a-z.]*@", "finditer"),
}
LINEAR = {
    "possessive": (r"(?<!\s)\s++and\s", "split"),
    "bounded": (r"<a\b[^>]{0,300}\bhref", "search"),
    "at the beginning": (r"[a-z][a-z.]*@", "match"),
}
# Known only when they run: what the operator wrote (searched for in addresses, which are short),
# and what functions of a module make of its own texts for a table that is found as it stands.
MADE_WHILE_RUNNING = {
    "archive.config_parsers",
    "crawler.frontier.scope",
    "crawler.serve.pages",
    "crawler.setup.pause_sites",
    "pipelines.ingest.site_assignment",
    "pipelines.language.interstitials",
}


def of(pattern: str | bytes, method: str) -> CompiledPattern:
    return CompiledPattern(place="here", pattern=re.compile(pattern), methods=frozenset({method}))


@pytest.mark.parametrize(("pattern", "method"), SLOW.values(), ids=SLOW)
def test_slow_patterns_are_found(pattern: str | bytes, method: str) -> None:
    """A pattern that costs more than thrice as much for twice the length is named with its text."""
    assert str(find_growing_cost(of(pattern, method))).startswith(f"here: {method} on")


@pytest.mark.parametrize(("pattern", "method"), LINEAR.values(), ids=LINEAR)
def test_linear_patterns_are_not(pattern: str, method: str) -> None:
    """One that is bounded, or never reads a stretch twice, passes."""
    assert find_growing_cost(of(pattern, method)) is None


def test_no_pattern_is_overlooked() -> None:
    """Every pattern of the code is tried but those that are known only when they run."""
    assert {place.partition(":")[0] for place in unread_patterns()} == MADE_WHILE_RUNNING
