"""The site that both builds crawl: served by a process of its own, and the articles it has."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

BENCH = Path(__file__).parent
ARTICLES = 1000


@contextmanager
def serve_site() -> Iterator[str]:
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


def list_article_paths() -> frozenset[str]:
    """Paths of the articles; the generator is loaded by its path, as `site` is also a module of
    Python's own."""
    spec = spec_from_file_location("bench_site", BENCH / "site.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return frozenset(module.article_path(number) for number in range(ARTICLES))
