"""The command that writes a proof of one capture: prove."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli.session import Session, print_line

if TYPE_CHECKING:
    from archive.model import Capture, Reference
    from archive.query.reader import IndexReader


@click.command()
@click.argument("name", metavar="ID|URL")
@click.option(
    "-o",
    "target",
    metavar="FILE",
    type=click.Path(path_type=Path),
    required=True,
    help="Where to (a ZIP file); a file that exists is written over.",
)
@click.pass_context
def prove(ctx: click.Context, name: str, target: Path) -> None:
    """Write a proof that a capture is what was captured: its records, their path to a statement of
    fixity, the statement's signature and time stamps, in one small file.

    A stranger checks it with `openssl` and the page of Python in docs/fixity.md, without the
    collection. ID is a capture's, or an article's: then its capture that `warraq cite` names. Of
    an address that is no article, the newest capture.
    """
    from archive.errors import file_refused
    from archive.fixity.proof import build_proof
    from archive.model import iso_utc
    from archive.query.reader import IndexReader

    session: Session = ctx.obj
    layout = session.layout()
    with IndexReader(layout.index_db) as reader:
        capture = _named_capture(reader, name)
        places = [(each.warc, each.offset) for each in _with_referred(reader, capture)]
    about = {
        "url": capture.url,
        "captured": iso_utc(capture.captured),
        "record_id": capture.record_id,
        "payload_digest": str(capture.payload_digest or ""),
        "collection": session.config().name,
    }
    proof = build_proof(layout.fixity, layout.archive, places, about)
    try:
        target.write_bytes(proof.data)
    except OSError as error:
        raise file_refused(target, error) from error
    print_line(f"{target}: {len(proof.data)} bytes, {capture.url} of {about['captured']}")
    for key in sorted(proof.keys):
        session.tell_person(f"signed with {key}")
    for stamp in proof.stamps:
        session.tell_person(f"stated before {iso_utc(stamp.at)} (time stamp)")
    if not proof.keys and not proof.stamps:
        session.tell_person(
            "neither signed nor time-stamped: it proves something only to who kept the digest of a"
            " line (warraq fixity head)"
        )


def _named_capture(reader: IndexReader, name: str) -> Capture:
    """The capture of that id, the one an article is cited with, or the newest of an address."""
    from archive.urls import normalise_url
    from crawler.cli.query import shown_capture

    capture = reader.capture(name.strip())
    if capture is None and (article := reader.article(name)) is not None:
        row = shown_capture(reader, article, None)
        capture = reader.capture(row["id"]) if row else None
    if capture is None and (url := normalise_url(name)) is not None:
        capture = reader.nearest_capture(url, datetime.now(UTC))
    if capture is None:
        reader.require_article(name)  # says why there is none
        from archive.errors import UsageError

        raise UsageError(f"{name}: no capture of it is in the index")
    return capture


def _with_referred(reader: IndexReader, capture: Capture) -> list[Capture | Reference]:
    """A capture and the record that has its payload, where that is another one: of a revisit, and
    of a page as a browser showed it.
    """
    referred = reader.revisit_target(capture) or (
        reader.shown_page(capture) if capture.record_type == "conversion" else None
    )
    return [capture, referred] if referred else [capture]
