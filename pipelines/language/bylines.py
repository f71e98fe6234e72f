"""The words around names: what leads to one ("by", "كتب"), what follows one (a role, a degree), and
what is none.

Tables only; which text of a page is a byline, and how it falls apart, is
`pipelines.metadata.authors`' business.
"""

from __future__ import annotations

import re

from pipelines.language.alternatives import join_alternatives

# Before a name, in any text that is known to be a byline. Longest first; folded case.
_PREFIXES = join_alternatives(
    r"""
    (?:written|reported|reporting|story|text|words|analysis|opinion|interview|review(?:ed)?
        posted|published|article|recipe|content|created|contributed|photos?|foto|fotos|video
        ein artikel|eine analyse|ein kommentar|ein gastbeitrag|eine reportage|ein interview
        ein bericht|eine kolumne|protokoll|recherche)(?:\s*+:)?\s++(?:by|von|de|par|di)\s+

    by\s*:?\s+|von\s*:?\s+|vom\s+|par\s*:?\s+|por\s*:?\s+|di\s+(?=[A-ZÀ-Ý])|da\s+(?=[A-ZÀ-Ý])
    door\s+|af\s+|av\s+|propos recueillis par\s+|a cura di\s+|γράφει (?:ο|η)\s+

    (?:text|texte?|words?|autore?n?(?:in)?|autor(?:ka|a)|auth?ors?|auteur|redacci[oó]n|yazan
        haber|penulis|reporter|writer|editor|contributors?|teksti|tekst|written by|tác giả|текст
        автор[ыи]?|लेखक|מאת)\s*[:：]\s*

    author\s+|autorin/autor\s+|автор\s+|מאת\s+|oleh\s*:?\s+|imeandikwa na\s+|na\s+(?=[A-Z])
    به قلم\s*:?\s*

    (?:作者|记者|記者|文|撰文|執筆|取材|기자)\s*+[:：]?\s*+(?:[・/]\s*+)?(?=\S{2})

    (?:أعد+(?:ه|ها)?\s+(?:التقرير|للنشر)|أعدّ(?:ه|ها)?\s+(?:التقرير|للنشر)|كتب[ته]?|كتبها|بقلم
        إعداد|اعداد|تحرير|تقرير|حوار|ترجمة|متابعة|مراسل(?:ة|نا|تنا)?|المصدر|الكاتبة?|المحررة?
        بواسطة|نویسنده|خبرنگار|گزارش|تحریر|رپورٹ)\s*[:/\-–ـ]?\s*
    """
)
BYLINE_PREFIX = re.compile(f"^(?:{_PREFIXES})", re.IGNORECASE)
# What begins a line that is a byline wherever it stands on a page; a colon must follow the second
# kind.
_BY = join_alternatives(
    r"""
    كتب[ته]?|بقلم|إعداد|اعداد|تحرير|حوار|به قلم|מאת|[Bb]y|BY
    (?:[Ww]ritten|[Aa]rticle|[Rr]eported|[Pp]osted|[Ww]ords|[Ss]tory) [Bb]y|Von|VON|Par|PAR
    Propos recueillis par|Por|POR|Autor(?:in)?(?:/Autor)?|Autorka|Authors?|Auteur|Oleh|Автор
    """
)
_BY_COLON = join_alternatives(
    r"""
    الكاتبة?|المحررة?|ترجمة|تقرير|متابعة|أعدّ? التقرير|نویسنده|خبرنگار|گزارش|تحریر|Автор|Текст
    Yazan|Haber|Penulis|Reporter|Contributors?|Text|Texte|Teksti|Tekst|Tác giả|लेखक|作者|记者
    記者|文|撰文|執筆
    """
)
BYLINE_LINE = re.compile(rf"^(?:(?:{_BY})\s*[:/\-–]?\s|(?:{_BY_COLON})\s*[:：])")
# A whole line that is a byline: what follows the word is a name (with a capital, where the script
# has them).
WHOLE_BYLINE_LINE = re.compile(
    rf"^(?:(?:{_BY})(?:\s*+[:/\-–])?\s++|(?:{_BY_COLON})\s*+[:：]\s*+)(?![a-zà-ÿа-я])[^\W\d_]"
)
# A line that is but the word: the name stands in the next one.
BYLINE_LABEL_ALONE = re.compile(rf"^(?:(?:{_BY})|(?:{_BY_COLON}))\s*[:：]?$")

# Names of one word that sign stories.
AGENCIES = frozenset(
    (
        "رويترز",
        "الأناضول",
        "وكالات",
        "سبوتنيك",
        "واس",
        "وام",
        "سانا",
        "reuters",
        "afp",
        "ap",
        "dpa",
        "efe",
        "ansa",
        "xinhua",
        "bloomberg",
        "tass",
        "anadolu",
    )
)

# A part of a byline that is a person's work, or a degree.
_OCCUPATIONS = join_alternatives(
    r"""
    writer|editor|reporter|correspondent|journalist|contributor|columnist|producer|photographer
    founder|co-founder|ceo|cto|director|manager|analyst|professor|author|critic|anchor
    specialist|expert|consultant|redakteur(?:in)?|korrespondent(?:in)?|journaliste
    correspondant(?:e)?|corresponsal|periodista|redactor(?:a)?
    """
)
ROLE = re.compile(
    rf"^(?:[\w.'’&-]+\s+){{0,4}}(?:{_OCCUPATIONS})(?:\s+(?:at|of|for|in|and|&)\s.*|\s+in chief)?$",
    re.IGNORECASE,
)
_DEGREES = join_alternatives(
    r"""
    ph\.?\s?d|m\.?d|d\.?v\.?m|m\.?sc?|m\.?a|b\.?a|b\.?sc?|m\.?b\.?a|m\.?p\.?h|j\.?d|r\.?n
    r\.?d(?:n)?|l\.?d|d\.?o|esq|cfp|cpa|cfa|cepf|faan|facp|fand|ll\.?m|(?-i:[A-Z]{2,5})
    """
)
DEGREE = re.compile(rf"^(?:{_DEGREES})\.?[®™]?$", re.IGNORECASE)
# An agency or group that is written in capitals is no degree.
_NOT_DEGREES = frozenset(
    (
        "afp",
        "dpa",
        "ap",
        "efe",
        "ansa",
        "apa",
        "sid",
        "epa",
        "upi",
        "ats",
        "ritzau",
        "ntb",
        "tt",
        "bbc",
        "cnn",
        "dw",
        "spa",
        "wam",
        "sana",
        "mena",
        "pti",
        "ani",
        "ians",
        "aap",
        "kna",
        "epd",
        "tass",
        "anp",
        "aa",
        "ndr",
        "mdr",
        "wdr",
        "swr",
        "srf",
    )
)
# A number with other words before or behind it.
DATED = re.compile(
    r"\A\D*+\d\S*+\s|\A\S*+\s\D*+\d|^(?:updated|published|posted|aktualisiert|mis à jour|publié)\b",
    re.IGNORECASE,
)
ISSUED = re.compile(
    r"(?<!\s)\s++(?:first published|last updated|published|updated|posted|on)\b[^\d]{0,30}\d.*",
    re.IGNORECASE | re.DOTALL,
)
# A city a byline was sent from, after the name.
DATELINE_CITY = re.compile(
    r"(?<!\s)\s++(?:in|aus|à|from)\s++[A-ZÀ-Ý][\w.]++(?:[\s-][A-ZÀ-Ý][\w.]++)?$"
)
# Words that no name has: a line with one of them is a heading or a call.
NOT_A_NAME = re.compile(
    r"""
    \b(?:news|more|read(?:ing)?|stor(?:y|ies)|articles?|about|related|contacts?|
    follow|share|latest|videos?|photos?|comments?|newsletter|the|and|our|
    your|us|here|next|new|live|updated?|updates|breaking|top|best|also|see|
    watch|listen|subscribe|sign|join|note|press|release|sources?|media|further|
    references|notes|conclusion|final|thoughts|summary|faqs?|questions|key|
    takeaways|bottom|line|additional|resources|disclosure|disclaimer|terms|
    privacy|mehr|zum|thema|lesen|weitere|alle|und|lire|aussi|plus|les|des|
    leer|más|noticias|leia|mais)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
NAME_SUFFIX = re.compile(r"(?<!\s)\s*+(?:기자|특파원|記者|记者)$")


def is_degree(text: str) -> bool:
    """True if the text after a name's comma is a degree or certificate."""
    return DEGREE.match(text) is not None and text.casefold() not in _NOT_DEGREES
