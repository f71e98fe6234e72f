"""The commands about fixity's statements: fixity head, sign, trees, request, stamp."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from crawler.cli.options import form_option
from crawler.cli.session import Session, counted

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
        click.echo(str(finding), err=True)
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
    prove` can be asked for their captures; each of these files is read once.

    Such a proof holds from today's statement on. Exit code 4: a file is not as it was stated.
    """
    from archive.fixity.anchor import usable_signing_key
    from archive.fixity.head_note import write_head_note
    from archive.fixity.manifest import state_trees

    session: Session = ctx.obj
    layout = session.layout()
    key = usable_signing_key(layout.root, session.config())
    with layout.write_lock():
        done, damaged = state_trees(layout.fixity, layout.root, now=datetime.now(UTC), key=key)
        write_head_note(layout.fixity, layout.fixity_head)
    for name in damaged:
        click.echo(f"damaged: {name} is not what is stated of it; run warraq verify", err=True)
    session.tell_person(f"record trees stated of {counted(len(done), 'file')}")
    ctx.exit(4 if damaged else 0)
