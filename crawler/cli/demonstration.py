"""`demo`: the whole of Warraq in a minute, on this machine alone."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli.session import Progress, Session
from crawler.cli.write import SUMMARY_COLUMNS


@click.command()
@click.argument("folder", metavar="[DIR]", default="demo-collection", type=click.Path(path_type=Path))
@click.pass_context
def demo(ctx: click.Context, folder: Path) -> None:
    """Crawl a small made-up Arabic news site on this machine into a new collection, and search it.

    The site is served on loopback while the crawl runs; nothing leaves this machine. The crawl is the very one that a
    real site gets. DIR (default demo-collection) must be new; where it is not, a number is put behind it.
    """
    from crawler.demo import QUERY, free_folder, run_demo

    session: Session = ctx.obj
    chosen = free_folder(folder)
    with Progress(session, "crawling") as progress:
        told = run_demo(chosen, say=session.say, progress=progress.update)
    click.echo("\nThe crawl:")
    rows = [{column: getattr(summary, column) for column in SUMMARY_COLUMNS} for summary in told.summaries]
    session.rows(rows, SUMMARY_COLUMNS, "table", nothing="")
    click.echo("\nWhat was fetched and indexed:")
    session.rows(told.articles, ("published", "section", "title", "versions", "addresses"), "table", nothing="")
    click.echo(f"\nwarraq search {QUERY}")
    for hit in told.hits:
        click.echo(f"  {hit}")
    click.echo(
        f"\nThe collection lies in {chosen.resolve()}: WARC files in archive/, the index in index.db.\nTry next:\n"
        f"  warraq -C {chosen} search مخطوطات\n"
        f"  warraq -C {chosen} show {told.example}\n"
        f"  warraq -C {chosen} verify --deep\n"
        f"  sqlite3 {chosen}/index.db 'SELECT published, title FROM articles ORDER BY published'\n"
        f"  warraq init my-news --site https://... && warraq -C my-news crawl"
    )
    ctx.exit(told.verdict)
