"""A program for tests: a real crawl on a disk that fills. Prints one JSON object; exit 77 where
mounting is not permitted.

    unshare --mount --net --map-root-user python full_disk.py FOLDER [SIZE MIN_FREE]

FOLDER becomes a small file system in memory, of SIZE kB, seen by this program and its children
alone. With MIN_FREE the collection has a floor, and is crawled once more while the disk is full.
"""

from __future__ import annotations

import gzip
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from loopback_site.server import Site, say
from loopback_site.small_paper import article, listing

from archive.layout import CollectionFolder
from archive.verify.collection import verify_collection

PAGES = 60
SIZE = 2_500  # kB: room for the index, the frontier, and about half of the pages
CONFIG = '[collection]\nname = "test"\n{floor}[sites.paper]\nstart = "{url}/"\ndelay = 0\n'


def page(number: int) -> str:
    """An article with 60 kB that no compression makes smaller."""
    noise = random.Random(number).randbytes(30_000).hex()  # noqa: S311
    return article(f"/news/{number}").replace("</head>", f"<!-- {noise} --></head>")


def crawl(layout: CollectionFolder) -> dict[str, object]:
    """One `warraq crawl`, and the state of the files after it."""
    script = Path(sys.executable).with_name("warraq")
    done = subprocess.run(
        [script, "-C", layout.root, "crawl"],
        capture_output=True,
        encoding="utf-8",
        timeout=200,
        check=False,
    )
    torn = 0
    for path in layout.archive.glob("*.warc.gz"):
        try:
            gzip.decompress(path.read_bytes())
        except (OSError, EOFError):
            torn += 1
    return {
        "code": done.returncode,
        "err": done.stderr,
        "torn": torn,
        "findings": [str(finding) for finding in verify_collection(layout)],
        "open": len(list(layout.archive.glob("*.open"))),
    }


def main() -> None:
    folder = Path(sys.argv[1])
    size, floor = sys.argv[2:] or (SIZE, None)
    up = subprocess.run(["ip", "link", "set", "lo", "up"], check=False, capture_output=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", folder]
    if up.returncode or subprocess.run(mount, check=False, capture_output=True).returncode:
        sys.exit(77)
    routes = {f"/news/{number}": say(page(number)) for number in range(PAGES)}
    routes |= {"/": say(listing("الجريدة", routes)), "/robots.txt": say("", kind="text/plain")}
    with Site(routes) as site:
        line = f'min_free = "{floor}"\n' if floor else ""
        layout = CollectionFolder.create(folder / "c", CONFIG.format(url=site.url, floor=line))
        first = crawl(layout)
        left = shutil.disk_usage(folder).free
        asked = len([target for target in site.wire.targets if target.startswith("/news/")])
        between = crawl_again(layout, site, folder) if floor else {}
        subprocess.run(["mount", "-o", "remount,size=64m", folder], check=True)
        second = crawl(layout)
        pages = [target for target in site.wire.targets if target.startswith("/news/")]
    told = {"first": first, "between": between, "second": second}
    print(json.dumps({**told, "asked": asked, "pages": pages, "left": left}))


def crawl_again(layout: CollectionFolder, site: Site, folder: Path) -> dict[str, object]:
    """Crawl once more, with a disk that another program has filled by three megabytes meanwhile."""
    (folder / "other").write_bytes(bytes(3_000_000))
    before = len(site.wire.targets)
    try:
        return {**crawl(layout), "asked": len(site.wire.targets) - before}
    finally:
        (folder / "other").unlink()


if __name__ == "__main__":
    main()
