"""Tests that lack something are seen: skipped with the reason, or failed where CI is set."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from needed_parts import need_browser, need_node, need_package, need_peers

TESTS = Path(__file__).parent
# Tests of what a machine lets one do, or of pages that are not ours to publish: no set-up brings
# these.
NOT_INSTALLED = {
    "commands/test_read_only_disk.py",
    "crawler/fetch/test_http_client.py",
    "pipelines/article/test_corpus.py",
    "pipelines/article/test_seed_layouts.py",
}


@pytest.mark.parametrize(
    ("ci", "outcome"),
    [
        (None, pytest.skip.Exception),
        ("", pytest.skip.Exception),
        ("false", pytest.skip.Exception),
        ("true", pytest.fail.Exception),
        ("1", pytest.fail.Exception),
    ],
)
def test_what_is_missing_fails_in_ci(
    monkeypatch: pytest.MonkeyPatch, ci: str | None, outcome: type[BaseException]
) -> None:
    """Elsewhere it is skipped; either names what is missing."""
    monkeypatch.delenv("CI", raising=False)
    if ci is not None:
        monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CHROMIUM", "")
    with pytest.raises(outcome, match="no Chromium"):
        need_browser()
    with pytest.raises(outcome, match="node"):
        need_node()
    with pytest.raises(outcome, match="none-such"):
        need_peers(TESTS, TESTS / "none-such")
    with pytest.raises(outcome, match="no_such_package"):
        need_package("no_such_package")


def test_what_is_there_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in CI."""
    monkeypatch.setenv("CI", "true")
    need_peers(TESTS)
    assert need_package("json").loads("1") == 1


def test_nothing_else_skips_what_a_set_up_brings() -> None:
    """Each test asks for what it needs by `needed_parts`."""
    skipping = re.compile(r"pytest\.(skip|importorskip)\(|mark\.skip")
    names = {
        path.relative_to(TESTS).as_posix()
        for path in TESTS.rglob("*.py")
        if skipping.search(path.read_text("utf-8"))
    }
    assert names - {"needed_parts.py", Path(__file__).name} == NOT_INSTALLED


def test_ci_says_that_it_is_ci() -> None:
    """Whoever runs `.ci/run`: what its set-up could not bring is an error."""
    run = (TESTS.parent / ".ci" / "run").read_text("utf-8")
    assert re.search(r"^export CI=true$", run, re.MULTILINE)
    assert run.index("export CI=true") < run.index("make test")
