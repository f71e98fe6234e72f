"""Stubs: the beginning of an article whose rest is for subscribers only.

Paid articles may be there in full, and free ones carry offers to subscribe. A stub is a short text
followed by an offer to read on, with a sign that more should be there: its data (schema.org's
`isAccessibleForFree`, `wordCount`), a paywall in the markup, or an end without a full stop.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cssselect import SelectorError

from pipelines.body.paragraphs import Body
from pipelines.embedded.page_data import Embedded
from pipelines.language.line_phrases import ends_sentence, is_story_line
from pipelines.metadata.json_ld import node_types
from pipelines.page import dom
from pipelines.page.dom import Page

# Characters and paragraphs of a stub at the most: so much is shown of what is paid for, seldom
# more.
STUB, STUB_LINES = 1_500, 6
# Where the article is stated to have this many times the words that are shown, the rest is missing.
MISSING = 1.6
# Lines after the text among which the offer stands.
NEAR = 8

# fmt: off
_OFFER = re.compile(
    r"""
    (subscribe|sign\ (in|up)|log\ ?in|register|join|become\ a\ member)\b(?!.{0,300}\b(comment|
    discussion)).{0,25}\b(to|and)\ (continue|keep|read|unlock|access|finish)|
    to\ (continue|keep)\ reading|subscribers?\ only|(exclusive|only)\ (to|
    for)\ (our\ )?(subscribers|members)|already\ (a\ )?(subscriber|subscribed|
    member)|(reserved|available)\ (only\ )?(for|to)\ subscribers|(reached|
    used|read)\ (your|all|the)\ .{0,20}(limit|free\ articles)|(this|the\ rest\ of\ this)\ (article
    |story)\ is\ for\ (subscribers|members)|réservée?s?\ (aux|à\ nos)\ abonnés|
    déjà\ abonnée?|abonnez-vous\ pour\ (lire|continuer)|il\ vous\ reste\ .{0,20}à\ lire|
    (lire|découvrir)\ la\ suite.{0,30}abonn|nur\ für\ abonnenten|(jetzt\ )?(weiterlesen|
    weiter\ lesen)\ (mit|im|für|als)\b|jetzt\ (weiterlesen|abonnieren)|(artikel|
    inhalt)\ ist\ (nur\ )?(für|unseren)\ abonnent|bereits\ (abonnent|registriert|
    kunde)|(solo|exclusivo|exclusiva)\ (para|de)\ (suscriptores|assinantes|
    socios)|ya\ eres\ (suscriptor|socio)|suscríbete\ para\ (seguir|continuar|
    leer)|للمشتركين\ فقط|خاص\ بالمشتركين|حصري\ للمشتركين|
    اشترك\ (الآن\ )?(لمتابعة|لقراءة|لمواصلة)|(لمتابعة|لمواصلة)\ (القراءة|
    قراءة).{0,30}(اشتراك|الاشتراك|تسجيل|سجل)|هذا\ المحتوى\ (للمشتركين|حصري)|
    لديك\ اشتراك|مشترك\ بالفعل|(ویژه|مخصوص|برای)\ (مشترکان|مشترکین|اعضا)|
    مشترک\ هستید|برای\ (ادامه|خواندن).{0,30}(اشتراک|مشترک)|(devamını|tamamını|
    okumaya\ devam).{0,20}(oku|et)\S{0,20}\ için.{0,20}(abone|üye|giriş)|abonelere\ özel|
    zaten\ abone|(yalnızca|sadece)\ aboneler|riservato\ agli\ abbonati|già\ abbonat|
    exclusivo\ para\ assinantes|já\ é\ assinante|alleen\ voor\ abonnees|
    al\ abonnee|только\ для\ подписчиков|dla\ subskrybentów|endast\ för\ prenumeranter|
    kun\ for\ abonnenter
    """,
    re.IGNORECASE | re.VERBOSE,
)
# fmt: on
_WALL = (
    "//*[contains(@class,'paywall') or contains(@id,'paywall') or contains(@class,'regwall') or "
    "contains(@class,'piano-')]"
)
_UNFINISHED = re.compile(r"(\.\.\.|…|\[…\])\W*$")


def is_stub(embedded: Embedded, page: Page, read: Body) -> bool:
    """True if what was read is only the part of an article before a paywall."""
    length = sum(map(len, read.paragraphs))
    if length > STUB or len(read.paragraphs) > STUB_LINES or not _is_offered(read):
        return False
    nodes = list(_paid_nodes(embedded))
    if _shows_paid_part(page, nodes):
        return False
    words = len(" ".join(read.paragraphs).split())
    if any(_parse_count(node.get("wordCount")) > MISSING * words for node in nodes):
        return True
    if any(str(node.get("isAccessibleForFree")).lower() == "false" for node in nodes):
        return True
    last = read.paragraphs[-1] if read.paragraphs else ""
    marked = bool(page.root.xpath(_WALL))
    return marked or bool(_UNFINISHED.search(last)) or not ends_sentence(last)


def _is_offered(read: Body) -> bool:
    """True if the offer to read on follows the text directly, or stands in its place."""
    every = read.page.blocks if read.page else []
    if not read.kept:
        return any(_OFFER.search(block.text) for block in every)
    last = read.kept[-1].index
    following = (
        [block.text for block in every[last + 1 : last + 1 + NEAR]] if _is_from_page(read) else []
    )
    dropped = [block.text for block, _ in read.dropped if block.index > read.kept[0].index]
    return any(_OFFER.search(text) for text in (read.kept[-1].text, *following, *dropped))


def _is_from_page(read: Body) -> bool:
    """True if the last paragraph is one of `read.page`, not of another element of a selector."""
    last = read.kept[-1]
    every = read.page.blocks if read.page else []
    return last.index < len(every) and every[last.index] is last


def _paid_nodes(embedded: Embedded) -> Iterator[dict[str, Any]]:
    """JSON-LD nodes that state whether the article is free, or its number of words."""
    for node in embedded.json_ld:
        if (
            "isAccessibleForFree" in node or "wordCount" in node
        ) and "WebPageElement" not in node_types(node):
            yield node


def _shows_paid_part(page: Page, nodes: list[dict[str, Any]]) -> bool:
    """Whether the part that is stated to be paid for (schema.org's hasPart) is there and holds
    text.
    """
    for node in nodes:
        parts = node.get("hasPart")
        for part in parts if isinstance(parts, list) else [parts]:
            selector = part.get("cssSelector") if isinstance(part, dict) else None
            if isinstance(selector, str) and any(
                is_story_line(text) and not _OFFER.search(text)
                for text in _selected_texts(page, selector)
            ):
                return True
    return False


def _selected_texts(page: Page, selector: str) -> list[str]:
    try:
        return [dom.text_of(element) for element in page.root.cssselect(selector)][:20]
    except SelectorError:
        return []


def _parse_count(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0
