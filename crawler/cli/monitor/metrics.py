"""The command `metrics`, and the file of metrics that a run writes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from crawler.cli.session import Session, print_line, print_text

if TYPE_CHECKING:
    from archive.config import CollectionConfig
    from archive.layout import CollectionFolder
    from crawler.monitor.metrics import CollectionMetrics


@click.command()
@click.option(
    "--port",
    metavar="P",
    type=click.IntRange(0, 65535),
    help="Answer GET /metrics on this port until Ctrl-C, instead of printing once; 0 takes any.",
)
@click.option(
    "--host",
    metavar="ADDRESS",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on; there is no password.",
)
@click.pass_context
def metrics(ctx: click.Context, port: int | None, host: str) -> None:
    """Print what `status` says and what crawls have counted, in the text format of Prometheus.

    With --port it is served instead, read anew at each scrape. After each run it is written to the
    `metrics_file` of warraq.toml, if there is one. Needs: pip install 'warraq[monitor]'.
    """
    from crawler.monitor.metrics import metrics_text, serve_metrics

    session: Session = ctx.obj
    layout = session.layout()
    numbers = _collection_metrics(layout, session.config)
    if port is None:
        print_text(metrics_text(numbers), nl=False)
        return
    with serve_metrics(numbers, host, port) as url:
        print_line(url)
        session.tell_person(f"{layout.root} is watched there; Ctrl-C ends it")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            session.tell_person("ended")


def metrics_writer(layout: CollectionFolder, config: CollectionConfig) -> Callable[[], None] | None:
    """What writes the `metrics_file` of a configuration; None where it names none."""
    if config.metrics_file is None:
        return None
    path = layout.root / config.metrics_file

    def write() -> None:
        from crawler.monitor.metrics import write_metrics

        write_metrics(_collection_metrics(layout, lambda: config), path)

    return write


def _collection_metrics(
    layout: CollectionFolder, config: Callable[[], CollectionConfig]
) -> CollectionMetrics:
    from crawler.cli.health import status_rows
    from crawler.monitor.metrics import CollectionMetrics

    return CollectionMetrics(layout, config().name, lambda: status_rows(layout, config()))
