"""Exchanges, writers and hand-made WARC records for tests: made up here, with every byte in
view.
"""

from __future__ import annotations

import gzip
import itertools
import zlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings

from archive.model import Exchange, FetchFacts, Sighting
from archive.warc.writer import WarcInfo, WarcWriter

# The machine is shared: how long one example takes says nothing.
settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")

START = datetime(2026, 3, 4, 10, 30, 0, 123456, tzinfo=UTC)
URL = "http://news.example/%D9%85%D9%82%D8%A7%D9%84/1?a=1&b=2"
PAGE = "<html><title>خبر</title><p>قال الكرملين إن الخطة جاهزة</p></html>".encode() * 20
REQUEST = (
    b"GET /%D9%85%D9%82%D8%A7%D9%84/1?a=1&b=2 HTTP/1.1\r\nHost: news.example\r\n"
    b"User-Agent: Warraq\r\n\r\n"
)
INFO = WarcInfo(
    software="Warraq/0.1",
    operator="A. Person",
    user_agent="Warraq (+http://a.example)",
    collection="News",
)
FACTS = FetchFacts(
    crawl_id="crawl-1",
    site="أخبار",
    via="http://news.example/sitemap.xml",
    hops=2,
    claims=(
        Sighting(
            url=URL,
            source="http://news.example/sitemap.xml",
            kind="news-sitemap",
            title="خبر: \r\nX-Bad: 1",
            published="2026-03-04T13:30:00+03:00",
        ),
    ),
)


def response(
    body: bytes = PAGE,
    *headers: tuple[str, str],
    status: str = "200 OK",
    kind: str = "text/html; charset=utf-8",
) -> bytes:
    """A response with Content-Length, its bytes as on the wire."""
    lines = [("Content-Type", kind), *headers]
    if not any(name.lower() == "transfer-encoding" for name, _ in lines):
        lines.append(("Content-Length", str(len(body))))
    head = (
        f"HTTP/1.1 {status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines) + "\r\n"
    )
    return head.encode("latin-1") + body


def chunked(body: bytes, size: int = 700, *, extension: bytes = b"", trailer: bytes = b"") -> bytes:
    """A body in chunked framing."""
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return (
        b"".join(b"%X%s\r\n%s\r\n" % (len(p), extension, p) for p in pieces)
        + b"0\r\n"
        + trailer
        + b"\r\n"
    )


def exchange(
    url: str = URL, answer: bytes | None = None, *, second: float = 0, **more: Any
) -> Exchange:
    """One exchange, `second` seconds after the start."""
    values: dict[str, Any] = {
        "url": url,
        "started": START + timedelta(seconds=second),
        "request": REQUEST,
        "response": response() if answer is None else answer,
        "ip": "127.0.0.1",
        "elapsed": 0.25,
    }
    return Exchange(**values | more)


def ids() -> Callable[[], str]:
    """Record ids that come out the same in every run."""
    numbers = itertools.count(1)
    return lambda: f"<urn:uuid:00000000-0000-4000-8000-{next(numbers):012d}>"


def writer(folder: Path, **more: Any) -> WarcWriter:
    """A writer whose clock stands still and whose ids are counted."""
    folder.mkdir(parents=True, exist_ok=True)
    return WarcWriter(folder, **{"info": INFO, "clock": lambda: START, "new_id": ids()} | more)


def only_file(folder: Path) -> Path:
    """The one closed WARC of a folder."""
    (path,) = folder.glob("*.warc.gz")
    return path


def record(
    kind: str,
    block: bytes = b"",
    *headers: tuple[str, str],
    version: str = "WARC/1.0",
    length: str | None = None,
) -> bytes:
    """One uncompressed record as some other tool might have written it."""
    fields = [
        ("WARC-Type", kind),
        *headers,
        ("Content-Length", str(len(block)) if length is None else length),
    ]
    return (
        f"{version}\r\n{''.join(f'{n}: {v}' + chr(13) + chr(10) for n, v in fields)}\r\n".encode()
        + block
        + b"\r\n\r\n"
    )


FOREIGN_HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>hello</p>"
FOREIGN_DATE = ("WARC-Date", "2020-01-02T03:04:05Z")


def foreign_response(
    url: str = "http://old.example/",
    *headers: tuple[str, str],
    block: bytes = FOREIGN_HTTP,
    **more: Any,
) -> bytes:
    """One `response` record as an older tool writes it."""
    fields = [
        ("WARC-Target-URI", url),
        FOREIGN_DATE,
        ("Content-Type", "application/http; msgtype=response"),
        *headers,
    ]
    return record("response", block, *fields, **more)


def packed(records: Iterable[bytes]) -> bytes:
    """Records as gzip members, one each."""
    return b"".join(gzip.compress(one, mtime=0) for one in records)


def with_a_flipped_byte(data: bytes) -> bytes:
    """A gzipped WARC with one byte of its middle changed: of a record, not of the time in its gzip
    header, which nothing checks.
    """
    changed, place = bytearray(data), len(data) // 2
    changed[max(place, data.rfind(b"\x1f\x8b\x08", 0, place + 1) + 20)] ^= 0x40
    return bytes(changed)


def raw_records(path: Path) -> list[tuple[dict[str, list[str]], bytes]]:
    """Every record of a file, parsed by the letter of the standard and with nothing of ours."""
    records: list[tuple[dict[str, list[str]], bytes]] = []
    data = path.read_bytes()
    while data:
        decoder = zlib.decompressobj(31)
        text = decoder.decompress(data)
        assert decoder.eof
        data = decoder.unused_data
        head, _, rest = text.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        assert lines[0] == "WARC/1.1"
        fields: dict[str, list[str]] = {}
        for line in lines[1:]:
            name, colon, value = line.partition(": ")
            assert colon
            fields.setdefault(name, []).append(value)
        length = int(fields["Content-Length"][0])
        assert rest[length:] == b"\r\n\r\n"
        records.append((fields, rest[:length]))
    return records
