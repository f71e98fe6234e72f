"""A made-up news site of real size for the benchmark: 1,000 articles of 300 kB HTML with 110 links
each, on loopback.

`python bench/site.py --port-file F` generates the site (kept in bench/out, made once), serves it
from memory already compressed, and writes its port to F. It is deterministic. The weight is like
that of real pages: inlined style sheets and scripts that all pages share, application state and
furniture that differ, and some 3 kB of text that matters.
"""

# ruff: noqa: SIM905 -- words as running text are read and edited more easily
from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import marshal
import random
from pathlib import Path
from typing import Any

ARTICLES = 1000
LINKS = 110
SECTIONS = ("politics", "economy", "world", "culture", "science", "sport", "opinion", "local")
PER_LISTING = 25
VERSION = 6  # part of the cache's name: raise it when the generator changes
OUT = Path(__file__).parent / "out"

# fmt: off
_ARABIC = (
    "أعلنت الحكومة اليوم خطة جديدة لتطوير قطاع النقل في المدن الكبرى خلال السنوات المقبلة وقال"
        " الوزير إن العمل سيبدأ قريبا بعد "
    "استكمال الدراسات الفنية والمالية مشيرا إلى أن المشروع يحظى بدعم واسع من المؤسسات المحلية"
        " كما أكد خبراء الاقتصاد أهمية "
    "الاستثمار في البنية التحتية وتشجيع الشركات الصغيرة على المشاركة وأوضح التقرير السنوي"
        " ارتفاع الإنتاج مقارنة بالعام الماضي "
    "رغم التحديات التي واجهت الأسواق العالمية بينما دعا نواب البرلمان إلى مراجعة القوانين"
        " المنظمة وحماية حقوق العمال والطلاب "
    "والمزارعين وشهدت العاصمة حضورا كبيرا للمعرض الذي ضم كتبا ومخطوطات نادرة من مكتبات قديمة"
        " وتحدث الباحثون عن تاريخ الورق والحبر"
).split()
_ENGLISH = (
    "the ministry announced on Tuesday a plan to extend public transport across the northern"
        " valley after months of review officials "
    "said the first stage would open next spring while engineers continue their survey of older"
        " bridges and tunnels residents asked "
    "for clearer timetables lower fares and better access for students and workers an"
        " independent report found that demand had grown "
    "faster than expected despite higher prices and weaker harvests economists warned that"
        " borrowing costs might rise again before "
    "winter the council will vote on the proposal once the public hearing has ended and its"
        " final budget is published"
).split()
_WORDS = (
    "card title wrap inner outer grid column row media thumb caption meta time author share"
        " icon button badge list item link nav menu "
    "header footer aside promo widget banner slot ticker video player poster overlay modal"
        " panel tabs content body lead teaser section"
).split()
# fmt: on


def article_path(number: int) -> str:
    """Where article `number` lies."""
    return f"/{SECTIONS[number % len(SECTIONS)]}/article/{100_000 + number}-{_slug(number)}.html"


def _slug(number: int) -> str:
    return "-".join(
        random.Random(number).choices([word.lower() for word in _ENGLISH if len(word) > 3], k=5)
    )


def _sentence(rng: random.Random, words: list[str], low: int, high: int) -> str:
    return " ".join(rng.choices(words, k=rng.randint(low, high)))


def _headline(number: int) -> str:
    rng = random.Random(number + 7)
    words = _ARABIC if number % 2 else _ENGLISH
    return _sentence(rng, words, 6, 9).capitalize() + f" {number}"


def _style(rng: random.Random, size: int) -> str:
    out: list[str] = []
    length = 0
    while length < size:
        name = "-".join(rng.choices(_WORDS, k=2))
        rule = (
            f".{name}__{rng.choice(_WORDS)}{{margin:{rng.randint(0, 64)}px "
            f"{rng.randint(0, 32)}px;color:#{rng.randrange(1 << 24):06x};display:{rng.choice(('flex', 'grid', 'block'))};max-width:{rng.randint(200, 1400)}px}}\n"  # noqa: E501
        )
        out.append(rule)
        length += len(rule)
    return "".join(out)


def _script(rng: random.Random, size: int) -> str:
    out: list[str] = []
    length = 0
    while length < size:
        name = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=4))
        line = (
            f"function {name}(t,e){{var n=t.{rng.choice(_WORDS)}||{rng.randint(0, 9999)};return "
            f"e&&e.{rng.choice(_WORDS)}(n,{rng.randint(0, 99)},'{rng.choice(_WORDS)}-{rng.randint(0, 999)}')}}\n"  # noqa: E501
        )
        out.append(line)
        length += len(line)
    return "".join(out)


def _state(rng: random.Random, size: int) -> str:
    """Application state as frameworks inline it: nothing of it is the article."""
    items: list[dict[str, Any]] = []
    length = 0
    while length < size:
        item = {
            "id": rng.randrange(10**9),
            "type": rng.choice(_WORDS),
            "slot": f"{rng.choice(_WORDS)}-{rng.choice(_WORDS)}",
            "image": f"/media/{rng.randrange(16**6):06x}/{rng.choice(('w640', 'w1280'))}.jpg",
            "flags": {
                "sponsored": False,
                "premium": False,
                "position": rng.randint(0, 80),
                "theme": rng.choice(_WORDS),
            },
        }
        items.append(item)
        length += len(json.dumps(item))
    return json.dumps({"widgets": items})


def _card(rng: random.Random, number: int) -> str:
    """A teaser as real front ends write it: some nine elements and 1.3 kB around one link."""
    names = [f"{rng.choice(_WORDS)}-{rng.choice(_WORDS)}" for _ in range(5)]
    words = _ARABIC if number % 2 else _ENGLISH
    image = f"/media/{rng.randrange(16**8):08x}/{number}"
    sizes = ", ".join(
        f"{image}-{width}.webp?auto=format&amp;fit=crop&amp;w={width} {width}w"
        for width in (320, 480, 640, 960, 1280)
    )
    points = " ".join(
        f"{rng.choice('MLCQ')}{rng.randint(0, 48)} {rng.randint(0, 48)}" for _ in range(8)
    )
    return (
        f'<div class="{names[0]} {names[1]} teaser teaser--{rng.choice(_WORDS)}"'
        f' data-position="{rng.randint(0, 99)}" data-tracking="{rng.randrange(16**8):08x}">'
        f'<div class="{names[2]}__inner teaser__inner"><picture class="teaser__picture"><source'
        f' type="image/webp" srcset="{sizes}" sizes="(max-width: 600px) 100vw, 33vw">'
        f'<img class="teaser__image {names[3]}" loading="lazy" decoding="async" width="640"'
        f' height="360" src="{image}-640.jpg?auto=format&amp;fit=crop&amp;w=640" alt="">'
        f"</picture>"
        f'<a class="teaser__link {names[4]}" href="{article_path(number)}"><span'
        f' class="teaser__title">{_headline(number)}</span></a>'
        f'<span class="teaser__kicker">{" ".join(rng.choices(words, k=2))}</span><svg'
        f' class="icon icon--{rng.choice(_WORDS)}" viewBox="0 0 48 48" aria-hidden="true">'
        f'<path d="{points}"></path></svg></div></div>\n'
    )


def _furniture(rng: random.Random, numbers: list[int], name: str) -> str:
    return (
        f'<aside class="{name}"><div class="{name}__grid">\n'
        + "".join(_card(rng, number) for number in numbers)
        + "</div></aside>\n"
    )


def _navigation() -> str:
    links = [
        f'<li class="menu__item"><a href="/{section}/">{section.title()}</a></li>'
        for section in SECTIONS
    ]
    static = [
        f'<li><a href="/about/{word}.html">{word.title()}</a></li>'
        for word in ("contact", "privacy", "terms", "staff", "archive")
    ]
    return (
        '<nav class="menu"><ul>'
        + "".join(links)
        + '</ul></nav><ul class="footer__links">'
        + "".join(static)
        + "</ul>"
    )


def _ld(number: int, paragraphs: list[str]) -> str:
    day = 1 + number % 28
    return json.dumps(
        {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": _headline(number),
            "datePublished": f"2026-10-{day:02d}T{number % 24:02d}:{number % 60:02d}:00+03:00",
            "author": {
                "@type": "Person",
                "name": ("سالم الوراق", "Mary Copyist", "ليلى الحبر")[number % 3],
            },
            "articleSection": SECTIONS[number % len(SECTIONS)],
            "publisher": {"@type": "Organization", "name": "The Loopback Courier"},
            "wordCount": sum(len(paragraph.split()) for paragraph in paragraphs),
        },
        ensure_ascii=False,
    )


class _Shared:
    """What all pages have in common."""

    def __init__(self) -> None:
        rng = random.Random(1)
        self.style = _style(rng, 60_000)
        self.script = _script(rng, 50_000)
        self.navigation = _navigation()


def _page(shared: _Shared, title: str, main: str, head: str, state: str, language: str) -> str:
    direction = "rtl" if language == "ar" else "ltr"
    return (
        f'<!DOCTYPE html>\n<html lang="{language}" dir="{direction}"><head><meta'
        f' charset="utf-8"><title>{title} | The Loopback Courier</title>'
        f'<meta property="og:site_name" content="The Loopback Courier">{head}'
        f"<style>{shared.style}</style></head>\n<body>"
        f'<header class="header">{shared.navigation}</header>\n{main}\n<footer class="footer">'
        f"<p>© The Loopback Courier</p></footer>"
        f'<script type="application/json" id="state">{state}</script><script>{shared.script}'
        f"</script></body></html>"
    )


def article(number: int, shared: _Shared) -> str:
    """The HTML of article `number`."""
    rng = random.Random(10_000 + number)
    language = "ar" if number % 2 else "en"
    words = _ARABIC if number % 2 else _ENGLISH
    paragraphs = [
        _sentence(rng, words, 30, 70).capitalize() + "." for _ in range(rng.randint(8, 14))
    ]
    # The neighbours keep the whole site connected, as "previous" and "next" do; the rest is any
    # article.
    others = [
        (number + 1) % ARTICLES,
        (number - 1) % ARTICLES,
        *rng.sample(range(ARTICLES), LINKS - 2 - len(SECTIONS) - 5),
    ]
    related, popular, latest = others[:8], others[8:40], others[40:]
    title = _headline(number)
    head = (
        f'<meta property="og:title" content="{title}"><meta property="og:type"'
        f' content="article"><meta name="description" content="{paragraphs[0][:160]}">'
        f'<script type="application/ld+json">{_ld(number, paragraphs)}</script>'
    )
    body = "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)
    main = (
        f'<main class="content"><article class="content__body"><h1>{title}</h1><figure><img'
        f' src="/media/{number}.jpg" alt="{title}">'
        f"<figcaption>{_sentence(rng, words, 5, 9)}</figcaption></figure><div"
        f' class="body__text">{body}</div></article></main>\n'
        + _furniture(rng, related, "related")
        + _furniture(rng, popular, "popular")
        + _furniture(rng, latest, "latest")
    )
    html = _page(shared, title, main, head, "", language)
    return html.replace(
        ' id="state">', ' id="state">' + _state(rng, 300_000 - len(html.encode())), 1
    )


def listing(section: str, page: int, shared: _Shared) -> str:
    """A section page of 25 headlines, with its pagination."""
    numbers = [number for number in range(ARTICLES) if SECTIONS[number % len(SECTIONS)] == section]
    shown = numbers[(page - 1) * PER_LISTING : page * PER_LISTING]
    rng = random.Random(f"{section}{page}")
    more = (
        f'<a class="pagination__next" rel="next" href="/{section}/?page={page + 1}">next</a>'
        if page * PER_LISTING < len(numbers)
        else ""
    )
    main = (
        f'<main class="listing"><h1>{section.title()}</h1>'
        + "".join(_card(rng, number) for number in shown)
        + more
        + "</main>"
    )
    return _page(shared, section.title(), main, "", _state(rng, 60_000), "en")


def build() -> dict[str, tuple[str, bytes]]:
    """Every path of the site with its media type and gzipped body."""
    shared = _Shared()
    html = "text/html; charset=utf-8"
    pages: dict[str, tuple[str, str]] = {
        article_path(number): (html, article(number, shared)) for number in range(ARTICLES)
    }
    per_section = ARTICLES // len(SECTIONS)
    for section in SECTIONS:
        for page in range(1, -(-per_section // PER_LISTING) + 1):
            path = f"/{section}/" + (f"?page={page}" if page > 1 else "")
            pages[path] = (html, listing(section, page, shared))
    rng = random.Random(2)
    home = (
        '<main class="listing">'
        + "".join(_card(rng, number) for number in rng.sample(range(ARTICLES), 60))
        + "</main>"
    )
    pages["/"] = (html, _page(shared, "Home", home, "", _state(rng, 60_000), "en"))
    for word in ("contact", "privacy", "terms", "staff", "archive"):
        pages[f"/about/{word}.html"] = (
            html,
            _page(shared, word.title(), f"<main><p>{word}</p></main>", "", "{}", "en"),
        )
    pages["/robots.txt"] = ("text/plain", "User-agent: *\nAllow: /\n")
    return {
        path: (mime, gzip.compress(text.encode(), 6, mtime=0))
        for path, (mime, text) in pages.items()
    }


def load() -> dict[str, tuple[str, bytes]]:
    """The site from bench/out, generated at first."""
    kept = OUT / f"site-{VERSION}.marshal"
    if kept.exists():
        return marshal.loads(kept.read_bytes())  # noqa: S302 -- our own file
    OUT.mkdir(exist_ok=True)
    pages = build()
    fresh = kept.with_suffix(".new")
    fresh.write_bytes(marshal.dumps(pages))
    fresh.replace(kept)
    return pages


class _Protocol(asyncio.Protocol):
    """HTTP/1.1 with keep-alive and pipelining, answering GET from memory."""

    def __init__(self, answers: dict[bytes, bytes], counts: dict[bytes, int]) -> None:
        self._answers = answers
        self._counts = counts
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            request, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
            path = request.split(b" ", 2)[1]
            self._counts[path] = self._counts.get(path, 0) + 1
            self._transport.write(
                self._answers.get(path) or b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
            )
            if b"connection: close" in request.lower():
                self._transport.close()


async def _serve(port_file: Path) -> None:
    counts: dict[bytes, int] = {}
    answers: dict[bytes, bytes] = {}
    for path, (mime, body) in load().items():
        head = (
            f"HTTP/1.1 200 OK\r\nServer: bench\r\nContent-Type: {mime}\r\nContent-Encoding:"
            f" gzip\r\nVary: Accept-Encoding\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        answers[path.encode()] = head.encode() + body
    server = await asyncio.get_running_loop().create_server(
        lambda: _Protocol(answers, counts), "127.0.0.1", 0
    )
    fresh = port_file.with_suffix(".new")
    fresh.write_text(str(server.sockets[0].getsockname()[1]))
    fresh.replace(port_file)
    await server.serve_forever()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port-file", type=Path, required=True)
    asyncio.run(_serve(parser.parse_args().port_file))


if __name__ == "__main__":
    main()
