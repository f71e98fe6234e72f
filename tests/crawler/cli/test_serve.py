"""The command that serves a collection."""

from __future__ import annotations

from pathlib import Path

from cli_run import Run


def test_a_port_that_does_not_exist_is_wrong_usage(run: Run, collection: Path) -> None:
    """The replay takes the next port, so the highest one is refused."""
    done = run("-C", collection, "serve", "--port", 65535)
    assert done.code == 2
    assert "--port" in done.err
