"""The table of the runs, whether the targets are met, and the section of docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import statistics

from made_up_site import ARTICLES, BENCH
from timed_builds import Run

DOCS = BENCH.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- whole job: begin (written by bench/run.py) -->", "<!-- whole job: end -->"
TARGET = 3.0
CRAWLER_MB = 400


def format_table(runs: list[Run]) -> str:
    lines = [
        (
            "| build | pages/s | seconds | CPU s | of it workers | crawler MB | workers MB | WARC"
            " MB | index MB | load before |"
        ),
        "| --- | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: | --- |",
    ]
    for build in dict.fromkeys(run.build for run in runs):
        own = [run for run in runs if run.build == build]

        def middle(name: str, own: list[Run] = own) -> float:
            return statistics.median(getattr(run, name) for run in own)

        workers = " + ".join(f"{size:.0f}" for size in own[-1].workers_mb if size > 50) or "–"
        lines.append(
            f"| {build} | {middle('pages_per_second'):.1f} | "
            f"{' '.join(f'{run.seconds:.1f}' for run in own)} | {middle('cpu'):.1f} | "
            f"{middle('workers_cpu'):.1f} | "
            f"{max(run.crawler_mb for run in own):.0f} | {workers} | {middle('warc_mb'):.0f} |"
            f" {middle('index_mb'):.0f} | {' '.join(f'{run.load:.1f}' for run in own)} |"
        )
    return "\n".join(lines)


def compare_builds(runs: list[Run]) -> tuple[str, bool]:
    """The ratio in words, and whether the targets are met."""
    speed = {
        build: statistics.median(run.pages_per_second for run in runs if run.build == build)
        for build in ("naive", "warraq")
    }
    ratio = speed["warraq"] / speed["naive"]
    pairs = [
        b.pages_per_second / a.pages_per_second for a, b in zip(runs[::2], runs[1::2], strict=False)
    ]
    memory = max(run.crawler_mb for run in runs if run.build == "warraq")
    met = ratio >= TARGET and memory < CRAWLER_MB
    said = (
        f"**{ratio:.2f} times** the straightforward build's pages a second (run by run: "
        f"{', '.join(f'{pair:.2f}' for pair in pairs)}; "
        f"target {TARGET:.0f}); crawler process at most {memory:.0f} MB (target {CRAWLER_MB})."
    )
    return said, met


def describe_result(runs: list[Run], said: str, concurrency: int) -> str:
    return (
        f"A made-up site of {ARTICLES} articles (300 kB of HTML each, 55 kB gzipped, 110 links,"
        f" 1,040 elements: as 191 real news pages of that size had at the median) on"
        f" loopback; `bench/naive/` is CrawlSpider, inline trafilatura,\n"
        f"warcio and one sqlite-utils upsert an item. Alternating runs, concurrency"
        f" {concurrency}, no delay, start-up included; {os.cpu_count()} cores, "
        f"Python {platform.python_version()}.\nEvery build found the same {ARTICLES} articles."
        f" Memory is the peak of each process; `workers` are the extraction processes.\n\n"
        f"{format_table(runs)}\n\n{said}\n\nReproduce with `make bench`."
    )


def write_docs(text: str) -> None:
    old = DOCS.read_text("utf-8") if DOCS.exists() else "# Benchmarks\n"
    section = f"{BEGIN}\n{text}\n{END}"
    if BEGIN in old:
        new = old[: old.index(BEGIN)] + section + old[old.index(END) + len(END) :]
    else:
        new = f"{old.rstrip()}\n\n## Whole job\n\n{section}\n"
    DOCS.write_text(new, "utf-8")
