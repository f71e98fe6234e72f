"""What a site's own articles teach of their furniture: the lines and places that come back, told
from text. Pure.

A line is a paragraph at its place on the page, its linked words and its numbers left open; so "Read
also: (a headline)" is one line wherever it stands. One that unlike articles share is furniture if
its words are strange to them: an article uses the words of its own paragraphs again (on real pages
half of them, of a newsletter's or a licence's one in twenty). Where these are kept and counted is
`archive.index.learned_boilerplate`.
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

# So many unlike articles teach; of more that share a line or place, the sample is judged.
MIN_ARTICLES = 5
SAMPLE_SIZE = 12
# Share of the letters of two articles that stand in shared lines from which they count as one.
SAME_ARTICLE_SHARE = 0.6
# Mean share of a line's words that the rest of its articles uses, up to which it is strange to
# them. On 320 pages of 150 sites the paragraphs' own share was 0.49-0.77, under 0.2 in 5 of 100; of
# unrelated sentences it was 0.05-0.29.
MAX_WORDS_SHARED = 0.3
# With fewer words beside its lines an article says nothing of what belongs to it.
MIN_OWN_WORDS = 6
# Share of the lines at a place that must come back elsewhere for the place to be furniture.
MIN_SHARED_AT_PLACE = 0.9
MIN_SAME_ENTRIES = 0.8
# Share of the articles in which a line without links must stand as far from the beginning, or the
# end, to be furniture: what is put into pages is put somewhere, while a step that many recipes have
# stands wherever it is needed.
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
    """What a paragraph is on its page."""

    TEXT = 0
    LINKED = 1  # nothing but links into its own site
    ENTRY = (
        2  # of a list or table: it comes back in recipes and tables too, so only its place can tell
    )
    HEADING = 3  # or a label ("Background:"): it goes only with what it heads


@dataclass(frozen=True, slots=True)
class LineHashes:
    """One paragraph of an article: `trait` names its form at its place, `place` the place; both for
    one site.
    """

    line_hash: int
    place_hash: int
    kind: int


@dataclass(frozen=True, slots=True, eq=False)
class SampledArticle:
    """An article as it was read, for judging; equal only to itself."""

    title: str
    paragraphs: tuple[str, ...]
    places: tuple[Place, ...]
    lines: tuple[LineHashes, ...]
    words: tuple[frozenset[str], ...]

    def lines_at(self, place: int) -> Iterator[LineHashes]:
        """The lines at a place, in order."""
        return (line for line in self.lines if line.place_hash == place)


def make_place(text: str, path: str, form: str | None) -> Place:
    """The place of a paragraph, with the name and kind of its line."""
    shape = _open_form(form if form is not None else text)
    return Place(
        path=path, form=form, line_hash=hash_number(path, shape), kind=_line_kind(text, path, shape)
    )


def line_hashes_of(site: str, places: Sequence[Place]) -> tuple[LineHashes, ...]:
    """The lines of an article of a site, one for each place."""
    salt = hash_number(site)
    return tuple(
        LineHashes(place.line_hash ^ salt, hash_number(place.path) ^ salt, place.kind)
        for place in places
    )


@lru_cache(maxsize=4096)
def hash_number(*parts: str) -> int:
    """A signed 64-bit integer that names these texts (SQLite's range)."""
    return int.from_bytes(
        hashlib.blake2b("\n".join(parts).encode(), digest_size=8).digest(), "big", signed=True
    )


def _open_form(text: str) -> str:
    """A text with its dates and numbers left open."""
    return _NUMBER.sub("#", _DATE.sub("#", " ".join(text.casefold().split())))


def _line_kind(text: str, path: str, form: str) -> LineKind:
    if form == LINK_MARK and len(text) <= LONGEST_HEADLINE:
        return LineKind.LINKED
    tag = path.rsplit("/", 1)[-1].split(".", 1)[0]
    if tag in _HEADINGS or (len(text) <= LONGEST_LABEL and text.endswith((":", "："))):
        return LineKind.HEADING
    return LineKind.ENTRY if tag in _ENTRIES and LINK_MARK not in form else LineKind.TEXT


def pack_places(places: Sequence[Place]) -> str:
    """Places as text (JSON): the distinct paths, then for each paragraph line, path, kind, and form
    where it has one.
    """
    numbers: dict[str, int] = {}
    rows = []
    for place in places:
        row = (place.line_hash, numbers.setdefault(place.path, len(numbers)), place.kind)
        rows.append(row if place.form is None else (*row, place.form))
    return json.dumps([list(numbers), rows], ensure_ascii=False, separators=(",", ":"))


def unpack_places(text: str) -> list[Place]:
    """Places from such text."""
    paths, rows = json.loads(text)
    return [
        Place(path=paths[at], form=form[0] if form else None, line_hash=line, kind=kind)
        for line, at, kind, *form in rows
    ]


def content_words(text: str) -> frozenset[str]:
    """The longer words of a text without their endings (of Arabic ones, without article and
    prefixes): its subject.
    """
    found: set[str] = set()
    for word in _LETTERS.findall(text.casefold()):
        if _UNSPACED.search(word):
            found.update(word[start : start + 2] for start in range(len(word) - 1))
        elif _ARABIC.match(word):
            bare = _PREFIX.sub("", word)
            if len(bare) >= 4:
                found.add(bare[:5])
        elif len(word) >= 6:
            found.add(word[:6])
    return frozenset(found)


# ------------------------------------------------------------------------------------------ judging


def distinct_articles(sample: Sequence[SampledArticle]) -> list[SampledArticle]:
    """Of these articles, in their order, those with a title and text of their own."""
    found: list[SampledArticle] = []
    for each in sample:
        if not any(
            each.title == other.title or _shared_letters(each, other) >= SAME_ARTICLE_SHARE
            for other in found
        ):
            found.append(each)
    return found


def _shared_letters(one: SampledArticle, other: SampledArticle) -> float:
    """Share of the letters of both that stand in lines of both."""
    ours, theirs = ({line.line_hash for line in each.lines} for each in (one, other))
    both = sum(
        len(text)
        for text, line in zip(one.paragraphs, one.lines, strict=True)
        if line.line_hash in theirs
    )
    alone = sum(
        len(text)
        for text, line in zip(other.paragraphs, other.lines, strict=True)
        if line.line_hash not in ours
    )
    return both / max(1, sum(map(len, one.paragraphs)) + alone)


def path_and_form(trait: int, each: SampledArticle) -> tuple[str, str | None]:
    """Where a line of an article stands and its form; the path alone of a place."""
    for text, place, line in zip(each.paragraphs, each.places, each.lines, strict=True):
        if line.line_hash == trait:
            return place.path, _open_form(place.form if place.form is not None else text)
        if line.place_hash == trait:
            return place.path, None
    raise LookupError(trait)


@lru_cache(maxsize=8192)
def is_boilerplate(trait: int, sample: tuple[SampledArticle, ...]) -> bool:
    """Whether a line that all these articles have is furniture."""
    articles = distinct_articles(sample)
    if len(articles) < MIN_ARTICLES:
        return False
    form = path_and_form(trait, articles[0])[1] or ""
    if form == LINK_MARK:
        return True
    if LINK_MARK not in form:
        if _QUOTED.match(form):
            return False
        if not _is_steady(trait, articles) or (
            _numbers_vary(trait, form, articles) and not _is_counter(trait, form, articles)
        ):
            return False
    subject = content_words(form)
    if not subject:
        return LINK_MARK in form or not _CLOSED.search(form)
    homes = [
        len(subject & rest) / len(subject)
        for rest in _own_words(articles)
        if len(rest) >= MIN_OWN_WORDS
    ]
    return bool(homes) and sum(homes) / len(homes) <= MAX_WORDS_SHARED


def _is_steady(trait: int, articles: list[SampledArticle]) -> bool:
    """Whether a line stands at the same distance from the beginning or end of most articles, in
    lines that are their own.
    """
    seen = _articles_per_line(articles)
    heads: Counter[int] = Counter()
    tails: Counter[int] = Counter()
    parts: Counter[int] = Counter()
    for each in articles:
        at = next(at for at, line in enumerate(each.lines) if line.line_hash == trait)
        own = [seen[line.line_hash] == 1 for line in each.lines]
        before, after = sum(own[:at]), sum(own[at:])
        heads[before] += 1
        tails[after] += 1
        parts[round(4 * before / max(1, before + after))] += 1
    return max(*heads.values(), *tails.values(), *parts.values()) >= MIN_STEADY * len(articles)


def _numbers_vary(trait: int, form: str, articles: list[SampledArticle]) -> bool:
    """Whether a line's numbers say something of each article: hardly any two have the same."""
    texts = {
        text
        for each in articles
        for text, line in _texts_with_lines(each)
        if line.line_hash == trait
    }
    return "#" in form and len(texts) > len(articles) // 3


def _is_counter(trait: int, form: str, articles: list[SampledArticle]) -> bool:
    """Whether a line with numbers of its own is a counter or a code: no sentence, and none of
    several such lines together.
    """
    if _CLOSED.search(form) or len(_LETTERS.findall(form)) < MIN_COUNTER_WORDS:
        return False
    for each in articles:
        at = next(at for at, line in enumerate(each.lines) if line.line_hash == trait)
        if any(
            _NUMBER.search(text) and not _CLOSED.search(text)
            for text in (*each.paragraphs[max(0, at - 1) : at], *each.paragraphs[at + 1 : at + 2])
        ):
            return False
    return True


def same_entries(place: int, sample: Sequence[SampledArticle]) -> bool:
    """Whether most of these articles have the same list or table at a place as another of them."""
    sets = [frozenset(line.line_hash for line in each.lines_at(place)) for each in sample]
    return sum(sets.count(each) > 1 for each in sets) >= MIN_SAME_ENTRIES * len(sets)


def _texts_with_lines(each: SampledArticle) -> zip[tuple[str, LineHashes]]:
    return zip(each.paragraphs, each.lines, strict=True)


def _articles_per_line(articles: list[SampledArticle]) -> Counter[int]:
    """In how many of these articles each line is."""
    return Counter(trait for each in articles for trait in {line.line_hash for line in each.lines})


def _own_words(articles: list[SampledArticle]) -> list[frozenset[str]]:
    """The words of each article in its title and in the lines that none of the others has."""
    count = _articles_per_line(articles)
    return [
        content_words(each.title).union(
            *(
                words
                for words, line in zip(each.words, each.lines, strict=True)
                if count[line.line_hash] == 1
            )
        )
        for each in articles
    ]


# ----------------------------------------------------------------------------------------- cleaning


def boilerplate_kinds(
    paragraphs: Sequence[str], lines: Sequence[LineHashes], learned: set[int]
) -> list[str | None]:
    """Of each paragraph: the kind of lesson (`learned-line`, `learned-place`) by which it is left
    out, or None.

    A heading goes only with what it heads. An article is never emptied, and one made of links (a
    round-up) keeps them.
    """
    verdicts: list[str | None] = [None] * len(lines)
    if not learned:
        return verdicts
    for at in range(len(lines) - 1, -1, -1):
        line = lines[at]
        if line.line_hash in learned and line.kind != LineKind.ENTRY:
            heads_text = (
                line.kind == LineKind.HEADING and at + 1 < len(lines) and verdicts[at + 1] is None
            )
            verdicts[at] = None if heads_text else "learned-line"
        elif (
            line.place_hash in learned
            and line.kind != LineKind.HEADING
            and not _is_prose(paragraphs[at])
        ):
            verdicts[at] = "learned-place"
    sizes = [len(text.split()) for text in paragraphs]
    fixed = [
        verdict == "learned-line" and line.kind != LineKind.LINKED
        for verdict, line in zip(verdicts, lines, strict=True)
    ]
    text = sum(size for size, is_fixed in zip(sizes, fixed, strict=True) if not is_fixed)
    left = sum(size for size, verdict in zip(sizes, verdicts, strict=True) if verdict is None)
    if 2 * left < text:
        verdicts = [
            verdict if is_fixed else None for verdict, is_fixed in zip(verdicts, fixed, strict=True)
        ]
    return verdicts if any(verdict is None for verdict in verdicts) else [None] * len(lines)


def _is_prose(text: str) -> bool:
    return len(text) >= MIN_PROSE_LENGTH and bool(_CLOSED.search(text))
