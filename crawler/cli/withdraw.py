"""The command that takes an article back: withdraw."""

from __future__ import annotations

import click

from crawler.cli.session import Session, counted, print_line


@click.command()
@click.argument("article", metavar="ID|URL")
@click.option("--reason", metavar="TEXT", required=True, help="Why; kept with the tombstone.")
@click.option(
    "--purge", is_flag=True, help="Also take its payloads out of the WARC files, for good."
)
@click.pass_context
def withdraw(ctx: click.Context, article: str, reason: str, *, purge: bool) -> None:
    """Take an article back: out of index, search, export and replay. A tombstone with the reason
    and digests is kept.

    The withdrawal is a record in the archive, so every rebuild obeys it, and a later capture does
    not bring the article back. The WARC files stay as they are; with --purge the records become
    tombstones of the same length, other records keep their bytes, and fixity is stated anew.
    """
    from crawler.admin.withdraw import withdraw_article

    session: Session = ctx.obj
    done = withdraw_article(session.layout(), session.config(), article, reason=reason, purge=purge)
    print_line(f"withdrawn {done.withdrawal.article_id} {done.withdrawal.url}")
    session.tell_person(
        f"{counted(done.captures, 'capture')}"
        f" {'shows' if done.captures == 1 else 'show'} it no more" + (", purged" if purge else "")
    )
    for name in done.rewritten:
        session.tell_person(f"rewritten: {name}")
    for url, captured in done.carried:
        session.tell_person(
            f"its text stands in another page, too, which is left as it is: {url} of {captured}"
        )
