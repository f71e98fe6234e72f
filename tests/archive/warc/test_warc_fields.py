"""What Warraq records about its own work can be read back, whatever it holds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import warc_kit
from hypothesis import given
from hypothesis import strategies as st

from archive.model import CrawlSummary, Failure, FetchFacts, Sighting, Stage
from archive.warc.warc_fields import (
    CRAWL_FIELD,
    FAILURE_FIELD,
    LEFT_OUT_FIELD,
    WITHDRAWAL_FIELD,
    as_foreign,
    crawl_fields,
    decode_fields,
    encode_fields,
    facts_fields,
    failure_fields,
    parse_crawl,
    parse_facts,
    parse_failure,
    parse_statement,
    statement_kinds,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
MOMENT = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)


def value_of(fields: list[tuple[str, str]]) -> str:
    """The value of the only field, after the way through a block."""
    ((_, value),) = decode_fields(encode_fields(fields))
    return value


@given(site=TEXT, title=TEXT, hops=st.integers(0, 300), requisite=st.booleans())
def test_facts_come_back(site: str, title: str, hops: int, requisite: bool) -> None:
    """Why an exchange was made is read back: site, claims, hops (up to 255), requisites."""
    claim = Sighting(url="u", source="s", kind="feed", title=title)
    facts = FetchFacts(
        site=site,
        hops=hops,
        claims=(claim,),
        requisite=requisite and hops > 0,
        robots="<urn:uuid:1>",
    )
    block = encode_fields(facts_fields(facts, warc_kit.exchange()))
    read = parse_facts(decode_fields(block))
    assert read.site == (site or None)
    assert read.hops == min(hops, 255)
    assert read.claims == facts.claims
    assert read.requisite == facts.requisite
    assert read.robots == facts.robots


@given(url=TEXT, reason=TEXT, stage=st.sampled_from(Stage))
def test_failures_come_back(url: str, reason: str, stage: Stage) -> None:
    """A failure of any URL and reason is read back as it was, line ends included."""
    failure = Failure(url=url, stage=stage, reason=reason, at=MOMENT, crawl_id="c")
    assert parse_failure(value_of(failure_fields(failure))) == failure


@given(outcome=TEXT, fetched=st.integers(0))
def test_crawl_summaries_come_back(outcome: str, fetched: int) -> None:
    """The summary of a crawl is read back, also of one that has not finished."""
    crawl = CrawlSummary(id="c", site="s", started=MOMENT, outcome=outcome, fetched=fetched)
    assert parse_crawl(value_of(crawl_fields(crawl))) == crawl


@pytest.mark.parametrize("parse", [parse_failure, parse_crawl])
@pytest.mark.parametrize("text", ["", "1", "{}", '{"id":"a","site":"b","started":"2026-01-01"}'])
def test_malformed_values_are_refused(parse: Any, text: str) -> None:
    """What is not whole, or an instant without a zone, is a ValueError."""
    with pytest.raises(ValueError):
        parse(text)


def test_fields_of_other_tools_are_ignored() -> None:
    """Fields nobody knows, and hops of Heritrix, do not disturb the facts."""
    read = parse_facts(decode_fields(b"via: http://a.example/\r\nhopsFromSeed: LRLE\r\nx: y\r\n"))
    assert (read.via, read.hops, read.requisite, read.site) == ("http://a.example/", 4, True, None)


def test_a_statement_is_known_by_its_field() -> None:
    """Each field that says something by itself gives it; others give nothing, malformed ones an
    error.
    """
    assert parse_statement("via", "{}") is None
    for name in (
        FAILURE_FIELD,
        CRAWL_FIELD,
        LEFT_OUT_FIELD,
        WITHDRAWAL_FIELD,
    ):
        with pytest.raises(ValueError, match="not "):
            parse_statement(name, "{}")


def test_what_is_stated_has_a_kind() -> None:
    """All that a group of fields states is read in order, and named by its kind where it does not
    count; of the facts of an exchange its crawl, site and announcements go then.
    """
    failure = Failure(url="u", stage=Stage.FETCH, reason="r", at=MOMENT)
    summary = CrawlSummary(id="c", site="s", started=MOMENT)
    fields = [
        *facts_fields(warc_kit.FACTS, warc_kit.exchange()),
        *failure_fields(failure),
        *crawl_fields(summary),
        ("warraq-withdrawal", "{"),
    ]
    statements = [parse_statement(*each) for each in fields[:-1]]
    assert [each for each in statements if each is not None] == [failure, summary]
    with pytest.raises(ValueError, match="Expecting"):
        parse_statement(*fields[-1])
    own = ("crawl id", "site name", "announcement", "failure", "crawl summary", "withdrawal")
    assert statement_kinds(fields) == own
    fields = [*facts_fields(warc_kit.FACTS, warc_kit.exchange())]
    facts = as_foreign(parse_facts(decode_fields(encode_fields(fields))))
    assert facts == FetchFacts(via=warc_kit.FACTS.via, hops=warc_kit.FACTS.hops)
