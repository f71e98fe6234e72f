"""Which lines of a site's articles are boilerplate, judged from what its articles share. Pure.

A line is a paragraph at its place on the page, its linked words and its numbers left open; so "Read
also: (a headline)" is one line wherever it occurs. A line that distinct articles share is
boilerplate if its words are foreign to them: an article uses the words of its own paragraphs again
(on real pages half of them; of a newsletter's or a licence's words one in twenty). Lines are stored
and counted by `archive.index.learned_boilerplate`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from archive.model.articles import LINK_MARK, Place

# How many distinct articles a judgement needs, and how many of those that share a line it looks at.
MIN_ARTICLES = 5
SAMPLE_SIZE = 12
# Two articles count as one from this share of their letters in shared lines.
SAME_ARTICLE_SHARE = 0.6
# A line is foreign to its articles up to this mean share of its words in the rest of them. On 320
# pages of 150 sites the paragraphs' own share was 0.49-0.77, under 0.2 in 5 of 100; of
# unrelated sentences it was 0.05-0.29.
MAX_WORDS_SHARED = 0.3
# An article with fewer words outside the shared lines is no evidence.
MIN_OWN_WORDS = 6
# A place is boilerplate if this share of its lines occurs in other articles too; a list or table if
# this share of the articles has the same entries as another.
MIN_SHARED_AT_PLACE = 0.9
MIN_SAME_ENTRIES = 0.8
# A line without links is boilerplate only if it is equally far from the beginning, or the end, in
# this share of the articles: templates put a line at one place, while a step that many recipes have
# occurs wherever it is needed.
MIN_STEADY = 0.85
# Words besides its numbers that a counter has ("12 letters so far"); with fewer it may be a result
# or a price.
MIN_COUNTER_WORDS = 2
# Longer linked paragraphs are no headlines; longer sentences are spared at places that were
# learned.
LONGEST_HEADLINE = 200
MIN_PROSE_LENGTH = 100

LONGEST_LABEL = 60

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "strong"))
_ENTRIES = frozenset(("li", "dt", "dd", "td", "th"))
_NUMBER = re.compile(r"\d+(?:[.,:/\u066b\u066c-]\d+)*")
_DATE = re.compile(r"(?<!\d)\d{1,2}\.?(?: [^\W\d_]{1,10}\.?){1,3} (?:19|20)\d\d(?!\d)")
_LETTERS = re.compile(r"[^\W\d_]+")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_ARABIC = re.compile("[\u0600-\u06ff]")
_PREFIX = re.compile(r"^(?:و?(?:ال|بال|لل|كال|فال)|[وبلف])(?=\w{3})")
_QUOTED = re.compile(r"^\W{0,2}[\"«“„”'‘‹「『]")
_CLOSED = re.compile(r"[.!?؟۔。！？]\W*$")


class LineKind(IntEnum):
    """The role of a paragraph on its page."""

    TEXT = 0
    LINKED = 1  # nothing but links into its own site
    ENTRY = 2  # of a list or table: recipes and tables repeat them too, so only its place is judged
    HEADING = 3  # or a label ("Background:"): removed only together with the text below it


@dataclass(frozen=True, slots=True)
class LineHashes:
    """One paragraph of an article: `line_hash` is that of its form and place, `place_hash` that of
    its place alone, both salted with the site; `kind` is its LineKind.
    """

    line_hash: int
    place_hash: int
    kind: int


@dataclass(frozen=True, slots=True, eq=False)
class SampledArticle:
    """An article with the hashes and words of its lines, as evidence; equal only to itself."""

    title: str
    paragraphs: tuple[str, ...]
    places: tuple[Place, ...]
    lines: tuple[LineHashes, ...]
    words: tuple[frozenset[str], ...]

    def lines_at(self, place_hash: int) -> Iterator[LineHashes]:
        """The lines at a place, in order."""
        return (line for line in self.lines if line.place_hash == place_hash)


def make_place(text: str, path: str, form: str | None) -> Place:
    """A paragraph's place, with the hash and kind of its line. `path` and `form` as in `Place`."""
    shape = _open_form(form if form is not None else text)
    return Place(
        path=path, form=form, line_hash=hash_number(path, shape), kind=_line_kind(text, path, shape)
    )


def line_hashes_of(site: str, places: Sequence[Place]) -> tuple[LineHashes, ...]:
    """The hashes of an article's lines, one for each place; those of two sites never meet."""
    salt = hash_number(site)
    return tuple(
        LineHashes(place.line_hash ^ salt, hash_number(place.path) ^ salt, place.kind)
        for place in places
    )


@lru_cache(maxsize=4096)
def hash_number(*parts: str) -> int:
    """The hash of these texts as a signed 64-bit integer (SQLite's range)."""
    return int.from_bytes(
        hashlib.blake2b("\n".join(parts).encode(), digest_size=8).digest(), "big", signed=True
    )


def _open_form(text: str) -> str:
    """A text in lower case with `#` in place of each date and number."""
    return _NUMBER.sub("#", _DATE.sub("#", " ".join(text.casefold().split())))


def _line_kind(text: str, path: str, form: str) -> LineKind:
    if form == LINK_MARK and len(text) <= LONGEST_HEADLINE:
        return LineKind.LINKED
    tag = path.rsplit("/", 1)[-1].split(".", 1)[0]
    if tag in _HEADINGS or (len(text) <= LONGEST_LABEL and text.endswith((":", "："))):
        return LineKind.HEADING
    return LineKind.ENTRY if tag in _ENTRIES and LINK_MARK not in form else LineKind.TEXT


def pack_places(places: Sequence[Place]) -> str:
    """Places as JSON: the distinct paths, then for each paragraph its line hash, the number of its
    path, its kind, and its form if it has one.
    """
    numbers: dict[str, int] = {}
    rows = []
    for place in places:
        row = (place.line_hash, numbers.setdefault(place.path, len(numbers)), place.kind)
        rows.append(row if place.form is None else (*row, place.form))
    return json.dumps([list(numbers), rows], ensure_ascii=False, separators=(",", ":"))


def unpack_places(text: str) -> list[Place]:
    """The places that `pack_places` wrote."""
    paths, rows = json.loads(text)
    return [
        Place(path=paths[number], form=form[0] if form else None, line_hash=line_hash, kind=kind)
        for line_hash, number, kind, *form in rows
    ]


def content_words(text: str) -> frozenset[str]:
    """The longer words of a text, cut to a stem: without endings, Arabic ones also without article
    and prefixes; Chinese and Japanese text as pairs of characters.
    """
    stems: set[str] = set()
    for word in _LETTERS.findall(text.casefold()):
        if _UNSPACED.search(word):
            stems.update(word[start : start + 2] for start in range(len(word) - 1))
        elif _ARABIC.match(word):
            stem = _PREFIX.sub("", word)
            if len(stem) >= 4:
                stems.add(stem[:5])
        elif len(word) >= 6:
            stems.add(word[:6])
    return frozenset(stems)


# ------------------------------------------------------------------------------------------ judging


def distinct_articles(sample: Sequence[SampledArticle]) -> list[SampledArticle]:
    """The first of each group of articles with one title or nearly one text, in their order."""
    distinct: list[SampledArticle] = []
    for article in sample:
        if not any(_is_same_article(article, kept) for kept in distinct):
            distinct.append(article)
    return distinct


def _is_same_article(first: SampledArticle, second: SampledArticle) -> bool:
    return first.title == second.title or _shared_letters(first, second) >= SAME_ARTICLE_SHARE


def _shared_letters(first: SampledArticle, second: SampledArticle) -> float:
    """The share of both articles' letters that is in lines of both, 0 to 1."""
    first_hashes = {line.line_hash for line in first.lines}
    second_hashes = {line.line_hash for line in second.lines}
    shared = sum(
        len(text) for text, line in _texts_with_lines(first) if line.line_hash in second_hashes
    )
    only_second = sum(
        len(text) for text, line in _texts_with_lines(second) if line.line_hash not in first_hashes
    )
    return shared / max(1, sum(map(len, first.paragraphs)) + only_second)


def path_and_form(wanted: int, article: SampledArticle) -> tuple[str, str | None]:
    """The path and form of a line, or the path of a place and None; `wanted` is the hash of either.

    LookupError if the article has neither.
    """
    for text, place, line in zip(article.paragraphs, article.places, article.lines, strict=True):
        if line.line_hash == wanted:
            return place.path, _open_form(place.form if place.form is not None else text)
        if line.place_hash == wanted:
            return place.path, None
    raise LookupError(wanted)


@lru_cache(maxsize=8192)
def is_boilerplate(line_hash: int, sample: tuple[SampledArticle, ...]) -> bool:
    """True if a line is boilerplate, judged from articles that all have it."""
    articles = distinct_articles(sample)
    if len(articles) < MIN_ARTICLES:
        return False
    form = path_and_form(line_hash, articles[0])[1] or ""
    if form == LINK_MARK:
        return True
    if LINK_MARK not in form:
        if _QUOTED.match(form) or not _is_steady(line_hash, articles):
            return False
        if _numbers_vary(line_hash, form, articles) and not _is_counter(line_hash, form, articles):
            return False
    subject = content_words(form)
    if not subject:
        return LINK_MARK in form or not _CLOSED.search(form)
    shares = [
        len(subject & words) / len(subject)
        for words in _own_words(articles)
        if len(words) >= MIN_OWN_WORDS
    ]
    return bool(shares) and sum(shares) / len(shares) <= MAX_WORDS_SHARED


def _is_steady(line_hash: int, articles: list[SampledArticle]) -> bool:
    """True if a line is equally far from the beginning, or the end, of most articles, counted in
    lines that only that article has, or in quarters of them.
    """
    articles_per_line = _articles_per_line(articles)
    heads: Counter[int] = Counter()
    tails: Counter[int] = Counter()
    quarters: Counter[int] = Counter()
    for article in articles:
        index = _index_of_line(line_hash, article)
        is_own = [articles_per_line[line.line_hash] == 1 for line in article.lines]
        before, after = sum(is_own[:index]), sum(is_own[index:])
        heads[before] += 1
        tails[after] += 1
        quarters[round(4 * before / max(1, before + after))] += 1
    most = max(*heads.values(), *tails.values(), *quarters.values())
    return most >= MIN_STEADY * len(articles)


def _index_of_line(line_hash: int, article: SampledArticle) -> int:
    """The index of the first paragraph of an article that is this line."""
    return next(index for index, line in enumerate(article.lines) if line.line_hash == line_hash)


def _numbers_vary(line_hash: int, form: str, articles: list[SampledArticle]) -> bool:
    """True if a line has numbers, and hardly any two articles the same ones: they say something of
    each article.
    """
    texts = {
        text
        for article in articles
        for text, line in _texts_with_lines(article)
        if line.line_hash == line_hash
    }
    return "#" in form and len(texts) > len(articles) // 3


def _is_counter(line_hash: int, form: str, articles: list[SampledArticle]) -> bool:
    """True if a line whose numbers vary is a counter or a code: no sentence, and not one of several
    such lines together (a table of results).
    """
    if _CLOSED.search(form) or len(_LETTERS.findall(form)) < MIN_COUNTER_WORDS:
        return False
    for article in articles:
        index = _index_of_line(line_hash, article)
        neighbours = (
            *article.paragraphs[max(0, index - 1) : index],
            *article.paragraphs[index + 1 : index + 2],
        )
        if any(_NUMBER.search(text) and not _CLOSED.search(text) for text in neighbours):
            return False
    return True


def same_entries(place_hash: int, sample: Sequence[SampledArticle]) -> bool:
    """True if most of these articles have the same list or table at a place as another of them."""
    entries = [
        frozenset(line.line_hash for line in article.lines_at(place_hash)) for article in sample
    ]
    return sum(entries.count(each) > 1 for each in entries) >= MIN_SAME_ENTRIES * len(entries)


def _texts_with_lines(article: SampledArticle) -> zip[tuple[str, LineHashes]]:
    return zip(article.paragraphs, article.lines, strict=True)


def _articles_per_line(articles: list[SampledArticle]) -> Counter[int]:
    """For each line the number of articles that have it."""
    return Counter(
        line_hash
        for article in articles
        for line_hash in {line.line_hash for line in article.lines}
    )


def _own_words(articles: list[SampledArticle]) -> list[frozenset[str]]:
    """Content words of each article outside the shared lines, its title included."""
    articles_per_line = _articles_per_line(articles)
    return [
        content_words(article.title).union(
            *(
                words
                for words, line in zip(article.words, article.lines, strict=True)
                if articles_per_line[line.line_hash] == 1
            )
        )
        for article in articles
    ]


# ----------------------------------------------------------------------------------------- cleaning


def boilerplate_kinds(
    paragraphs: Sequence[str], lines: Sequence[LineHashes], learned: set[int]
) -> list[str | None]:
    """For each paragraph `learned-line` or `learned-place` if it is boilerplate, else None.

    `learned` are the hashes of the site's boilerplate lines and places. A heading is boilerplate
    only together with the text below it. Never all paragraphs are; and where most of the text would
    go, only lines outright learned go (a round-up made of links keeps them).
    """
    if not learned:
        return [None] * len(lines)
    kinds = _kinds_by_hash(paragraphs, lines, learned)
    sizes = [len(text.split()) for text in paragraphs]
    is_certain = [
        kind == "learned-line" and line.kind != LineKind.LINKED
        for kind, line in zip(kinds, lines, strict=True)
    ]
    text = sum(size for size, certain in zip(sizes, is_certain, strict=True) if not certain)
    left = sum(size for size, kind in zip(sizes, kinds, strict=True) if kind is None)
    if 2 * left < text:
        kinds = [kind if certain else None for kind, certain in zip(kinds, is_certain, strict=True)]
    return kinds if any(kind is None for kind in kinds) else [None] * len(lines)


def _kinds_by_hash(
    paragraphs: Sequence[str], lines: Sequence[LineHashes], learned: set[int]
) -> list[str | None]:
    """What each paragraph is by its own hashes alone; from the last one up, as a heading depends on
    the paragraph below it.
    """
    kinds: list[str | None] = [None] * len(lines)
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index]
        if line.line_hash in learned and line.kind != LineKind.ENTRY:
            heads_text = (
                line.kind == LineKind.HEADING
                and index + 1 < len(lines)
                and kinds[index + 1] is None
            )
            kinds[index] = None if heads_text else "learned-line"
        elif (
            line.place_hash in learned
            and line.kind != LineKind.HEADING
            and not _is_prose(paragraphs[index])
        ):
            kinds[index] = "learned-place"
    return kinds


def _is_prose(text: str) -> bool:
    """True if a paragraph is a longer sentence."""
    return len(text) >= MIN_PROSE_LENGTH and bool(_CLOSED.search(text))
