"""The installed `warraq` run as a process, and a small collection crawled once for all tests that
only read.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawler.demo.site import serve_demo_site

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def warraq(
    *arguments: object, folder: Path | None = None, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Run the command that is installed beside this Python; `folder` is its current folder."""
    script = Path(sys.executable).parent / "warraq"
    clean = {
        key: value for key, value in os.environ.items() if not key.startswith(("WARRAQ", "COLUMNS"))
    }
    return subprocess.run(
        [script, *map(str, arguments)],
        cwd=folder,
        env=clean | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.fixture(name="warraq")
def run_warraq() -> Run:
    """`warraq(*arguments)`: the finished process, with `returncode`, `stdout` and `stderr`."""
    return warraq


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The made-up site, served for the whole session; gives its address."""
    with serve_demo_site() as url:
        yield url


@pytest.fixture(scope="session")
def crawled(site: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of the made-up site, crawled twice. Only to be read."""
    folder = tmp_path_factory.mktemp("crawled") / "sidr"
    founded = warraq("init", folder, "--site", site, "--timezone", "Asia/Baghdad")
    assert founded.returncode == 0, founded.stderr
    for _ in range(2):
        done = warraq("-C", folder, "crawl")
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def collection(crawled: Path, tmp_path: Path) -> Path:
    """A copy of the crawled collection, to be written to."""
    return Path(shutil.copytree(crawled, tmp_path / "copy"))
