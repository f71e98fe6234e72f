"""What pages say of a story or page that is not there, or no more: "not found", "this story was removed".

`REMOVED` are words for a story that was there; they name an error page where they make up a headline, and are a
notice in a line. Said in the languages that news is most written in. Pure functions of one line.
"""

from __future__ import annotations

import re

from pipelines.language.alternatives import join_alternatives

REMOVED = join_alternatives(
    r"""
    (this |the )?(story|article|post|report|item|page|content) (has been|have been|was|is|were) (permanently |now |since )?(removed|deleted|withdrawn|retracted|unpublished|pulled|taken (down|offline))
    (story|article|post|report|page|content) (that )?(you|previously|formerly|once)\b.{0,50}(has|have|was|is|been) (been )?(expired|removed|deleted|withdrawn|retracted|unpublished|taken (down|offline))
    (we (have|.ve) )?(removed|deleted|withdrawn|retracted|taken down) this (story|article|post|report|page)

    (dieser |der |dieses |diese )(artikel|beitrag|text|bericht|seite|inhalt) (wurde|ist) ((?!mehr)\S+ ){0,5}(gelöscht|entfernt|zurückgezogen|depubliziert|offline( genommen)?)

    (cet |l.|ce |cette )?(article|contenu|texte|page|dépêche) (a été|est) (supprimée?|retirée?|dépubliée?)
    (cet |l.|ce |cette )?(article|contenu|texte|page|dépêche) (dépubliée?|retirée?|n.est plus (disponible|en ligne|accessible|consultable))

    (este |esta |el |la )?(artículo|noticia|nota|contenido|página|publicación) (ha sido|fue) (eliminad|retirad|borrad)[oa]

    (لقد )?(تم|جرى|جرت) (حذف|إزالة|سحب|إلغاء) ((هذا |هذه )(الخبر|المقال|المقالة|المادة|الموضوع|المحتوى|التقرير|الصفحة|المنشور)|(الخبر|المقال|المقالة|المحتوى|المنشور))
    (حذف|إزالة|سحب|حُذفت?|حذفت|أُ?زيلت?|سُ?حبت?) (\S+ )?(هذا|هذه) (الخبر|المقال|المقالة|المادة|الموضوع|المحتوى|التقرير|الصفحة|المنشور)
    (حُ?ذف|سُ?حب|أُ?زيل) (الخبر|المقال|المنشور|المحتوى)
    (هذا |هذه )?(الخبر|المقال|المقالة|المادة|الموضوع|المحتوى|التقرير|الصفحة|المنشور) (محذوف|محذوفة|(تم|جرى) (حذفه|حذفها|إزالته|إزالتها|سحبه|سحبها)|(لم يعد|لم تعد) (متاح|متوفر|موجود)\S{0,2})

    (این )?(خبر|مطلب|صفحه|محتوا|گزارش) (حذف|برداشته) شد(ه است|ه)?
    (bu )?(haber|içerik|sayfa|yazı|makale) (yayından )?(kaldırıl|silin)\S+

    (questo |questa |l.)?(articolo|contenuto|pagina|notizia) (è stat[oa] )(rimoss|eliminat|cancellat|ritirat)[oa]
    (este |esta |o |a )?(artigo|notícia|conteúdo|página|matéria) foi (removid|excluíd|apagad|retirad)[oa]
    (этот |эта |данный )?(материал|статья|новость|страница|публикация) (был[аи]? )?(удал[её]н|снят|отозван)\S*
    (dit |deze |het )?(artikel|bericht|pagina) (is|werd) (verwijderd|ingetrokken|offline gehaald)
    (ten |ta |ta )?(artykuł|strona|treść) został[ao]? usunięt\S+
    """
)
# One of these stands in whatever `REMOVED` finds, in lower case: a line without any need not be searched.
# fmt: off
_STEMS = (
    "remov", "delet", "withdraw", "retract", "unpublish", "pulled", "taken", "expired",
    "gelöscht", "entfernt", "zurückgezogen", "depubliziert", "offline", "supprim", "retir",
    "dépubli", "plus", "eliminad", "eliminat", "borrad", "ذف", "ذوف", "زال", "زيل", "سحب",
    "سُحب", "إلغاء", "يعد", "تعد", "برداشته", "kald", "sil", "rimoss", "cancellat", "ritirat",
    "excluíd", "apagad", "удал", "снят", "отозван", "verwijderd", "ingetrokken", "usunięt",
)
# fmt: on
_NOT_FOUND = join_alternatives(
    r"""
    (?<!\d)(404|410|٤٠٤|۴۰۴)(?!\d)|(?<![\w])(error-?(404|410)|page-?(404|not-?found)|not-?found|is-404|http-?404)(?![\w])
    not found|(could|can)( ?n.?t| ?not) (be )?f(ind|ound)|(unable|failed) to find|no longer (here|exists?|available|online|published)
    (does|do) ?(n.t|not) exist|nothing (was )?(here|found|at this address)|gone missing|unavailable (for|due to) legal reasons
    (page|article|story|content|file|url|link)\b.{0,40}(may|might|has|have|was|were|is)( have)?( been)? (moved|removed|renamed|deleted|taken down|expired)

    nicht (mehr )?(gefunden|auffindbar|verfügbar|vorhanden|online)|gibt es (leider )?.{0,8}nicht|existiert (leider )?nicht|wurde (verschoben|gelöscht|entfernt)
    introuvable|non trouvée?|n.existe (pas|plus)|n.est plus (disponible|en ligne|accessible)|(supprimée?|indisponible)$
    no (fue |ha sido )?encontrad[oa]|no (existe|está disponible|se encuentra|hemos encontrado|se ha (podido )?encontra\S+)|(contenido|página) no disponible

    غير (موجود|متاح|متوفر|صحيح)\S{0,2}|لم (نتمكن|يتم|نستطع|نعثر)\s.{0,20}(العثور|إيجاد)|(لا|لم) (يمكن|نعثر) .{0,6}(العثور|على)|(لم يعد|لم تعد) (هذا |هذه )?\S*\s?(متاح|موجود|متوفر)\S{0,2}
    (حذفت?|نقلت?|أزيلت?) (المادة|الصفحة|المحتوى|الخبر|المقال|من الموقع)|(المادة|الصفحة|المحتوى|الخبر|المقال) (قد )?(حذف|نقل|أزيل)ت?

    (یافت|پیدا) (نشد|نمی)|موجود (نیست|نمی)|bulunamadı|mevcut değil|artık (yok|yayında değil)
    non (è stata )?trovat[oa]|non esiste|niet (meer )?gevonden|bestaat niet|não (foi )?encontrad[oa]|não existe
    не найден\S*|не существует|nie (została )?znalezion\S+|hittades inte|kunde inte hittas|ikke (fundet|funnet)|ei löytynyt
    """
)
_SAYS_REMOVED = re.compile(REMOVED, re.IGNORECASE)
_SAYS_SO = re.compile(f"{REMOVED}|{_NOT_FOUND}", re.IGNORECASE)


def says_not_found(line: str) -> bool:
    """Whether a line of an error page says that what was asked for is not there, and not merely that
    something went wrong.
    """
    return bool(_SAYS_SO.search(line))


def says_removed(line: str) -> bool:
    """Whether a line says that a story was there and is no more."""
    folded = line.lower().replace("\u0307", "")  # of the Turkish capital İ
    return any(stem in folded for stem in _STEMS) and bool(_SAYS_REMOVED.search(line))
