"""The commands about fixity's statements: fixity head, sign, trees, request, stamp."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from crawler.cli.options import form_option
from crawler.cli.session import Progress, Session, counted, print_line

_HEAD_COLUMNS = ("line", "at", "sha256", "public_key")


@click.group()
def fixity() -> None:
    """Sign the statements of fixity, have them time-stamped, and note where their chain ends.

    What each of these proves, and does not, is told in docs/fixity.md.
    """


@fixity.command()
@form_option
@click.pass_context
def head(ctx: click.Context, form: str | None) -> None:
    """Print the last line of the chain: its number, its time, its digest, the key it is signed
    with.

    Kept elsewhere, the digest tells `warraq verify --head SHA256` that no line was taken off since.
    """
    from archive.fixity.chain_check import ChainWalk, check_walk

    session: Session = ctx.obj
    walk, folder = ChainWalk(), session.layout().fixity
    broken = list(check_walk(folder, walk))
    rows = [
        {
            "line": len(walk.heads),
            "at": walk.at,
            "sha256": walk.heads[-1],
            "public_key": walk.keys[-1] or None,
        }
        for _ in walk.heads[-1:]
    ]
    session.rows(rows, _HEAD_COLUMNS, form, nothing="nothing is stated yet: run warraq index")
    for finding in broken:
        print_line(str(finding), err=True)
    ctx.exit(4 if broken else 0)


@fixity.command()
@click.pass_context
def sign(ctx: click.Context) -> None:
    """Sign the chain as it stands with `signing_key`, vouching for lines that were not signed.

    Needed once, where lines were written before `signing_key` was set. Run `warraq verify` first:
    what is signed here is believed from then on.
    """
    from archive.errors import ConfigError
    from archive.fixity.anchor import usable_signing_key
    from archive.fixity.head_note import write_head_note
    from archive.fixity.manifest import sign_chain

    session: Session = ctx.obj
    layout = session.layout()
    key = usable_signing_key(layout.root, session.config())
    if key is None:
        raise ConfigError("warraq.toml: [collection] signing_key is not set: nothing to sign with")
    with layout.write_lock():
        lines = sign_chain(layout.fixity, now=datetime.now(UTC), key=key)
        write_head_note(layout.fixity, layout.fixity_head)
    session.tell_person(f"{counted(lines, 'line')} vouched for")


@fixity.command()
@click.pass_context
def trees(ctx: click.Context) -> None:
    """State the record trees of files that an earlier version stated without them, so that `warraq
    prove` can be asked for their captures; these files are read for it.

    Such a proof holds from today's statement on. Exit code 4: a file is not as it was stated.
    """
    from archive.fixity.anchor import usable_signing_key
    from archive.fixity.head_note import write_head_note
    from archive.fixity.manifest import state_trees

    session: Session = ctx.obj
    layout = session.layout()
    key = usable_signing_key(layout.root, session.config())
    damaged, done, now = [], 0, datetime.now(UTC)
    with layout.write_lock(), Progress(session, "reading") as progress:
        for name, is_sound in state_trees(layout.fixity, layout.root, now=now, key=key):
            done += is_sound
            damaged += [] if is_sound else [name]
            progress.update(files=done + len(damaged))
        write_head_note(layout.fixity, layout.fixity_head)
    for name in damaged:
        print_line(f"damaged: {name} is not what is stated of it; run warraq verify", err=True)
    session.tell_person(f"record trees stated of {counted(done, 'file')}")
    ctx.exit(4 if damaged else 0)


@fixity.command()
@click.option(
    "-o",
    "target",
    metavar="FILE.tsq",
    type=click.Path(path_type=Path),
    required=True,
    help="Where to; a file that exists is written over.",
)
@click.pass_context
def request(ctx: click.Context, target: Path) -> None:
    """Write a request for a time stamp of the chain's last line (RFC 3161), which you send to an
    authority yourself; Warraq asks none.

    For instance: curl -H "Content-Type: application/timestamp-query" --data-binary @FILE.tsq
    https://tsa.example/ -o FILE.tsr
    """
    from archive.errors import file_refused
    from archive.fixity.time_stamps import request_stamp

    session: Session = ctx.obj
    data = request_stamp(session.layout().fixity)
    try:
        target.write_bytes(data)
    except OSError as error:
        raise file_refused(target, error) from error
    session.tell_person(
        f"{target}: send it to a time-stamping authority, then: warraq fixity stamp"
    )


@fixity.command()
@click.argument("response", metavar="FILE.tsr", type=click.Path(path_type=Path))
@click.option(
    "--ca",
    metavar="FILE.pem",
    type=click.Path(path_type=Path),
    help="The authority's certificates (its root, and any between), kept beside the stamp.",
)
@click.pass_context
def stamp(ctx: click.Context, response: Path, ca: Path | None) -> None:
    """Keep a time stamp of a line of the chain, once it is checked; `warraq verify` checks it from
    then on.

    Without --ca the stamp is checked with the certificates that it brings itself, which anybody
    can make.
    """
    from archive.fixity.time_stamps import keep_stamp, read_certificates
    from archive.model import iso_utc

    session: Session = ctx.obj
    roots = read_certificates(ca) if ca is not None else b""
    kept = keep_stamp(session.layout().fixity, response, roots)
    print_line(f"line {kept.line} existed at {iso_utc(kept.at)}: {kept.path}")
    if not roots:
        session.tell_person("by whom is not known: name the authority's certificates with --ca")
