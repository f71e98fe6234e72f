"""Captures, and their payloads, out of our own files and those of other tools."""

from __future__ import annotations

import gzip
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import warc_kit
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.content_coding import decode_entity
from archive.errors import DamagedRecordError
from archive.model import (
    Capture,
    CrawlSummary,
    Digest,
    Failure,
    FetchFacts,
    RecordType,
    Sighting,
    Stage,
)
from archive.model.rendering import Rendering, View
from archive.warc.capture_reader import (
    find_reference,
    locate_warc,
    read_capture_groups,
    read_captures,
    read_payload,
    read_record,
    record_bytes,
    reference_to,
)

FAILURE = Failure(
    url="http://x.example/a\nb",
    stage=Stage.FETCH,
    reason="timed out\r\nafter 20 s",
    at=warc_kit.START,
    crawl_id="c",
)
CRAWL = CrawlSummary(
    id="c/1",
    site="أخبار",
    started=warc_kit.START,
    finished=warc_kit.START,
    outcome="finished",
    fetched=3,
    bytes=10**12,
)


def test_what_was_written_is_read_back(tmp_path):
    """Captures, failures and crawls read from a file equal those the writer returned or was
    given.
    """
    with warc_kit.writer(tmp_path) as writer:
        first = writer.write_exchange(warc_kit.exchange(), warc_kit.FACTS)
        answer = warc_kit.response(
            warc_kit.chunked(gzip.compress(b"x" * 999)),
            *(("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip"), ("ETag", '"e"')),
            *(("Last-Modified", "Wed, 04 Mar 2026 10:00:00 GMT"), ("Location", "/else")),
        )
        written = [
            first,
            writer.write_exchange(
                warc_kit.exchange(answer=answer, second=1, truncated="time"), FetchFacts()
            ),
            writer.write_exchange(warc_kit.exchange(second=2), warc_kit.FACTS, reference_to(first)),
            writer.write_exchange(
                warc_kit.exchange(answer=b"HTTP/1.1 304 N\r\n\r\n", second=3),
                *(warc_kit.FACTS, reference_to(first)),
                not_modified=True,
            ),
        ]
        writer.write_failure(FAILURE)
        writer.write_crawl(CRAWL)
    assert list(read_captures(warc_kit.only_file(tmp_path))) == [*written, FAILURE, CRAWL]


text = st.text(max_size=30)
sightings = st.builds(
    Sighting, url=text, source=text, kind=text, title=st.none() | text, published=st.none() | text
)


@settings(max_examples=40)
@given(
    st.builds(FetchFacts, crawl_id=st.none() | text.filter(bool),
              site=st.none() | text.filter(bool),
              hops=st.integers(0, 255), claims=st.lists(sightings, max_size=3).map(tuple)),
    st.binary(max_size=400),
    st.sampled_from([None, "length", "time", "disconnect", "unspecified"]),
)  # fmt: skip
def test_any_exchange_survives_the_round_trip(tmp_path_factory, facts, answer, truncated):
    """Whatever the response's bytes and the facts are, reading gives the same capture and the same
    bytes.
    """
    folder = tmp_path_factory.mktemp("w")
    with warc_kit.writer(folder) as writer:
        written = writer.write_exchange(
            warc_kit.exchange(answer=answer, truncated=truncated), facts
        )
    (read,) = read_captures(warc_kit.only_file(folder))
    assert read == written
    assert read_record(warc_kit.only_file(folder), written.offset).block == answer


def test_reading_goes_on_where_it_stopped(tmp_path):
    """Starting at the end of any group gives exactly the groups behind it."""
    with warc_kit.writer(tmp_path) as writer:
        for second in range(3):
            writer.write_exchange(warc_kit.exchange(second=second), warc_kit.FACTS)
        writer.write_failure(FAILURE)
    path = warc_kit.only_file(tmp_path)
    found = list(read_capture_groups(path))
    assert len(found) == 4
    assert found[-1].end == path.stat().st_size
    for number, group in enumerate(found):
        assert [one.item for one in read_capture_groups(path, start=group.end)] == [
            one.item for one in found[number + 1 :]
        ]


def test_a_file_in_progress_is_read_up_to_what_is_whole(tmp_path):
    """The half-written end of a growing file is no damage: it is read once it is there, under the
    final name.
    """
    with warc_kit.writer(tmp_path) as writer:
        one = writer.write_exchange(warc_kit.exchange(), warc_kit.FACTS)
        two = writer.write_exchange(warc_kit.exchange(second=1), warc_kit.FACTS)
    data = warc_kit.only_file(tmp_path).read_bytes()
    growing = tmp_path / "growing.warc.gz.open"
    for cut in (
        two.offset + two.length - 1,
        two.offset + 1,
        two.offset - 5,
        one.offset + one.length + 2,
    ):
        growing.write_bytes(data[:cut])
        read = list(read_capture_groups(growing))
        assert [group.item for group in read] == [replace(one, warc="growing.warc.gz")]
        growing.write_bytes(data)
        rest = list(read_capture_groups(growing, start=read[-1].end, name="named.warc.gz"))
        assert [group.item for group in rest] == [replace(two, warc="named.warc.gz")]


# -------------------------------------------------------------------------------- what others write


def test_a_bare_response_of_another_tool_is_a_capture(tmp_path):
    """WARC/1.0 with brackets round the URI, no digests, no request and no metadata still gives a
    whole capture.
    """
    path = tmp_path / "old.warc.gz"
    path.write_bytes(
        warc_kit.packed(
            [
                warc_kit.record("warcinfo", b"software: x\r\n"),
                warc_kit.foreign_response("<http://o/ b>"),
            ]
        )
    )
    (capture,) = read_captures(path)
    assert isinstance(capture, Capture)
    assert (capture.url, capture.status, capture.mime) == ("http://o/%20b", 200, "text/html")
    assert capture.captured == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert capture.payload_digest == Digest.compute(b"<p>hello</p>", "sha1")
    assert read_payload(tmp_path, capture).entity == b"<p>hello</p>"
    assert capture.facts == FetchFacts()


def test_uncompressed_files_are_read_with_their_offsets(tmp_path):
    """A plain .warc gives the same captures, each readable at its offset, with extra line ends
    between records.
    """
    one, two = (
        warc_kit.foreign_response("http://a.example/1"),
        warc_kit.foreign_response("http://a.example/2"),
    )
    path = tmp_path / "plain.warc"
    path.write_bytes(one + b"\r\n\r\n" + two)
    found = [item for item in read_captures(path) if isinstance(item, Capture)]
    assert [item.url for item in found] == ["http://a.example/1", "http://a.example/2"]
    assert path.read_bytes()[found[1].offset :].startswith(b"WARC/1.0")
    assert record_bytes(tmp_path, found[1]) == two
    assert read_payload(tmp_path, found[1]).entity == b"<p>hello</p>"


def test_records_of_one_exchange_are_joined_in_any_order(tmp_path):
    """Response, request and metadata tied by WARC-Concurrent-To or WARC-Refers-To are one capture,
    in either order.
    """
    response = warc_kit.foreign_response("http://a.example/", ("WARC-Record-ID", "<urn:uuid:1>"))
    request = warc_kit.record(
        *("request", b"GET / HTTP/1.1\r\n\r\n", ("WARC-Record-ID", "<urn:uuid:2>")),
        ("WARC-Concurrent-To", "<urn:uuid:1>"),
    )
    metadata = warc_kit.record(
        *(
            "metadata",
            b"via: http://v.example/\r\nhopsFromSeed: LLE\r\n",
            ("WARC-Record-ID", "<urn:uuid:3>"),
        ),
        *(("WARC-Refers-To", "<urn:uuid:1>"), ("Content-Type", "application/warc-fields")),
    )
    for number, order in enumerate(([response, request, metadata], [request, response, metadata])):
        path = tmp_path / f"{number}.warc.gz"
        path.write_bytes(warc_kit.packed([*order, warc_kit.foreign_response("http://b.example/")]))
        one, two = read_capture_groups(path)
        assert isinstance(one.item, Capture)
        assert (one.item.facts.via, one.item.facts.hops) == ("http://v.example/", 3)
        assert isinstance(two.item, Capture)
        assert two.item.facts.via is None
        assert one.end == two.item.offset


def test_resource_records_are_captures_without_a_status(tmp_path):
    """A resource record over http is a capture; its payload is the block with the record's media
    type.
    """
    fields = (
        ("WARC-Target-URI", "http://a.example/x.xml"),
        warc_kit.FOREIGN_DATE,
        ("Content-Type", "text/xml; charset=utf-8"),
    )
    path = tmp_path / "r.warc.gz"
    path.write_bytes(warc_kit.packed([warc_kit.record("resource", b"<rss/>", *fields)]))
    (capture,) = read_captures(path)
    assert isinstance(capture, Capture)
    assert (capture.record_type, capture.status, capture.mime) == (
        RecordType.RESOURCE,
        None,
        "text/xml",
    )
    assert capture.payload_digest == Digest.compute(b"<rss/>", "sha1")
    message = read_payload(tmp_path, capture)
    assert (message.entity, message.header("content-type")) == (
        b"<rss/>",
        "text/xml; charset=utf-8",
    )


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "dns:a.example", "urn:pageinfo:http://a/", "../../etc", "ftp://a/"],
)
def test_only_web_addresses_are_captures(tmp_path, url):
    """Records of any other scheme are passed over."""
    path = tmp_path / "x.warc.gz"
    path.write_bytes(
        warc_kit.packed(
            [warc_kit.foreign_response(url), warc_kit.foreign_response("HTTP://a.example/")]
        )
    )
    assert [item.url for item in read_captures(path) if isinstance(item, Capture)] == [
        "HTTP://a.example/"
    ]


def test_odd_but_lawful_records_are_read(tmp_path):
    """An HTTP/2 status line, folded and padded WARC headers, unknown fields and types, and a digest
    in hex.
    """
    hexed = "SHA1:" + Digest.compute(b"x", "sha1").value.hex()
    odd = (
        b"WARC/1.1 \r\nwarc-type:   response  \r\nWARC-Target-URI: http://a.example/long\r\n"
        b"  \r\nX-New: y\r\n\tmore\r\nWARC-Date: 2020-01-02T03:04:05.123456789Z\r\n"
        b"WARC-Payload-Digest: %s\r\nContent-Length: 17\r\n\r\n"
        b"HTTP/2 200\r\n\r\nxyz\r\n\r\n"
    ) % hexed.encode()
    path = tmp_path / "x.warc.gz"
    path.write_bytes(
        warc_kit.packed([warc_kit.record("continuation", b"?"), warc_kit.record("x-new", b""), odd])
    )
    (capture,) = read_captures(path)
    assert isinstance(capture, Capture)
    assert (capture.url, capture.status) == ("http://a.example/long", 200)
    assert capture.captured == datetime(2020, 1, 2, 3, 4, 5, 123456, tzinfo=UTC)
    assert capture.payload_digest == Digest.compute(b"x", "sha1")
    assert str(capture.payload_digest).startswith("sha1:")


# ----------------------------------------------------------------------------------- payloads again


def test_a_payload_is_found_in_finished_and_unfinished_files(tmp_path):
    """The entity comes back from a file in progress as from a closed one."""
    writer = warc_kit.writer(tmp_path)
    answer = warc_kit.response(gzip.compress(warc_kit.PAGE), ("Content-Encoding", "gzip"))
    capture = writer.write_exchange(warc_kit.exchange(answer=answer), warc_kit.FACTS)
    for _ in range(2):
        message = read_payload(tmp_path, capture)
        assert (
            decode_entity(message.entity, message.header("content-encoding"), 10**6).body
            == warc_kit.PAGE
        )
        assert (
            gzip.decompress(record_bytes(tmp_path, capture)[-len(message.entity) - 4 : -4])
            == warc_kit.PAGE
        )
        writer.close()


def test_a_revisit_has_the_payload_it_refers_to(tmp_path):
    """Both profiles of revisit give the original's entity, found by a resolver or by looking
    through the files.
    """
    with warc_kit.writer(tmp_path, rotate_bytes=1) as writer:
        first = writer.write_exchange(warc_kit.exchange(), warc_kit.FACTS)
        answer = warc_kit.response(warc_kit.PAGE, ("X-Again", "yes"))
        same = writer.write_exchange(
            warc_kit.exchange(answer=answer, second=1), warc_kit.FACTS, reference_to(first)
        )
        made = warc_kit.exchange(answer=b"HTTP/1.1 304 Not Modified\r\n\r\n", second=2)
        still = writer.write_exchange(made, warc_kit.FACTS, reference_to(first), not_modified=True)
    for resolve in (None, lambda _capture: reference_to(first)):
        one = read_payload(tmp_path, same, resolve)
        assert (one.status, one.header("x-again"), one.entity) == (200, "yes", warc_kit.PAGE)
        two = read_payload(tmp_path, still, resolve)
        assert (two.status, two.entity) == (200, warc_kit.PAGE)
    with pytest.raises(DamagedRecordError, match="missing"):
        read_payload(tmp_path, same, lambda _capture: None)
    with pytest.raises(DamagedRecordError, match="without a payload"):
        read_payload(tmp_path, same, lambda _capture: reference_to(still))
    assert find_reference(tmp_path, replace(same, refers_to_id=None)) == reference_to(first)
    assert find_reference(
        tmp_path, replace(same, refers_to_id=None, refers_to_date=None)
    ) == reference_to(first)


def test_a_place_that_holds_another_record_is_refused(tmp_path):
    """An index that points at the wrong record, at no record or at no file is found out."""
    with warc_kit.writer(tmp_path) as writer:
        one = writer.write_exchange(warc_kit.exchange(), warc_kit.FACTS)
        two = writer.write_exchange(warc_kit.exchange(second=1), warc_kit.FACTS)
    with pytest.raises(DamagedRecordError, match="another record"):
        read_payload(tmp_path, replace(one, offset=two.offset))
    with pytest.raises(DamagedRecordError):
        read_payload(tmp_path, replace(one, offset=one.offset + 1))
    with pytest.raises(DamagedRecordError):
        read_payload(tmp_path, replace(two, offset=two.offset + two.length))
    with pytest.raises(DamagedRecordError, match="missing"):
        read_payload(tmp_path, replace(one, warc="gone.warc.gz"))


@pytest.mark.parametrize("name", ["../secret.warc.gz", "/etc/passwd", "", ".", "..", "a/../b"])
def test_a_warc_name_is_never_a_path(tmp_path, name):
    """A name with a folder in it finds nothing, whatever lies there."""
    (tmp_path / "archive").mkdir()
    (tmp_path / "secret.warc.gz").write_bytes(b"x")
    with pytest.raises(DamagedRecordError):
        locate_warc(tmp_path / "archive", name)


def test_reading_is_fast_enough(tmp_path):
    """A thousand records are read in a second of processor time at the very least."""
    with warc_kit.writer(tmp_path) as writer:
        for second in range(400):
            writer.write_exchange(warc_kit.exchange(second=second), warc_kit.FACTS)
    began = time.process_time()
    assert len(list(read_captures(warc_kit.only_file(tmp_path)))) == 400
    assert time.process_time() - began < 1.2


def test_a_page_as_a_browser_showed_it_is_read_back(tmp_path):
    """The document is a capture with its page's facts, and its payload is the document in UTF-8;
    pictures of the page are none.
    """
    with warc_kit.writer(tmp_path) as writer:
        page = writer.write_exchange(warc_kit.exchange(), warc_kit.FACTS)
        shown = Rendering(
            page=page,
            at=page.captured + timedelta(seconds=3),
            html="<p>نص</p>".encode(),
            browser="Chromium/1.2",
            steps=("scrolled to the end",),
            views=(View(media_type="image/png", data=b"png"),),
        )
        written, views = writer.write_rendering(shown, warc_kit.FACTS)
    path = warc_kit.only_file(tmp_path)
    assert list(read_captures(path)) == [page, written, *views]
    assert [view.url for view in views] == [f"urn:view:{page.url}"]
    assert (written.record_type, written.url) == (RecordType.CONVERSION, page.url)
    assert (written.refers_to_id, written.facts) == (page.record_id, warc_kit.FACTS)
    message = read_payload(tmp_path, written)
    assert (message.entity, message.content_type) == (shown.html, "text/html;charset=utf-8")


@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_conversions_of_other_tools_are_no_captures(tmp_path, kind):
    """Texts of pages (WET files) and old formats made new say nothing that was captured."""
    fields = (
        ("WARC-Target-URI", "http://a.example/"),
        warc_kit.FOREIGN_DATE,
        ("Content-Type", kind),
    )
    path = tmp_path / "c.warc.gz"
    path.write_bytes(warc_kit.packed([warc_kit.record("conversion", b"text", *fields)]))
    assert [(each.kind, each.is_listed) for each in read_captures(path)] == [
        ("conversion of a page", False)
    ]
