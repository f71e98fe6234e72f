"""The report of a run: as text for a terminal or a mail, as JSON for a program, and as an HTML page
with plots that needs nothing else.

What it says is `archive.query.runs`' business; where it is kept, `crawler.monitor.report_files`'.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from html import escape

from archive.model import CRAWL_COUNTERS
from archive.model.runs import Row, RunReport
from archive.render.charts import Bar, plot_svg
from archive.render.printable import printable_json, printable_line, printable_text
from archive.render.tables import table_lines

CRAWL_TABLE = ("site", "outcome", "started", "finished", *CRAWL_COUNTERS)
_PLOTTED = {
    "new": "new articles by day",
    "changed": "changed articles by day",
    "failed": "failures by day",
}
_SITES_PLOTTED = 12  # rows of bars: those with most to show
_WIDE = 160  # columns of a line of text


class ReportForm(StrEnum):
    """The forms of a report, which are also the endings of its files."""

    TEXT = "txt"
    JSON = "json"
    HTML = "html"


def render_report(report: RunReport, form: ReportForm) -> str:
    """The report in a form, ending in a line feed."""
    if form is ReportForm.JSON:
        return printable_json(report.to_dict(), indent=1) + "\n"
    lines = _html_lines(report) if form is ReportForm.HTML else _text_lines(report)
    return "\n".join(lines) + "\n"


def headline(report: RunReport) -> str:
    """The run in a line: when, how long, how it ended, and the sums that matter."""
    sums = {name: sum(crawl[name] for crawl in report.crawls) for name in CRAWL_COUNTERS}
    code = "" if report.exit_code is None else f", exit code {report.exit_code}"
    return (
        f"{report.collection}: {_span(report)}: {report.outcome}{code};"
        f" {sums['fetched']} fetched, {sums['new']} new, {sums['changed']} changed,"
        f" {sums['failed']} failed"
    )


def _span(report: RunReport) -> str:
    started = datetime.fromisoformat(report.started)
    if report.finished is None:
        return f"{started:%Y-%m-%d %H:%M:%S} UTC to no end"
    finished = datetime.fromisoformat(report.finished)
    seconds = round((finished - started).total_seconds())
    took = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    until = "%H:%M:%S" if started.date() == finished.date() else "%Y-%m-%d %H:%M:%S"
    return f"{started:%Y-%m-%d %H:%M:%S} to {finished:{until}} UTC ({took})"


# ------------------------------------------------------------------------------------------ text


def _text_lines(report: RunReport) -> Iterator[str]:
    yield headline(report)
    yield f"run {report.run}"
    if report.error:
        yield f"ended by: {printable_text(report.error)}"
    yield ""
    yield from table_lines(report.crawls, CRAWL_TABLE, width=_WIDE)
    passed_over = [_line(row["site"], row["problem"]) for row in report.not_crawled]
    yield from _section("not crawled", passed_over)
    yield from _section(f"failed: {report.failed_urls}", map(_failure_line, report.failures))
    yield from _section("new, the latest of them", map(_article_line, report.articles))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    told = list(lines)
    if told:
        yield from ("", f"{title}:")
        yield from (f"  {line}" for line in told)


def _failure_line(row: Row) -> str:
    more = f" (and {row['urls'] - 1} more)" if row["urls"] > 1 else ""
    return _line(row["site"], f"{row['url']}: {row['reason']}{more}")


def _article_line(row: Row) -> str:
    return _line(row["site"], f"{row['published'] or '-'} {row['title']} {row['url']}")


def _line(site: str, text: str) -> str:
    return printable_line(f"{site}: {text}")


# ------------------------------------------------------------------------------------------ HTML

_STYLE = (
    "body{font:14px/1.5 sans-serif;margin:2em auto;max-width:64em;padding:0 1em;color:#222}"
    "h1{font-size:1.4em}table{border-collapse:collapse}td,th{padding:.2em .6em;text-align:start;"
    "border-bottom:1px solid #ddd;vertical-align:top}td.number{text-align:end}"
    ".failed,.interrupted{color:#a00}svg{max-width:100%;height:auto}"
)


def _html_lines(report: RunReport) -> Iterator[str]:
    title = escape(headline(report))
    yield '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
    yield f"<title>{title}</title><style>{_STYLE}</style></head><body>"
    yield f'<h1 class="{escape(report.outcome)}">{title}</h1><p>Run {escape(report.run)}</p>'
    if report.error:
        yield f"<p class=failed>Ended by: {escape(report.error)}</p>"
    yield from _html_table("Sites", CRAWL_TABLE, report.crawls)
    yield from _html_table("Not crawled", ("site", "problem"), report.not_crawled)
    yield from _html_table(
        f"Failed: {report.failed_urls}", ("site", "stage", "urls", "reason", "url"), report.failures
    )
    articles = ("site", "published", "title", "url")
    yield from _html_table("New, the latest of them", articles, report.articles)
    for column, what in _PLOTTED.items():
        if bars := _bars(report.days, column):
            yield plot_svg(bars, what)
    yield "</body></html>"


def _html_table(title: str, columns: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
    if not rows:
        return
    yield f"<h2>{escape(title)}</h2><table><tr>"
    yield "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in columns) + "</tr>"
    for row in rows:
        yield "<tr>" + "".join(_html_cell(row.get(name)) for name in columns) + "</tr>"
    yield "</table>"


def _html_cell(value: object) -> str:
    if isinstance(value, int):
        return f'<td class="number">{value}</td>'
    # no link: what a site names may be anything, and a report is opened from the disk
    return f'<td dir="auto">{escape("" if value is None else str(value))}</td>'


def _bars(days: Sequence[Row], column: str) -> list[Bar]:
    sums: dict[str, int] = {}
    for day in days:
        sums[day["site"]] = sums.get(day["site"], 0) + day[column]
    shown = sorted((site for site in sums if sums[site]), key=lambda site: -sums[site])
    return [
        Bar(site=day["site"], period=day["day"], count=day[column])
        for day in days
        if day["site"] in shown[:_SITES_PLOTTED]  # days of nothing, too: they make the axis
    ]
