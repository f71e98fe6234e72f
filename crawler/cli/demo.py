"""`demo`: the whole of Warraq in a minute, on this machine alone."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

import click

from crawler.cli.crawl import SUMMARY_COLUMNS
from crawler.cli.session import Progress, Session, print_marked, print_text


@click.command()
@click.argument(
    "folder", metavar="[DIR]", default="demo-collection", type=click.Path(path_type=Path)
)
@click.pass_context
def demo(ctx: click.Context, folder: Path) -> None:
    """Crawl a small made-up Arabic news site on this machine into a new collection, and search it.

    The site is served on loopback while the crawl runs; nothing leaves this machine. The crawl is
    the very one that a real site gets. DIR (default demo-collection) must be new; if it is not,
    a number is added to its name.
    """
    from crawler.cli.search_results import hit_lines
    from crawler.demo.tour import QUERY, free_folder, run_demo

    session: Session = ctx.obj
    chosen = free_folder(folder)
    with Progress(session, "crawling") as progress:
        told = run_demo(chosen, say=session.tell_person, progress=progress.update)
    print_text("\nThe crawl")
    rows = [
        {column: getattr(summary, column) for column in SUMMARY_COLUMNS}
        for summary in told.summaries
    ]
    session.rows(rows, SUMMARY_COLUMNS, "table", nothing="")
    print_text("\nThe articles")
    session.rows(
        told.articles,
        ("published", "section", "title", "versions", "addresses"),
        "table",
        nothing="",
    )
    print_text(f"\n$ warraq -C {chosen} search {QUERY}")
    for line in hit_lines(told.hits, QUERY, bold=sys.stdout.isatty()):
        print_marked(line)
    print_text(_next(chosen, told.hits[0]["id"] if told.hits else "ID"))
    ctx.exit(told.verdict)


def _next(folder: Path, example: str) -> str:
    """Where the collection lies, and what to do with it, in commands that can be pasted."""
    program = "warraq" if shutil.which("warraq") else shlex.quote(sys.argv[0])
    within = f"{program} -C {shlex.quote(str(folder))}"
    tries = (
        f"{within} serve",
        f"{within} search مخطوطات",
        f"{within} show {example}",
        f"{within} cite {example} --style bibtex",
        f"{within} verify --deep",
        f"{within} index --rebuild",
        f"{program} init my-news --site https://news.example/ && {program} -C my-news crawl",
    )
    lines = [
        f"\nThe collection lies in {folder.resolve()}:",
        "  archive/   the WARC files",
        "  index.db   the index (SQLite)",
    ]
    return "\n".join([*lines, "Try next:", *(f"  {line}" for line in tries)])
