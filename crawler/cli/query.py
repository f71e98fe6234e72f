"""The commands that answer from the index: search, show, versions, diff, cluster, cite, gone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from crawler.cli.options import filters, form_option
from crawler.cli.session import Session, print_json, print_line, print_marked, print_text

if TYPE_CHECKING:
    from archive.query.filters import Filters
    from archive.query.reader import IndexReader, Row

GONE_COLUMNS = ("gone_since", "site", "title", "reason", "article_id", "url")
HIT_COLUMNS = ("id", "published", "site", "section", "title", "excerpt", "url")


@contextmanager
def _reader(session: Session) -> Iterator[IndexReader]:
    from archive.query.reader import IndexReader

    with IndexReader(session.layout().index_db) as reader:
        yield reader


@click.command()
@click.argument("query", nargs=-1, required=True)
@filters("--to", "--until")
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="At most N articles.",
)
@click.option(
    "--sort", type=click.Choice(["relevance", "date"]), default="relevance", show_default=True
)
@form_option
@click.pass_context
def search(
    ctx: click.Context,
    query: tuple[str, ...],
    limit: int,
    sort: str,
    form: str | None,
    chosen: Filters,
) -> None:
    """Search the articles; all words of QUERY are required, in whatever Arabic spelling.

    "Words in quotes" are a phrase, A OR B either, -word without it, begin* the beginning of a word;
    an empty QUERY ('') gives the newest. Matches are marked: bold on a terminal, else in [ and ] in
    `title_marked` and `excerpt`.
    """
    from archive.query.filters import Sort
    from archive.text.folding import parse_query
    from crawler.cli.search_results import hit_lines

    session: Session = ctx.obj
    words = " ".join(query)
    if words.strip() and not parse_query(words):
        session.tell_person(f"{words!r} names no word to look for, so nothing answers it")
    with _reader(session) as reader:
        session.check_site(reader, chosen.site)
        found = reader.search(words, chosen, sort=Sort(sort), limit=limit)
        if session.as_table(form):
            for line in hit_lines(found, words, bold=sys.stdout.isatty()):
                print_marked(line)
            total = reader.count(words, chosen) if len(found) == limit else len(found)
            session.tell_person(
                f"{len(found)} of {total} articles" if found else f"no article answers {words!r}"
            )
            return
        rows = [{name: value for name, value in row.items() if name != "body"} for row in found]
        session.rows(rows, HIT_COLUMNS, form, nothing=f"no article answers {words!r}")


@click.command()
@click.argument("article", metavar="ID|URL")
@click.option(
    "--version",
    "number",
    metavar="N",
    type=click.IntRange(min=1),
    help="Its Nth version. [default: the last seen]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json", "html", "warc"]),
    default="text",
    show_default=True,
    help="How; warc gives the record's bytes.",
)
@click.pass_context
def show(ctx: click.Context, article: str, number: int | None, form: str) -> None:
    """Show an article, one of its versions, or the WARC record that it was read from."""
    from archive.render.article import as_html, as_markdown, as_text

    session: Session = ctx.obj
    with _reader(session) as reader:
        row = reader.require_article(article)
        version = _version(reader, row, number) if number else None
        if form == "warc":
            sys.stdout.buffer.write(_record(session, reader, row, version))
        elif form == "json":
            print_json(_whole(reader, row, version), indent=2)
        else:
            render = {
                "text": as_text,
                "markdown": as_markdown,
                "html": as_html,
            }
            print_text(render[form](row, version), nl=False)


def _version(reader: IndexReader, row: Row, number: int) -> Row:
    from archive.errors import UsageError

    for version in reader.versions(row["id"]):
        if version["number"] == number:
            return version
    raise UsageError(
        f"{row['id']} has no version {number}; it has {row['versions']}:"
        f" see `warraq versions {row['id']}`"
    )


def shown_capture(reader: IndexReader, row: Row, version: Row | None) -> Row | None:
    """The capture to show or cite: the first that carried the very text asked for, its bytes in the
    record itself.
    """
    wanted = version["id"] if version else row["version_id"]
    captures = reader.captures(row["id"])
    exact = [capture for capture in captures if capture["version_id"] == wanted]
    whole = [capture for capture in exact if capture["record_type"] != "revisit"]
    return next(iter(whole or exact or captures), None)


def _record(session: Session, reader: IndexReader, row: Row, version: Row | None) -> bytes:
    from archive.collection import Collection
    from archive.errors import UsageError

    capture = shown_capture(reader, row, version)
    if capture is None:
        raise UsageError(f"{row['id']}: no capture of it is in the index")
    with Collection(session.layout().root) as collection:
        return collection.record(capture)


def _whole(reader: IndexReader, row: Row, version: Row | None) -> dict[str, Any]:
    told = dict(row)
    if version:
        told |= {"title": version["title"], "body": version["body"], "version": dict(version)}
    told["authors"] = reader.authors(row["id"])
    told["addresses"] = reader.addresses(row["id"])
    told["links"] = reader.links(row["id"])
    told["captures"] = reader.captures(row["id"])
    return told


@click.command()
@click.argument("article", metavar="ID|URL")
@form_option
@click.pass_context
def versions(ctx: click.Context, article: str, form: str | None) -> None:
    """List the versions of an article: its distinct texts, and when each was seen."""
    session: Session = ctx.obj
    with _reader(session) as reader:
        rows = [
            {name: value for name, value in row.items() if name != "body"}
            | {"words": len(row["body"].split())}
            for row in reader.versions(reader.require_article(article)["id"])
        ]
    session.rows(
        rows,
        ("number", "first_seen", "last_seen", "words", "title", "id"),
        form,
        nothing="no versions",
    )


@click.command()
@click.argument("article", metavar="ID|URL")
@click.argument("pair", metavar="[A B]", nargs=-1, type=click.IntRange(min=1))
@click.option(
    "--format", "form", type=click.Choice(["text", "html"]), default="text", show_default=True
)
@click.pass_context
def diff(ctx: click.Context, article: str, pair: tuple[int, ...], form: str) -> None:
    """Show what changed between versions A and B of an article; without them between the last
    two.
    """
    from archive.render import diff

    session: Session = ctx.obj
    if len(pair) not in (0, 2):
        raise click.UsageError("name two versions, or none for the last two", ctx)
    with _reader(session) as reader:
        row = reader.require_article(article)
        if not pair and row["versions"] < 2:
            session.tell_person(f"{row['id']} has one version only: nothing changed")
            return
        before, after = (
            _version(reader, row, number)
            for number in pair or (row["versions"] - 1, row["versions"])
        )
    found = diff.compare_versions(before, after)
    for line in (diff.as_html if form == "html" else diff.as_text)(found):
        print_line(line)


@click.command()
@click.argument("article", metavar="ID|URL")
@form_option
@click.pass_context
def cluster(ctx: click.Context, article: str, form: str | None) -> None:
    """List the near-duplicates of an article, across sites, first published first, itself among
    them.
    """
    session: Session = ctx.obj
    with _reader(session) as reader:
        row = reader.require_article(article)
        rows = [
            {name: value for name, value in near.items() if name != "body"}
            for near in reader.cluster(row["id"])
        ]
    if not row["cluster_id"]:
        session.tell_person(f"{row['id']} has no near-duplicates")
    session.rows(rows, ("published", "site", "title", "words", "id", "url"), form, nothing="")


@click.command()
@click.argument("article", metavar="ID|URL")
@click.option(
    "--version",
    "number",
    metavar="N",
    type=click.IntRange(min=1),
    help="Its Nth version. [default: the last seen]",
)
@click.option(
    "--style",
    type=click.Choice(["text", "bibtex", "csl-json", "ris"]),
    default="text",
    show_default=True,
    help="The form.",
)
@click.pass_context
def cite(ctx: click.Context, article: str, number: int | None, style: str) -> None:
    """Cite an article with the time, digest and WARC record of the capture that shows it."""
    from archive.render.citations import CitationStyle, CitedCapture, format_citation

    session: Session = ctx.obj
    with _reader(session) as reader:
        row = reader.require_article(article)
        version = _version(reader, row, number) if number else None
        capture = shown_capture(reader, row, version)
    shown = row | {"title": version["title"]} if version else row
    print_text(format_citation(CitedCapture.from_rows(shown, capture), CitationStyle(style)))


@click.command()
@click.argument("sites", metavar="[SITE]...", nargs=-1)
@form_option
@click.pass_context
def gone(ctx: click.Context, sites: tuple[str, ...], form: str | None) -> None:
    """List the articles that answered and no longer do, latest first: since when, and what answers
    now. What they said is still here: `warraq show ID`.
    """
    session: Session = ctx.obj
    with _reader(session) as reader:
        for site in sites:
            session.check_site(reader, site)
        rows = [row for row in reader.disappearances() if not sites or row["site"] in sites]
        session.rows(rows, GONE_COLUMNS, form, nothing="no article has disappeared")
