"""One article in many page layouts: what a site's markup may look like, from semantic tags to data
without markup.

`render(article, layout)` gives the page's bytes; LAYOUTS names them all. An article is a dict with
`title, section, date_text, published, image_caption, image_credit, related, related_label,
related_at, body, ticker, footer, url`.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

Article = dict[str, Any]
LAYOUTS: dict[str, Callable[[Article], str]] = {}
IMAGE = "https://cdn.example.test/media/one.jpg"


def render(article: Article, layout: str) -> bytes:
    """The page of an article in a layout, as bytes."""
    encoding = "cp1256" if layout.endswith("1256") else "utf-8"
    return LAYOUTS[layout](article).encode(encoding, "xmlcharrefreplace")


def layout(build: Callable[[Article], str]) -> Callable[[Article], str]:
    LAYOUTS[build.__name__] = build
    return build


def e(text: str) -> str:
    return html.escape(text, quote=False)


def page(article: Article, body: str, head: str = "", charset: str = "utf-8") -> str:
    return (
        f'<!DOCTYPE html><html lang="ar" dir="rtl"><head><meta charset="{charset}"><title>{e(article["title"])} | صحيفة المثال'
        f"</title>{head}</head><body>{body}</body></html>"
    )


def split(article: Article) -> tuple[list[str], list[str]]:
    at = article["related_at"]
    return article["body"][:at], article["body"][at:]


def lines(article: Article) -> list[str]:
    """The article as a reader's "select all" gives it, line by line."""
    before, after = split(article)
    return [
        article["ticker"], "logo", article["section"], article["title"], article["title"],
        f"{article['image_caption']}المصدر: {article['image_credit']}", article["date_text"],
        *before, article["related_label"], *article["related"], *after, *article["footer"],
    ]  # fmt: skip


def pictured(article: Article) -> list[str]:
    """The lines as HTML, the picture before its caption."""
    found = [e(line) for line in lines(article)]
    found[5] = f'<img src="{IMAGE}"><br>{found[5]}'
    return found


def json_ld(article: Article, *, body: bool = False) -> str:
    data = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": article["title"],
        "datePublished": article["published"], "articleSection": article["section"], "image": {"@type": "ImageObject", "url": IMAGE},
        "publisher": {"@type": "Organization", "name": "صحيفة المثال"},
    }  # fmt: skip
    if body:
        data["articleBody"] = "\n\n".join(article["body"])
    return f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'


def body_html(article: Article) -> str:
    before, after = split(article)
    box = "".join(
        f'<div class="embedded-post" data-embed-id="abc1234"><div><p>{e(article["related_label"])}</p></div>'
        f'<a href="/world/abc1234"><div><img src="/t.jpg" alt="x"><p data-embed-title="">{e(title)}</p></div></a></div>'
        for title in article["related"]
    )
    return (
        "".join(f"<p>{e(p)}</p>" for p in before)
        + box
        + "<p>&nbsp;</p>"
        + "".join(f"<p>{e(p)}&nbsp;</p>" for p in after)
    )


def post(article: Article) -> dict[str, Any]:
    return {
        "title": article["title"], "content": body_html(article), "subtitle": "", "image": IMAGE, "type": 0,
        "writers": [], "publishedOn": article["published"], "slug": "world/zz9zz9z", "uniqueCode": "zz9zz9z",
        "category": {"title": article["section"], "slug": "world"},
    }  # fmt: skip


def shell(article: Article) -> str:
    """What stands in the DOM of a page whose body is in its data only."""
    footer = "".join(f"<div class='p-2'>{e(line)}</div>" for line in article["footer"])
    return (
        f'<div class="fixed bottom-0"><span>عاجل</span><div>{e(article["ticker"])}</div></div><a title="logo"><img alt="logo"></a>'
        f'<div class="mt-4"><div>{e(article["section"])}</div><h1 class="text-2xl">{e(article["title"])}</h1>'
        f'<div class="flex"><img src="{IMAGE}" alt="{e(article["image_caption"])}"><div><span>{e(article["image_caption"])}</span>'
        f"<span>المصدر: {e(article['image_credit'])}</span></div></div><div>{e(article['date_text'])}</div></div>{footer}"
    )


@layout
def semantic(article: Article) -> str:
    before, after = split(article)
    return page(article, f"""
<header><div class="ticker"><b>عاجل</b> {e(article["ticker"])}</div><a href="/"><img src="/l.png" alt="logo"></a><nav><ul><li><a href="/w">{e(article["section"])}</a></li><li><a href="/s">رياضة</a></li></ul></nav></header>
<main><article><a class="category" href="/w">{e(article["section"])}</a><h1>{e(article["title"])}</h1>
<figure><img src="{IMAGE}" alt=""><figcaption>{e(article["image_caption"])}<span>المصدر: {e(article["image_credit"])}</span></figcaption></figure>
<time datetime="{article["published"]}">{e(article["date_text"])}</time>
{"".join(f"<p>{e(p)}</p>" for p in before)}
<aside><h4>{e(article["related_label"])}</h4>{"".join(f'<a href="/world/abc1234">{e(t)}</a>' for t in article["related"])}</aside>
{"".join(f"<p>{e(p)}</p>" for p in after)}</article></main>
<footer>{"".join(f"<p>{e(line)}</p>" for line in article["footer"])}</footer>""", json_ld(article))  # fmt: skip


@layout
def hashed_divs(article: Article) -> str:
    before, after = split(article)
    return page(article, f"""
<div class="x1a9"><div class="q7Zt">{e(article["ticker"])}</div><div class="kk3"><img alt="logo" src="/l.png"></div></div>
<div class="mm_1f"><div class="p0o9"><a href="/w" class="rt5">{e(article["section"])}</a></div><div class="hh7"><h2 class="z1">{e(article["title"])}</h2></div><h1 class="b2n">{e(article["title"])}</h1>
<div class="ui8"><img src="{IMAGE}"><div class="ee1"><span class="w2">{e(article["image_caption"])}</span><span class="w3">المصدر: {e(article["image_credit"])}</span></div></div><div class="d4t">{e(article["date_text"])}</div>
<div class="c0n"><div class="in5">{"".join(f'<div class="pa{i}x">{e(p)}</div>' for i, p in enumerate(before))}
<div class="bx2"><div class="la1">{e(article["related_label"])}</div>{"".join(f'<div class="it9"><a href="/world/abc1234">{e(t)}</a></div>' for t in article["related"])}</div>
{"".join(f'<div class="pb{i}x">{e(p)}</div>' for i, p in enumerate(after))}</div></div></div>
<div class="ff9">{"".join(f'<div class="ln{i}">{e(line)}</div>' for i, line in enumerate(article["footer"]))}</div>""")  # fmt: skip


@layout
def paragraphs_only(article: Article) -> str:
    return page(article, "".join(f"<p>{line}</p>" for line in pictured(article)))


@layout
def divs_only(article: Article) -> str:
    return page(
        article, "<div>" + "".join(f"<div>{line}</div>" for line in pictured(article)) + "</div>"
    )


@layout
def table_double_breaks(article: Article) -> str:
    return page(
        article,
        f'<table width="100%"><tr><td>{"<br><br>".join(pictured(article))}</td></tr></table>',
    )


@layout
def table_single_breaks(article: Article) -> str:
    at = lines(article).index(article["date_text"]) + 1
    head, text = lines(article)[:at], lines(article)[at : -len(article["footer"])]
    return page(article, f"""<table><tr><td colspan="2">{"<br>".join(map(e, head[:2]))}</td></tr>
<tr><td><b>{e(head[2])}</b><br><font size="5">{e(head[3])}</font><br><img src="{IMAGE}"><br>{"<br>".join(map(e, head[4:]))}<br>{"<br/>".join(map(e, text))}</td>
<td><a href="/1">اقتصاد</a><br><a href="/2">رياضة</a></td></tr>
<tr><td>{"<br>".join(map(e, article["footer"]))}</td></tr></table>""")  # fmt: skip


@layout
def windows_1256(article: Article) -> str:
    before, after = split(article)
    return page(article, f"""<center><font color="red">{e(article["ticker"])}</font></center><table><tr><td><font size="2">{e(article["section"])}</font>
<font size="6"><b>{e(article["title"])}</b></font><img src="{IMAGE}"><p><font size="1">{e(article["image_caption"])} - المصدر: {e(article["image_credit"])}</font></p><p><font size="1">{e(article["date_text"])}</font></p>
{"".join(f'<p><font face="Tahoma">{e(p)}</font></p>' for p in before)}<p><b>{e(article["related_label"])}</b></p><p><a href="/abc1234">{e(article["related"][0])}</a></p>
{"".join(f'<p><font face="Tahoma">{e(p)}</font></p>' for p in after)}</td></tr></table><hr>{"".join(f"<p><small>{e(line)}</small></p>" for line in article["footer"])}""", charset="windows-1256")  # fmt: skip


@layout
def loose_text(article: Article) -> str:
    before, after = split(article)
    return page(article, f"""<div id="top">{e(article["ticker"])}</div><h3>{e(article["section"])}</h3><h1>{e(article["title"])}</h1><div id="story">
<img src="{IMAGE}"><br><i>{e(article["image_caption"])} / المصدر: {e(article["image_credit"])}</i><br>{e(article["date_text"])}<br><br>
{"<br><br>".join(map(e, before))}<br><br><div style="float:left"><b>{e(article["related_label"])}:</b><br><a href="/abc1234">{e(article["related"][0])}</a></div>
{"<br><br>".join(map(e, after))}</div><div id="bottom">{"<br>".join(map(e, article["footer"]))}</div>""")  # fmt: skip


@layout
def aspnet_spans(article: Article) -> str:
    before, after = split(article)
    return page(article, f"""<form id="aspnetForm" method="post" action="./news.aspx"><input type="hidden" name="__VIEWSTATE" value="abc">
<span id="ctl00_lblTicker">{e(article["ticker"])}</span><div id="ctl00_main"><span id="ctl00_lblSection">{e(article["section"])}</span><br>
<span id="ctl00_lblTitle" class="h1">{e(article["title"])}</span><br><img src="{IMAGE}"><span id="ctl00_lblCaption">{e(article["image_caption"])}</span><span id="ctl00_lblSource">المصدر: {e(article["image_credit"])}</span><br>
<span id="ctl00_lblDate">{e(article["date_text"])}</span><br><span id="ctl00_lblBody">{"<br /><br />".join(map(e, before))}<br /><br />{e(article["related_label"])}<br /><a href="/n.aspx?id=3">{e(article["related"][0])}</a><br /><br />{"<br /><br />".join(map(e, after))}</span></div>
<div id="ctl00_footer">{"".join(f"<span>{e(line)}</span><br>" for line in article["footer"])}</div></form>""")  # fmt: skip


@layout
def amp(article: Article) -> str:
    before, after = split(article)
    return page(article, f"""<amp-sidebar id="s" layout="nodisplay"><ul><li><a href="/w">{e(article["section"])}</a></li></ul></amp-sidebar>
<div class="amp-bar">{e(article["ticker"])}</div><div class="amp-wp-article"><div class="amp-wp-cat"><a href="/w">{e(article["section"])}</a></div><h1 class="amp-wp-title">{e(article["title"])}</h1>
<amp-img src="{IMAGE}" width="1" height="1"></amp-img><p class="wp-caption-text">{e(article["image_caption"])} المصدر: {e(article["image_credit"])}</p><div class="amp-wp-posted-on">{e(article["date_text"])}</div>
<div class="amp-wp-content">{"".join(f"<p>{e(p)}</p><amp-ad width=1 height=1></amp-ad>" for p in before)}<ul class="rel"><li>{e(article["related_label"])}</li><li><a href="/abc1234">{e(article["related"][0])}</a></li></ul>
{"".join(f"<p>{e(p)}</p>" for p in after)}</div></div><div class="amp-foot">{"".join(f"<p>{e(line)}</p>" for line in article["footer"])}</div>""", json_ld(article))  # fmt: skip


@layout
def tailwind_twice(article: Article) -> str:
    ticker = f'<div class="fixed bottom-0 z-50 w-full"><span class="bg-red-600">عاجل</span><span>{e(article["ticker"])}</span></div>'
    footer = "".join(f'<div class="p-2 text-sm">{e(line)}</div>' for line in article["footer"])
    return page(article, f"""{ticker}<div class="hidden md:block">{ticker}</div><a title="logo" href="/"><img alt="logo" src="/l.svg"></a>
<div class="container mx-auto grid grid-cols-12"><div class="col-span-8"><a href="/w"><div class="text-primary">{e(article["section"])}</div></a><div class="text-3xl font-bold">{e(article["title"])}</div>
<div class="relative overflow-hidden"><img src="{IMAGE}" alt="{e(article["title"])}"><div class="text-xs flex"><span>{e(article["image_caption"])}</span><span>المصدر: {e(article["image_credit"])}</span></div></div><div class="text-gray-500">{e(article["date_text"])}</div>
<div class="prose">{body_html(article)}</div></div><div class="col-span-4"><div>الأكثر قراءة</div>{"".join(f'<a href="/{i}abc"><div>عنوان خبر آخر رقم {i} عن شأن لا صلة له بهذا المقال</div></a>' for i in range(5))}</div></div>
<div class="bg-black">{footer}</div><div class="bg-black md:hidden">{footer}</div>""")  # fmt: skip


@layout
def wordpress(article: Article) -> str:
    before, after = split(article)
    share = '<div class="sharedaddy"><h3>شارك هذا الموضوع:</h3><ul><li><a href="#">Facebook</a></li><li><a href="#">X</a></li></ul></div>'
    return page(article, f"""<div class="top-bar"><div class="breaking-news">{e(article["ticker"])}</div></div><header id="masthead"><a rel="home"><img alt="logo"></a></header>
<div id="content" class="site-content has-sidebar"><div id="primary"><article class="post-77 post type-post category-world"><header class="entry-header"><span class="cat-links"><a rel="category tag" href="/c">{e(article["section"])}</a></span><h1 class="entry-title">{e(article["title"])}</h1>
<div class="entry-meta"><span class="posted-on"><time class="entry-date published" datetime="{article["published"]}">{e(article["date_text"])}</time></span></div></header><div class="wp-caption"><img src="{IMAGE}"><p class="wp-caption-text">{e(article["image_caption"])} - المصدر: {e(article["image_credit"])}</p></div>
<div class="entry-content">{"".join(f"<p>{e(p)}</p>" for p in before)}<p><strong>{e(article["related_label"])}: <a href="/abc">{e(article["related"][0])}</a></strong></p>{"".join(f"<p>{e(p)}</p>" for p in after)}{share}</div></article></div>
<aside id="secondary" class="widget-area"><section class="widget"><h2>أحدث المقالات</h2><ul><li><a href="/1">مقال آخر عن شيء آخر في مكان آخر</a></li></ul></section></aside></div><footer id="colophon">{"".join(f"<div>{e(line)}</div>" for line in article["footer"])}</footer>""")  # fmt: skip


@layout
def microdata_div_each(article: Article) -> str:
    before, after = split(article)
    wrap = lambda p: f'<div class="row"><div class="cell"><span>{e(p)}</span></div></div>'  # noqa: E731
    return page(article, f"""<div class="strip">{e(article["ticker"])}</div><div itemscope itemtype="https://schema.org/NewsArticle"><meta itemprop="datePublished" content="{article["published"]}"><span itemprop="articleSection">{e(article["section"])}</span>
<div itemprop="headline">{e(article["title"])}</div><div>{e(article["title"])}</div><div itemprop="image" itemscope itemtype="https://schema.org/ImageObject"><img itemprop="url" src="{IMAGE}"><span itemprop="caption">{e(article["image_caption"])}</span><span itemprop="creditText">المصدر: {e(article["image_credit"])}</span></div><div>{e(article["date_text"])}</div>
<div itemprop="articleBody">{"".join(map(wrap, before))}<div class="row"><div class="cell"><span>{e(article["related_label"])}</span></div></div><div class="row"><div class="cell"><a href="/abc1234">{e(article["related"][0])}</a></div></div>{"".join(map(wrap, after))}</div></div><div>{"".join(f"<div>{e(line)}</div>" for line in article["footer"])}</div>""")  # fmt: skip


@layout
def web_components(article: Article) -> str:
    before, after = split(article)
    return page(article, f"""<x-ticker>{e(article["ticker"])}</x-ticker><x-article><x-kicker>{e(article["section"])}</x-kicker><x-title><h1>{e(article["title"])}</h1></x-title><x-media><img src="{IMAGE}"><x-legend>{e(article["image_caption"])}</x-legend><x-source>المصدر: {e(article["image_credit"])}</x-source></x-media><x-date>{e(article["date_text"])}</x-date>
{"".join(f"<x-par>{e(p)}</x-par>" for p in before)}<x-more><x-label>{e(article["related_label"])}</x-label><a href="/abc1234">{e(article["related"][0])}</a></x-more>{"".join(f"<x-par>{e(p)}</x-par>" for p in after)}</x-article><x-foot>{"".join(f"<x-line>{e(line)}</x-line>" for line in article["footer"])}</x-foot>""")  # fmt: skip


@layout
def flight(article: Article) -> str:
    content = body_html(article)
    item = post(article) | {"content": "$2a"}
    rows = f'1:"$Sreact.fragment"\n2a:T{len(content.encode()):x},{content}3:["$","div",null,{{"post":{json.dumps(item, ensure_ascii=False)}}}]\n'
    half = len(rows) // 2
    pushes = "".join(
        f"<script>self.__next_f.push([1,{json.dumps(part)}])</script>"
        for part in (rows[:half], rows[half:])
    )
    return page(
        article,
        shell(article) + "<script>(self.__next_f=self.__next_f||[]).push([0])</script>" + pushes,
    )


@layout
def next_data(article: Article) -> str:
    data = {
        "props": {
            "pageProps": {"article": post(article), "menu": [{"title": "رياضة", "content": "قصير"}]}
        }
    }
    return page(
        article,
        f'<div id="__next">{shell(article)}</div><script id="__NEXT_DATA__" type="application/json">{json.dumps(data, ensure_ascii=False)}</script>',
    )


@layout
def apollo_state(article: Article) -> str:
    data = {
        "ROOT_QUERY": {"x": 1},
        "Article:9": {
            "headline": article["title"],
            "body": body_html(article),
            "publishedAt": article["published"],
            "section": {"name": article["section"]},
        },
    }
    return page(
        article, f"{shell(article)}<script>window.__APOLLO_STATE__ = {json.dumps(data)};</script>"
    )


@layout
def fusion_blocks(article: Article) -> str:
    data = {"headlines": {"basic": article["title"]}, "display_date": article["published"], "taxonomy": {"primary_section": {"name": article["section"]}},
            "content_elements": [{"type": "text", "content": e(p)} for p in article["body"]]}  # fmt: skip
    return page(
        article,
        f"{shell(article)}<script>window.Fusion=window.Fusion||{{}};Fusion.globalContent={json.dumps(data)};Fusion.x={{}};</script>",
    )


@layout
def json_ld_body(article: Article) -> str:
    return page(article, shell(article), json_ld(article, body=True))


ARTICLE: Article = {
    "url": "https://www.example.test/world/zz9zz9z",
    "ticker": "مصادر: وفد تقني يصل إلى مدينة الميناء لبحث إعادة تشغيل الخط البحري",
    "section": "العالم",
    "title": 'تقرير محلي: "خطة هادئة" لإنقاذ مكتبة الجزيرة القديمة',
    "image_caption": "مدخل المكتبة القديمة",
    "image_credit": "وكالة الساحل",
    "date_text": "12 مارس 2024، 4:07 م",
    "published": "2024-03-12T16:07:00+04:00",
    "related_label": "أخبار ذات علاقة",
    "related": ["خلال عشرة أيام فقط.. ألف كتاب تعود إلى رفوف المكتبة"],
    "related_at": 5,
    "footer": [
        "logo",
        "تابعونا على",
        "جميع الحقوق محفوظة © 2024 شركة المثال للإعلام - Example Media",
        "مركز الإشعارات",
    ],
    "body": [
        'قال تقرير لصحيفة "موج الساحل"، إن إدارة المكتبة القديمة في الجزيرة وضعت منذ الشتاء خطة هادئة لحماية المخطوطات من الرطوبة، حيث ناقشت مع البلدية نقل ثلاثة آلاف مجلد إلى قاعة جديدة.',
        "وأضافت الصحيفة أن القاعة التي بنيت قبل أربعين عاماً، تثير مخاوف المهندسين؛ وتشمل الملاحظات السقف والنوافذ وشبكة الكهرباء.",
        "وقد طلبت البلدية من الإدارة تأجيل النقل حتى نهاية موسم الأمطار.",
        "ودعم عدد من أهالي الجزيرة الخطة بالتبرعات، فضلاً عن مشاركة المدارس في فهرسة الكتب، فيما يرى آخرون أن الأولوية لترميم المبنى نفسه قبل أي شيء آخر.",
        "ويتمتع فريق الترميم بخبرة طويلة في المكتبات الساحلية، مما يوفر له معرفة دقيقة بأنواع الورق والحبر، فيما يبدو أن العمل سيستمر عاماً كاملاً على الأقل.",
        " وتشير أرقام الإدارة إلى أن أكثر من نصف المخطوطات يحتاج إلى معالجة عاجلة، الأمر الذي يدفع المتطوعين إلى العمل في نوبتين كل يوم، صباحاً ومساءً.".strip(),
        "وكانت المكتبة قد أغلقت أبوابها مرتين في العقد الماضي، مفضلة سلامة الزوار على استمرار الخدمة.",
        "من جهة أخرى، امتنعت الإدارة عن تحديد موعد للافتتاح، إلا أنها وعدت بنشر تقرير شهري عن سير العمل، مما يسمح للأهالي بمتابعة الخطة خطوة بخطوة.",
    ],
}

# Their related headlines are no links, or the data do not hold them.
WITHOUT_RELATED = {
    "paragraphs_only", "divs_only", "table_double_breaks", "table_single_breaks", "fusion_blocks", "json_ld_body",
}  # fmt: skip


def instant(text: str | None) -> datetime:
    """An ISO 8601 text as the instant it names."""
    return datetime.fromisoformat(text or "").astimezone(UTC)
