"""`make bench`: the whole job, from a site's address to WARC and searchable index, ours beside the
straightforward build.

Both crawl the site of `bench/site.py`, served on loopback by its own process, alternately in the
same run, each run in a new folder, with the same concurrency and no delay between requests. Seconds
are wall clock of the crawling command, start-up included; CPU seconds are of that command and all
its children; memory is each process's own peak (VmHWM). Both must have found the same 1,000
articles, or there is no result. The table goes to docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from process_watch import Watch

BENCH = Path(__file__).parent
DOCS = BENCH.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- whole job: begin (written by bench/run.py) -->", "<!-- whole job: end -->"
ARTICLES = 1000
TARGET = 3.0
CRAWLER_MB = 400


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


@contextmanager
def site() -> Iterator[str]:
    """The site of bench/site.py in its own process; yields its address."""
    with tempfile.TemporaryDirectory() as folder:
        port_file = Path(folder) / "port"
        server = subprocess.Popen(
            [sys.executable, str(BENCH / "site.py"), "--port-file", str(port_file)]
        )
        try:
            while not port_file.exists():
                if server.poll() is not None:
                    raise SystemExit("the site did not start")
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port_file.read_text()}/"
        finally:
            server.terminate()
            server.wait()


def _timed(
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


def naive(address: str, folder: Path, concurrency: int) -> Run:
    """The straightforward build."""
    command = [
        sys.executable,
        str(BENCH / "naive" / "crawl.py"),
        address,
        str(folder),
        "--concurrency",
        str(concurrency),
    ]
    cost = _timed(command, folder / "log")
    rows = _rows(folder / "articles.db", "select url, body from articles")
    return _measured(
        "naive", cost, rows, address, list(folder.glob("*.warc.gz")), folder / "articles.db"
    )


def ours(address: str, folder: Path, concurrency: int) -> Run:
    """`warraq init` (not timed: it is done once for a site) and `warraq crawl`, as a user runs
    them."""
    warraq = Path(sys.executable).with_name("warraq")
    collection = folder / "collection"
    _timed(
        [str(warraq), "init", str(collection), "--site", address, "--timezone", "UTC"],
        folder / "log",
    )
    _hurry(collection / "warraq.toml", concurrency)
    cost = _timed([str(warraq), "-C", str(collection), "crawl"], folder / "log")
    rows = _rows(collection / "index.db", "select url, body from articles")
    return _measured(
        "warraq",
        cost,
        rows,
        address,
        list((collection / "archive").glob("*.warc.gz")),
        collection / "index.db",
    )


def _hurry(config: Path, concurrency: int) -> None:
    """No delay, and the concurrency of the benchmark, in each `[sites.NAME]`."""
    text = re.sub(r"(?m)^\s*#?\s*(delay|concurrency)\s*=.*\n", "", config.read_text("utf-8"))
    config.write_text(
        re.sub(
            r"(?m)^(\[sites\.[^\].]+\])$", rf"\1\ndelay = 0.0\nconcurrency = {concurrency}", text
        ),
        "utf-8",
    )


def _rows(database: Path, query: str) -> dict[str, str]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return dict(connection.execute(query))
    finally:
        connection.close()


def _measured(
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


def _expected() -> frozenset[str]:
    """Paths of the articles; the generator is loaded by its path, as `site` is also a module of
    Python's own."""
    spec = spec_from_file_location("bench_site", BENCH / "site.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return frozenset(module.article_path(number) for number in range(ARTICLES))


def _table(runs: list[Run]) -> str:
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


def _verdict(runs: list[Run]) -> tuple[str, bool]:
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


def _write_docs(text: str) -> None:
    old = DOCS.read_text("utf-8") if DOCS.exists() else "# Benchmarks\n"
    section = f"{BEGIN}\n{text}\n{END}"
    if BEGIN in old:
        new = old[: old.index(BEGIN)] + section + old[old.index(END) + len(END) :]
    else:
        new = f"{old.rstrip()}\n\n## Whole job\n\n{section}\n"
    DOCS.write_text(new, "utf-8")


def _text(runs: list[Run], said: str, concurrency: int) -> str:
    return (
        f"A made-up site of {ARTICLES} articles (300 kB of HTML each, 55 kB gzipped, 110 links,"
        f" 1,040 elements: as 191 real news pages of that size had at the median) on"
        f" loopback; `bench/naive/` is CrawlSpider, inline trafilatura,\n"
        f"warcio and one sqlite-utils upsert an item. Alternating runs, concurrency"
        f" {concurrency}, no delay, start-up included; {os.cpu_count()} cores, "
        f"Python {platform.python_version()}.\nEvery build found the same {ARTICLES} articles."
        f" Memory is the peak of each process; `workers` are the extraction processes.\n\n"
        f"{_table(runs)}\n\n{said}\n\nReproduce with `make bench`."
    )


def main() -> None:
    """Run, compare, print, and write docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=2, help="runs of each build")
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument(
        "--only", choices=("naive", "warraq"), help="one build, no comparison and no docs"
    )
    parser.add_argument("--keep", type=Path, help="leave the folders of the last runs here")
    parser.add_argument("--no-docs", action="store_true")
    arguments = parser.parse_args()
    builds = {"naive": naive, "warraq": ours}
    if arguments.only:
        builds = {arguments.only: builds[arguments.only]}
    expected = _expected()
    runs: list[Run] = []
    with site() as address:
        for _ in range(arguments.n):
            for name, build in builds.items():
                runs.append(_one(name, build, address, arguments, expected))
    print(_table(runs))
    if arguments.only:
        return
    said, met = _verdict(runs)
    print(said)
    if not arguments.no_docs:
        _write_docs(_text(runs, said, arguments.concurrency))
    raise SystemExit(0 if met else 1)


def _one(
    name: str,
    build: Callable[[str, Path, int], Run],
    address: str,
    arguments: argparse.Namespace,
    expected: frozenset[str],
) -> Run:
    folder = Path(tempfile.mkdtemp(prefix=f"bench-{name}-"))
    try:
        load = os.getloadavg()[0]
        run = replace(build(address, folder, arguments.concurrency), load=load)
        print(
            f"{name}: {run.seconds:.1f} s, {run.pages_per_second:.1f} pages/s, CPU"
            f" {run.cpu:.1f} s ({run.workers_cpu:.1f} in workers), crawler"
            f" {run.crawler_mb:.0f} MB, load before {load:.1f}",
            flush=True,
        )
        missing, extra = sorted(expected - run.articles), sorted(run.articles - expected)
        if extra:
            print(
                f"{name}: {len(extra)} pages taken for articles that are none: "
                f"{', '.join(extra[:15])}"
            )
        if missing:
            raise SystemExit(f"{name}: {len(missing)} articles missing: {', '.join(missing[:5])}")
        return run
    finally:
        if arguments.keep:
            shutil.rmtree(arguments.keep / name, ignore_errors=True)
            shutil.copytree(folder, arguments.keep / name)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
