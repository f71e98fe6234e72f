from __future__ import annotations

import gzip

import pytest
import warc_kit

from archive.cdx.cdxj import CdxjFile
from archive.errors import ArchiveWriteError
from archive.model import Capture, Digest, RecordType, Reference
from archive.warc.capture_reader import read_captures, read_payload, reference_to
from pipelines.ingest.preserve import Preserver

OTHER = "http://news.example/other"
NOT_MODIFIED = b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'


class Known:
    """An index of payloads, as the real one answers: whole responses only."""

    def __init__(self) -> None:
        self.asked: list[Digest] = []
        self.found: dict[Digest, Reference] = {}

    def __call__(self, digest: Digest) -> Reference | None:
        self.asked.append(digest)
        return self.found.get(digest)


@pytest.fixture
def known():
    return Known()


@pytest.fixture
def writer(tmp_path):
    with warc_kit.writer(tmp_path / "archive") as writer:
        yield writer


@pytest.fixture
def index(tmp_path):
    return CdxjFile(tmp_path / "index.cdxj")


@pytest.fixture
def preserver(writer, index, known):
    return Preserver(writer, index, known)


def keep(preserver: Preserver, *args, unchanged: Reference | None = None, **more) -> Capture:
    return preserver.preserve(warc_kit.exchange(*args, **more), warc_kit.FACTS, unchanged=unchanged)


def test_a_new_payload_is_a_response_and_is_indexed(preserver, index, tmp_path):
    """What was never seen is written whole, and its CDXJ line leads back to its bytes."""
    capture = keep(preserver)
    assert capture.record_type is RecordType.RESPONSE
    (entry,) = index.lookup(warc_kit.URL)
    assert (entry.fields["offset"], entry.fields["filename"]) == (str(capture.offset), capture.warc)
    assert read_payload(tmp_path / "archive", capture).entity == warc_kit.PAGE


def test_the_same_payload_in_one_run_is_a_revisit_of_the_first(preserver):
    """Before the index knows of it, and under another address, the same payload refers to the first
    response; a third time it refers to that too, never to a revisit.
    """
    first = keep(preserver)
    again = [keep(preserver, OTHER, second=1), keep(preserver, second=2)]
    assert [one.record_type for one in again] == [RecordType.REVISIT, RecordType.REVISIT]
    assert {one.refers_to_id for one in again} == {first.record_id}
    assert {one.refers_to_date for one in again} == {first.captured}


def test_a_payload_known_from_before_is_a_revisit(preserver, known, tmp_path):
    """What an earlier crawl kept is referred to, by the digest over the entity without its
    chunks.
    """
    with warc_kit.writer(tmp_path / "archive") as earlier:
        first = earlier.write_exchange(warc_kit.exchange(), warc_kit.FACTS)
    assert first.payload_digest is not None
    known.found[first.payload_digest] = reference_to(first)
    answer = warc_kit.response(warc_kit.chunked(warc_kit.PAGE), ("Transfer-Encoding", "chunked"))
    again = keep(preserver, answer=answer, second=60)
    assert (again.record_type, again.refers_to_id) == (RecordType.REVISIT, first.record_id)
    assert read_payload(tmp_path / "archive", again).entity == warc_kit.PAGE


@pytest.mark.parametrize(
    ("answer", "truncated"),
    [
        (warc_kit.response(b""), None),
        (warc_kit.response(status="404 Not Found"), None),
        (warc_kit.response(status="206 Partial Content"), None),
        (warc_kit.response(status="301 Moved"), None),
        (warc_kit.response(), "length"),
        (warc_kit.response(), "disconnect"),
        (NOT_MODIFIED, None),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html", None),
        (b"", None),
    ],
)
def test_what_is_not_a_whole_good_answer_is_never_compared(preserver, known, answer, truncated):
    """Errors, redirects, empty and truncated answers are written as they came, twice if they come
    twice.
    """
    for second in range(2):
        capture = keep(preserver, answer=answer, truncated=truncated, second=second)
        assert capture.record_type is RecordType.RESPONSE
        assert capture.truncated == truncated
    assert known.asked == []


def test_a_truncated_answer_is_not_referred_to(preserver):
    """A whole answer with the bytes of a truncated one before it is a response."""
    keep(preserver, truncated="time")
    assert keep(preserver, second=1).record_type is RecordType.RESPONSE


def test_a_304_refers_to_the_capture_it_confirms(preserver, tmp_path):
    """Not modified becomes a revisit by the server's word, whose payload is the confirmed one."""
    first = keep(preserver)
    still = keep(preserver, answer=NOT_MODIFIED, second=60, unchanged=reference_to(first))
    assert (still.record_type, still.profile, still.status) == (
        RecordType.REVISIT,
        "server-not-modified",
        304,
    )
    assert still.refers_to_id == first.record_id
    assert still.payload_digest == first.payload_digest
    assert read_payload(tmp_path / "archive", still).entity == warc_kit.PAGE


def test_a_changed_page_is_a_response_though_validators_were_sent(preserver):
    """An answer of 200 to a conditional request is judged by its payload alone."""
    first = keep(preserver)
    changed = keep(
        preserver, answer=warc_kit.response(b"new"), second=1, unchanged=reference_to(first)
    )
    assert changed.record_type is RecordType.RESPONSE


def test_only_so_many_payloads_are_remembered(writer, index, known):
    """Memory is bounded: the oldest payload is forgotten, and then asked for from the index."""
    preserver = Preserver(writer, index, known, remembered=3)
    for number in range(5):
        keep(preserver, answer=warc_kit.response(b"%d" % number), second=number)
    assert (
        keep(preserver, answer=warc_kit.response(b"4"), second=9).record_type is RecordType.REVISIT
    )
    asked = len(known.asked)
    assert (
        keep(preserver, answer=warc_kit.response(b"0"), second=9).record_type is RecordType.RESPONSE
    )
    assert len(known.asked) == asked + 1


def test_nothing_is_indexed_that_could_not_be_written(preserver, index, writer, monkeypatch):
    """When the WARC cannot be written there is no CDXJ line, and the payload is not remembered."""

    def refuse(_data):
        raise ArchiveWriteError("full")

    keep(preserver, answer=warc_kit.response(b"first"))
    monkeypatch.setattr(writer._file, "append", refuse)
    with pytest.raises(ArchiveWriteError):
        keep(preserver, second=1)
    monkeypatch.undo()
    assert len(index.lookup(warc_kit.URL)) == 1
    assert keep(preserver, second=2).record_type is RecordType.RESPONSE


def test_every_revisit_of_a_run_can_be_resolved(preserver, writer, tmp_path):
    """Over many exchanges and files every capture, revisit or not, gives back the entity that was
    served.
    """
    writer._rotate_bytes = 3000
    bodies = [b"a" * 500, gzip.compress(b"b" * 500, mtime=0), b"c"]
    served: dict[str, bytes] = {}
    for second in range(24):
        body = bodies[second * second % 3]
        served[
            keep(
                preserver, f"http://news.example/{second}", warc_kit.response(body), second=second
            ).url
        ] = body
    writer.close()
    found = [
        item for path in sorted((tmp_path / "archive").iterdir()) for item in read_captures(path)
    ]
    assert len(found) == 24
    kinds = {item.record_type for item in found if isinstance(item, Capture)}
    assert kinds == {RecordType.RESPONSE, RecordType.REVISIT}
    for item in found:
        assert isinstance(item, Capture)
        assert read_payload(tmp_path / "archive", item).entity == served[item.url]
