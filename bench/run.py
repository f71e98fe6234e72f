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
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from made_up_site import list_article_paths, serve_site
from timed_builds import Run, crawl_with_naive_build, crawl_with_warraq
from whole_job_report import compare_builds, describe_result, format_table, write_docs


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
    builds = {"naive": crawl_with_naive_build, "warraq": crawl_with_warraq}
    if arguments.only:
        builds = {arguments.only: builds[arguments.only]}
    expected = list_article_paths()
    runs: list[Run] = []
    with serve_site() as address:
        for _ in range(arguments.n):
            for name, build in builds.items():
                runs.append(measure_build(name, build, address, arguments, expected))
    print(format_table(runs))
    if arguments.only:
        return
    said, met = compare_builds(runs)
    print(said)
    if not arguments.no_docs:
        write_docs(describe_result(runs, said, arguments.concurrency))
    raise SystemExit(0 if met else 1)


def measure_build(
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
