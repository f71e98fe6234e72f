"""Which record a revisit record refers to (ISO 28500 §6.7): the rule of index, replay and search.

A revisit carries no payload: it says that the payload is that of an earlier record. Writers name
that record more or less exactly, so the rule is a list of criteria, from the most exact on. The
first one that any record meets decides; a revisit record itself is never referred to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from archive.model.captures import Capture, RecordType
from archive.model.digest import Digest
from archive.model.identity import iso_utc

NOT_MODIFIED_PROFILE = "server-not-modified"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceCriterion:
    """What a record must have for a revisit to refer to it; a field that is None does not matter.

    Of several records that meet it the earliest is meant (by time, WARC and offset), or with
    `is_latest` the latest. `second` and `not_after` are times in ISO 8601 to the second, as the
    index keeps them; `instant` is compared with its fraction. `is_whole_response` asks for a
    `response` of status 200 that is not truncated.
    """

    record_id: str | None = None
    url: str | None = None
    instant: datetime | None = None
    second: str | None = None
    payload_digest: Digest | None = None
    status: int | None = None
    not_after: str | None = None
    is_whole_response: bool = False
    is_latest: bool = False

    def is_met(self, capture: Capture) -> bool:
        """True if the record of a capture meets this criterion."""
        captured = iso_utc(capture.captured)
        required = (
            (self.record_id, capture.record_id),
            (self.url, capture.url),
            (self.instant, capture.captured),
            (self.second, captured),
            (self.payload_digest, capture.payload_digest),
            (self.status, capture.status),
        )
        return (
            capture.record_type is not RecordType.REVISIT
            and all(wanted is None or wanted == value for wanted, value in required)
            and (self.not_after is None or captured <= self.not_after)
            and (not self.is_whole_response or _is_whole_response(capture))
        )


def _is_whole_response(capture: Capture) -> bool:
    return (
        capture.record_type is RecordType.RESPONSE
        and capture.status == 200
        and capture.truncated is None
    )


def reference_criteria(revisit: Capture) -> tuple[ReferenceCriterion, ...]:
    """The criteria for the record that a revisit refers to, in the order in which they decide.

    1. the record of the id in WARC-Refers-To;
    2. the record of the URL (WARC-Refers-To-Target-URI, else the revisit's own) at the time in
       WARC-Refers-To-Date: at that instant, else within that second, since some writers cut
       fractions off;
    3. the latest record of the revisit's URL, not after it, with its payload digest;
    4. the latest of its URL with status 200, not after it, if the profile is server-not-modified
       (the digest may then be that of an empty 304) or no digest is known; not if another URL is
       named;
    5. the earliest whole response of any URL with its payload digest.
    """
    criteria: list[ReferenceCriterion] = []
    if revisit.refers_to_id:
        criteria.append(ReferenceCriterion(record_id=revisit.refers_to_id))
    if revisit.refers_to_date is not None:
        url, date = revisit.refers_to_url or revisit.url, revisit.refers_to_date
        criteria.append(ReferenceCriterion(url=url, instant=date, second=iso_utc(date)))
        criteria.append(ReferenceCriterion(url=url, second=iso_utc(date)))
    url, not_after, digest = revisit.url, iso_utc(revisit.captured), revisit.payload_digest
    if digest is not None:
        criteria.append(
            ReferenceCriterion(url=url, payload_digest=digest, not_after=not_after, is_latest=True)
        )
    names_own_url = revisit.refers_to_url in {None, url}
    if names_own_url and (digest is None or revisit.profile == NOT_MODIFIED_PROFILE):
        criteria.append(
            ReferenceCriterion(url=url, status=200, not_after=not_after, is_latest=True)
        )
    if digest is not None:
        criteria.append(ReferenceCriterion(payload_digest=digest, is_whole_response=True))
    return tuple(criteria)


def choose_referred(revisit: Capture, captures: Iterable[Capture]) -> Capture | None:
    """The one of `captures` that a revisit refers to; None if no criterion is met."""
    criteria = reference_criteria(revisit)
    candidates: list[list[Capture]] = [[] for _ in criteria]
    for capture in captures:
        for criterion, matching in zip(criteria, candidates, strict=True):
            if criterion.is_met(capture):
                matching[:] = [_preferred(criterion, [*matching, capture])]
    chosen = (matching[0] for matching in candidates if matching)
    return next(chosen, None)


def _preferred(criterion: ReferenceCriterion, captures: list[Capture]) -> Capture:
    choose = max if criterion.is_latest else min
    return choose(captures, key=lambda each: (iso_utc(each.captured), each.warc, each.offset))
