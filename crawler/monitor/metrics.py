"""What `status` says and what crawls have counted, for Prometheus.

A crawl ends long before it would be scraped, so that the numbers are those of the index: written to
a file after each run for node_exporter's textfile collector, or read at each scrape by
`warraq metrics --port`. Needs prometheus-client, which is imported only here.
"""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn
from typing import TYPE_CHECKING, Any, Protocol
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from archive.errors import UsageError, WarraqError, file_refused
from archive.layout import CollectionFolder
from archive.locks.file_modes import METRICS_MODE
from archive.query.reader import IndexReader
from archive.query.runs import counted_by_site

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from prometheus_client import CollectorRegistry, Metric

Row = Mapping[str, Any]
# name: (key of a row of `status`, what it is)
_GAUGES = {
    "articles": ("articles", "Articles in the index."),
    "last_crawl_fetched": ("fetched", "Exchanges of the last crawl."),
    "last_crawl_new": ("new", "New articles of the last crawl."),
    "last_crawl_changed": ("changed", "Changed articles of the last crawl."),
    "last_crawl_failed": ("failed", "Failures of the last crawl."),
}
_TIMES = {
    "last_crawl_started": ("started", "When the last crawl began."),
    "last_crawl_finished": ("finished", "When the last crawl ended."),
    "newest_article": ("newest", "The latest publication known."),
    "due_since": ("due_since", "Since when the site is due."),
}
_COUNTERS = {
    "fetched": "Exchanges of all crawls.",
    "new": "New articles of all crawls.",
    "changed": "Changed articles of all crawls.",
    "failed": "Failures of all crawls.",
    "bytes": "Bytes received by all crawls.",
}


class StatusRows(Protocol):
    """Where the rows of `status` come from."""

    def __call__(self) -> Sequence[Row]:
        """The sites as they stand now."""


class CollectionMetrics:
    """The metrics of a collection, as prometheus-client collects them: read anew each time."""

    def __init__(self, layout: CollectionFolder, name: str, status: StatusRows) -> None:
        self._layout = layout
        self._name = name
        self._status = status

    def collect(self) -> Iterator[Metric]:
        """One metric after the other; labels are `collection` and `site`."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        rows = self._status()
        for name, what, values in _site_gauges(rows):
            gauge = GaugeMetricFamily(f"warraq_{name}", what, labels=("collection", "site"))
            for site, value in values.items():
                gauge.add_metric((self._name, site), value)
            yield gauge
        counted = self._counted()
        for name, what in _COUNTERS.items():
            counter = CounterMetricFamily(f"warraq_{name}", what, labels=("collection", "site"))
            for site, counts in counted.items():
                counter.add_metric((self._name, site), counts[name])
            yield counter
        disk = shutil.disk_usage(self._layout.root)
        for name, what, value in (
            ("disk_free_bytes", "Free on the disk of the collection.", disk.free),
            ("archive_bytes", "Bytes of WARC files.", _archive_bytes(self._layout.archive)),
        ):
            gauge = GaugeMetricFamily(f"warraq_{name}", what, labels=("collection",))
            gauge.add_metric((self._name,), value)
            yield gauge

    def _counted(self) -> dict[str, dict[str, int]]:
        if not self._layout.has_usable_index():
            return {}
        with IndexReader(self._layout.index_db) as reader:
            return counted_by_site(reader)


def _site_gauges(rows: Sequence[Row]) -> Iterator[tuple[str, str, dict[str, float]]]:
    """Name, meaning, and values by site; a site without a value has none."""
    yield (
        "healthy",
        "1 where `warraq status` sees no problem.",
        {row["site"]: float(not row["problem"]) for row in rows},
    )
    for name, (key, what) in _GAUGES.items():
        yield name, what, {row["site"]: float(row[key]) for row in rows}
    for name, (key, what) in _TIMES.items():
        times = {row["site"]: datetime.fromisoformat(row[key]) for row in rows if row[key]}
        values = {site: time.timestamp() for site, time in times.items()}
        yield f"{name}_timestamp_seconds", what, values


def _archive_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.warc.gz*"))


def open_registry(metrics: CollectionMetrics) -> CollectorRegistry:
    """A registry with these metrics and no others; UsageError without prometheus-client."""
    try:
        from prometheus_client import CollectorRegistry
    except ImportError as error:
        raise UsageError("metrics need prometheus-client: pip install 'warraq[monitor]'") from error
    registry = CollectorRegistry(auto_describe=False)
    registry.register(metrics)
    return registry


def metrics_text(metrics: CollectionMetrics) -> str:
    """The metrics in Prometheus' text format, version 0.0.4."""
    registry = open_registry(metrics)
    from prometheus_client import generate_latest

    return generate_latest(registry).decode("utf-8")


def write_metrics(metrics: CollectionMetrics, path: Path) -> None:
    """Write the metrics to a file, whole or not at all, readable by all: the exporter is somebody
    else. UsageError or StorageError where that cannot be done.
    """
    text = metrics_text(metrics)
    fresh = path.with_name(f"{path.name}.{threading.get_native_id()}.new")
    try:
        fresh.write_text(text, "utf-8")
        fresh.chmod(METRICS_MODE)
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise file_refused(path, error) from error


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Each scrape is no news."""


class _MetricsServer(ThreadingMixIn, WSGIServer):
    """One thread a scrape, so that none waits for another's connection."""

    daemon_threads = True

    def server_bind(self) -> None:
        """Listen, without the look-up of our own name that http.server would make."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()


class _MetricsServer6(_MetricsServer):
    address_family = socket.AF_INET6


@contextmanager
def serve_metrics(metrics: CollectionMetrics, host: str, port: int) -> Iterator[str]:
    """Answer `GET /metrics` on an address while the block runs; yields the URL.

    A scrape that cannot be answered (an index that is being replaced, a warraq.toml that is being
    edited) gets a 503 that says why. UsageError where the port is taken.
    """
    app = _metrics_app(open_registry(metrics))
    kind = _MetricsServer6 if ":" in host else _MetricsServer
    try:
        server = make_server(host, port, app, kind, _QuietHandler)
    except OSError as error:
        raise UsageError(f"{host}:{port}: cannot listen there: {error.strerror}") from error
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()


def _metrics_app(registry: CollectorRegistry) -> WSGIApplication:
    from prometheus_client import make_wsgi_app

    answer: Callable[..., Iterable[bytes]] = make_wsgi_app(registry)

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return answer(environ, start_response)
        except WarraqError as error:
            start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
            return [f"{error}\n".encode("ascii", "backslashreplace")]

    return app
