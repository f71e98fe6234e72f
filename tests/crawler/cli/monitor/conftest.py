"""A collection of two sites, crawled twice by the command; the second time one of them fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from cli_run import Done
from click.testing import CliRunner
from loopback_site.server import Site, say
from loopback_site.small_paper import paper

from crawler.cli import warraq


class Crawled(NamedTuple):
    folder: Path
    first: Done
    second: Done
    pings: list[str]


def crawl(folder: Path) -> Done:
    done = CliRunner().invoke(warraq, ["-C", str(folder), "crawl"])
    return Done(done.exit_code, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("runs")
    told = {f"/{name}": say("OK") for name in ("start", "success", "fail")}
    with Site(paper(3)) as good, Site(paper(2)) as bad, Site(told) as service:
        text = '[collection]\nname = "two"\nmetrics_file = "warraq.prom"\n'
        text += "".join(f'ping_{path[1:]} = "{service.url}{path}"\n' for path in told)
        for name, site in (("good", good), ("bad", bad)):
            text += f'[sites.{name}]\nstart = "{site.url}/"\n'
        (folder / "warraq.toml").write_text(text)
        first = crawl(folder)
        bad.routes["/"] = say("", status="500 Internal Server Error")
        second = crawl(folder)
        yield Crawled(folder, first, second, list(service.wire.targets))
