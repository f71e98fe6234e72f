"""WARC files as Warraq writes them, read by the letter of the standard."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import stat
from dataclasses import replace
from datetime import timedelta

import pytest
import warc_kit
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model import CrawlSummary, Digest, Failure, FetchFacts, Stage
from archive.warc.capture_reader import reference_to


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()  # noqa: S324


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "archive"


def write(folder, *exchanges, facts=warc_kit.FACTS, **more):
    """Write exchanges into a closed file and give its records."""
    with warc_kit.writer(folder, **more) as writer:
        for one in exchanges:
            writer.write_exchange(one, facts)
    return warc_kit.raw_records(warc_kit.only_file(folder))


def test_blocks_are_the_bytes_that_crossed_the_wire(folder):
    """Request and response blocks equal the exchange byte for byte, odd case, order and framing
    included.
    """
    answer = (
        b"HTTP/1.1 200  Odd \r\nx-B: 1\r\nX-a:2\r\njunk\r\nTransfer-Encoding: chunked\r\n\r\n"
        + warc_kit.chunked(b"abc")
    )
    records = write(folder, warc_kit.exchange(answer=answer))
    assert [fields["WARC-Type"] for fields, _ in records] == [
        ["warcinfo"],
        ["request"],
        ["metadata"],
        ["response"],
    ]
    assert records[1][1] == warc_kit.REQUEST
    assert records[3][1] == answer


def test_digests_are_over_block_and_entity(folder):
    """Every record has the digest of its block; the response also that of its entity without
    transfer coding, and neither warcinfo nor metadata has one of a payload.
    """
    body = gzip.compress(warc_kit.PAGE)
    answer = warc_kit.response(
        warc_kit.chunked(body), ("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")
    )
    records = write(folder, warc_kit.exchange(answer=answer))
    for fields, block in records:
        assert fields["WARC-Block-Digest"] == [sha1(block)]
    assert records[3][0]["WARC-Payload-Digest"] == [sha1(body)]
    assert not any("WARC-Payload-Digest" in fields for fields, _ in records[:3])


def test_an_exchange_is_tied_together_and_says_how_it_was_made(folder):
    """Request and response name each other, share date and URL, and carry address, protocols and
    cipher.
    """
    made = warc_kit.exchange(
        ip="::ffff:7f00:1",
        protocols=("http/1.1", "tls/1.2"),
        cipher="ECDHE-RSA-AES256-GCM-SHA384",
        tls_verified=False,
    )
    info, request, metadata, response = (fields for fields, _ in write(folder, made))
    assert (
        request["WARC-Concurrent-To"]
        == response["WARC-Record-ID"]
        == metadata["WARC-Concurrent-To"]
    )
    assert response["WARC-Concurrent-To"] == request["WARC-Record-ID"]
    for fields in (request, metadata, response):
        assert fields["WARC-Date"] == ["2026-03-04T10:30:00.123456Z"]
        assert fields["WARC-Target-URI"] == [warc_kit.URL]
        assert fields["WARC-Warcinfo-ID"] == info["WARC-Record-ID"]
    for fields in (request, response):
        assert fields["WARC-IP-Address"] == ["127.0.0.1"]
        assert fields["WARC-Protocol"] == ["http/1.1", "tls/1.2"]
        assert fields["WARC-Cipher-Suite"] == ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"]
    assert request["Content-Type"] == ["application/http;msgtype=request"]
    assert response["Content-Type"] == ["application/http;msgtype=response"]
    repeated = {
        name
        for fields, _ in write(folder / "again", made)
        for name, values in fields.items()
        if len(values) > 1
    }
    assert repeated <= {"WARC-Protocol"}


def test_warcinfo_says_who_crawled_how(folder):
    """The first record of a file is a warcinfo that names the file and the fields of the
    standard.
    """
    fields, block = write(folder, warc_kit.exchange())[0]
    assert fields["WARC-Filename"] == [warc_kit.only_file(folder).name]
    assert fields["Content-Type"] == ["application/warc-fields"]
    assert "WARC-Target-URI" not in fields
    told = dict(line.split(": ", 1) for line in block.decode().splitlines())
    assert told == {
        "software": "Warraq/0.1",
        "format": "WARC File Format 1.1",
        "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "operator": "A. Person",
        "http-header-user-agent": "Warraq (+http://a.example)",
        "robots": "obey",
        "isPartOf": "News",
    }


def test_a_truncated_response_says_why_and_a_whole_one_does_not(folder):
    """WARC-Truncated stands on what was cut, with the reason, and on nothing else."""
    records = write(folder, warc_kit.exchange(truncated="disconnect"), warc_kit.exchange(second=1))
    assert [
        fields.get("WARC-Truncated") for fields, _ in records if fields["WARC-Type"] == ["response"]
    ] == [
        ["disconnect"],
        None,
    ]


def test_a_revisit_keeps_the_head_and_names_what_it_repeats(folder):
    """An identical payload becomes a revisit with profile, reference, digest and the response's own
    headers.
    """
    with warc_kit.writer(folder) as writer:
        first = writer.write_exchange(warc_kit.exchange(), warc_kit.FACTS)
        answer = warc_kit.response(warc_kit.PAGE, ("X-Served", "again"))
        again = writer.write_exchange(
            warc_kit.exchange(answer=answer, second=5), warc_kit.FACTS, reference_to(first)
        )
    fields, block = warc_kit.raw_records(warc_kit.only_file(folder))[-1]
    assert fields["WARC-Type"] == ["revisit"]
    assert fields["WARC-Profile"] == [
        "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    ]
    assert fields["WARC-Refers-To"] == [first.record_id]
    assert fields["WARC-Refers-To-Target-URI"] == [warc_kit.URL]
    assert fields["WARC-Refers-To-Date"] == ["2026-03-04T10:30:00.123456Z"]
    assert fields["WARC-Payload-Digest"] == [sha1(warc_kit.PAGE)]
    assert fields["WARC-Truncated"] == ["length"]
    assert block == answer[: -len(warc_kit.PAGE)]
    assert again.truncated is None
    assert again.refers_to_id == first.record_id


def test_a_304_is_a_revisit_by_the_servers_word(folder):
    """A 304 becomes a server-not-modified revisit that keeps the 304's bytes and the digest of what
    did not change.
    """
    answer = b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'
    with warc_kit.writer(folder) as writer:
        first = writer.write_exchange(warc_kit.exchange(), warc_kit.FACTS)
        made = warc_kit.exchange(answer=answer, second=9)
        writer.write_exchange(made, warc_kit.FACTS, reference_to(first), not_modified=True)
    fields, block = warc_kit.raw_records(warc_kit.only_file(folder))[-1]
    assert fields["WARC-Profile"] == ["http://netpreserve.org/warc/1.1/revisit/server-not-modified"]
    assert fields["WARC-Refers-To-Date"] == ["2026-03-04T10:30:00.123456Z"]
    assert fields["WARC-Payload-Digest"] == [sha1(warc_kit.PAGE)]
    assert "WARC-Truncated" not in fields
    assert block == answer


def test_secrets_of_the_operator_are_left_out_and_that_is_said(folder):
    """Values of Cookie and Authorization headers are nowhere in the file; the metadata names what
    was left out.
    """
    request = (
        b"GET / HTTP/1.1\r\nHost: a\r\ncookie: canary=1\r\n canary=2\r\n"
        b"Authorization: Basic canary\r\n"
        b"Accept: */*\r\nProxy-Authorization:canary\r\n\r\n"
    )
    facts = FetchFacts(via="http://u:canary@news.example/")
    made = warc_kit.exchange("http://me:canary@news.example/a", request=request)
    with warc_kit.writer(folder) as writer:
        writer.write_exchange(made, facts)
        writer.write_failure(
            Failure(
                url="http://me:canary@news.example/b",
                stage=Stage.FETCH,
                reason="no",
                at=warc_kit.START,
            )
        )
    assert b"canary" not in gzip.decompress(warc_kit.only_file(folder).read_bytes())
    records = warc_kit.raw_records(warc_kit.only_file(folder))
    assert records[1][1] == (
        b"GET / HTTP/1.1\r\nHost: a\r\ncookie: [redacted]\r\nAuthorization: [redacted]\r\n"
        b"Accept: */*\r\nProxy-Authorization: [redacted]\r\n\r\n"
    )
    assert records[1][0]["WARC-Target-URI"] == ["http://news.example/a"]
    for name in (b"cookie", b"Authorization", b"Proxy-Authorization"):
        assert b"warraq-redacted: " + name + b"\r\n" in records[2][1]


@settings(max_examples=25)
@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_no_value_can_break_a_record(tmp_path_factory, url, site, reason):
    """URLs, site names and reasons of any characters leave files that take apart by the letter of
    the standard.
    """
    folder = tmp_path_factory.mktemp("w")
    made = warc_kit.exchange(
        "http://news.example/" + url, ip=reason, cipher=reason, protocols=(reason,)
    )
    with warc_kit.writer(folder) as writer:
        writer.write_exchange(made, FetchFacts(site=site, crawl_id=reason, via=url))
        writer.write_failure(Failure(url=url, stage=Stage.FETCH, reason=reason, at=warc_kit.START))
        writer.write_crawl(CrawlSummary(id=reason, site=site, started=warc_kit.START))
    allowed = {
        "WARC-Type",
        "WARC-Record-ID",
        "WARC-Date",
        "WARC-Target-URI",
        "WARC-Warcinfo-ID",
        "WARC-Concurrent-To",
    }
    allowed |= {
        "WARC-Filename",
        "WARC-IP-Address",
        "WARC-Protocol",
        "WARC-Cipher-Suite",
        "WARC-Payload-Digest",
    }
    allowed |= {"WARC-Block-Digest", "Content-Type", "Content-Length"}
    records = warc_kit.raw_records(warc_kit.only_file(folder))
    assert len(records) == 6
    assert {name for fields, _ in records for name in fields} <= allowed


def test_the_same_input_gives_the_same_bytes(tmp_path):
    """With clock and ids fixed, two runs write identical files."""
    made = [warc_kit.exchange(second=n, url=f"{warc_kit.URL}&n={n}") for n in range(4)]
    write(tmp_path / "a", *made)
    write(tmp_path / "b", *made)
    assert (
        warc_kit.only_file(tmp_path / "a").read_bytes()
        == warc_kit.only_file(tmp_path / "b").read_bytes()
    )


def test_the_capture_says_where_its_record_stands(folder):
    """Offset and length of a capture cut exactly one gzip member out of the file, the one with its
    record id.
    """
    with warc_kit.writer(folder) as writer:
        captures = [
            writer.write_exchange(warc_kit.exchange(second=n), warc_kit.FACTS) for n in range(3)
        ]
    data = warc_kit.only_file(folder).read_bytes()
    for capture in captures:
        text = gzip.decompress(data[capture.offset : capture.offset + capture.length])
        assert f"WARC-Record-ID: {capture.record_id}\r\n".encode() in text
        assert text.count(b"WARC/1.1\r\n") == 1
    assert captures[-1].offset + captures[-1].length == len(data)


def test_bytes_are_in_the_file_before_write_exchange_returns(folder):
    """Another process sees the whole record as soon as the capture is returned; the file still has
    its own name.
    """
    writer = warc_kit.writer(folder)
    capture = writer.write_exchange(warc_kit.exchange(), warc_kit.FACTS)
    (path,) = folder.iterdir()
    assert path.name == capture.warc + ".open"
    assert path.stat().st_size == capture.offset + capture.length
    assert stat.S_IMODE(path.stat().st_mode) & ~0o640 == 0
    writer.sync()
    writer.close()
    assert [path.name for path in folder.iterdir()] == [capture.warc]


def test_a_writer_that_writes_nothing_leaves_nothing(folder):
    """No file is begun before there is something to write."""
    with warc_kit.writer(folder):
        pass
    assert list(folder.iterdir()) == []


def test_files_rotate_between_exchanges_and_sort_by_time(folder):
    """A full file is closed after a whole exchange; names sort in the order written, even if the
    clock steps back.
    """
    moments = iter(
        [warc_kit.START, warc_kit.START - timedelta(hours=1), warc_kit.START + timedelta(seconds=1)]
    )
    with warc_kit.writer(folder, rotate_bytes=1000, clock=lambda: next(moments)) as writer:
        written = [
            writer.write_exchange(warc_kit.exchange(second=n), warc_kit.FACTS).warc
            for n in range(3)
        ]
    assert sorted(set(written)) == written
    assert sorted(path.name for path in folder.iterdir()) == written
    for path in folder.iterdir():
        assert [fields["WARC-Type"][0] for fields, _ in warc_kit.raw_records(path)] == [
            *("warcinfo", "request", "metadata", "response")
        ]
    assert re.fullmatch(r"warraq-20260304103000123-00000-[A-Za-z0-9-]+\.warc\.gz", written[0])


def test_two_writers_in_one_instant_never_share_a_file(folder):
    """Names that are taken, by a finished file or one in progress, are passed over."""
    writers = [warc_kit.writer(folder) for _ in range(3)]
    names = {one.write_exchange(warc_kit.exchange(), warc_kit.FACTS).warc for one in writers}
    writers[0].close()
    late = warc_kit.writer(folder)
    names.add(late.write_exchange(warc_kit.exchange(), warc_kit.FACTS).warc)
    for one in (*writers[1:], late):
        one.close()
    assert len(names) == 4
    assert {path.name for path in folder.iterdir()} == names


def test_the_digest_of_an_unchanged_payload_may_be_unknown(folder):
    """A 304 whose original's digest is not known is written without one."""
    with warc_kit.writer(folder) as writer:
        first = writer.write_exchange(warc_kit.exchange(), warc_kit.FACTS)
        reference = replace(reference_to(first), payload_digest=None)
        made = warc_kit.exchange(answer=b"HTTP/1.1 304 Not Modified\r\n\r\n", second=1)
        capture = writer.write_exchange(made, warc_kit.FACTS, reference, not_modified=True)
    assert capture.payload_digest is None
    assert first.payload_digest == Digest.compute(warc_kit.PAGE, "sha1")
    assert "WARC-Payload-Digest" not in warc_kit.raw_records(warc_kit.only_file(folder))[-1][0]
