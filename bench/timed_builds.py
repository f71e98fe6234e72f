"""One crawl of the made-up site by each build, and its cost: seconds, processor time, memory."""

from __future__ import annotations

import re
import resource
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from made_up_site import ARTICLES, BENCH
from process_watch import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One build's crawl of the site."""

    build: str
    seconds: float
    cpu: float
    workers_cpu: float
    crawler_mb: float
    workers_mb: tuple[float, ...]
    articles: frozenset[str]
    warc_mb: float
    index_mb: float
    load: float = 0.0  # the machine's load average before: above 0.5 it had other work

    @property
    def pages_per_second(self) -> float:
        return ARTICLES / self.seconds


def crawl_with_naive_build(address: str, folder: Path, concurrency: int) -> Run:
    """The straightforward build."""
    command = [
        sys.executable,
        str(BENCH / "naive" / "crawl.py"),
        address,
        str(folder),
        "--concurrency",
        str(concurrency),
    ]
    cost = _run_timed(command, folder / "log")
    rows = _select_rows(folder / "articles.db", "select url, body from articles")
    return _collect_run(
        "naive", cost, rows, address, list(folder.glob("*.warc.gz")), folder / "articles.db"
    )


def crawl_with_warraq(address: str, folder: Path, concurrency: int) -> Run:
    """`warraq init` (not timed: it is done once for a site) and `warraq crawl`, as a user runs
    them."""
    warraq = Path(sys.executable).with_name("warraq")
    collection = folder / "collection"
    _run_timed(
        [str(warraq), "init", str(collection), "--site", address, "--timezone", "UTC"],
        folder / "log",
    )
    _set_pace(collection / "warraq.toml", concurrency)
    cost = _run_timed([str(warraq), "-C", str(collection), "crawl"], folder / "log")
    rows = _select_rows(collection / "index.db", "select url, body from articles")
    return _collect_run(
        "warraq",
        cost,
        rows,
        address,
        list((collection / "archive").glob("*.warc.gz")),
        collection / "index.db",
    )


def _run_timed(
    command: list[str], log: Path, allowed: tuple[int, ...] = (0,)
) -> tuple[float, float, Watch]:
    """Run a command; its wall seconds, the CPU seconds of it and its children, and their memory."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
        watch = Watch(process.pid)
        sampler = threading.Thread(target=watch.run)
        sampler.start()
        code = process.wait()
    seconds = time.perf_counter() - start
    watch.stop()
    sampler.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if code not in allowed:
        sys.stderr.write(log.read_text("utf-8", "replace")[-3000:])
        raise SystemExit(f"{' '.join(command)}: exit code {code}; see {log}")
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, watch


def _set_pace(config: Path, concurrency: int) -> None:
    """No delay, and the concurrency of the benchmark, in each `[sites.NAME]`."""
    text = re.sub(r"(?m)^\s*#?\s*(delay|concurrency)\s*=.*\n", "", config.read_text("utf-8"))
    config.write_text(
        re.sub(
            r"(?m)^(\[sites\.[^\].]+\])$", rf"\1\ndelay = 0.0\nconcurrency = {concurrency}", text
        ),
        "utf-8",
    )


def _select_rows(database: Path, query: str) -> dict[str, str]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return dict(connection.execute(query))
    finally:
        connection.close()


def _collect_run(
    build: str,
    cost: tuple[float, float, Watch],
    rows: dict[str, str],
    address: str,
    warcs: list[Path],
    index: Path,
) -> Run:
    seconds, cpu, watch = cost
    return Run(
        build=build,
        seconds=seconds,
        cpu=cpu,
        workers_cpu=watch.workers_cpu(),
        crawler_mb=watch.crawler_mb(),
        workers_mb=watch.workers_mb(),
        articles=frozenset("/" + url.removeprefix(address) for url, body in rows.items() if body),
        warc_mb=sum(path.stat().st_size for path in warcs) / 1e6,
        index_mb=index.stat().st_size / 1e6,
    )
