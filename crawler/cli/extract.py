"""`extract`: what would be indexed for one page, and why; the tool to tune a site with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli.session import Session, print_text

if TYPE_CHECKING:
    from archive.config import SiteConfig
    from archive.model import Article, NotAnArticle
    from crawler.admin.single_page import FetchedPage


@click.command()
@click.argument("page", metavar="URL|FILE")
@click.option(
    "--html",
    "file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the page from FILE, as if URL had answered with it.",
)
@click.option(
    "--site",
    metavar="SITE",
    help="Use this site's configuration. [default: the one whose host it is]",
)
@click.option(
    "--explain", is_flag=True, help="Also tell every candidate for a field and which was chosen."
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.pass_context
def extract(
    ctx: click.Context, page: str, file: Path | None, site: str | None, *, explain: bool, form: str
) -> None:
    """Show what would be indexed for one page, and why.

    PAGE is a URL (asked for now if robots.txt allows it, and not archived), or an HTML file.
    Nothing in the collection is changed; where there is one, its warraq.toml gives the site's zone,
    language and selectors, and its index what the site's own pages have taught to leave out.
    """
    from archive.model import Article
    from crawler.admin.single_page import find_site, open_page, without_boilerplate

    session: Session = ctx.obj

    def site_of(url: str) -> SiteConfig | None:
        return find_site(session.folder, url, site)

    got = open_page(page, file, say=session.tell_person, site_of=site_of)
    config = find_site(session.folder, got.url, site)
    result = _read(got, config)
    if config is not None and isinstance(result, Article):
        result = without_boilerplate(session.folder, config, result)
    for line in _json(result) if form == "json" else _text(result, config, explain=explain):
        print_text(line)


def _read(page: FetchedPage, site: SiteConfig | None) -> Article | NotAnArticle:
    """What a page is, as a crawl reads it, and within its limits."""
    from archive.config import SiteConfig
    from archive.model import NotAnArticle, NotArticleReason
    from pipelines.ingest.worker_pool import read_apart
    from pipelines.payload_facts import PayloadFacts

    facts = PayloadFacts(
        url=page.url,
        captured=datetime.now(UTC),
        status=200,
        content_type=page.content_type,
    )
    reading = read_apart(page.body, facts, site or SiteConfig(name="site", start=(page.url,)))
    return (
        reading.article
        or reading.not_article
        or NotAnArticle(
            url=page.url, reason=NotArticleReason.NOT_HTML, detail=f"it is a {reading.kind}"
        )
    )


def _json(result: Article | NotAnArticle) -> Iterator[str]:
    from archive.model import Article
    from archive.render.printable import printable_json

    if isinstance(result, Article):
        told = result.to_dict() | {
            "paragraphs": result.paragraphs,
            "authors": result.authors,
            "tags": result.tags,
            "related": [{"url": link.url, "text": link.text} for link in result.related],
        }
    else:
        told = {"url": result.url, "not_an_article": str(result.reason), "detail": result.detail}
    told["evidence"] = [
        {"field": each.field, "source": each.source, "value": each.value, "chosen": each.chosen}
        for each in result.evidence
    ]
    yield printable_json(told, indent=2)


def _text(
    result: Article | NotAnArticle, site: SiteConfig | None, *, explain: bool
) -> Iterator[str]:
    from archive.model import Article
    from archive.render.printable import printable_line, printable_text

    if isinstance(result, Article):
        for name, value in result.to_dict().items():
            if name != "body" and value is not None:
                yield f"{name + ':':21}{printable_text(str(value))}"
        yield f"{'tags:':21}{printable_text(', '.join(result.tags))}"
        yield f"{'zone:':21}{site.timezone if site else 'UTC'}"
        for number, paragraph in enumerate(result.paragraphs, 1):
            yield f"{number:3}  {printable_text(paragraph)}"
        for link in result.related:
            yield f"related: {printable_text(link.text)} <{link.url}>"
    else:
        yield f"not an article: {result.reason}" + (
            f" ({printable_text(result.detail)})" if result.detail else ""
        )
    if explain:
        yield ""
        for each in result.evidence:
            value = printable_line(each.value)
            yield f"{'*' if each.chosen else ' '} {each.field:12} {each.source:14} {value[:160]}"
