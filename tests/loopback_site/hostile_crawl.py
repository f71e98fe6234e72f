"""A program for tests: serves hostile sites beside a good one, crawls all of them at once with
`warraq crawl`, and tells.

    hostile_crawl.py FOLDER     makes a collection in FOLDER; prints one JSON object

The crawl is a process of its own, so that its memory can be told from the servers'. Only time-outs
are shortened.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from loopback_site.documents import _URLSET, DOCUMENTS, ROBOTS, gzip_bomb
from loopback_site.misbehaviours import MISBEHAVIOURS
from loopback_site.server import Site, say
from loopback_site.small_paper import article, listing, paper
from loopback_site.traps import TRAPS, trap_home

CRAWL = """
import sys
from crawler.engine import scrapy_settings as settings
settings.WARRAQ_IDLE_TIMEOUT = 1.5
settings.DOWNLOAD_TIMEOUT = 4.0
settings.WARRAQ_CONNECT_TIMEOUT = 3.0
from pipelines.ingest.worker_pool import WorkerPool
WorkerPool.__init__.__kwdefaults__["seconds"] = 15.0
sys.argv[0] = "warraq"
from crawler.cli import main
main()
"""
SITEMAPS = tuple(name for name in DOCUMENTS if name.startswith("/sitemap"))
ENDLESS = "/many-attributes?count=200000"  # minutes of work for libxml2
# Those that grow without end in number have tests of their own (test_run.py).
LEFT_OUT = {"/many-attributes", "/session", "/facets", "/unavailable-until", *SITEMAPS}
PAGES = [name for name in (*MISBEHAVIOURS, *DOCUMENTS, *TRAPS) if name not in LEFT_OUT] + [
    "/redirect-chain/12",
    ENDLESS,
]
GOOD = 20
BOMBS = ((400, b"<html><p>", b""), (200, _URLSET.encode(), b"</urlset>"))


def routes() -> dict[str, object]:
    """The hostile site: every misbehaviour linked from the start, a good article after every
    fifth.
    """
    links: list[str] = []
    for number, page in enumerate(PAGES):
        links.append(page)
        if number % 5 == 4:
            links.append(f"/news/{number // 5}")
    good = {f"/news/{number}": say(article(f"/news/{number}")) for number in range(GOOD)}
    made = {**MISBEHAVIOURS, **DOCUMENTS, **TRAPS, **good}
    made["/empty"] = say(b"")
    made["/blank"] = say("<html><head><title>x</title></head><body></body></html>")
    made["/report"] = say(b"%PDF-1.7 ...", kind="application/pdf")
    made["/"] = say(
        listing(
            "الجريدة", [*links, "/empty", "/blank", "/report", *(f"/news/{n}" for n in range(GOOD))]
        )
    )
    return made


def main() -> None:
    folder = Path(sys.argv[1])
    for megabytes, start, end in BOMBS:
        gzip_bomb(megabytes, start, end)  # made beforehand: it holds up the server
    with contextlib.ExitStack() as stack:
        hostile = stack.enter_context(Site(routes(), homes=(trap_home,)))
        intranet = stack.enter_context(Site(paper(2), host="127.0.0.2", port=hostile.port))
        good = stack.enter_context(Site(paper(6)))
        forbidding = stack.enter_context(Site(paper(2) | {"/robots.txt": ROBOTS["forbid"]}))
        named = "".join(f"Sitemap: {hostile.url}{name}\n" for name in SITEMAPS)
        hostile.routes["/robots.txt"] = say(
            f"User-agent: *\nDisallow: /private/\n{named}", kind="text/plain"
        )
        starts = {
            "hostile": hostile.url,
            "good": good.url,
            "forbidding": forbidding.url,
            "unreachable": "http://127.0.0.1:9",
            "nameless": "http://nowhere.invalid",
        }
        folder.mkdir()
        text = '[collection]\nname = "hostile"\n' + "".join(
            f'[sites.{name}]\nstart = "{url}/"\ndelay = 0\nconcurrency = 4\nexclude ='
            f' ["/made-up/"]\n'
            for name, url in starts.items()
        )
        (folder / "warraq.toml").write_text(text, "utf-8")
        for name in ("archive", "indexes", "state"):
            (folder / name).mkdir()
        began = time.monotonic()
        command = [sys.executable, "-c", CRAWL, "-C", str(folder), "crawl", "--format", "jsonl"]
        with (folder.parent / "out").open("wb") as out, (folder.parent / "err").open("wb") as err:
            process = subprocess.Popen(command, stdout=out, stderr=err)
            peak = watch(process)
        told = {
            "code": process.returncode,
            "seconds": time.monotonic() - began,
            "peak": peak,
            "sites": starts,
            "asked": {
                name: site.wire.targets
                for name, site in (
                    ("hostile", hostile),
                    ("intranet", intranet),
                    ("good", good),
                    ("forbidding", forbidding),
                )
            },
            "sent": {exchange.target: exchange.sent for exchange in hostile.wire.exchanges},
            "out": (folder.parent / "out").read_text("utf-8"),
            "err": (folder.parent / "err").read_text("utf-8"),
        }
        print(json.dumps(told))


def watch(process: subprocess.Popen[bytes]) -> int:
    """The most memory, in bytes, that the process (not its children) had resident at any time."""
    peak = 0
    while process.poll() is None:
        with contextlib.suppress(OSError, StopIteration, IndexError):
            status = Path(f"/proc/{process.pid}/status").read_text()
            peak = max(
                peak,
                next(
                    int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")
                )
                << 10,
            )
        time.sleep(0.05)
    return peak


if __name__ == "__main__":
    main()
