"""The runs of a collection by its index: every call of `crawl` or `run-due`, with the crawls of its
sites.

A run has no table. Its crawls are rows of `crawls` whose ids begin with the run's id
(`archive.model.crawl_id`), so a rebuilt index tells the same. A crawl of `scrapy crawl` is a run of
its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import Any

from archive.errors import UsageError
from archive.model import CRAWL_COUNTERS, iso_utc, run_id
from archive.model.runs import OUTCOMES, RunReport
from archive.query.reader import IndexReader

Row = dict[str, Any]

RUN_COLUMNS = ("run", "started", "finished", "outcome", "sites", *CRAWL_COUNTERS)
# What a report lists: more is for `status --failures`, `search` and SQL.
_FAILURES = 50
_ARTICLES = 20
_DAYS = 30  # days up to the run that it is compared with
# So many of a site's latest publications are looked at: all of them may be a million.
_NEWEST = 500


def run_rows(
    reader: IndexReader, *, site: str | None = None, limit: int | None = None
) -> list[Row]:
    """The runs, latest first, with the sums of their crawls; with `site` those in which it was
    crawled, and its own numbers only.
    """
    crawls = reader.rows(
        "SELECT * FROM crawls WHERE :site IS NULL OR site = :site ORDER BY id DESC", {"site": site}
    )
    runs = (_sum_up(run, list(rows)) for run, rows in _by_run(crawls))
    return list(islice(runs, limit))


def _by_run(crawls: Iterator[Row]) -> Iterator[tuple[str, Iterator[Row]]]:
    return groupby(crawls, key=lambda row: run_id(row["id"]))


def _sum_up(run: str, crawls: Sequence[Row]) -> Row:
    ends = [row["finished"] for row in crawls]
    return {
        "run": run,
        "started": min(row["started"] for row in crawls),
        "finished": None if None in ends else max(ends),
        "outcome": min((row["outcome"] for row in crawls), key=_gravity),
        "sites": len(crawls),
        **{name: sum(row[name] for row in crawls) for name in CRAWL_COUNTERS},
    }


def _gravity(outcome: str) -> int:
    return OUTCOMES.index(outcome) if outcome in OUTCOMES else len(OUTCOMES)


def resolve_run(reader: IndexReader, name: str | None = None) -> str:
    """The id of the run meant by its id, the beginning of it, or the id of one of its crawls;
    without `name` the last run's.

    UsageError where there is no such run, or several.
    """
    if name is None:
        crawls = reader.rows("SELECT id FROM crawls ORDER BY id DESC LIMIT 1")
    else:
        crawls = reader.rows(
            "SELECT id FROM crawls WHERE id >= :first AND id < :last ORDER BY id",
            {"first": name, "last": name + "\U0010ffff"},
        )
    runs = list(dict.fromkeys(run_id(row["id"]) for row in crawls))
    if not runs:
        told = "there was no run yet" if name is None else f"there is no run {name!r}"
        raise UsageError(f"{told}: `warraq runs` lists them")
    if len(runs) > 1 and name not in runs:
        raise UsageError(
            f"{name!r} may be {len(runs)} runs, {runs[0]} the first and {runs[-1]} the last: give"
            " more of the id"
        )
    return name if name in runs else runs[0]


def report_of(reader: IndexReader, run: str, *, collection: str) -> RunReport:
    """All that the index tells of a run (its id); UsageError where it knows of none."""
    crawls = _crawls_of(reader, run)
    if not crawls:
        raise UsageError(f"there is no run {run!r}: `warraq runs` lists them")
    whole = _sum_up(run, crawls)
    groups = [group for crawl in crawls for group in _failures_of(reader, crawl)]
    groups.sort(key=lambda group: (-group["urls"], group["site"], group["reason"]))
    articles = [article for crawl in crawls for article in _articles_of(reader, crawl)]
    articles.sort(key=lambda article: (article["published"] or "", article["id"]), reverse=True)
    return RunReport(
        run=run,
        collection=collection,
        **{name: whole[name] for name in ("started", "finished", "outcome")},
        crawls=tuple(crawls),
        failed_urls=sum(group["urls"] for group in groups),
        failures=tuple(groups[:_FAILURES]),
        articles=tuple(articles[:_ARTICLES]),
        days=tuple(day for crawl in crawls for day in _days_before(reader, crawl)),
    )


def _crawls_of(reader: IndexReader, run: str) -> list[Row]:
    """The rows of `crawls` of a run, by site."""
    return list(
        reader.rows(
            "SELECT * FROM crawls WHERE id = :run OR (id >= :run || '-' AND id < :run || '.')"
            " ORDER BY site, id",
            {"run": run},
        )
    )


def _failures_of(reader: IndexReader, crawl: Row) -> Iterator[Row]:
    for row in reader.rows(
        "SELECT stage, reason, count(DISTINCT url) AS urls, min(url) AS url FROM failures"
        " WHERE crawl_id = :crawl GROUP BY stage, reason",
        {"crawl": crawl["id"]},
    ):
        yield {"site": crawl["site"], **row}


def _articles_of(reader: IndexReader, crawl: Row) -> Iterator[Row]:
    """The newest articles first seen between begin and end of a crawl: of the site's newest ones
    only, which the index finds at once.
    """
    return reader.rows(
        "SELECT site, id, title, url, published FROM (SELECT * FROM articles WHERE site = :site"
        " ORDER BY published DESC LIMIT :newest) WHERE first_seen >= :started"
        " AND first_seen <= :finished ORDER BY published DESC, id LIMIT :limit",
        {
            "site": crawl["site"],
            "newest": _NEWEST,
            "started": crawl["started"],
            "finished": crawl["finished"] or "9999",
            "limit": _ARTICLES,
        },
    )


def _days_before(reader: IndexReader, crawl: Row) -> Iterator[Row]:
    started = datetime.fromisoformat(crawl["started"])
    return reader.rows(
        "SELECT site, substr(started, 1, 10) AS day, sum(new) AS new, sum(changed) AS changed,"
        " sum(failed) AS failed FROM crawls WHERE site = :site AND started > :since"
        " AND started <= :started GROUP BY day ORDER BY day",
        {
            "site": crawl["site"],
            "since": iso_utc(started - timedelta(days=_DAYS)),
            "started": crawl["started"],
        },
    )


def unreported_runs(
    reader: IndexReader, reported: set[str], *, before: datetime, limit: int
) -> list[str]:
    """Of the last `limit` runs those that ended `before` then and are not among `reported`: killed
    ones, and those of `scrapy crawl`.
    """
    latest = iso_utc(before)
    return [
        row["run"]
        for row in run_rows(reader, limit=limit)
        if row["finished"] and row["finished"] < latest and row["run"] not in reported
    ]


def run_events(reader: IndexReader, run: str) -> list[Row]:
    """What the index tells of a run, in the form of its log: its crawls' begins, failures and ends,
    in order of time.
    """
    events: list[Row] = []
    for crawl in _crawls_of(reader, run):
        about = {"level": "info", "run": run, "site": crawl["site"], "crawl": crawl["id"]}
        begin = {"at": crawl["started"], "event": "crawl began", "message": "the crawl begins"}
        events.append(begin | about)
        events += [
            {"at": row["at"], "event": "failure", "message": f"{row['url']}: {row['reason']}"}
            | about
            | {name: row[name] for name in ("url", "stage", "reason")}
            for row in reader.failures(crawl["id"])
        ]
        if crawl["finished"]:
            counts = {name: crawl[name] for name in CRAWL_COUNTERS}
            told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
            end = {"message": f"{crawl['outcome']}: {told}", "outcome": crawl["outcome"]}
            events.append({"at": crawl["finished"], "event": "crawl ended"} | end | about | counts)
    return sorted(events, key=lambda event: str(event["at"]))


def counted_by_site(reader: IndexReader) -> dict[str, dict[str, int]]:
    """The sums of all crawls of each site, by the names of `CRAWL_COUNTERS`: they only grow."""
    sums = ", ".join(f"sum({name}) AS {name}" for name in CRAWL_COUNTERS)
    rows = reader.rows(f"SELECT site, {sums} FROM crawls GROUP BY site ORDER BY site")  # noqa: S608 - constants
    return {row.pop("site"): row for row in rows}
