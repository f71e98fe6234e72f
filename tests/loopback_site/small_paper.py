"""A small made-up newspaper for the crawler's tests: behaviours for `loopback_site.server.Site`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from loopback_site.server import Behaviour, Talk, say

SUBJECTS = (
    "المكتبة",
    "الجسر",
    "السوق",
    "المدرسة",
    "الميناء",
    "القطار",
    "البستان",
    "المتحف",
    "النهر",
    "الملعب",
)
VERBS = ("افتتحت", "رممت", "أغلقت", "وسعت", "زارت", "أعلنت", "ناقشت", "وثقت", "رسمت", "أعادت")


def paragraph(seed: str) -> str:
    """Some forty words that no other seed gives."""
    digest = hashlib.sha256(seed.encode()).digest()
    words = []
    for at in range(0, 30, 2):
        words += [VERBS[digest[at] % 10], SUBJECTS[digest[at + 1] % 10], f"رقم{digest[at]}"]
    return " ".join(words) + "."


def article(name: str, *, edition: int = 1, links: Iterable[str] = ()) -> str:
    """An article's page: headline, date, four paragraphs, links below."""
    body = "".join(f"<p>{paragraph(f'{name}/{edition}/{number}')}</p>" for number in range(4))
    below = "".join(f'<li><a href="{link}">{link}</a></li>' for link in links)
    return (
        f'<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>خبر عن'
        f" {name} | الجريدة</title>"
        f'<meta property="og:type" content="article"><meta property="article:published_time" '
        f'content="2026-11-20T08:30:00+04:00"></head><body><nav><a href="/">الرئيسية</a></nav>'
        f"<article>"
        f"<h1>خبر عن {name} {VERBS[len(name) % 10]}</h1>{body}</article><ul>{below}</ul></body>"
        f"</html>"
    )


def listing(title: str, links: Iterable[str], head: str = "") -> str:
    """A page of headlines."""
    items = "".join(
        f'<li><h3><a href="{link}">خبر طويل العنوان عن {link} في المدينة</a></h3></li>'
        for link in links
    )
    return (
        f'<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>{title}'
        f"</title>"
        f'<meta property="og:type" content="website">{head}</head>'
        f"<body><nav><a href='/'>الرئيسية</a></nav><h1>{title}</h1><ul>{items}</ul></body></html>"
    )


def cached(body: str) -> Behaviour:
    """A page with an ETag, and 304 for who knows it."""
    tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:12]}"'

    async def behave(talk: Talk) -> None:
        if talk.header("If-None-Match") == tag:
            await talk.reply(status="304 Not Modified", headers={"ETag": tag})
        else:
            await talk.reply(body, headers={"ETag": tag})

    return behave


def paper(count: int = 6) -> dict[str, Behaviour]:
    """Start page, `count` articles linked from it, robots.txt without rules."""
    names = [f"/news/{number}" for number in range(count)]
    routes = {name: say(article(name)) for name in names}
    routes["/"] = say(listing("الجريدة", names))
    routes["/robots.txt"] = say("User-agent: *\nDisallow: /private/\n", kind="text/plain")
    return routes
