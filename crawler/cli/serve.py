"""The command `serve`."""

from __future__ import annotations

import threading

import click

from crawler.cli.session import Session, print_line


@click.command()
@click.option(
    "--port",
    metavar="P",
    type=click.IntRange(0, 65534),
    default=8460,
    show_default=True,
    help="Serve the pages on this port of 127.0.0.1, and the replay on the next one;"
    " 0 takes any two.",
)
@click.pass_context
def serve(ctx: click.Context, port: int) -> None:
    """Show the collection in a browser on this machine: search, read, compare versions, see pages
    as captured.

    Only this machine can reach it and nothing can be changed by it. Archived pages are shown on a
    port of their own, where no script runs and nothing is fetched from the web. Ctrl-C ends it.
    """
    from crawler.serve.both_origins import serve_collection

    session: Session = ctx.obj
    layout = session.layout()
    with serve_collection(layout, port, port + 1 if port else 0) as (pages, replay):
        print_line(pages + "/")
        session.tell_person(
            f"{layout.root} is served there, captures are replayed at {replay}/; Ctrl-C ends it"
        )
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            session.tell_person("ended")
