"""`warraq serve`, run as a process."""

import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@contextmanager
def served(folder: Path, port: int = 0) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    command = [Path(sys.executable).parent / "warraq", "-C", folder, "serve", "--port", str(port)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


def test_serve_says_where_and_ends_on_ctrl_c(crawled: Path) -> None:
    """The address is printed, the pages answer there with a search of the collection, and Ctrl-C is
    a clean end.
    """
    with served(crawled) as (address, process):
        with urllib.request.urlopen(
            address + "?q=%D9%88%D8%B1%D8%A7%D9%82%D9%8A%D9%86", timeout=20
        ) as answer:
            text = answer.read().decode()
        assert "<mark>الوراقين</mark>" in text
        article = re.search(r'href="(/article/[0-9a-f]{16})"', text)
        assert article
        with urllib.request.urlopen(address.rstrip("/") + article[1], timeout=20) as answer:
            assert ".warc.gz</code>" in answer.read().decode()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def test_serve_refuses_a_taken_port(warraq: Run, crawled: Path) -> None:
    """A port that another program has is named, with what to do."""
    with served(crawled) as (address, _):
        port = address.rstrip("/").rpartition(":")[2]
        done = warraq("-C", crawled, "serve", "--port", port)
    assert done.returncode == 2
    assert f"port {port}" in done.stderr
    assert "--port" in done.stderr


def test_serve_without_an_index_tells_what_to_do(crawled: Path, tmp_path: Path) -> None:
    """Where the index is missing the page says so, as a page."""
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "warraq.toml").write_bytes((crawled / "warraq.toml").read_bytes())
    with served(tmp_path / "bare") as (address, _):
        with pytest.raises(urllib.error.HTTPError) as told:
            urllib.request.urlopen(address, timeout=20)
        with told.value as answer:
            assert answer.status == 503
            assert "run `warraq index`" in answer.read().decode()
