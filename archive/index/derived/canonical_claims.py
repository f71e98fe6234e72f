"""Which address names a reading: the canonical URL that its page states, or the one it was captured
at.

A page at another address than its canonical URL claims to be what is there. Templates that name one
story as canonical on all pages exist, so the claim is judged by text: it is borne out if one of the
texts captured at that address is like one of the texts of the canonical URL itself, or, while that
was never captured, of the address that claimed it first; none is what was withdrawn. A further part
of an article on several pages is another text by its nature, so its claim stands.

Judged by texts as read (not by what is left of them without boilerplate), the answer depends on the
set of readings alone, not on their order. An address is judged anew when it has a reading that is
not judged, and all that claim a canonical URL when the texts they are judged by change.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from archive.index.affected import Address, AffectedRows
from archive.index.withdrawals import is_withdrawn
from archive.model.identity import content_id
from archive.text.folding import comparable_text, fold_for_search, split_words

# Title and body of a text (`_texts.id`), as read.
TextSource = Callable[[int], tuple[str, str]]

# The share of the shingles of the shorter text that the other one has, from which two texts are of
# one story: an edit, or a rendition without some paragraphs. Stories of one form (prices, results)
# share up to two thirds, so less is enough only where the headline is the same.
SAME_STORY = 0.8
SAME_STORY_UNDER_ONE_TITLE = 0.4
_SHINGLE_WORDS = 3

_CLAIMED = (
    "SELECT 1 FROM _readings WHERE site = ? AND key = ? AND own_key != key AND is_active = 1"
    " LIMIT 1"
)
_CAPTURED_ITSELF = (
    "SELECT 1 FROM _readings WHERE site = ? AND name_key = ? AND own_key = key AND ordinal = 0"
    " LIMIT 1"
)
_FIRST_CLAIM = (
    "SELECT own_key FROM _readings WHERE site = ? AND key = ? AND own_key != key AND is_active = 1"
    " ORDER BY order_key LIMIT 1"
)
_TEXTS_OF_CLAIM = (
    "SELECT DISTINCT text_id FROM _readings WHERE site = ? AND key = ? AND own_key = ?"
    " AND own_key != key AND is_active = 1"
)
_TEXTS_OF_PAGE = (
    "SELECT DISTINCT text_id FROM _readings WHERE site = ? AND name_key = ? AND own_key = key"
    " AND is_active = 1"
)


def judge_claims(db: sqlite3.Connection, text_of: TextSource, touched: AffectedRows) -> None:
    """Give the readings at the addresses touched the address that names them (`name_key`), and note
    in `touched.names` every such address that gained or lost a reading.
    """
    for address in sorted(touched.addresses):
        touched.names.add(address)
        if db.execute(_CLAIMED, address).fetchone():
            _judge_address(db, address, text_of, touched)
        else:
            db.execute("DELETE FROM _claims WHERE site = ? AND key = ?", address)


def _judge_address(
    db: sqlite3.Connection, address: Address, text_of: TextSource, touched: AffectedRows
) -> None:
    standard, texts = _standard_of(db, address)
    judged_by = content_id(standard, *map(str, sorted(texts)))
    known = db.execute(
        "SELECT judged_by FROM _claims WHERE site = ? AND key = ?", address
    ).fetchone()
    unjudged = "" if known != (judged_by,) else " AND name_key = ''"
    claimants = db.execute(
        "SELECT DISTINCT own_key FROM _readings WHERE site = ? AND key = ? AND own_key != key"  # noqa: S608
        f" AND is_active = 1{unjudged} ORDER BY own_key",
        address,
    ).fetchall()
    stories = [Story(*text_of(text)) for text in sorted(texts)] if claimants else []
    for (own_key,) in claimants:
        borne_out = own_key == standard or _is_borne_out(db, address, own_key, stories, text_of)
        _name_readings(db, address, own_key, address[1] if borne_out else own_key, touched)
    db.execute("INSERT OR REPLACE INTO _claims VALUES (?, ?, ?)", (*address, judged_by))


def _standard_of(db: sqlite3.Connection, address: Address) -> tuple[str, set[int]]:
    """The address (folded) by whose texts the claims to a canonical URL are judged, and these texts
    (`_texts.id`).
    """
    if db.execute(_CAPTURED_ITSELF, address).fetchone() or is_withdrawn(db, *address, ""):
        return address[1], {text for (text,) in db.execute(_TEXTS_OF_PAGE, address)}
    (first,) = db.execute(_FIRST_CLAIM, address).fetchone()
    return first, {text for (text,) in db.execute(_TEXTS_OF_CLAIM, (*address, first))}


def _is_borne_out(
    db: sqlite3.Connection,
    address: Address,
    own_key: str,
    stories: list[Story],
    text_of: TextSource,
) -> bool:
    texts = db.execute(
        "SELECT DISTINCT text_id, ifnull(part, 0) > 1 FROM _readings r JOIN _texts t ON"
        " t.id = r.text_id WHERE r.site = ? AND r.key = ? AND own_key = ? AND own_key != r.key"
        " AND is_active = 1 ORDER BY text_id",
        (*address, own_key),
    ).fetchall()
    return any(is_further_part for _, is_further_part in texts) or any(
        story.is_told_by(Story(*text_of(text))) for text, _ in texts for story in stories
    )


def _name_readings(
    db: sqlite3.Connection, address: Address, own_key: str, name: str, touched: AffectedRows
) -> None:
    """Give all readings at one address that claim `address` the address that names them."""
    rows = db.execute(
        "SELECT capture_id, name_key, fingerprint, url, article_id FROM _readings"
        " WHERE site = ? AND key = ? AND own_key = ? AND own_key != key AND name_key != ?"
        " AND is_active = 1",
        (*address, own_key, name),
    ).fetchall()
    for capture, before, fingerprint, url, article in rows:
        db.execute(
            "UPDATE _readings SET name_key = ? WHERE capture_id = ? AND ordinal = 0",
            (name, capture),
        )
        touched.names |= {(address[0], each) for each in (before, name) if each}
        touched.fingerprints.add((address[0], fingerprint))
        if article is not None:
            touched.urls.add((url, article))


class Story:
    """The words of a text: its title as far as titles are compared, and the shingles of its
    body.
    """

    def __init__(self, title: str, body: str) -> None:
        self.title = comparable_text(title)
        words = split_words(fold_for_search(body))
        length = min(_SHINGLE_WORDS, len(words))
        starts = range(len(words) - length + 1) if words else ()
        self.shingles = {tuple(words[start : start + length]) for start in starts}

    def is_told_by(self, other: Story) -> bool:
        """True if both are of one story; two without a word are, if their titles are equal."""
        same_title = self.title == other.title
        shorter = min(len(self.shingles), len(other.shingles))
        if not shorter:
            return same_title
        shared = len(self.shingles & other.shingles) / shorter
        return shared >= (SAME_STORY_UNDER_ONE_TITLE if same_title else SAME_STORY)
