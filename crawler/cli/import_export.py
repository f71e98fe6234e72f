"""The commands that hand articles and captures on, or take others' in: export, backup, import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli.options import filters
from crawler.cli.session import Progress, Session, counted, print_json, print_line

if TYPE_CHECKING:
    from archive.query.filters import Filters
    from crawler.admin.import_export import ExportResult, ImportResult


@click.command()
@click.argument("query", nargs=-1)
@click.option(
    "--to", "target", metavar="FILE", type=click.Path(path_type=Path), help="The file to write."
)
@click.option(
    "--bag",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write the collection as a BagIt bag to DIR.",
)
@filters("--until")
@click.pass_context
def export(
    ctx: click.Context,
    query: tuple[str, ...],
    target: Path | None,
    bag: Path | None,
    chosen: Filters,
) -> None:
    """Write articles, all or those that answer QUERY and the filters, to FILE.

    The ending of FILE says how: .jsonl, .json, .csv, or .parquet (with pip install
    'warraq[parquet]'). With .wacz the captures are packed: of everything the WARC files as they
    are, of some articles their records and what their pages need. With .warc.gz these records are
    one WARC file. With --bag the whole collection is. No form but the bag holds withdrawn articles:
    the bag has the WARC files byte for byte, and with them what was withdrawn without --purge. An
    existing FILE or DIR is never overwritten. Exit code 4: a file that was copied is not what the
    fixity manifest states; it is named, and was copied as it is.
    """
    session: Session = ctx.obj
    if (target is None) == (bag is None):
        raise click.UsageError("name one of --to FILE and --bag DIR", ctx)
    layout = session.layout()
    packed = target is not None and target.suffix == ".wacz"
    some = bool(query or any(getattr(chosen, name) for name in chosen.__slots__))
    if bag is not None and some:
        raise click.UsageError("a bag holds the whole collection; leave out QUERY and filters", ctx)
    if bag is not None:
        from crawler.admin.import_export import count_withdrawn_kept, export_bag

        handed = export_bag(layout, session.config(), bag)
        session.tell_person(f"{handed.amount} files in {bag}")
        if kept := count_withdrawn_kept(layout):
            print_line(
                f"warning: {counted(kept, 'capture')} of withdrawn articles are in the bag;"
                " `withdraw --purge` takes them out",
                err=True,
            )
        _tell_damage(ctx, handed)
    elif target is not None and ((packed and some) or target.name.endswith(".warc.gz")):
        from crawler.admin.import_export import export_selection

        part = export_selection(layout, session.config(), target, chosen, " ".join(query))
        session.tell_person(f"{part.size} bytes in {target}")
        if part.left_out:
            session.tell_person(f"left out: {counted(part.left_out, 'capture')} in ARC files")
    elif target is not None and packed:
        from crawler.admin.import_export import export_wacz

        handed = export_wacz(layout, session.config(), target)
        session.tell_person(f"{handed.amount} bytes in {target}")
        _tell_damage(ctx, handed)
    elif target is not None:
        from archive.index.columns import EXPORTED_ARTICLE_COLUMNS
        from archive.query.reader import IndexReader
        from archive.render.tables import write_file

        with IndexReader(layout.index_db) as reader:
            session.check_site(reader, chosen.site)
            count = write_file(
                reader.select(chosen, text=" ".join(query)), EXPORTED_ARTICLE_COLUMNS, target
            )
        session.tell_person(f"{counted(count, 'article')} in {target}")


def _tell_damage(ctx: click.Context, handed: ExportResult) -> None:
    """Name the files that were copied as they are and are not as they were: exit code 4."""
    for name in handed.damaged:
        print_line(
            f"damaged: {name}: its bytes are not those the fixity manifest states;"
            " see `warraq verify`"
        )
    ctx.exit(4 if handed.damaged else 0)


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Read all of the backup again, against its checksums.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for a monitor.")
@click.pass_context
def backup(ctx: click.Context, folder: Path, *, check: bool, as_json: bool) -> None:
    """Bring the backup of the collection in DIR up to date; made where it is missing.

    The backup is a collection: it can be searched, verified, and crawled on. It is taken while
    crawls write, copies what is new or has changed (a purge, too), compares each copy with its
    checksum, and is opened at the end. A kill leaves the last one, and the next call goes on. A
    file that is damaged in the collection never takes the place of a good copy, and one that is
    gone there stays. Secrets that lie in the collection's folder are copied. Exit codes: 4 when a
    file of the collection is damaged or gone; it is named. 75 when another process writes to DIR.
    """
    import json

    from crawler.admin.backup import back_up

    session: Session = ctx.obj
    done = back_up(session.layout(), session.config(), folder, check=check)
    if as_json:
        row = {
            "backup": str(folder.resolve()),
            "copied": done.files.copied,
            "bytes": done.files.bytes,
            "unchanged": done.files.unchanged,
            "damaged": done.files.damaged,
            "lost": list(done.lost),
            "has_index": done.has_index,
        }
        print_line(json.dumps(row, ensure_ascii=False))
    for name in done.files.damaged:
        print_line(f"damaged: {name}: not what the fixity manifest states", err=True)
    for name in done.lost:
        print_line(f"lost: {name} is gone from the collection; the backup keeps it", err=True)
    if not done.has_index:
        session.tell_person("no index is in the backup: that of the collection has to be made anew")
    session.tell_person(
        f"{counted(done.files.copied, 'file')} copied ({done.files.bytes} bytes),"
        f" {done.files.unchanged} unchanged, in {folder}"
    )
    ctx.exit(4 if done.is_damaged else 0)


@click.command(name="import")
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on what came of it.")
@click.pass_context
def import_(ctx: click.Context, files: tuple[Path, ...], *, as_json: bool) -> None:
    """Take WARC, ARC or WACZ files made by other tools into the collection, byte for byte, and
    index them.

    FILE may be a folder: all web archives in it and below. Files packed with zstd, lz4, bzip2 or xz
    are kept unpacked. A file that is there already is no change. A file that is none of these is
    named and left out, and so is one that is damaged, or a damaged member of a WACZ; the others are
    in. Records that are no HTTP exchange (dns, urn:, metadata:, screenshots) are counted, and found
    by their URI in the CDXJ. Nothing in the files is obeyed: withdrawals, crawls, failures and site
    names are counted and ignored. Exit codes: 4 when a file, or a part of one, is damaged; each is
    named, and the records after it are in. 3 when files were refused, or when there is no room for
    more within min_free and quota; what came before is in. 2 when the only FILE is refused.
    """
    from crawler.admin.import_export import import_files

    session: Session = ctx.obj
    with Progress(session, "indexing") as progress:
        taken = import_files(
            session.layout(),
            session.whole_config(),
            files,
            on_capture=lambda so_far: progress.update(captures=so_far.captures, new=so_far.new),
        )
    if as_json:
        print_json(taken.summary())
    else:
        _tell_imported(session, taken)
    ctx.exit(4 if taken.is_damaged else 3 if taken.refused else 0)


def _tell_imported(session: Session, taken: ImportResult) -> None:
    """Tell a person what came of an import, a line for each thing."""
    from archive.render.printable import printable_text
    from crawler.cli.failure_lines import damage_lines, ignored_lines, other_record_lines

    for file in taken.files:
        source = printable_text(file.source)
        how = (
            f" (it was packed with {file.unpacked}, and is kept unpacked)" if file.unpacked else ""
        )
        session.tell_person(
            f"{source}: {'was there already as' if file.known else 'is'} {file.name}{how}"
        )
        for problem in file.damage:
            print_line(f"damaged: {source}: {problem}")
    for refused in taken.refused:
        problem = printable_text(refused.problem)
        if refused.damaged:
            print_line(f"damaged: {problem}")
        else:
            print_line(f"refused: {problem}", err=True)
    for line in damage_lines(taken.index_update.damaged):
        print_line(line)
    for line in ignored_lines(taken.index_update.ignored):
        session.tell_person(line)
    done = taken.index_update
    for line in other_record_lines(done.other_records):
        session.tell_person(line)
    session.tell_person(
        f"{counted(done.captures, 'capture')} indexed: {counted(done.new, 'new article')},"
        f" {done.changed} changed"
    )
