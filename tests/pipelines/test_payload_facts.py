"""What is known of a payload comes from its capture and two headers."""

from __future__ import annotations

from datetime import UTC, datetime

from made_captures import made_capture

from archive.model import Capture, FetchFacts, RecordType
from pipelines.payload_facts import PayloadFacts, ends_with_end_tag


def test_facts_of_a_capture() -> None:
    """Address, time, status, media type, cut, redirect target, crawl and purpose are the capture's."""
    capture = Capture(
        url="https://www.marsh.example/a",
        captured=datetime(2026, 3, 3, 12, tzinfo=UTC),
        warc="x.warc.gz",
        offset=0,
        length=1,
        record_id="<urn:uuid:1>",
        record_type=RecordType.RESPONSE,
        status=302,
        mime="text/html",
        truncated="length",
        location="/b",
        facts=FetchFacts(crawl_id="c", site="marsh", requisite=True),
    )
    facts = PayloadFacts.of_capture(
        capture, content_type="text/html; charset=utf-8", content_encoding="gzip"
    )
    assert facts == PayloadFacts(
        url="https://www.marsh.example/a",
        captured=datetime(2026, 3, 3, 12, tzinfo=UTC),
        status=302,
        mime="text/html",
        content_type="text/html; charset=utf-8",
        content_encoding="gzip",
        truncated="length",
        location="/b",
        crawl_id="c",
        requisite=True,
    )


def test_where_a_page_ends() -> None:
    """Comments and scripts may stand behind the end tag; text may not, and takes no time to find."""
    assert ends_with_end_tag(
        b"<p>Boats</body></HTML >\n<!-- cached --><script>a()</script><!-- cut"
    )
    assert not ends_with_end_tag(b"<p>Boats</html>" + b"<!-- -->" * 500 + b"<p>More")
    assert not ends_with_end_tag(b"<p>Boats")


def test_a_page_that_a_browser_shows_is_read_from_what_it_showed() -> None:
    """The page's own bytes are then no page; the document is."""
    own = made_capture("https://www.marsh.example/a", facts=FetchFacts(in_browser=True))
    shown = made_capture("https://www.marsh.example/a", record_type=RecordType.CONVERSION)
    for capture, unread, rendered in ((own, True, False), (shown, False, True)):
        facts = PayloadFacts.of_capture(capture, content_type="text/html", content_encoding=None)
        assert (facts.requisite, facts.rendered) == (unread, rendered)
