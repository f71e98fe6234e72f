"""What is told of a run."""

from __future__ import annotations

import json

from archive.model.runs import RunReport


def test_a_report_is_json() -> None:
    """All of it can be written as JSON, and what only the run itself knows is null where it is not
    known.
    """
    report = RunReport(
        run="20261128T183000000005",
        collection="ورّاق",
        started="2026-11-28T18:30:00Z",
        finished=None,
        outcome="running",
        crawls=({"site": "a"},),
    )
    told = json.loads(json.dumps(report.to_dict()))
    assert told["crawls"] == [{"site": "a"}]
    assert (told["exit_code"], told["error"], told["not_crawled"]) == (None, None, [])
