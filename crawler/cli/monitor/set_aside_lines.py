"""What `status` and `verify` say of bytes that were set aside from WARC files left by a kill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.cli.session import Session

if TYPE_CHECKING:
    from archive.layout import CollectionFolder


def tell_set_aside(session: Session, layout: CollectionFolder) -> None:
    """Tell on standard error what was set aside because no whole record could be read from it."""
    from archive.warc.left_open.set_aside import list_set_aside

    for each in list_set_aside(layout.archive):
        session.tell_person(f"set aside: {each}")


def set_aside_rows(layout: CollectionFolder) -> list[dict[str, str | int]]:
    """The same for `status --json`."""
    from archive.warc.left_open.set_aside import list_set_aside

    return [each.row() for each in list_set_aside(layout.archive)]
