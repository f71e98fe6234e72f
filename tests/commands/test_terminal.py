"""On a terminal: tables instead of JSON lines, matches in bold, progress drawn on standard
error.
"""

import os
import pty
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(sys.executable).parent / "warraq"


def on_terminal(*arguments: object) -> tuple[str, int]:
    """What the command shows on a terminal of its own, and its exit code."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [SCRIPT, *map(str, arguments)], stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                chunk = os.read(ours, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
            if not chunk:
                break
            shown += chunk
    os.close(ours)
    return shown.decode("utf-8"), process.returncode


def test_search_is_for_a_person(crawled: Path) -> None:
    """A search shows date, site and headline with matches in bold, not JSON."""
    shown, code = on_terminal("-C", crawled, "search", "وراقين")
    assert code == 0, shown
    assert "\x1b[1mالوراقين\x1b[0m" in shown
    assert "{" not in shown


def test_listing_is_a_table_that_fits(crawled: Path) -> None:
    """A listing command shows a table no wider than the terminal."""
    shown, code = on_terminal("-C", crawled, "status")
    assert code == 0, shown
    assert shown.startswith("site ")
    assert max(len(line) for line in shown.splitlines()) <= 80
    assert (
        "…" not in shown
    )  # eighty columns are enough for when a site was crawled and when it is due
    assert " ago " in shown


def test_progress_is_drawn_on_one_line(collection: Path) -> None:
    """A crawl draws its progress over itself; with -q nothing is drawn."""
    shown, code = on_terminal("-C", collection, "crawl", "--force")
    assert code == 0, shown
    assert "\r\x1b[Kcrawling: " in shown
    quiet, code = on_terminal("-q", "-C", collection, "crawl", "--limit", "2")
    assert code == 0, quiet
    assert "crawling" not in quiet
