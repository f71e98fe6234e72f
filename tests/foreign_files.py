"""Files in the styles of other archiving tools, made up here: what each writes differently is in
view.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
import zlib

from warc_kit import packed, record

HOST = "paper.example"
_WORDS = (
    (
        "قال وزير النقل إن أعمال توسعة ميناء السدر"
        " ستبدأ في الربيع المقبل بعد اكتمال الدراسات الفنية والبيئية"
    ),
    (
        "وأضاف في مؤتمر صحفي عقد في العاصمة أن المشروع"
        " سيوفر مئات فرص العمل لأبناء المنطقة خلال ثلاثة أعوام"
    ),
    (
        "ويقول صيادون إنهم يخشون أن تضيق عليهم المساحة"
        " المخصصة للقوارب الصغيرة ما لم تراجع الخطط من جديد"
    ),
    (
        "ومن المقرر أن تعرض الوزارة المخططات على السكان"
        " في لقاءات مفتوحة تبدأ الأسبوع القادم في مقر البلدية"
    ),
)


def page(number: int) -> bytes:
    """An article's page; each number has other words."""
    paragraphs = "".join(
        f"<p>{words} ({number}-{place}).</p>" for place, words in enumerate(_WORDS)
    )
    return (
        f"<!doctype html><html lang=ar><head><meta charset=utf-8>"
        f"<title>خبر رقم {number} من الميناء</title>"
        f'<meta property="og:type" content="article">'
        f'<meta property="article:published_time"'
        f' content="2019-05-0{number % 9 + 1}T10:00:00+03:00">'
        f"</head><body><article><h1>خبر رقم {number} من الميناء</h1>"
        f"{paragraphs}</article></body></html>"
    ).encode()


def url(number: int, host: str = HOST) -> str:
    """The address of such a page."""
    return f"http://{host}/news/{1000 + number}"


def answer(body: bytes, kind: str = "text/html; charset=utf-8", end: str = "\r\n") -> bytes:
    """An HTTP response."""
    return (
        f"HTTP/1.1 200 OK{end}Content-Type: {kind}{end}"
        f"Content-Length: {len(body)}{end}{end}".encode()
        + body
    )


def digest(data: bytes) -> str:
    """SHA-1 as old tools write it."""
    import base64

    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def urn(number: int) -> str:
    """A record id."""
    return f"<urn:uuid:00000000-0000-4000-8000-{number:012d}>"


_HTTP = ("Content-Type", "application/http;msgtype=response")
_REQUEST = ("Content-Type", "application/http;msgtype=request")
_FIELDS = ("Content-Type", "application/warc-fields")


def _info(software: str, *more: str) -> bytes:
    number = 10_000 + zlib.crc32(software.encode()) % 90_000
    block = "\r\n".join(
        [f"software: {software}", "format: WARC File Format 1.0", *more, "", ""]
    ).encode()
    return record(
        "warcinfo",
        block,
        ("WARC-Record-ID", urn(number)),
        ("WARC-Date", "2019-05-06T00:00:00Z"),
        _FIELDS,
    )


_WGET_ASKS = (
    b"GET /news HTTP/1.1\r\nUser-Agent: Wget/1.19.4 (linux-gnu)\r\nHost: paper.example\r\n\r\n"
)


def wget() -> list[bytes]:
    """Wget 1.19: URIs in angle brackets, request first, no warcinfo id, its log and manifest as
    resources at the end.
    """
    made = [_info("Wget/1.19.4 (linux-gnu)", "robots: classic", 'wget-arguments: "--warc-file=x"')]
    for number in (1, 2):
        base = (
            ("WARC-Target-URI", f"<{url(number)}>"),
            ("WARC-Date", f"2019-05-06T10:0{number}:00Z"),
        )
        block = answer(page(number))
        made.append(
            record("request", _WGET_ASKS, ("WARC-Record-ID", urn(10 * number)), *base, _REQUEST)
        )
        made.append(
            record(
                "response",
                block,
                ("WARC-Record-ID", urn(10 * number + 1)),
                ("WARC-Concurrent-To", urn(10 * number)),
                *base,
                ("WARC-IP-Address", "192.0.2.7"),
                ("WARC-Block-Digest", digest(block)),
                ("WARC-Payload-Digest", digest(page(number))),
                _HTTP,
            )
        )
    log = (
        ("WARC-Target-URI", "metadata://gnu.org/software/wget/warc/wget.log"),
        ("Content-Type", "text/plain"),
    )
    date = ("WARC-Date", "2019-05-06T11:00:00Z")
    made.append(record("resource", b"log", ("WARC-Record-ID", urn(99)), date, *log))
    return made


def wget_again() -> list[bytes]:
    """Wget with --warc-dedup: what it has had before is a revisit, whose block digest is that of an
    empty block.
    """
    head = answer(page(2)).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    fields = (
        ("WARC-Record-ID", urn(25)),
        ("WARC-Refers-To", urn(21)),
        ("WARC-Profile", "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"),
        ("WARC-Truncated", "length"),
        ("WARC-Target-URI", f"<{url(2)}>"),
        ("WARC-Date", "2019-05-07T10:02:00Z"),
        ("WARC-Block-Digest", digest(b"")),
        ("WARC-Payload-Digest", digest(page(2))),
        _HTTP,
    )
    return [_info("Wget/1.21.3 (linux-gnu)", "robots: classic"), record("revisit", head, *fields)]


_HERITRIX_SAYS = (
    b"via: http://paper.example/\r\nhopsFromSeed: LL\r\nfetchTimeMs: 120\r\n"
    b"charsetForLinkExtraction: UTF-8\r\n"
)


def heritrix() -> list[bytes]:
    """Heritrix 3: fetch metadata records, dns records, a revisit under the old profile address, and
    one misspelt.
    """
    about = ("ip: 192.0.2.1", "isPartOf: news", "operator: library")
    made = [_info("Heritrix/3.2.0 http://crawler.archive.org", *about)]
    dns = (
        ("WARC-Target-URI", f"dns:{HOST}"),
        ("WARC-Record-ID", urn(500)),
        ("WARC-Date", "2019-05-06T09:59:00Z"),
    )
    made.append(
        record(
            "response",
            b"20190506095900\npaper.example. 60 IN A 192.0.2.7\n",
            *dns,
            ("Content-Type", "text/dns"),
        )
    )
    base = (("WARC-Target-URI", url(3)), ("WARC-Date", "2019-05-06T10:03:00Z"))
    sha = ("WARC-Payload-Digest", digest(page(3)))
    made.append(record("response", answer(page(3)), ("WARC-Record-ID", urn(31)), *base, sha, _HTTP))
    linked = ("WARC-Concurrent-To", urn(31))
    made.append(
        record(
            "request",
            b"GET / HTTP/1.0\r\n\r\n",
            ("WARC-Record-ID", urn(32)),
            *base,
            linked,
            _REQUEST,
        )
    )
    made.append(
        record("metadata", _HERITRIX_SAYS, ("WARC-Record-ID", urn(33)), *base, linked, _FIELDS)
    )
    return [*made, *_heritrix_revisits(sha)]


def _heritrix_revisits(sha: tuple[str, str]) -> list[bytes]:
    """Its revisits of page 3: under the profile address of WARC/1.0, and one misspelt."""
    made = []
    head = answer(page(3)).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    profiles = (
        "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest",
        "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest/",
    )
    for place, profile in enumerate(profiles):
        again = (
            ("WARC-Target-URI", url(3)),
            ("WARC-Date", f"2019-05-07T10:0{place}:00Z"),
            ("WARC-Record-ID", urn(35 + place)),
        )
        made.append(
            record(
                "revisit",
                head,
                *again,
                sha,
                ("WARC-Profile", profile),
                ("WARC-Truncated", "length"),
                _HTTP,
            )
        )
    return made


def warcprox() -> list[bytes]:
    """warcprox: response before its request, digests of both kinds, SHA-1 in hexadecimal."""
    made = [_info("warcprox 2.4.17", "hostname: box", "ip: 127.0.1.1")]
    block = answer(page(4))
    base = (("WARC-Target-URI", url(4)), ("WARC-Date", "2019-05-06T10:04:00Z"))
    sha = "sha1:" + hashlib.sha1(page(4), usedforsecurity=False).hexdigest()
    sums = (("WARC-Payload-Digest", sha), ("WARC-Block-Digest", digest(block)))
    made.append(
        record(
            "response",
            block,
            ("WARC-Record-ID", urn(41)),
            *base,
            *sums,
            ("WARC-IP-Address", "::1"),
            _HTTP,
        )
    )
    ask = b"GET /news/1004 HTTP/1.1\r\n\r\n"
    made.append(
        record(
            "request",
            ask,
            ("WARC-Record-ID", urn(42)),
            *base,
            ("WARC-Concurrent-To", urn(41)),
            _REQUEST,
        )
    )
    return made


def from_arc() -> list[bytes]:
    """An ARC file that warcio made a WARC of: an address on the warcinfo, DNS as a response of HTTP
    that has no headers.
    """
    about = (
        ("WARC-Filename", "old.arc"),
        ("WARC-IP-Address", "0.0.0.0"),
        ("Content-Type", "text/plain"),
    )
    made = [
        record(
            "warcinfo",
            b"",
            ("WARC-Record-ID", urn(900)),
            ("WARC-Date", "2006-01-02T03:04:00Z"),
            *about,
        )
    ]
    dns = b"20060102030405\npaper.example. 60 IN A 192.0.2.9\n"
    for number, (address, block, payload) in enumerate(
        [
            (f"dns:{HOST}", dns, dns),
            (url(1), answer(page(1)), page(1)),
            (f"http://{HOST}/0.9", page(2), page(2)),
        ],
        901,
    ):
        base = (
            ("WARC-Record-ID", urn(number)),
            ("WARC-Target-URI", address),
            ("WARC-Date", "2006-01-02T03:04:05Z"),
        )
        sums = (("WARC-Payload-Digest", digest(payload)), ("WARC-Block-Digest", digest(block)))
        made.append(record("response", block, *base, *sums, _HTTP))
    return made


def cc_news() -> list[bytes]:
    """Common Crawl's CC-NEWS: a day of many sites in one file, no revisits, body unpacked and said
    so in the header.
    """
    made = [_info("StormCrawler", "description: News crawl for Common Crawl")]
    for number, host in ((5, "one.example"), (6, "www.two.example"), (7, "three.example")):
        body = page(number)
        head = (
            "HTTP/1.1 200 OK\r\nX-Crawler-content-encoding: gzip\r\n"
            "X-Crawler-content-length: 900\r\nContent-Type: text/html\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        base = (
            ("WARC-Target-URI", url(number, host)),
            ("WARC-Date", f"2019-05-06T10:0{number}:00Z"),
        )
        sha = ("WARC-Payload-Digest", digest(body))
        made.append(
            record(
                "response",
                head.encode() + body,
                ("WARC-Record-ID", urn(number * 10)),
                *base,
                sha,
                _HTTP,
            )
        )
    return made


def browsertrix() -> list[bytes]:
    """Browsertrix: WARC/1.1, milliseconds, page texts and screenshots as resources with urn:
    addresses.
    """
    made = [_info("Browsertrix-Crawler 1.5.0 (with warcio.js 2.4.2)")]
    base = (("WARC-Target-URI", url(8)), ("WARC-Date", "2019-05-06T10:08:00.123Z"))
    sums = ("WARC-Payload-Digest", "sha256:" + hashlib.sha256(page(8)).hexdigest())
    made.append(
        record(
            "response",
            answer(page(8)),
            ("WARC-Record-ID", urn(81)),
            *base,
            sums,
            _HTTP,
            version="WARC/1.1",
        )
    )
    for place, kind in enumerate(("text", "thumbnail")):
        said = (
            ("WARC-Target-URI", f"urn:{kind}:{url(8)}"),
            ("WARC-Date", "2019-05-06T10:08:01.000Z"),
            ("Content-Type", "text/plain"),
        )
        made.append(
            record(
                "resource", b"text", ("WARC-Record-ID", urn(82 + place)), *said, version="WARC/1.1"
            )
        )
    return made


def wacz(
    members: dict[str, bytes], *, also: dict[str, bytes] | None = None, digests: bool = True
) -> bytes:
    """A WACZ as Browsertrix packs it, of several WARC files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, data in {**members, **(also or {})}.items():
            package.writestr(name, data)
        listed = [
            {
                "name": name.rsplit("/", 1)[-1],
                "path": name,
                "hash": "sha256:" + hashlib.sha256(data).hexdigest(),
                "bytes": len(data),
            }
            for name, data in members.items()
        ]
        if digests:
            described = json.dumps(
                {"profile": "data-package", "wacz_version": "1.1.1", "resources": listed}
            ).encode()
            package.writestr("datapackage.json", described)
            said = {
                "path": "datapackage.json",
                "hash": "sha256:" + hashlib.sha256(described).hexdigest(),
            }
            package.writestr("datapackage-digest.json", json.dumps(said))
    return buffer.getvalue()


# ---------------------------------------------------------------------------------------------- ARC


def arc_record(
    address: str,
    block: bytes,
    *,
    date: str = "20060102030405",
    kind: str = "text/html",
    length: int | None = None,
) -> bytes:
    """One ARC record of version 1."""
    said = len(block) if length is None else length
    return f"{address} 192.0.2.9 {date} {kind} {said}\n".encode() + block + b"\n"


def arc_header(version: int = 1) -> bytes:
    """The record at the start of an ARC file."""
    if version == 1:
        block = b"1 0 InternetArchive\nURL IP-address Archive-date Content-type Archive-length\n"
        return (
            b"filedesc://old.arc 0.0.0.0 20060102030400 text/plain %d\n" % len(block)
            + block
            + b"\n"
        )
    block = (
        b"2 0 InternetArchive\nURL IP-address Archive-date Content-type Result-code"
        b" Checksum Location Offset Filename Archive-length\n"
    )
    return (
        b"filedesc://old.arc 0.0.0.0 20060102030400 text/plain 200 - - 0 old.arc %d\n" % len(block)
        + block
        + b"\n"
    )


def arc(version: int = 1) -> list[bytes]:
    """An ARC file of a DNS answer, two articles and a body without HTTP headers; one URL has a
    space in it.
    """
    made = [
        arc_header(version),
        arc_record(
            f"dns:{HOST}", b"20060102030405\npaper.example. 60 IN A 192.0.2.9\n", kind="text/dns"
        ),
    ]
    made += [
        arc_record(url(number), answer(page(number)), date=f"2006010203040{number}")
        for number in (1, 2)
    ]
    made += [arc_record(f"http://{HOST}/old file.txt", b"plain words", kind="text/plain")]
    if version == 2:
        widened = []
        for one in made[1:]:
            line, _, rest = one.partition(b"\n")
            start, _, length = line.rpartition(b" ")
            widened.append(start + b" 200 - - 1234 old.arc " + length + b"\n" + rest)
        made[1:] = widened
    return made


def gz(records: list[bytes]) -> bytes:
    """Records as gzip members, one each."""
    return packed(records)


def gz_whole(records: list[bytes]) -> bytes:
    """Records as one gzip stream, as `gzip` makes of a plain file."""
    return gzip.compress(b"".join(records), mtime=0)


def beside_pages() -> list[bytes]:
    """What crawlers write beside the pages of `warcprox`: a DNS answer, a screenshot of its page,
    the text of another, a log, and a text made of the page.
    """
    kinds = (
        ("response", f"dns:{HOST}", "text/dns"),
        ("resource", f"urn:view:{url(4)}", "image/png"),
        ("resource", "urn:text:http://other.example/", "text/plain"),
        ("metadata", "metadata://x.example/log", "text/plain"),
        ("conversion", url(4), "text/plain"),
    )
    return [
        record(
            kind,
            b"words",
            ("WARC-Record-ID", urn(70 + number)),
            ("WARC-Target-URI", uri),
            ("WARC-Date", "2019-05-06T10:04:01Z"),
            ("Content-Type", media_type),
        )
        for number, (kind, uri, media_type) in enumerate(kinds)
    ]
