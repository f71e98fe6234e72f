"""More layouts of the same article: content systems, data in scripts, shadow roots, text that keeps
its line breaks.

Importing this adds them to `layouts.LAYOUTS`.
"""

from __future__ import annotations

import json
from typing import Any

from golden.layouts import IMAGE, WITHOUT_RELATED, Article, e, layout, page, split

WITHOUT_RELATED |= {
    "nuxt_function",
    "nuxt_payload",
    "apollo_references",
    "arc_story",
    "kept_line_breaks",
}


def paragraphs(lines: list[str], tag: str = "p") -> str:
    return "".join(f"<{tag}>{e(line)}</{tag}>" for line in lines)


def footer(article: Article) -> str:
    return paragraphs(article["footer"], "div")


def top(article: Article) -> str:
    """Ticker, section, headline, picture and date in elements that say nothing of them."""
    caption = f"{e(article['image_caption'])}المصدر: {e(article['image_credit'])}"
    return (
        f'<div>{e(article["ticker"])}</div><div><a href="/w">{e(article["section"])}</a></div><h1>{e(article["title"])}</h1>'
        f'<div><img src="{IMAGE}"><div>{caption}</div></div><div>{e(article["date_text"])}</div>'
    )


def related(article: Article) -> str:
    return f'<a href="/world/abc1234">{e(article["related"][0])}</a>'


def story(article: Article) -> str:
    before, after = split(article)
    label = e(article["related_label"])
    return f"{paragraphs(before)}<p>{label}</p><p>{related(article)}</p>{paragraphs(after)}"


def bare(article: Article, scripts: str) -> str:
    """A page that shows little more than its headline and footer."""
    shown = f"<div>{e(article['ticker'])}</div><h1>{e(article['title'])}</h1>{footer(article)}"
    return page(article, f'<div id="root">{shown}</div>{scripts}')


def picture(article: Article) -> dict[str, Any]:
    return {"url": IMAGE, "caption": article["image_caption"], "credit": article["image_credit"]}


@layout
def nuxt_function(article: Article) -> str:
    """A call of a function with the values that occur more than once: no JSON."""
    values = [
        article["published"],
        article["section"],
        article["title"],
        paragraphs(article["body"]),
        IMAGE,
    ]
    given = ",".join(
        json.dumps(value, ensure_ascii=False).replace("<", "\\u003C") for value in values
    )
    under = f"imageCaption:{json.dumps(article['image_caption'])},imageSource:{json.dumps(article['image_credit'])}"
    story = f"{{id:7,title:d,body:e,date:b,category:{{name:c,slug:'world'}},image:f,{under},live:!1,next:void 0}}"
    code = f"(function(a,b,c,d,e,f){{a.draft=!1;return {{data:[{{article:{story}}}],state:a,error:null}}}}({{}},{given}))"
    return bare(article, f"<script>window.__NUXT__={code};</script>")


@layout
def nuxt_payload(article: Article) -> str:
    """A list whose members name each other by position."""
    body = paragraphs(article["body"])
    flat = [
        ["ShallowReactive", 1], {"data": 2}, ["ShallowReactive", 3], {"article": 4},
        {"title": 5, "body": 6, "publishedAt": 7, "section": 8, "image": 10}, article["title"], body,
        ["Date", article["published"]], {"name": 9}, article["section"], {"url": 11, "caption": 12, "credit": 13}, IMAGE,
        article["image_caption"], article["image_credit"],
    ]  # fmt: skip
    data = json.dumps(flat, ensure_ascii=False)
    return bare(article, f'<script type="application/json" id="__NUXT_DATA__">{data}</script>')


@layout
def apollo_references(article: Article) -> str:
    """A cache whose objects name each other by reference."""
    text = [{"__typename": "Paragraph", "text": e(line)} for line in article["body"]]
    cache = {
        "Article:5": {"__typename": "Article", "headline": article["title"], "publishedDate": article["published"], "body": text, "section": {"__ref": "Section:1"}, "mainImage": {"__ref": "Image:9"}},
        "Section:1": {"__typename": "Section", "name": article["section"], "latest": {"__ref": "Article:5"}},
        "Image:9": {"__typename": "Image"} | picture(article),
    }  # fmt: skip
    return bare(
        article, f'<script id="apollo-state" type="application/json">{json.dumps(cache)}</script>'
    )


@layout
def arc_story(article: Article) -> str:
    """Section, picture and credit deep inside wrappers."""
    credit = {"affiliation": [{"name": article["image_credit"]}]}
    lead = {"type": "image", "url": IMAGE, "caption": article["image_caption"], "credits": credit}
    data = {
        "headlines": {"basic": article["title"]}, "display_date": article["published"], "promo_items": {"basic": lead},
        "taxonomy": {"primary_section": {"name": article["section"], "_id": "/world"}},
        "content_elements": [{"type": "text", "content": e(line)} for line in article["body"]],
    }  # fmt: skip
    return bare(
        article,
        f"<script>window.Fusion=window.Fusion||{{}};Fusion.globalContent={json.dumps(data)};</script>",
    )


def element(tag: str, children: Any, **properties: str) -> list[Any]:
    return ["$", tag, None, {**properties, "children": children}]


@layout
def flight_elements(article: Article) -> str:
    """Nothing on the page: the whole of it in the element tree of its flight rows."""
    before, after = split(article)
    credit = element("span", "المصدر: " + article["image_credit"])
    figure = element(
        "figure",
        [
            ["$", "img", None, {"src": IMAGE}],
            element("figcaption", [article["image_caption"], credit]),
        ],
    )
    box = element(
        "div",
        [
            element("p", article["related_label"]),
            element("a", article["related"][0], href="/world/abc1234"),
        ],
    )
    head = [
        element("a", article["section"], href="/world"),
        element("h1", article["title"]),
        figure,
        element("div", article["date_text"]),
    ]
    text = [
        *(element("p", line) for line in before),
        box,
        *(element("p", ["", line]) for line in after),
    ]
    rows = f"7:{json.dumps(element('div', [element('div', head), element('div', text, className='text')]))}\n"
    return page(article, f"<div>{e(article['ticker'])}</div>{footer(article)}<script>self.__next_f.push({json.dumps([1, rows])})</script>")  # fmt: skip


@layout
def shadow_root(article: Article) -> str:
    """A component's declarative shadow root holds the page."""
    root = f"<style>p{{}}</style>{top(article)}<div>{story(article)}</div><footer>{footer(article)}</footer>"
    return page(
        article, f'<news-page><template shadowrootmode="open">{root}</template></news-page>'
    )


@layout
def for_readers_without_scripts(article: Article) -> str:
    """An application that gives its article to readers without scripts only."""
    inner = f"{top(article)}<div>{story(article)}</div>{footer(article)}"
    return page(article, f'<div id="___gatsby"></div><noscript>{inner}</noscript>')


@layout
def kept_line_breaks(article: Article) -> str:
    """Plain text in a `pre`: empty lines part its paragraphs."""
    before, after = split(article)
    text = "\n\n".join(map(e, [*before, article["related_label"], *article["related"], *after]))
    return page(article, f"{top(article)}<pre>{text}</pre>{footer(article)}")


@layout
def drupal(article: Article) -> str:
    """Every field in a box of its own; the credit's label and value apart."""
    before, after = split(article)
    box = f'<div class="field field--name-field-related"><div class="field__label">{e(article["related_label"])}</div><div class="field__item">{related(article)}</div></div>'
    return page(article, f"""<div class="views-field views-field-title"><a href="/node/9">{e(article["ticker"])}</a></div>
<article class="node node--type-article"><div class="field field--name-field-section"><a href="/world">{e(article["section"])}</a></div><h1 class="page-title"><span>{e(article["title"])}</span></h1>
<div class="field field--name-field-image"><img src="{IMAGE}" alt=""><blockquote class="image-field-caption"><p>{e(article["image_caption"])}</p></blockquote></div>
<div class="field field--name-field-credit"><div class="field__label">المصدر</div><div class="field__item">{e(article["image_credit"])}</div></div><div class="field field--name-created"><span>{e(article["date_text"])}</span></div>
<div class="text-formatted field field--name-body">{paragraphs(before)}{box}{paragraphs(after)}</div></article><footer class="region region-footer">{footer(article)}</footer>""")  # fmt: skip


@layout
def picture_says_it_all(article: Article) -> str:
    """Caption and credit in the picture's attributes alone; news that pass by between the
    paragraphs.
    """
    before, after = split(article)
    passing = f'<div><span>عاجل</span> <a href="/n/1">{e(article["ticker"])}</a></div>'
    image = f'<img src="{IMAGE}" alt="{e(article["image_caption"])}" title="المصدر: {e(article["image_credit"])}">'
    head = f'<a href="/w">{e(article["section"])}</a><h1>{e(article["title"])}</h1><div>{e(article["date_text"])}</div><div>{image}</div>'
    told = f"{paragraphs(before)}{passing}<p>للمزيد: {related(article)}</p>{paragraphs(after)}"
    return page(article, f"{passing}{head}<div>{told}</div>{footer(article)}")


@layout
def date_for_a_script(article: Article) -> str:
    """The time in an attribute that a script turns into "a month ago"; the credit a line above the
    date.
    """
    stated = f'<div data-publish-date="{article["published"]}">قبل شهر</div>'
    image = f'<div><img src="{IMAGE}"><br>{e(article["image_caption"])}المصدر: {e(article["image_credit"])}<br>{e(article["date_text"])}</div>'
    head = f'<dl><dt>القسم</dt><dd><a href="/w">{e(article["section"])}</a></dd><dt>التاريخ</dt><dd>{stated}</dd></dl><h1>&rlm;{e(article["title"])}</h1>'
    return page(
        article,
        f"<div>{e(article['ticker'])}</div>{head}{image}<div>{story(article)}</div>{footer(article)}",
    )


@layout
def named_by_the_tab(article: Article) -> str:
    """Section and date in one line; the headline named only by the tab's title, behind the site's
    name.
    """
    shown = f'<div><a href="/w">{e(article["section"])}</a> | {e(article["date_text"])}</div><div>{e(article["title"])}</div>'
    image = f'<div><img src="{IMAGE}"></div><div>{e(article["image_caption"])} المصدر: {e(article["image_credit"])}</div>'
    told = f"<div>{e(article['ticker'])}</div><div>{shown}{image}<div>{story(article)}</div></div>{footer(article)}"
    return page(article, told).replace(f"<title>{e(article['title'])} | صحيفة المثال", f"<title>صحيفة المثال | {e(article['title'])}")  # fmt: skip


@layout
def called_by_the_sites_name(article: Article) -> str:
    """First heading and sharing headline are but the site's name."""
    head = '<meta property="og:title" content="صحيفة المثال"><meta property="og:site_name" content="صحيفة المثال">'
    logo = '<h1><a href="/"><img alt="logo" src="/l.png">صحيفة المثال</a></h1>'
    shown = top(article).replace("h1>", "h2>")
    return page(article, f"{logo}{shown}<div>{story(article)}</div>{footer(article)}", head)
