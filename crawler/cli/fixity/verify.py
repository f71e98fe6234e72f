"""The command that checks a collection, or a stranger's copy of one: verify."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.cli.monitor.set_aside_lines import tell_set_aside
from crawler.cli.options import form_option
from crawler.cli.session import Progress, Session

if TYPE_CHECKING:
    from archive.fixity.anchor import Anchor
    from archive.layout import CollectionFolder
    from archive.verify.collection import Reread

_ATTRIBUTES = ("file", "offset", "record_id", "rule", "detail")


@click.command()
@click.option(
    "--deep",
    is_flag=True,
    help="Read every capture again, not only a sample, and compare the index row by row.",
)
@click.option(
    "--public-key",
    "keys",
    metavar="KEY",
    multiple=True,
    help="Demand that every statement of fixity is signed with this Ed25519 key (64 hexadecimal"
    " digits, or a PEM file). Enough for a copy of archive/ and fixity/ alone. Of several, any.",
)
@click.option(
    "--head",
    metavar="SHA256",
    help="Demand that the chain has the line with this digest, as `warraq fixity head` gave it.",
)
@click.option(
    "--tsa-ca",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Check time stamps with these certificates (PEM), not with those kept beside them.",
)
@form_option
@click.pass_context
def verify(
    ctx: click.Context,
    *,
    deep: bool,
    keys: tuple[str, ...],
    head: str | None,
    tsa_ca: Path | None,
    form: str | None,
) -> None:
    """Check the WARC files' structure and digests, CDXJ and index against them, and fixity.

    Every damaged record is named. A running crawl is no obstacle. What each kind of statement of
    fixity proves is told in docs/fixity.md. Exit code 4: something is damaged.
    """
    from archive.fixity.time_stamps import read_certificates
    from archive.fixity.trust_level import describe_trust
    from archive.verify.collection import verify_collection

    session: Session = ctx.obj
    layout, anchor, reread = _what_to_check(session, keys, deep=deep)
    anchor = replace(anchor, head=head.strip().lower() if head else None)
    if tsa_ca is not None:
        anchor = replace(anchor, stamp_roots=read_certificates(tsa_ca))

    def counted_findings() -> Iterator[dict[str, Any]]:
        findings = verify_collection(layout, reread=reread, anchor=anchor)
        with Progress(session, "verifying") as progress:
            for number, finding in enumerate(findings, 1):
                progress.update(findings=number)
                yield {name: getattr(finding, name) for name in _ATTRIBUTES}

    found = session.rows(
        counted_findings(), ("file", "offset", "rule", "detail"), form, nothing="nothing is damaged"
    )
    for line in describe_trust(layout.fixity, anchor) if not session.quiet else ():
        session.tell_person(f"fixity: {line}")
    tell_set_aside(session, layout)
    ctx.exit(4 if found else 0)


def _what_to_check(
    session: Session, keys: tuple[str, ...], *, deep: bool
) -> tuple[CollectionFolder, Anchor, Reread | None]:
    """The folder, what its chain is held against, and how captures are read again (None in a copy
    that has no index).
    """
    from archive.fixity.anchor import configured_anchor, given_anchor
    from archive.layout import CollectionFolder, chosen_root
    from pipelines.ingest.re_extract import re_extract_all, re_extract_sample

    copy = CollectionFolder(chosen_root(session.folder))
    is_whole = copy.config.exists() and copy.index_db.exists()
    if keys and not is_whole and (copy.archive.is_dir() or copy.fixity.is_dir()):
        session.tell_person("there is no index: WARC files and fixity are checked")
        return copy, given_anchor(keys), None
    config, layout = session.whole_config(), session.layout()
    anchor = given_anchor(keys) if keys else configured_anchor(layout.root, config)
    again = re_extract_all if deep else re_extract_sample
    return layout, anchor, lambda folder: again(folder, config)
