"""Article or not: what is served in an article's place, what only leads elsewhere, and stories
however short.
"""

from __future__ import annotations

import pytest
from page_kit import FERRY_HEADLINE, FERRY_LINES, article_of, paragraphs

from archive.model import Article, NotAnArticle, NotArticleReason
from pipelines.article.extraction import extract

STORY = "أعلنت بلدية الجزيرة اليوم افتتاح المكتبة القديمة أمام الزوار بعد عام من الترميم."
MENU = "".join(f'<li><a href="/s{at}">باب رقم {at}</a></li>' for at in range(12))
CARDS = "".join(
    f'<div class="c{at}"><a href="/n/{at}"><img src="/i.jpg"><h3>عنوان خبر رقم {at} عن شأن من '
    f"شؤون المدينة</h3></a><p>سطر يشرح الخبر رقم {at} باختصار</p></div>"
    for at in range(20)
)


def read(
    body: str,
    *,
    title: str = "عنوان",
    head: str = "",
    url: str = "https://www.example.test/news/one-two-three",
):
    return extract(
        f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode(), url
    )


@pytest.mark.parametrize(
    ("title", "body", "reason"),
    [
        ("Just a moment...", "<h1>www.example.test</h1><p>Checking your browser before accessing.</p>", NotArticleReason.CHALLENGE),
        ("Attention Required! | Cloudflare", "<h1>Sorry, you have been blocked</h1><p>You are unable to access this site.</p>", NotArticleReason.CHALLENGE),
        ("news", ('<form id="challenge-form" action="/x"><p>Please wait a little while we look at your '
'request.</p></form>'), NotArticleReason.CHALLENGE),
        ("لحظة من فضلك", "<p>جارٍ التحقق من أمان المتصفح قبل المتابعة إلى الموقع.</p>", NotArticleReason.CHALLENGE),
        ("Before you continue", ("<h1>Before you continue</h1><p>We use cookies and data to deliver our services, and "
"to measure how they are used by you.</p>"), NotArticleReason.CONSENT),
        ("404 - الصفحة غير موجودة", "<h1>عذراً</h1><p>الصفحة التي تبحث عنها غير موجودة أو تم نقلها إلى مكان آخر.</p>", NotArticleReason.ERROR_PAGE),
        ("Page not found", ("<h1>Oops!</h1><p>The page you are looking for may have been moved or deleted by "
"us.</p>"), NotArticleReason.ERROR_PAGE),
        ("العالم", f"<ul>{MENU}</ul><h1>العالم</h1>{CARDS}", NotArticleReason.LISTING),
        ("Tag: city", f"<h1>City</h1><div>{CARDS}</div><a href='?page=2'>2</a>", NotArticleReason.LISTING),
        ("عنوان", '<div id="root"></div>', NotArticleReason.EMPTY),
    ],
)  # fmt: skip
def test_what_is_no_article_is_named(title: str, body: str, reason: NotArticleReason) -> None:
    """Challenges, consent, errors, listings, tag pages and empty shells with status 200 are told
    apart.
    """
    found = read(body, title=title)
    assert isinstance(found, NotAnArticle), found
    assert found.reason == reason


@pytest.mark.parametrize(
    ("head", "body", "reason"),
    [
        ('<meta property="og:type" content="video.other">', ("<h1>جولة في المدينة القديمة</h1><video src='/v.mp4'></video><p>جولة مصورة في أسواق "
"المدينة القديمة صباح اليوم.</p>"), NotArticleReason.VIDEO),
        ('<script type="application/ld+json">{"@type":"ImageGallery","name":"صور"}</script>', ("<h1>صور من المهرجان السنوي</h1><p>مشاهد من افتتاح المهرجان السنوي في ساحة "
"المدينة.</p><img src='/1.jpg'>"), NotArticleReason.GALLERY),
        (('<script '
'type="application/ld+json">{"@type":"NewsArticle","headline":"x","isAccessibleForFree":false}</script>'), (f"<h1>تقرير خاص عن المكتبة</h1><p>{STORY}</p><div class='paywall'>هذا المحتوى "
f"للمشتركين فقط</div>"), NotArticleReason.PAYWALL),
    ],
)  # fmt: skip
def test_stubs_are_named(head: str, body: str, reason: NotArticleReason) -> None:
    """A video page, a gallery and what stands before a paywall are no articles."""
    found = read(body, head=head, title="")
    assert isinstance(found, NotAnArticle), found
    assert found.reason == reason


@pytest.mark.parametrize(
    "markup",
    [
        "<p>{}</p>",
        "<div>{}</div>",
        "<div><span>{}</span></div>",
        "<article><p>{}</p></article>",
        "<table><tr><td>{}</td></tr></table>",
    ],
)
def test_a_story_of_one_paragraph_is_an_article_alone(markup: str) -> None:
    """A story of one sentence is kept, and pulls no menu, teaser or footer in."""
    body = (
        f"<ul>{MENU}</ul><h1>افتتاح المكتبة القديمة أمام الزوار</h1>{markup.format(STORY)}<div "
        f"class='side'>{CARDS}</div><footer><p>جميع الحقوق محفوظة © شركة المثال للإعلام "
        f"والنشر</p></footer>"
    )
    found = read(body, head='<meta property="og:type" content="article">')
    assert isinstance(found, Article), found
    assert found.paragraphs == [STORY]


HEADLINES = [f"عنوان خبر رقم {at} عن شأن بعيد من شؤون المدينة والناس" for at in range(9)]
ITEMS = "".join(
    f'<li><h3><a href="/n/{at}">{text}</a></h3></li>' for at, text in enumerate(HEADLINES)
)
LONG_ITEMS = "".join(
    f'<li><h3><a href="/n/{at}">{text} {text} {text}</a></h3></li>'
    for at, text in enumerate(HEADLINES)
)
TEASERS = "".join(
    f'<div class="card"><img src="/{at}.jpg"><h3><a href="/n/{at}">{text}</a></h3><p>{STORY} '
    f"وهذا سطر ثان عنها.</p><span>منذ {at + 1} ساعات</span></div>"
    for at, text in enumerate(HEADLINES)
)
WEBSITE = '<meta property="og:type" content="website">'
ARTICLE = '<meta property="og:type" content="article">'


@pytest.mark.parametrize(
    "items",
    [ITEMS, LONG_ITEMS, ITEMS[: len(ITEMS) // 2], TEASERS],
    ids=["list", "long", "few", "cards"],
)
@pytest.mark.parametrize("head", ["", WEBSITE])
def test_a_front_page_is_no_article(items: str, head: str) -> None:
    """A front page is a listing, whether it has many headlines or few, bare or with a line each."""
    found = read(
        f"<ul>{items}</ul>", title="صحيفة المثال", head=head, url="https://www.example.test/"
    )
    assert isinstance(found, NotAnArticle), found
    assert found.reason == NotArticleReason.LISTING


@pytest.mark.parametrize(
    "head",
    [
        "",
        WEBSITE,
        ARTICLE,
        '<script type="application/ld+json">{"@type":"CollectionPage"}</script>',
    ],
)
@pytest.mark.parametrize("items", [ITEMS, TEASERS])
def test_a_section_is_no_article(items: str, head: str) -> None:
    """A section is a listing, even one that calls itself an article: its lines stand below
    headlines that lead elsewhere.
    """
    found = read(
        f"<h1>العالم</h1>{items}",
        title="العالم | صحيفة المثال",
        head=head,
        url="https://www.example.test/world/",
    )
    assert isinstance(found, NotAnArticle), found
    assert found.reason == NotArticleReason.LISTING


@pytest.mark.parametrize(
    "body",
    [
        (
            f"<h1>افتتاح المكتبة القديمة أمام الزوار</h1><div>12 مارس 2024، 4:07 "
            f"م</div><p>{STORY} وقالت إن الدخول مجاني للجميع.</p><div>{TEASERS}</div>"
        ),
        (
            f"<h1>افتتاح المكتبة القديمة أمام "
            f"الزوار</h1><p>{STORY}</p><ul>{ITEMS[: len(ITEMS) // 2]}</ul>"
        ),
        (
            f"<div><h2>نحن نهتم بخصوصيتك</h2><p>نستخدم معلومات مخزنة.</p></div><h1>افتتاح المكتبة "
            f"القديمة أمام الزوار</h1><p>{STORY}</p><p>وأضافت: {STORY}</p>"
        ),
        (
            "<h1>افتتاح المكتبة القديمة أمام الزوار</h1><p>افتتحت المكتبة القديمة أبوابها فجر "
            "اليوم.</p>"
        ),
    ],
    ids=["among teasers", "among headlines", "below a notice", "one short sentence"],
)
def test_a_short_story_is_not_lost(body: str) -> None:
    """A story of a line or two is an article among many teasers, below a notice, or without a
    date.
    """
    assert isinstance(read(body, title="افتتاح المكتبة القديمة أمام الزوار"), Article)


NOINDEX = '<meta name="robots" content="noindex, nofollow">'


@pytest.mark.parametrize(
    ("head", "kind"), [(NOINDEX, NotAnArticle), (NOINDEX + ARTICLE, Article), ("", Article)]
)
def test_a_few_lines_on_a_page_that_asks_not_to_be_indexed_are_no_article(
    head: str, kind: type
) -> None:
    """A line or two on a page that asks not to be indexed, and promises no article, hide one rather
    than being one.
    """
    found = read(f"<h1>لحظات قليلة</h1><p>{STORY}</p>", title="موقع", head=head)
    assert isinstance(found, kind), found
    assert isinstance(found, Article) or found.reason == NotArticleReason.EMPTY


def test_one_line_above_teasers_is_the_story() -> None:
    """A story of one line keeps that line, although twenty teasers with a line each stand below
    it.
    """
    line = "تبقى المكتبة مغلقة حتى يوم الجمعة، بحسب البلدية."
    head = '<meta property="article:published_time" content="2026-11-07T09:54:00+03:00">'
    found = read(
        f"<h1>المكتبة القديمة مغلقة حتى يوم الجمعة</h1><p>{line}</p>{TEASERS}",
        title="المكتبة القديمة مغلقة حتى يوم الجمعة",
        head=head,
    )
    assert isinstance(found, Article), found
    assert found.paragraphs == [line]


DAYS = "".join(f'<a href="/2026/11/{day}">{day}</a> ' for day in range(1, 31))


@pytest.mark.parametrize(
    ("body", "url"),
    [
        ((f"<h1>أخبار يوم السبت 7 نوفمبر 2026</h1><time datetime='2026-11-07'>7 نوفمبر "
f"2026</time><table><tr><td>{DAYS}</td></tr></table>"), "/2026/11/07"),
        ("<h1>كل أخبار اليوم في المدينة القديمة</h1><p>لا أخبار.</p>", "/2026/11/08"),
        ((f"<ul>{MENU}</ul><h1>العالم</h1><a href='/n/1'>{HEADLINES[0]}</a><a "
f"href='?page=6'>السابق</a>"), "/world?page=7"),
        ("<h1>الأبواب</h1><a href='/world'>العالم</a> <a href='/city'>المدينة</a>", "/sections"),
    ],
    ids=["calendar day", "day without news", "last page", "hub"],
)  # fmt: skip
@pytest.mark.parametrize("head", ["", WEBSITE])
def test_a_page_without_prose_that_promises_no_article_is_a_listing(
    body: str, url: str, head: str
) -> None:
    """Pages without prose that do not call themselves articles are listings, not articles that were
    lost.
    """
    found = read(body, title="صحيفة المثال", head=head, url="https://www.example.test" + url)
    assert isinstance(found, NotAnArticle), found
    assert found.reason == NotArticleReason.LISTING


@pytest.mark.parametrize("head", ["", WEBSITE, ARTICLE])
def test_a_page_about_the_site_is_its_own(head: str) -> None:
    """A page about the site is neither an article nor empty, even where a content system calls
    every page an article.
    """
    found = read(
        "<h1>من نحن</h1><p>صحيفة</p>",
        title="صحيفة المثال",
        head=head,
        url="https://www.example.test/about",
    )
    assert isinstance(found, NotAnArticle), found
    assert found.reason == NotArticleReason.SERVICE


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (ARTICLE, "<h1>من نحن</h1>"),
        ('<script type="application/ld+json">{"@type":"NewsArticle","headline":"خبر"}</script>', "<h1>خبر</h1>"),
        ('<meta property="article:published_time" content="2026-11-07T09:54:00+03:00">', f"<h1>خبر</h1><ul>{ITEMS[:300]}</ul>"),
        ("", (f"<h1>افتتاح المكتبة القديمة أمام الزوار</h1><time "
f"datetime='2026-11-07T09:54:00+03:00'>السبت</time><ul>{MENU}</ul>")),
        ("", f"<ul>{MENU}</ul><div id='root'></div>"),
        ("", ("<h1>صحيفة المثال</h1><noscript>You need to enable JavaScript to run this "
"app.</noscript>")),
        ("", "<p>جار التحميل</p>"),
    ],
    ids=["og", "json-ld", "published", "dated headline", "empty mount", "asks for scripts", "spinner"],
)  # fmt: skip
def test_a_page_that_promises_an_article_and_has_no_text_is_empty(head: str, body: str) -> None:
    """A page that shows nothing, or calls itself an article and has no text, is empty: somebody has
    to look at it.
    """
    found = read(body, title="صحيفة المثال", head=head, url="https://www.example.test/n/17")
    assert isinstance(found, NotAnArticle), found
    assert found.reason == NotArticleReason.EMPTY


def test_readers_comments_make_no_list_of_a_story() -> None:
    """A short story under which many readers' comments have linked headlines is a story."""
    comments = "".join(
        f"<article><h4><a href='/c/{at}'>Re: the old boats were better {at}</a></h4></article>"
        for at in range(60)
    )
    html = (
        f"<html><head><title>{FERRY_HEADLINE}</title></head><body><article><h1><a "
        f"href='/a'>{FERRY_HEADLINE}</a></h1>{paragraphs(*FERRY_LINES)}"
        f"</article><div id='comments'>{comments}</div></body></html>"
    )
    found = article_of(html, "https://www.example.test/a")
    assert found.paragraphs == FERRY_LINES


def test_a_page_that_shows_its_text_by_scripts_needs_a_browser() -> None:
    """The empty place where an application puts its page, with the script that does, is no empty
    page: somebody has to look at it in a browser.
    """
    body = f"<ul>{MENU}</ul><div id='root'></div><script src='/app.js'></script>"
    found = read(body, title="صحيفة المثال", url="https://www.example.test/n/17")
    assert isinstance(found, NotAnArticle), found
    assert found.reason == NotArticleReason.NEEDS_BROWSER
