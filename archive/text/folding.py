"""Arabic (and Latin) text folded for search, the forms under which a word is found, and queries in
the syntax of FTS5.

Text is stored as published; folded text is for search and comparison only. The full-text index
holds folded text and, in columns of their own, the other forms of its words, so that any SQLite
client finds كرملين in والكرملين. Marking matches in text as published is
`archive.text.highlighting`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Harakat, Quranic marks, superscript alef, hamza and madda once decomposed; combining marks of
# Latin.
_MARKS = [
    *range(0x0300, 0x0370),
    *range(0x0610, 0x061B),
    *range(0x064B, 0x0660),
    0x0670,
    *range(0x06D6, 0x06DD),
]
_MARKS += [*range(0x06DF, 0x06E5), 0x06E7, 0x06E8, *range(0x06EA, 0x06EE), *range(0x08D3, 0x0900)]
# Tatweel, zero-width and bidirectional controls, soft hyphen, byte order mark.
_SILENT = [
    0x0640,
    0x00AD,
    0x061C,
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x206A),
    0xFEFF,
]
_LETTERS = {
    "ٱ": "ا",
    "ى": "ي",
    "ی": "ي",
    "ې": "ي",
    "ة": "ه",
    "ۀ": "ه",
    "ہ": "ه",
    "ھ": "ه",
    "ە": "ه",
    "ک": "ك",
}
_FOLDS: dict[int, str | None] = dict.fromkeys(_MARKS + _SILENT)
_FOLDS |= {ord(letter): folded for letter, folded in _LETTERS.items()}
_FOLDS |= {start + digit: str(digit) for start in (0x0660, 0x06F0) for digit in range(10)}
_FOLDS |= {0x00A0: " ", 0x202F: " ", 0x2007: " "}
# Letters in the shapes of old fonts and PDF text (U+FB50-U+FDFF but for whole phrases,
# U+FE70-U+FEFC).
_SHAPES = re.compile("[\ufb50-\ufbff\ufe70-\ufefc]+")

_WORD = re.compile(r"[^\W_]+")
# The same before its marks are taken off.
_PRINTED = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f\u064b-\u065f\u0670])*")
# The article with what may stand before it; longest first. `لل` is li- and the article.
_ARTICLE = re.compile("^(?:[وف]?(?:[بك]?ال|لل))(?=..)")
_PREFIX = re.compile("^[وفبكل](?=...)")
_TWO_PREFIXES = re.compile("^[وف][بكل](?=...)")
# Words whose first letters only look like the article.
_WHOLE = frozenset(
    {"الله", "والله", "بالله", "فالله", "لله", "ولله", "اللهم", "التي", "الذي", "الذين", "الان"}
)


def fold_for_search(text: str) -> str:
    """Text for comparison: no harakat or tatweel, one alef, ى→ي ة→ه ؤ→و ئ→ي, Persian ک ی, ASCII
    digits, lower case.

    Latin letters lose their diacritics. Folding folded text changes nothing.
    """
    if text.isascii():
        return text.lower()
    text = _SHAPES.sub(lambda shapes: unicodedata.normalize("NFKC", shapes[0]), text)
    # Decomposing splits أ إ آ ؤ ئ into letter and mark, so one table drops hamza, harakat and
    # accents alike.
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold()).translate(
        _FOLDS
    )
    return unicodedata.normalize("NFC", text)


_ALIKE = "".join(
    letter
    for letter in map(chr, range(0x0600, 0x0700))
    if not letter.isprintable() or fold_for_search(letter) == letter
)
# What folding may change: all but ASCII, the Arabic letters that it leaves alone, and quotes.
_CHANGED = re.compile(f"[^\\x00-\\x7f{_ALIKE}\u00ab\u00bb\u2010-\u2027]")


def split_words(folded: str) -> list[str]:
    """The words of folded text, as FTS5's unicode61 sees them."""
    return _WORD.findall(folded)


def comparable_text(text: str) -> str:
    """The folded words of a text with a space between: equal for two renditions of one text."""
    return " ".join(split_words(fold_for_search(text)))


def without_article(word: str) -> str | None:
    """A folded word without its definite article (and و ف ب ك ل before it), or None if it has no
    article.
    """
    match = _ARTICLE.match(word)
    return word[match.end() :] if match and word not in _WHOLE else None


@lru_cache(maxsize=1 << 15)
def word_forms(word: str) -> tuple[str, ...]:
    """The other forms under which a folded word is found: without article, with the article alone,
    without a prefix.

    An initial و ف ب ك ل may belong to the word (وزير): it is dropped for finding, never for
    comparing.
    """
    stem = without_article(word)
    if stem is not None:
        definite = "ال" + stem
        return (stem,) if definite == word else (stem, definite)
    if word in _WHOLE or not _PREFIX.match(word):
        return ()
    return (word[1:], word[2:]) if _TWO_PREFIXES.match(word) else (word[1:],)


def index_forms(folded: str) -> str:
    """The other forms of all words of folded text, for the index: those without an article as often
    as they occur, those without a prefix once.
    """
    without_articles: list[str] = []
    without_prefixes: dict[str, None] = {}
    for word in _WORD.findall(folded):
        if word[0] in "اوفبكل" and (forms := word_forms(word)):
            if len(forms[0]) < len(word) - 1:
                without_articles += forms
            else:
                without_prefixes.update(dict.fromkeys(forms))
    return " ".join([*without_articles, *without_prefixes])


def unlike_folded(text: str) -> str:
    """The words of a text as it is printed that folding makes another word of, each once: for those
    who ask the index with words that are not folded.
    """
    pieces = dict.fromkeys(text.lower().split())
    words = dict.fromkeys(
        word for each in pieces if _CHANGED.search(each) for word in _PRINTED.findall(each)
    )
    return " ".join(word for word in words if not word.isascii() and fold_for_search(word) != word)


# ------------------------------------------------------------------------------------------ queries


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One search term: folded `words`, several for a phrase; with `prefix` the last word is only
    the beginning of one.
    """

    words: tuple[str, ...]
    prefix: bool = False
    phrase: bool = False

    def expression(self, *, loose: bool = False) -> str:
        """The term in the syntax of FTS5, everything quoted; `loose` as in `Query.expression`."""
        star = " *" if self.prefix else ""
        quoted = f'"{" ".join(self.words)}"{star}'
        if self.phrase:
            return f"{{title body}} : {quoted}" if len(self.words) > 1 else quoted
        expressions = []
        for position, word in enumerate(self.words):
            last = star if position == len(self.words) - 1 else ""
            others = (
                word_forms(word) if loose else ((stem,) if (stem := without_article(word)) else ())
            )
            asked = [f'"{form}"{last}' for form in (word, *others)]
            expressions.append(asked[0] if len(asked) == 1 else f"({' OR '.join(asked)})")
        return expressions[0] if len(expressions) == 1 else f"({' AND '.join(expressions)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A search: groups of alternatives (OR), of which each group must match, and terms that must
    not occur.
    """

    groups: tuple[tuple[Term, ...], ...] = ()
    excluded: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.groups)

    def expression(self, *, loose: bool = False) -> str:
        """The query for FTS5's MATCH, '' if nothing is asked for; `loose` also drops initial
        letters that may be prefixes or belong to the word.
        """
        wanted = " AND ".join(
            alternatives[0] if len(alternatives) == 1 else f"({' OR '.join(alternatives)})"
            for group in self.groups
            if (alternatives := [f"({term.expression(loose=loose)})" for term in group])
        )
        unwanted = " OR ".join(f"({term.expression()})" for term in self.excluded)
        return f"({wanted}) NOT ({unwanted})" if wanted and unwanted else wanted


_TOKEN = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')


def parse_query(text: str) -> Query:
    """Read a query as typed: all words are required; "phrases", OR, -excluded and prefix* are
    understood.

    Everything else, FTS5's own syntax included, is searched for as text or ignored; nothing raises.
    """
    groups: list[list[Term]] = []
    excluded: list[Term] = []
    alternative = False
    for match in _TOKEN.finditer(text.replace("\x00", " ")):
        raw = match["phrase"] if match["phrase"] is not None else match["word"]
        if match["word"] == "OR":
            alternative = bool(groups)
            continue
        words = tuple(split_words(fold_for_search(raw)))
        if not words:
            continue
        prefix = match["word"] is not None and raw.endswith("*")
        term = Term(words=words, prefix=prefix, phrase=match["phrase"] is not None)
        if match["minus"]:
            excluded.append(term)
        elif alternative:
            groups[-1].append(term)
        else:
            groups.append([term])
        alternative = False
    return Query(groups=tuple(map(tuple, groups)), excluded=tuple(excluded))
