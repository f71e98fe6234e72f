"""The report of a run in its three forms."""

from __future__ import annotations

import json
from dataclasses import replace

from lxml import etree, html

from archive.model import CRAWL_COUNTERS
from archive.model.runs import RunReport
from archive.render.run_report import ReportForm, headline, render_report

CRAWL = {
    "site": "gulf",
    "outcome": "failed",
    "started": "2026-11-28T18:30:00Z",
    "finished": "2026-11-28T19:31:02Z",
    **dict.fromkeys(CRAWL_COUNTERS, 7),
}
HOSTILE = "<script>alert(1)</script>\x1b[31m"
REPORT = RunReport(
    run="20261128T183000000005",
    collection="أخبار <b>",
    started="2026-11-28T18:30:00Z",
    finished="2026-11-28T19:31:02Z",
    outcome="failed",
    crawls=(CRAWL,),
    failed_urls=8,
    failures=(
        {"site": "gulf", "stage": "fetch", "reason": HOSTILE, "urls": 8, "url": "http://x/"},
    ),
    articles=(
        {"site": "gulf", "id": "1", "title": HOSTILE, "url": "javascript:1", "published": None},
    ),
    days=tuple(
        {"site": "gulf", "day": f"2026-11-{day}", "new": day, "changed": 0, "failed": day % 2}
        for day in range(20, 29)
    ),
    exit_code=3,
    not_crawled=({"site": "faulty", "problem": "delay: expected a number"},),
)


def test_the_headline_says_how_it_went() -> None:
    """When, for how long, how it ended, with which exit code, and the numbers that matter."""
    line = headline(REPORT)
    assert "2026-11-28 18:30:00 to 19:31:02 UTC (1:01:02)" in line
    assert "failed, exit code 3; 7 fetched, 7 new, 7 changed, 7 failed" in line
    later = replace(REPORT, finished="2026-11-29T00:10:00Z", exit_code=None)
    assert "to 2026-11-29 00:10:00" in headline(later)
    assert "exit code" not in headline(later)
    assert "to no end" in headline(replace(REPORT, finished=None))


def test_text_is_for_a_terminal() -> None:
    """Sites, failures with how many are alike, what is new, what was passed over; nothing in it
    steers the terminal.
    """
    text = render_report(REPORT, ReportForm.TEXT)
    assert "\x1b" not in text
    assert "gulf: http://x/: <script>alert(1)</script>" in text
    assert "(and 7 more)" in text
    assert "faulty: delay: expected a number" in text
    assert max(map(len, text.splitlines())) < 200


def test_json_is_the_whole_report() -> None:
    """Under the names of the fields, letters as they are."""
    text = render_report(REPORT, ReportForm.JSON)
    assert "أخبار" in text
    assert json.loads(text)["failures"][0]["urls"] == 8


def test_html_stands_by_itself() -> None:
    """A page with tables and plots that fetches nothing, follows nothing and runs nothing, whatever
    titles and reasons hold.
    """
    page = html.fromstring(render_report(REPORT, ReportForm.HTML))
    assert page.xpath("//script | //a | //img | //link | //@src | //@href") == []
    assert "<script>alert(1)</script>" in page.text_content()
    plots = page.xpath("//*[local-name()='svg']")
    assert len(plots) == 2  # of new and failed; nothing was changed
    assert len(plots[0].xpath(".//*[local-name()='rect']")) == 1 + 9
    assert etree.tostring(plots[0])


def test_plots_are_of_the_sites_with_most_to_show() -> None:
    """A run over a hundred sites has no page of a hundred rows of bars."""
    days = tuple(
        {"site": f"s{n:03}", "day": "2026-11-28", "new": n, "changed": 0, "failed": 0}
        for n in range(100)
    )
    page = html.fromstring(render_report(replace(REPORT, days=days), ReportForm.HTML))
    names = page.xpath("//*[local-name()='text'][@font-weight='bold']/text()")
    assert names == [f"s{n:03}" for n in range(88, 100)]
