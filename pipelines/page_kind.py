"""Article or not: listings, galleries, video pages, paywall stubs, challenge, consent and error pages served as pages.

`barred` looks at a page before anything is made of it, `judge` at what was made. A short story is an article; a page
that only leads elsewhere, or to which something else was served in place of it, is none. An empty answer beats furniture.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from archive.model import NotAnArticle, NotArticleReason
from pipelines import dom, wording
from pipelines.blocks import Block
from pipelines.body import Body
from pipelines.dom import Page
from pipelines.line_rules import is_sentence_long
from pipelines.metadata import Metadata
from pipelines.second_reader import letters

# A page put in the way of another says little: more text than this (characters) and it is a page of its own.
OBSTACLE_TEXT = 2500
# Menu, footer and headline of a page without its story have no more text than this, in characters.
SPARSE = 4000
# From so many headlines that lead elsewhere a page without an article's marks is a list of them.
LISTED = 8
# A front page has at least so many; a dated headline with its story among so many is still a story.
FEW, MANY = 4, 25
MOSTLY_LINKED = 0.6
LONG_HEADLINE = 45
HEADLINE_WORDS = 4
LONG_PARAGRAPH = 100
# So many lines of a sentence's length are a story though no full stop is set.
SEVERAL = 3
# No list of headlines has this much text of its own, in characters, however many stand around it.
LONG_STORY = 3000
# Text of a stub or a caption, in characters: a story that is paid for, a gallery or a video page holds no more.
STUB = 350
# A page of fewer words, without a heading or a link, shows nothing: a spinner; of fewer than these, one that asks for scripts.
BARE, SHELL = 4, 30

_CHALLENGE = re.compile(
    r"just a moment|attention required|checking your browser|verif(y|ying) (that )?you are (a )?human|are you (a )?(human|robot)|"
    r"ddos protection|security check|access (to this page has been )?denied|request (blocked|unsuccessful)|unusual traffic|"
    r"enable javascript and cookies to continue|please complete the captcha|bot (detection|verification)|pardon our interruption|"
    r"لحظة من فضلك|التحقق من أنك إنسان|جار[يٍ]? التحقق من (أمان )?المتصفح|un instant|einen moment bitte",
    re.IGNORECASE,
)
_CHALLENGE_MARKS = (
    "cf-challenge", "cf_chl", "challenge-form", "challenge-running", "px-captcha", "captcha-delivery", "_Incapsula_Resource",
    "g-recaptcha", "h-captcha", "cf-turnstile", "ddos-guard", "sucuri_cloudproxy", "awswaf",
)  # fmt: skip
_CONSENT = re.compile(
    r"before you continue|bevor sie (zu|fort)|avant d.accéder|cookie consent|consent (required|management)|we (value|respect|care about) your privacy|"
    r"manage (your )?(cookies|privacy)|privacy (gate|settings|choices)|zustimmung|datenschutz(einstellungen)?|votre vie privée|su privacidad|"
    r"ملفات تعريف الارتباط|الموافقة على|(نهتم|نحترم|نقدر)\s+(ب)?خصوصيت",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"\b(404|410|403|500|502|503)\b|(page|file|content|article|story) (was |is |could )?(not|no longer|cannot) (be )?(found|available)|page doesn.t exist|"
    r"not found|nothing (was )?found|oops|an error (has )?occurred|server error|"
    r"(الصفحة|المحتوى|الرابط|المقال|الخبر)\s+(المطلوبة?\s+)?(غير|لم|لا)\s+\S+|لا توجد نتائج|حدث خطأ|عفو[اً]+\W|صفحه (مورد نظر )?(یافت|پیدا) نشد|"
    r"(الموقع|الصفحة)\s+(تحت|قيد)\s+(الصيانة|الإنشاء)|under maintenance|page n.existe (pas|plus)|^\W*(تسجيل الدخول|log ?in|sign ?in|connexion|anmelden)\W*$|"
    r"seite (wurde )?nicht gefunden|page introuvable|página no encontrada|pagina non trovata|pagina niet gevonden|sayfa bulunamadı|страница не найдена|strony nie znaleziono",
    re.IGNORECASE,
)
_ARTICLE_KINDS = ("article", "newsarticle", "reportagenewsarticle", "blogposting", "analysisnewsarticle", "opinionnewsarticle",
                  "backgroundnewsarticle", "reviewnewsarticle", "techarticle", "scholarlyarticle", "liveblogposting", "report",
                  "socialmediaposting", "advertisercontentarticle", "howto", "recipe", "review")  # fmt: skip
_ISSUED = ("article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "sailthru.date")
_YEAR = re.compile(r"(19|20|١٩|٢٠|۱۹|۲۰|۱۳|۱۴)[\d]{2}(?!\d)")
_NEEDS_SCRIPTS = re.compile(r"java\s?script|جافا\s?سكر", re.IGNORECASE)
# Where applications put their pages, by the tools' own custom.
_MOUNTS = frozenset(("root", "app", "__next", "__nuxt", "app-root", "___gatsby", "svelte"))
_LIST_KINDS = ("collectionpage", "itemlist", "searchresultspage", "profilepage")
_HOME = re.compile(r"^/?(index\.\w{3,5}|home|[a-z]{2}(-[a-z]{2})?)?/?$", re.IGNORECASE)


def barred(page: Page) -> NotAnArticle | None:
    """Whether something was served in the page's place: a challenge, a request for consent, an error; else None."""
    body = page.root.find("body")
    text = _first_text(body if body is not None else page.root)
    if len(text) > OBSTACLE_TEXT:
        return None
    title = " ".join(element.text or "" for element in page.root.iter("title"))[:300]
    heading = " ".join(dom.text_of(element) for element in page.root.iter("h1", "h2"))[:300]
    if len(text) < 600 and (_CHALLENGE.search(f"{title} {heading} {text[:300]}") or _marked(page)):
        return _not(page, NotArticleReason.CHALLENGE, title)
    top = " ".join(dom.text_of(element) for element in page.root.iter("h1"))[:300]
    host = urlsplit(page.url).hostname or ""
    if host.startswith(("consent.", "privacy.")) or _CONSENT.search(f"{title} {top or heading}"):
        return _not(page, NotArticleReason.CONSENT, title)
    if (_ERROR.search(f"{title} {heading}") or _ERROR.search(top)) and not _prose(text):
        return _not(page, NotArticleReason.ERROR_PAGE, title or heading)
    return None


def is_sparse(page: Page) -> bool:
    """Whether a page shows so little text that its story may be kept for a script to show; no list of headlines does."""
    body = page.root.find("body")
    return len(_first_text(body if body is not None else page.root, SPARSE)) <= SPARSE


def _first_text(element: HtmlElement, enough: int = OBSTACLE_TEXT) -> str:
    """The text under an element, read no further than needed to know that it is long."""
    parts, length = [], 0
    for part in dom.strings(element):
        stripped = part.strip()
        parts.append(stripped)
        length += len(stripped)
        if length > enough:
            break
    return dom.fold(" ".join(parts))


def judge(page: Page, stated: Metadata, read: Body) -> NotAnArticle | None:
    """Why what was read of a page is no article, or None where it is one."""
    length = sum(map(len, read.paragraphs))
    kinds = stated.kinds
    says_article = any(kind in kinds for kind in _ARTICLE_KINDS)
    if length <= STUB and (reason := _stub(page, kinds, read)):
        return _not(page, reason, f"{length} characters of text")
    listed = _listed(read)
    if listed >= LISTED and wording.words(stated.title or "") < HEADLINE_WORDS and _only_teasers(read):
        return _not(page, NotArticleReason.LISTING, f"{listed} headlines that lead elsewhere, each with a line")
    if not _tells(read):
        return _without_prose(page, stated, read, listed)
    if not stated.title:
        return _not(page, NotArticleReason.EMPTY, "no headline")
    front = _HOME.match(urlsplit(page.url).path) and not urlsplit(page.url).query
    if front and (listed >= LISTED or (not says_article and listed >= FEW and length < LONG_STORY)):
        return _not(page, NotArticleReason.LISTING, "the site's front page")
    enough = LISTED if not _is_headed(stated, read) else MANY
    if not says_article and listed >= enough and _reads_as_list(kinds, listed, length):
        return _not(
            page, NotArticleReason.LISTING, f"{listed} headlines that lead elsewhere, {length} characters of text"
        )
    return None


def _without_prose(page: Page, stated: Metadata, read: Body, listed: int) -> NotAnArticle:
    """What a page is on which no line tells a story: a list of headlines, an article that is owed, or a page of no promise."""
    says_article = any(kind in stated.kinds for kind in _ARTICLE_KINDS) or _is_stamped(page)
    # A small section has few headlines; nothing is owed where nothing says that there should be an article.
    if listed >= LISTED or (listed > 1 and not says_article):
        return _not(page, NotArticleReason.LISTING, f"{listed} headlines that lead elsewhere")
    if says_article or _is_dated(stated) or _is_bare(page, read):
        return _not(page, NotArticleReason.EMPTY, "no paragraph of prose")
    return _not(page, NotArticleReason.LISTING, "no prose, and nothing says that there should be an article")


def _is_stamped(page: Page) -> bool:
    """Whether a page without prose states for machines when it was published, as only articles do."""
    metas = page.root.iter("meta")
    named = ((meta.get("property") or meta.get("name") or meta.get("itemprop") or "", meta) for meta in metas)
    return any(name.casefold() in _ISSUED and (meta.get("content") or "").strip() for name, meta in named)


def _is_dated(stated: Metadata) -> bool:
    """Whether a page without prose shows a headline and a date; a day in the address or headline may be a calendar's."""
    dated = any(one.field == "published" and one.chosen and one.source != "url" for one in stated.evidence)
    title = stated.title or ""
    return (
        dated and wording.words(title) >= HEADLINE_WORDS and not _YEAR.search(title) and not wording.is_date_line(title)
    )


def _is_bare(page: Page, read: Body) -> bool:
    """Whether a page shows (nearly) nothing at all, as one does before its scripts have run, and leads nowhere by itself."""
    if _sends_on(page):
        return False
    blocks = read.page.blocks if read.page else []
    words = sum(wording.words(block.text) for block in blocks)
    if not any(block.links or block.level for block in blocks) and words < BARE:
        return True
    if words < SHELL and any(
        _NEEDS_SCRIPTS.search("".join(element.itertext())) for element in page.root.iter("noscript")
    ):
        return True
    return any(
        (element.get("id") or "").casefold() in _MOUNTS and not len(element) and not (element.text or "").strip()
        for element in page.root.iter("div")
    )


def _sends_on(page: Page) -> bool:
    """Whether a page is only there to load another: by a refresh with an address, or in its frames."""
    refreshes = (meta for meta in page.root.iter("meta") if (meta.get("http-equiv") or "").strip().lower() == "refresh")
    led = any("url" in (meta.get("content") or "").lower() for meta in refreshes)
    return led or next(page.root.iter("frame"), None) is not None


def _tells(read: Body) -> bool:
    """Whether a line of the text makes a story; headlines that lead elsewhere don't, however long."""
    if len(read.kept) != len(read.paragraphs):
        return any(wording.is_story_line(text) for text in read.paragraphs)
    if any(wording.is_story_line(block.text) and block.link_share <= MOSTLY_LINKED for block in read.kept):
        return True
    # Where nobody sets full stops: several lines of a sentence's length, one after another.
    told = [block for block in read.kept if block.kind in ("p", "text") and not block.links]
    return len({block.element.getparent() for block in told}) == 1 and sum(map(is_sentence_long, told)) >= SEVERAL


def _only_teasers(read: Body) -> bool:
    """Whether each line that was read stands right below a headline that leads elsewhere."""
    if read.page is None or not read.kept:
        return False
    every = read.page.blocks
    return all(
        block.at > 0 and block.at < len(every) and every[block.at] is block and _is_headline(every[block.at - 1])
        for block in read.kept
    )


def _is_headed(stated: Metadata, read: Body) -> bool:
    """Whether a page has one dated headline, which leads nowhere, and a paragraph after it."""
    if stated.published is None or wording.words(stated.title or "") < HEADLINE_WORDS or not read.kept:
        return False
    key = letters(stated.title or "")
    shown = any(letters(block.text) == key and not block.links for block in read.before)
    first = read.kept[0]
    return shown and len(first.text) >= LONG_PARAGRAPH and not first.links and wording.ends_sentence(first.text)


def _stub(page: Page, kinds: frozenset[str], read: Body) -> NotArticleReason | None:
    """What a page with hardly any text is, where its own words or data say so."""
    rest = " ".join(block.text for block in read.page.blocks) if read.page else ""
    if len(read.paragraphs) <= 1 and wording.PAYWALL.search(rest[:20_000]) and _locked(page):
        return NotArticleReason.PAYWALL
    if any(kind.startswith("video") for kind in kinds) and not any(kind in kinds for kind in _ARTICLE_KINDS):
        return NotArticleReason.VIDEO
    if "imagegallery" in kinds or "mediagallery" in kinds:
        return NotArticleReason.GALLERY
    return None


def _locked(page: Page) -> bool:
    """Whether the page marks itself as paid for: schema.org's isAccessibleForFree, or an element named so."""
    for script in page.root.iter("script"):
        if script.text and "isAccessibleForFree" in script.text[:50_000]:
            return bool(re.search(r'"isAccessibleForFree"\s*:\s*"?false', script.text, re.IGNORECASE))
    return bool(
        page.root.xpath("//*[contains(@class,'paywall') or contains(@id,'paywall') or contains(@class,'regwall')]")
    )


def _reads_as_list(kinds: frozenset[str], listed: int, length: int) -> bool:
    if any(kind in kinds for kind in _LIST_KINDS):
        return listed >= LISTED and length < 6000
    return listed >= LISTED and length < min(40 * listed, LONG_STORY)


def _listed(read: Body) -> int:
    """Headlines on the page that lead elsewhere, outside menus, footers and readers' comments."""
    if read.page is None:
        return 0
    apart = {
        index
        for index, region in enumerate(read.page.regions)
        if region.reason in ("navigation", "footer", "hidden", "tags", "comments")
    }
    seen = {block.text for block in read.page.blocks if _is_headline(block) and not apart.intersection(block.regions)}
    return len(seen)


def _is_headline(block: Block) -> bool:
    return block.link_share > 0.8 and 4 <= wording.words(block.text) <= LONG_HEADLINE


def _prose(text: str) -> bool:
    """Whether a short page still tells something: three sentences of some length."""
    return len([part for part in re.split(r"[.!?؟。]\s", text) if len(part) > 60]) >= 3


def _marked(page: Page) -> bool:
    """Whether an element or script of a page with hardly any text belongs to a challenge."""
    for element in page.root.iter("form", "div", "script", "iframe", "input"):
        names = f"{element.get('id') or ''} {element.get('class') or ''} {element.get('src') or ''} {(element.text or '')[:2000]}"
        if any(mark in names for mark in _CHALLENGE_MARKS):
            return True
    return False


def _not(page: Page, reason: NotArticleReason, detail: str) -> NotAnArticle:
    return NotAnArticle(url=page.url, reason=reason, detail=dom.fold(detail)[:200])
