"""What is served in an article's place: checks, requests for consent, errors, log-ins."""

from __future__ import annotations

import pytest
from page_kit import FERRY_HEADLINE, FERRY_LINES, paragraphs, parsed

from archive.model import NotArticleReason
from pipelines.body.line_rules import KnownPageText
from pipelines.body.paragraphs import extract_body
from pipelines.classify.interstitials import detect_interstitial, hides_something

LINKS = "".join(
    f'<li><h3><a href="/n/{number}">عنوان خبر رقم {number} عن شأن بعيد من شؤون المدينة والناس</a></h3></li>'
    for number in range(9)
)


def interstitial(
    body: str,
    *,
    title: str = "",
    url: str = "https://www.example.test/n/1",
    is_article: bool = False,
) -> NotArticleReason | None:
    """What a page is taken for."""
    made = parsed(f"<html><head><title>{title}</title></head><body>{body}</body></html>", url)
    read = extract_body(made, KnownPageText())
    found = detect_interstitial(made, read, is_article=is_article)
    return found and found[0]


@pytest.mark.parametrize(
    ("title", "body", "reason"),
    [
        ("خصوصيتك", ("<h1>نحن نهتم بخصوصيتك</h1><p>نستخدم نحن وشركاؤنا معلومات مخزنة على جهازك، ويمكنك "
"تغيير اختيارك في أي وقت.</p>"), NotArticleReason.CONSENT),
        ("Zustimmung", ("<h1>Wir brauchen Ihre Zustimmung</h1><p>Wir und unsere Partner speichern "
"Informationen auf Ihrem Gerät und lesen sie wieder aus.</p>"), NotArticleReason.CONSENT),
        ("Access Denied", ("<h1>Access Denied</h1><p>You don't have permission to access this page on this "
"server. Reference 18.</p>"), NotArticleReason.CHALLENGE),
        ("صيانة", ("<h1>الموقع تحت الصيانة</h1><p>نعمل حالياً على تحديث الموقع وسنعود إليكم قريباً، "
"شكراً لصبركم.</p>"), NotArticleReason.ERROR_PAGE),
        ("تسجيل الدخول", ("<h1>تسجيل الدخول</h1><p>يرجى تسجيل الدخول إلى حسابك لمتابعة القراءة في هذا "
"الموقع.</p>"), NotArticleReason.ERROR_PAGE),
        ("Erreur", ("<h1>Cette page n'existe pas</h1><p>La page que vous cherchez a peut-être été "
"déplacée ou supprimée de notre site.</p>"), NotArticleReason.ERROR_PAGE),
        ("صحيفة", "<h1>404</h1><p>المقال الذي تبحث عنه لم يعد متاحاً على موقعنا الإلكتروني.</p>", NotArticleReason.ERROR_PAGE),
        ("عذرا", (f"<h1>عذراً، الصفحة غير موجودة</h1><p>ربما تم حذف الصفحة التي تبحث عنها أو "
f"نقلها.</p>{LINKS}"), NotArticleReason.ERROR_PAGE),
    ],
)  # fmt: skip
def test_what_stands_in_an_articles_place_is_named(
    title: str, body: str, reason: NotArticleReason
) -> None:
    """Requests for consent, closed doors, maintenance, log-ins and soft error pages in several
    languages are told apart.
    """
    assert interstitial(body, title=title) == reason


def test_a_long_story_about_challenges_is_an_article() -> None:
    """A page of real length whose words sound like a challenge or an error is still a story."""
    words = (
        "The 404 error page is a cultural object of its own, the curator said on Tuesday in "
        "the old town hall. "
    ) * 6
    body = "<h1>Page not found: a history of 404</h1>" + f"<p>{words}</p>" * 6
    assert interstitial(body, title="Page not found: a history of 404") is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<div id='cf-challenge'></div>", NotArticleReason.CHALLENGE),
        (
            "<script src='https://geo.captcha-delivery.com/c.js'></script>",
            NotArticleReason.CHALLENGE,
        ),
        ("<form class='g-recaptcha'></form>", NotArticleReason.CHALLENGE),
        ("<div id='onetrust-consent-sdk'></div>", NotArticleReason.CONSENT),
        ("<div class='error-page'><p>So sorry</p></div>", NotArticleReason.ERROR_PAGE),
    ],
)
def test_marks_of_tools_on_a_page_without_text(body: str, reason: NotArticleReason) -> None:
    """What checks, consent tools and error templates leave in the markup tells them."""
    assert interstitial(body) == reason


@pytest.mark.parametrize(
    "mark", ["<form class='g-recaptcha'></form>", "<div id='onetrust-consent-sdk'></div>"]
)
def test_a_story_with_a_form_or_a_consent_tool_is_a_story(mark: str) -> None:
    """A captcha for comments and a banner do not hide the text that stands on the page."""
    assert interstitial(f"<h1>{FERRY_HEADLINE}</h1>{paragraphs(*FERRY_LINES)}{mark}") is None


def test_a_host_for_consent() -> None:
    """A page at a site's consent host asks for consent, whatever it says; one that states to be an
    article and has a line of a story is one.
    """
    url = "https://consent.example.test/x"
    assert interstitial("<p>Please choose.</p>", url=url) == NotArticleReason.CONSENT
    assert interstitial(paragraphs(*FERRY_LINES[:1]), url=url) == NotArticleReason.CONSENT
    assert interstitial(paragraphs(*FERRY_LINES[:1]), url=url, is_article=True) is None


def test_a_few_lines_on_a_page_that_asks_not_to_be_indexed() -> None:
    """Such lines hide something; a text of some length does not, nor do lines on a page that may be
    indexed.
    """

    def hidden(lines: list[str], robots: str) -> str | None:
        made = parsed(
            f"<html><head><meta name='robots' content='{robots}'></head><body>{paragraphs(*lines)}</body></html>"
        )
        return hides_something(made, extract_body(made, KnownPageText()))

    assert hidden(FERRY_LINES[:1], "noindex, follow") is not None
    assert hidden(FERRY_LINES[:1], "index") is None
    assert hidden(FERRY_LINES, "noindex, follow") is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            "The page you are looking for may have been moved or deleted by us.",
            NotArticleReason.ERROR_PAGE,
        ),
        ("Checking your browser before accessing this site.", NotArticleReason.CHALLENGE),
        ("The harbour is closed.", None),
    ],
)
def test_a_notice_without_a_headline_is_known_by_its_line(
    line: str, reason: NotArticleReason | None
) -> None:
    """Where no headline and no mark tells, the lines do."""
    assert interstitial(f"<p>{line}</p>") == reason


def test_a_page_that_shows_much_is_not_judged_by_marks() -> None:
    """A form for checks on a page with many headlines and no text of its own is a part of that
    page.
    """
    form = "<form class='g-recaptcha'></form>"
    assert interstitial(f"<ul>{LINKS}</ul>{form}") == NotArticleReason.CHALLENGE
    assert interstitial(f"<ul>{LINKS * 4}</ul>{form}") is None


def test_the_evidence_of_an_error_page_is_the_line_that_says_so() -> None:
    """A headline that says no more than that something is wrong is not all there is to know."""
    made = parsed(
        "<html><body><h1>Oops</h1><p>This story is no longer available.</p></body></html>"
    )
    result = detect_interstitial(made, extract_body(made, KnownPageText()), is_article=False)
    assert result == (NotArticleReason.ERROR_PAGE, "This story is no longer available.")
