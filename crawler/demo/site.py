"""A small made-up Arabic news site, served on loopback: what `demo` crawls in place of a real one.

Twelve articles over three sections, built in three ways, with what real sites have too: a ticker
that changes with every request, related boxes amid the text, tracking parameters, an article under
a second address, a page in windows-1256, RSS, sitemaps and robots.txt. The texts and page templates
lie in `pages/`.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from string import Template
from typing import Any

PAPER = "صدى السدر"
_SECTIONS = {"local": "محليات", "economy": "اقتصاد", "culture": "ثقافة"}
# As Iraqi papers name them.
_MONTHS = (
    "كانون الثاني",
    "شباط",
    "آذار",
    "نيسان",
    "أيار",
    "حزيران",
    "تموز",
    "آب",
    "أيلول",
    "تشرين الأول",
    "تشرين الثاني",
    "كانون الأول",
)
_TICKERS = (
    "موجة غبار خفيفة تصل مساء اليوم",
    "إغلاق جسر القناة ساعتين لأعمال الصيانة",
    "فريق المدينة يفوز في مباراته الودية",
    "انقطاع الماء عن حي النخيل حتى الظهر",
    "افتتاح معرض الكتاب المدرسي غداً",
)
# The article that is also found under a second address, without a word about the first one.
_TWICE = 3003


@dataclass(frozen=True, slots=True, kw_only=True)
class _Article:
    id: int
    section: str
    form: str
    title: str
    author: str
    published: str
    caption: str
    credit: str
    tags: list[str]
    related: int
    body: list[str]

    @property
    def path(self) -> str:
        return f"/{self.section}/{self.id}"

    @property
    def shown_date(self) -> str:
        """The time as a reader sees it: local, with the month's name, without a zone."""
        moment = datetime.fromisoformat(self.published)
        half = "ص" if moment.hour < 12 else "م"
        day = f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
        return f"{day}، {moment.hour % 12 or 12}:{moment:%M} {half}"


@dataclass(frozen=True, slots=True)
class DemoPage:
    """One answer: status, Content-Type and body; with an ETag, it can be asked for again
    conditionally.
    """

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    etag: str | None = None


def _file(name: str) -> str:
    return resources.files("crawler.demo").joinpath("pages", name).read_text("utf-8")


class DemoSite:
    """The whole site as a function from path to page. `origin` is `http://host:port`."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        articles = [_Article(**entry) for entry in tomllib.loads(_file("articles.toml"))["article"]]
        self._articles = {article.id: article for article in articles}
        self._templates = {
            name: Template(_file(f"{name}.html"))
            for name in ("semantic", "divs", "plain", "listing")
        }
        self._requests = itertools.count()
        self._pages = {
            "/robots.txt": self._robots,
            "/sitemap.xml": self._sitemap_index,
            "/sitemap-news.xml": self._sitemap_news,
            "/sitemap-pages.xml": self._sitemap_pages,
            "/rss.xml": self._rss,
        }

    def page(self, path: str) -> DemoPage:
        """What the site answers for a path; the query is the tracking that it ignores."""
        path = path.partition("?")[0]
        if path in self._pages:
            return self._pages[path]()
        if path == "/":
            return self._listing("آخر الأخبار", list(self._articles.values()))
        if path.startswith("/images/"):
            return DemoPage(_PICTURE, "image/svg+xml", etag='"picture"')
        if path == f"/archive/2026/{_TWICE}.html":
            return self._article(self._articles[_TWICE], canonical=path)
        section, _, number = path.strip("/").partition("/")
        if section in _SECTIONS and not number:
            chosen = [article for article in self._articles.values() if article.section == section]
            return self._listing(_SECTIONS[section], chosen)
        if (
            number.isdigit()
            and (article := self._articles.get(int(number)))
            and article.section == section
        ):
            return self._article(article, canonical=article.path)
        return DemoPage(b"<!DOCTYPE html><title>404</title><p>not here", status=404)

    # ----------------------------------------------------------------------------------------- HTML

    def _article(self, article: _Article, *, canonical: str) -> DemoPage:
        related = self._articles[article.related]
        text = {
            "title": article.title,
            "url": self._origin + canonical,
            "image": f"{self._origin}/images/{article.id}.svg",
            "published": article.published,
            "shown_date": article.shown_date,
            "section": _SECTIONS[article.section],
            "section_url": f"/{article.section}/",
            "author": article.author,
            "caption": article.caption,
            "credit": article.credit,
            "lead": article.body[0],
            "related_title": related.title,
            "related_url": f"{related.path}?utm_source=related&utm_medium=box",
        }
        paragraphs = [f"<p>{escape(paragraph)}</p>" for paragraph in article.body]
        html = {
            "json_ld": self._json_ld(article, canonical),
            "first": "\n".join(paragraphs[:2]),
            "rest": "\n".join(paragraphs[2:]),
            "tags": "".join(
                f'<li><a rel="tag" href="/{article.section}/">{escape(tag)}</a></li>'
                for tag in article.tags
            ),
        }
        encoding = "windows-1256" if article.form == "plain" else "utf-8"
        filled = self._fill(article.form, text, html)
        return DemoPage(
            filled.encode(encoding, "xmlcharrefreplace"), f"text/html; charset={encoding}"
        )

    def _json_ld(self, article: _Article, canonical: str) -> str:
        stated = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": article.title,
            "datePublished": article.published,
            "author": [{"@type": "Person", "name": article.author}],
            "publisher": {"@type": "Organization", "name": PAPER},
            "articleSection": _SECTIONS[article.section],
            "mainEntityOfPage": self._origin + canonical,
            "inLanguage": "ar",
        }
        return json.dumps(stated, ensure_ascii=False).replace("<", "\\u003c")

    def _listing(self, heading: str, articles: list[_Article]) -> DemoPage:
        newest = sorted(articles, key=lambda article: article.published, reverse=True)
        teasers = "\n".join(
            f'<div class="teaser"><h2><a href="{article.path}">'
            f"{escape(article.title)}</a></h2>"
            f"<span>{article.shown_date}</span></div>"
            for article in newest
        )
        if heading == _SECTIONS["culture"]:
            twice = self._articles[_TWICE]
            teasers += (
                f'\n<p>من الأرشيف: <a href="/archive/2026/{_TWICE}.html">'
                f"{escape(twice.title)}</a></p>"
            )
        return DemoPage(self._fill("listing", {"heading": heading}, {"teasers": teasers}).encode())

    def _fill(self, template: str, text: dict[str, str], html: dict[str, str]) -> str:
        number = next(self._requests)
        menu = "".join(f'<li><a href="/{key}/">{name}</a></li>' for key, name in _SECTIONS.items())
        around = {
            "paper": PAPER,
            "ticker": f"{_TICKERS[number % len(_TICKERS)]} ({number})",
            "menu": f'<nav><a href="/">{PAPER}</a><ul>{menu}</ul></nav>',
            "footer": f"<footer><p>جميع الحقوق محفوظة © 2026 {PAPER}</p>"
            "<p>تابعونا على</p></footer>",
        }
        escaped = {key: escape(value) for key, value in text.items()}
        return self._templates[template].substitute(around | escaped | html)

    # --------------------------------------------------------------------------------- for machines

    def _robots(self) -> DemoPage:
        text = f"User-agent: *\nDisallow: /search\n\nSitemap: {self._origin}/sitemap.xml\n"
        return _fixed(text, "text/plain; charset=utf-8")

    def _sitemap_index(self) -> DemoPage:
        parts = "".join(
            f"<sitemap><loc>{self._origin}/{name}.xml</loc></sitemap>"
            for name in ("sitemap-news", "sitemap-pages")
        )
        return _fixed(
            f'{_XML}<sitemapindex xmlns="{_SITEMAP}">{parts}</sitemapindex>', "application/xml"
        )

    def _sitemap_news(self) -> DemoPage:
        entries = "".join(
            f"<url><loc>{self._origin}{article.path}</loc><news:news><news:publication><news:name>{PAPER}</news:name>"
            f"<news:language>ar</news:language></news:publication><news:publication_date>{article.published}"
            f"</news:publication_date><news:title>{escape(article.title)}</news:title></news:news></url>"
            for article in self._articles.values()
        )
        return _fixed(
            f'{_XML}<urlset xmlns="{_SITEMAP}" xmlns:news="{_NEWS}">{entries}</urlset>',
            "application/xml",
        )

    def _sitemap_pages(self) -> DemoPage:
        entries = "".join(
            f"<url><loc>{self._origin}/{section}/</loc></url>" for section in _SECTIONS
        )
        return _fixed(f'{_XML}<urlset xmlns="{_SITEMAP}">{entries}</urlset>', "application/xml")

    def _rss(self) -> DemoPage:
        items = "".join(
            f"<item><title>{escape(article.title)}</title><link>{self._origin}{article.path}?utm_source=rss</link>"
            f"<pubDate>{format_datetime(datetime.fromisoformat(article.published))}</pubDate></item>"
            for article in self._articles.values()
        )
        head = (
            f"<title>{PAPER}</title><link>{self._origin}/</link><description>{PAPER}</description>"
        )
        return _fixed(
            f'{_XML}<rss version="2.0"><channel>{head}{items}</channel></rss>',
            "application/rss+xml",
        )


_XML = '<?xml version="1.0" encoding="utf-8"?>\n'
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
_PICTURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360">'
    b'<rect width="640" height="360" fill="#b9a77c"/></svg>'
)


def _fixed(text: str, content_type: str) -> DemoPage:
    body = text.encode()
    return DemoPage(body, content_type, etag=f'"{hashlib.sha256(body).hexdigest()[:16]}"')


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:  # the name http.server calls
        page = self.server.site.page(self.path)
        if page.etag and self.headers.get("If-None-Match") == page.etag:
            page = DemoPage(b"", page.content_type, HTTPStatus.NOT_MODIFIED, page.etag)
        self.send_response(page.status)
        if page.etag:
            self.send_header("ETag", page.etag)
        if page.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(page.body)))
        self.end_headers()
        self.wfile.write(page.body)

    def log_message(self, *args: Any) -> None:
        """Log nothing: the crawl reports what it fetches."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    site: DemoSite  # its own: two may be served by one process

    def handle_error(self, *args: Any) -> None:
        """Say nothing: a client that hangs up is no news here."""


@contextmanager
def serve_demo_site(port: int = 0) -> Iterator[str]:
    """Serve the site on 127.0.0.1 while the block runs; gives its address. Port 0 takes a free
    one.
    """
    with _Server(("127.0.0.1", port), _Handler) as server:
        origin = f"http://127.0.0.1:{server.server_address[1]}"
        server.site = DemoSite(origin)
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        thread.start()
        try:
            yield origin + "/"
        finally:
            server.shutdown()
            thread.join()
