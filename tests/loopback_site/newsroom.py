"""A made-up Arabic news site that a test can edit while it is being crawled.

    room = Newsroom()
    with Site(homes=(room,)) as site:
        ...crawl...
        room.edit("/news/1003", body=("فقرة جديدة.",))
        room.remove("/news/1004")

It has a home page, sections over several pages, articles, a ticker that changes with every request,
related boxes, tracking links, AMP pages and a slash too many, robots.txt, a sitemap index with a
plain, a packed and a Google News sitemap, and an RSS feed. `routes` may be changed too, and
`robots` set to one of `documents.ROBOTS`.
"""

from __future__ import annotations

import dataclasses
import gzip
import itertools
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from html import escape

from loopback_site.documents import sitemap, sitemap_index
from loopback_site.server import Behaviour, Talk, redirect, say

SECTIONS = {"politics": "سياسة", "economy": "اقتصاد", "sport": "رياضة"}
BAGHDAD = timezone(timedelta(hours=3))
_MONTHS = [
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
]
_WHO = (
    "وزارة النقل",
    "المجلس البلدي",
    "غرفة التجارة",
    "اتحاد الكرة",
    "جامعة المدينة",
    "هيئة الأنهار",
    "نقابة المعلمين",
)
_WHAT = (
    "افتتاح جسر جديد",
    "تأجيل الجلسة المقررة",
    "خطة لترميم السوق القديم",
    "إطلاق حملة للتشجير",
    "نتائج المسح السنوي",
)
_WHERE = ("في حي النخيل", "على ضفة النهر", "في شمال المدينة", "قرب المحطة القديمة")
_SENTENCES = (
    "وأوضح البيان أن العمل سيستمر حتى نهاية الفصل الحالي على أن تعلن النتائج في مؤتمر عام.",
    "ويرى مختصون أن الخطوة جاءت متأخرة لكنها تلبي مطالب السكان منذ أعوام.",
    "وكانت اللجنة قد اجتمعت ثلاث مرات قبل أن تتفق على الصيغة النهائية للمشروع.",
    "وتبلغ الكلفة المقدرة نحو أربعة ملايين دينار تسدد على مرحلتين.",
    "ومن المنتظر أن يزور وفد من المحافظة الموقع خلال الأيام المقبلة.",
    "وشدد المتحدث على ضرورة إشراك الأهالي في كل مرحلة من مراحل التنفيذ.",
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One article as the newsroom has it; `html` in place of everything else gives a page as it
    stands.
    """

    path: str
    title: str
    body: tuple[str, ...]
    section: str = "politics"
    author: str = "سلمى الراوي"
    published: datetime = datetime(2026, 11, 1, 9, 30, tzinfo=BAGHDAD)
    modified: datetime | None = None
    html: bytes | None = None
    charset: str = "utf-8"
    headers: tuple[tuple[str, str], ...] = ()


def stories(count: int = 20) -> list[Story]:
    """So many different articles, spread over the sections, an hour and a half apart; always the
    same ones.
    """
    made = []
    for number in range(count):
        who, what = _WHO[number % len(_WHO)], _WHAT[number * 3 % len(_WHAT)]
        where = _WHERE[number // 2 % len(_WHERE)]
        lead = f"أعلنت {who} صباح اليوم {what} {where}، وذلك بعد {number + 2} أشهر من المشاورات."
        rest = [
            _SENTENCES[(number + at) % len(_SENTENCES)]
            + f" وهذه الفقرة رقم {at + 1} من الخبر {number + 1}."
            for at in range(4)
        ]
        made.append(
            Story(
                path=f"/news/{1001 + number}",
                title=f"{who}: {what} {where} ({number + 1})",
                body=(lead, *rest),
                section=list(SECTIONS)[number % len(SECTIONS)],
                published=datetime(2026, 11, 1, 6, 0, tzinfo=BAGHDAD)
                + timedelta(minutes=90 * number),
            )
        )
    return made


class Newsroom:
    """The site as a home for `Site`; `page_size` articles stand on one page of a section."""

    def __init__(self, articles: Iterable[Story] | None = None, *, page_size: int = 4) -> None:
        self.stories = {
            story.path: story for story in (stories() if articles is None else articles)
        }
        self.page_size = page_size
        self.robots: Behaviour | None = None
        self.routes: dict[str, Behaviour] = {}
        self.gone: set[str] = set()
        self._ticker = itertools.count(1)

    # -------------------------------------------------------------------------------------- editing

    def publish(self, story: Story) -> None:
        """Add an article, or replace the one at its path."""
        self.stories[story.path] = story
        self.gone.discard(story.path)

    def edit(self, path: str, **changes: object) -> None:
        """Change fields of an article."""
        self.stories[path] = dataclasses.replace(self.stories[path], **changes)  # type: ignore[arg-type]

    def remove(self, path: str) -> None:
        """Take an article down: 410 from now on, and no list names it."""
        del self.stories[path]
        self.gone.add(path)

    @property
    def newest_first(self) -> list[Story]:
        """All articles, the newest first."""
        return sorted(self.stories.values(), key=lambda story: story.published, reverse=True)

    # ------------------------------------------------------------------------------------ answering

    def __call__(self, talk: Talk) -> Behaviour | None:
        """The behaviour of a path, or None where the newsroom has nothing there."""
        path = talk.path
        if path in self.routes:
            return self.routes[path]
        if path in self.gone:
            return say("<h1>حذف الخبر</h1>", status="410 Gone")
        if path in self.stories:
            return self._story(talk, self.stories[path])
        if path.removesuffix("/amp") in self.stories:
            return self._story(talk, self.stories[path.removesuffix("/amp")], amp=True)
        if path.rstrip("/") in self.stories:
            return redirect(path.rstrip("/"), status="301 Moved Permanently")
        parts = path.strip("/").split("/")
        if parts[0] == "section" and len(parts) in (2, 4) and parts[1] in SECTIONS:
            return self._section(
                parts[1], int(parts[3]) if len(parts) == 4 and parts[3].isdecimal() else 1
            )
        return self._fixed(talk)

    def _fixed(self, talk: Talk) -> Behaviour | None:
        root, newest = talk.site.url, self.newest_first
        half = len(newest) // 2
        old = sitemap(*(root + story.path for story in newest[half:])).encode()
        match talk.path:
            case "/":
                return say(
                    self._frame(
                        "صوت السدرة", self._list(newest[:8], "?utm_source=home&utm_medium=top")
                    )
                )
            case "/robots.txt":
                rules = f"User-agent: *\nDisallow: /admin/\nSitemap: {root}/sitemap.xml\n"
                return self.robots or say(rules, kind="text/plain")
            case "/sitemap.xml":
                names = ("sitemap-new.xml", "sitemap-old.xml.gz", "sitemap-news.xml")
                return say(
                    sitemap_index(*(f"{root}/{name}" for name in names)), kind="application/xml"
                )
            case "/sitemap-new.xml":
                return say(
                    sitemap(*(root + story.path for story in newest[:half])), kind="application/xml"
                )
            case "/sitemap-old.xml.gz":
                return say(gzip.compress(old, mtime=0), kind="application/x-gzip")
            case "/sitemap-news.xml":
                return say(self._news_sitemap(root, newest[:5]), kind="application/xml")
            case "/feed":
                return say(self._feed(root, newest[:10]), kind="application/rss+xml; charset=utf-8")
            case _:
                return None

    def _story(self, talk: Talk, story: Story, *, amp: bool = False) -> Behaviour:
        headers = {name.replace("-", "_"): value for name, value in story.headers}
        kind = f"text/html; charset={story.charset}"
        if story.html is not None:
            return say(story.html, kind=kind, **headers)
        address = talk.site.url + story.path
        when = story.published
        shown = f"{when.day} {_MONTHS[when.month - 1]} {when.year} {when:%H:%M}"
        head = (
            f'<link rel=canonical href="{address}"><meta property="og:type" content="article">'
            f'<meta property="og:title" content="{escape(story.title)}">'
            f'<meta property="article:published_time" content="{when.isoformat()}">'
        )
        if not amp:
            head += f'<link rel=amphtml href="{address}/amp">'
        if story.modified:
            head += (
                f'<meta property="article:modified_time" content="{story.modified.isoformat()}">'
            )
        related = [
            other
            for other in self.newest_first
            if other.section == story.section and other is not story
        ][:3]
        paragraphs = "".join(f"<p>{escape(text)}</p>\n" for text in story.body)
        article = (
            f"<article><h1>{escape(story.title)}</h1><div class=byline>{escape(story.author)} | "
            f'<a href="/section/{story.section}">{SECTIONS.get(story.section, story.section)}'
            f"</a> | "
            f'<time datetime="{when.isoformat()}">{shown}</time></div>\n<div'
            f" class=text>{paragraphs}</div></article>"
            f"<aside class=related><h3>اقرأ أيضا</h3>{self._list(related, '?ref=related')}</aside>"
        )
        return say(
            self._frame(story.title, article, head).encode(story.charset, "xmlcharrefreplace"),
            kind=kind,
            **headers,
        )

    def _section(self, section: str, number: int) -> Behaviour | None:
        members = [story for story in self.newest_first if story.section == section]
        start = (number - 1) * self.page_size
        shown = members[start : start + self.page_size]
        if number < 1 or (not shown and number > 1):
            return None
        following = ""
        if start + self.page_size < len(members):
            following = f'<a rel=next href="/section/{section}/page/{number + 1}">التالي</a>'
        return say(
            self._frame(SECTIONS[section], self._list(shown, "?utm_source=section") + following)
        )

    # -------------------------------------------------------------------------------------- writing

    @staticmethod
    def _list(members: Iterable[Story], query: str = "") -> str:
        items = (
            f'<li><a href="{story.path}{escape(query)}">{escape(story.title)}</a></li>'
            for story in members
        )
        return f"<ul>{''.join(items)}</ul>\n"

    def _frame(self, title: str, content: str, head: str = "") -> str:
        """A whole page around some content; its ticker never says the same twice."""
        sections = "".join(
            f'<a href="/section/{key}">{name}</a> ' for key, name in SECTIONS.items()
        )
        return (
            "<!doctype html>\n<html lang=ar dir=rtl><head>"
            f"<title>{escape(title)} - صوت السدرة</title>{head}<link rel=alternate"
            f' type="application/rss+xml" href="/feed">'
            f'</head>\n<body><header><a href="/">صوت السدرة</a><nav>{sections}</nav>'
            f"<div class=ticker>عاجل: خبر رقم {next(self._ticker)}</div></header>\n"
            f"<main>{content}</main>\n"
            "<footer>جميع الحقوق محفوظة لموقع صوت السدرة</footer></body></html>"
        )

    @staticmethod
    def _news_sitemap(root: str, members: Iterable[Story]) -> str:
        entries = "".join(
            f"<url><loc>{root}{story.path}</loc><news:news><news:publication><news:name>صوت"
            f" السدرة</news:name>"
            f"<news:language>ar</news:language></news:publication>"
            f"<news:publication_date>{story.published.isoformat()}</news:publication_date>"
            f"<news:title>{escape(story.title)}</news:title></news:news></url>"
            for story in members
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?><urlset'
            ' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
            f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{entries}</urlset>'
        )

    @staticmethod
    def _feed(root: str, members: Iterable[Story]) -> str:
        items = "".join(
            f"<item><title>{escape(story.title)}</title><link>{root}{story.path}?utm_source=rss"
            f"</link>"
            f"<guid>{root}{story.path}</guid><pubDate>{format_datetime(story.published)}"
            f"</pubDate></item>"
            for story in members
        )
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>صوت'
            f" السدرة</title>{items}</channel></rss>"
        )
