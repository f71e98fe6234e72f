"""A site's pages about itself, and pages that serve something: about, contact, privacy, terms,
offers, goods, forecasts.

They are recognised by a headline that is the name of such a page, by their address, or by their
stated type. Such a page is no article, however long its text is.
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from pipelines.body.paragraphs import Body
from pipelines.language.interstitials import share_of_text
from pipelines.language.line_phrases import is_story_line
from pipelines.page import dom
from pipelines.page.dom import Page

# A headline that such names make up nearly all of.
WHOLLY = 0.85
# A page of so many cells with no more than one line of text is a table: a forecast, a score, a
# share's price.
CELLS = 10

# fmt: off
_NAMES = re.compile(
    r"""
    (?<!\w)(?:about(\ us)?|who\ we\ are|our\ (team|story|mission)|contact(\ us)?|
    get\ in\ touch|privacy(\ (policy|notice|statement))?|cookie(s)?\ (policy|
    notice)|terms(\ (of|and)\ (use|service|conditions))?|legal\ notice|imprint|
    disclaimer|advertise(\ with\ us)?|(our\ )?newsletters?|subscribe|subscriptions?|
    careers|jobs|faqs?|help(\ cent(er|re))?|accessibility(\ statement)?|
    editorial\ (policy|guidelines|standards)|über\ uns|wir\ über\ uns|impressum|
    kontakt|datenschutz(erklärung|hinweise?)?|agb|allgemeine\ geschäftsbedingungen|
    nutzungsbedingungen|mediadaten|newsletters?|abo(nnement)?s?|barrierefreiheit|
    redaktion|qui\ sommes[- ]nous|à\ propos(\ de\ nous)?|(nous\ )?contact(ez-nous)?|
    politique\ de\ (confidentialité|cookies)|mentions\ légales|conditions\ générales(\ d.utilisation
    |\ de\ vente)?|cgu|cgv|abonnez-vous|abonnements?|quiénes\ somos|sobre\ nosotros|
    acerca\ de(\ nosotros)?|contacto|contáctanos|política\ de\ (privacidad|
    cookies)|aviso\ legal|(términos\ y\ )?condiciones(\ de\ uso)?|suscripciones|
    suscríbete|publicidad|من\ نحن|عن\ (الموقع|الصحيفة)|اتصل(وا)?\ بنا|تواصل(وا)?\ معنا|
    سياسة\ (الخصوصية|الاستخدام)|(شروط|اتفاقية)\ (الاستخدام|الخدمة)|الشروط\ والأحكام|
    أعلن\ معنا|هيئة\ التحرير|وظائف|درباره\ ما|تماس\ با\ ما|حریم\ خصوصی|قوانین(\ و\ مقررات)?
    |شرایط\ استفاده|تبلیغات|همکاری\ با\ ما|hakkımızda|biz\ kimiz|iletişim|
    bize\ ulaşın|gizlilik(\ (politikası|sözleşmesi))?|çerez\ politikası|
    kullanım\ (koşulları|şartları)|künye|kvkk|reklam|chi\ siamo|contatti|
    informativa\ (sulla\ )?privacy|note\ legali|quem\ somos|sobre\ nós|fale\ conosco|
    política\ de\ privacidade|termos\ de\ uso|over\ ons|contacteer\ ons|
    privacybeleid|o\ nas|polityka\ prywatności|о\ нас|контакты|
    политика\ конфиденциальности)(?!\w)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SEARCH = re.compile(
    r"""
    (?<!\w)(?:search(\ results?)?(\ for)?|results\ for|suchergebnisse?(\ für)?|
    résultats\ (de\ (la\ |votre\ )?recherche|pour)(\ pour)?|resultados\ (de\ (la\ )?búsqueda
    |para)(\ para)?|نتائج\ البحث(\ عن)?|نتایج\ جست\S*(\ برای)?|arama\ sonuçları|
    için\ arama\ sonuçları|resultados\ da\ busca|risultati\ (della\ )?ricerca)(?!\w)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PATH = re.compile(
    r"""
    ^(?:/[a-z]{2}(?:-[a-z]{2})?)?(?:/(?:pages?|p|static|info|site|company|
    legal|service))?/(?:about(?:-us)?|contact(?:-us)?|privacy(?:-(?:policy|
    notice))?|cookies?(?:-policy)?|terms(?:-(?:of-(?:use|service)|and-conditions|
    conditions))?|legal(?:-notice)?|imprint|impressum|disclaimer|advertise(?:-with-us)?|
    subscribe|subscriptions?|careers|faq|help|ueber-uns|kontakt|datenschutz(?:erklaerung)?
    |agb|mediadaten|qui-sommes-nous|a-propos|mentions-legales|(?:politique-de-)?confidentialite
    |cgu|cgv|abonnements?|quienes-somos|contacto|aviso-legal|politica-de-(?:privacidad|
    cookies)|suscripciones|hakkimizda|iletisim|gizlilik(?:-politikasi)?|
    kunye|kullanim-kosullari|chi-siamo|contatti|quem-somos|من-نحن|اتصل-بنا|
    سياسة-الخصوصية|درباره-ما|تماس-با-ما)(?:\.\w{3,5})?/?$
    """,
    re.IGNORECASE | re.VERBOSE,
)
# fmt: on
_ASKED = re.compile(r"(?:^|&)(?:q|s|query|search|keyword|suche|recherche|buscar|ara)=[^&]")
_GOODS = frozenset(("product", "productgroup", "individualproduct"))
_OFFERS = frozenset(("offer", "aggregateoffer"))
_SOLD = re.compile(r"^(og:)?product(\.item)?$", re.IGNORECASE)
_PERSONS = frozenset(("profile", "profilepage"))
_SOUND = frozenset(
    ("podcastepisode", "podcastseries", "radioepisode", "music.song", "music.radio_station")
)


def is_own_page(page: Page, title: str | None, *, is_article: bool) -> bool:
    """True for a page of the site about itself, by its address or its headline; if the page states
    to be an article, both must agree.
    """
    addressed = bool(_PATH.match(unquote(urlsplit(page.url).path)))
    named = any(share_of_text(_NAMES, text) >= WHOLLY for text in _page_headlines(page, title))
    return (addressed and named) if is_article else (addressed or named)


def is_search(page: Page, title: str | None) -> bool:
    """Whether a page answers a search, by its address or its headline."""
    if _ASKED.search(urlsplit(page.url).query):
        return True
    return any(
        _SEARCH.match(text) or _SEARCH.search(text[-25:]) for text in _page_headlines(page, title)
    )


def is_product_page(page: Page, kinds: frozenset[str]) -> bool:
    """True if the stated types (lower case) are goods with an offer, or `og:type` is a product; an
    offer to subscribe to an article is none.
    """
    if _OFFERS & kinds and _GOODS & kinds:
        return True
    metas = (meta for meta in page.root.iter("meta") if meta.get("property") == "og:type")
    return any(_SOLD.match((meta.get("content") or "").strip()) for meta in metas)


def is_profile(kinds: frozenset[str]) -> bool:
    """True if the stated types (lower case) are those of somebody's profile."""
    return not _PERSONS.isdisjoint(kinds)


def is_audio_page(kinds: frozenset[str]) -> bool:
    """True if the stated types (lower case) are those of a recording."""
    return not _SOUND.isdisjoint(kinds)


def is_table(read: Body) -> bool:
    """Whether a page is a table of short cells with at most a line of text."""
    every = read.page.blocks if read.page else []
    cells = sum(block.kind == "cell" and not is_story_line(block.text) for block in every)
    text_blocks = sum(block.kind != "cell" for block in read.kept)
    return text_blocks <= 1 and cells >= CELLS


def _page_headlines(page: Page, title: str | None) -> list[str]:
    """The page's first headline; without any its title as it was read."""
    heading = next(
        (text for element in page.root.iter("h1") if (text := dom.text_of(element))), None
    )
    headline = heading or title
    return [headline] if headline else []
