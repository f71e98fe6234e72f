"""The record a revisit refers to, from what the revisit names of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from archive.model import Capture, Digest, RecordType
from archive.model.revisit_reference import choose_referred, reference_criteria

URL, OTHER = "https://news.example/a/1001", "https://news.example/b/2"
DIGEST = Digest.compute(b"payload")


def revisit_of(kit: Any, url: str = URL, hour: float = 9, **more: Any) -> Capture:
    """A revisit that names nothing but what is given."""
    values = {"record_type": RecordType.REVISIT, "payload_digest": None}
    return kit.capture(url, hour, **values | more)


def test_the_record_id_decides_first(kit: Any) -> None:
    """The record of the id named is meant, whatever URL, date and digest say."""
    named, same_date = kit.capture(OTHER, 1), kit.capture(URL, 2, payload_digest=DIGEST)
    revisit = revisit_of(
        kit,
        refers_to_id=named.record_id,
        refers_to_date=same_date.captured,
        payload_digest=DIGEST,
    )
    assert choose_referred(revisit, [same_date, named]) == named
    assert choose_referred(revisit, [same_date]) == same_date


def test_url_and_date_name_a_record_to_the_fraction_of_a_second(kit: Any) -> None:
    """Of two captures in one second the date means the one with its fraction; a date whose fraction
    was cut off means the first of that second.
    """
    early, exact = kit.capture(URL, 0), kit.capture(URL, 0.5 / 3600)
    elsewhere = kit.capture(OTHER, 0.5 / 3600)
    captures = [elsewhere, early, exact]
    assert choose_referred(revisit_of(kit, refers_to_date=exact.captured), captures) == exact
    cut = early.captured + timedelta(seconds=0.25)
    assert choose_referred(revisit_of(kit, refers_to_date=cut), captures) == early
    named = revisit_of(kit, refers_to_date=exact.captured, refers_to_url=OTHER)
    assert choose_referred(named, captures) == elsewhere


def test_without_a_name_the_latest_of_its_url_with_the_same_payload(kit: Any) -> None:
    """A digest alone means the latest record of the URL before the revisit that has it, not another
    URL's and not a later one; only without any another URL's first whole response.
    """
    other, cut = (
        kit.capture(OTHER, 1, payload_digest=DIGEST),
        kit.capture(OTHER, 0, payload_digest=DIGEST, truncated="length"),
    )
    first, second, later = (kit.capture(URL, hour, payload_digest=DIGEST) for hour in (2, 3, 10))
    changed = kit.capture(URL, 4)
    revisit = revisit_of(kit, payload_digest=DIGEST)
    assert choose_referred(revisit, [cut, other, second, first, changed, later]) == second
    assert choose_referred(revisit, [cut, changed, other]) == other
    assert choose_referred(revisit, [cut, changed]) is None


def test_not_modified_means_the_latest_answer_of_the_url(kit: Any) -> None:
    """A 304 that names nothing confirms the latest status 200 of its URL before it, even if its
    digest is that of its own empty body.
    """
    empty = Digest.compute(b"")
    blank = kit.capture(OTHER, 1, payload_digest=empty)
    old, latest, error = kit.capture(URL, 1), kit.capture(URL, 2), kit.capture(URL, 3, status=404)
    captures = [blank, latest, old, error]
    still = revisit_of(kit, status=304, profile="server-not-modified")
    assert choose_referred(still, captures) == latest
    assert choose_referred(replace(still, payload_digest=empty), captures) == latest
    assert choose_referred(replace(still, refers_to_url=OTHER), captures) is None


def test_a_revisit_is_never_referred_to(kit: Any) -> None:
    """A revisit has no payload to stand for, not even if it is named by its id."""
    original = kit.capture(URL, 1, payload_digest=DIGEST)
    middle = revisit_of(kit, hour=2, payload_digest=DIGEST)
    revisit = revisit_of(kit, refers_to_id=middle.record_id, payload_digest=DIGEST)
    assert choose_referred(revisit, [middle, original]) == original


def test_what_is_not_named_is_no_criterion(kit: Any) -> None:
    """A revisit without id, date and digest is never matched by a record that lacks an id."""
    assert all(criterion.record_id is None for criterion in reference_criteria(revisit_of(kit)))
    nameless = kit.capture(OTHER, 1, record_id="")
    assert choose_referred(revisit_of(kit), [nameless]) is None
