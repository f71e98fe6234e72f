"""Whether a site's articles are read without what they used to have, or with impossible dates: what
a redesign does, or a clock. Pure.

The newest articles are held against blocks of as many before them, so that what varies from day to
day (agency copy without authors at weekends) is a part of what is normal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import comb
from statistics import median

from archive.model.alarm import Alarm, AlarmKind
from archive.query.alarms.site_history import SeenArticle, SiteHistory

# Articles of one block, and blocks that are needed to know what is normal.
BLOCK, FEWEST_BLOCKS, FEWEST_WHILE_OPEN = 12, 4, 2
# A share has fallen where it is so far below that of all blocks but the lowest twentieth, less than
# this part of the usual, and chance would bring it about once in so many blocks only.
FALL, PART, LOWEST, BY_CHANCE = 0.34, 0.5, 20, 2e-5
# Texts are of another length where their median is so much shorter or longer than in any block.
SHORTER, LONGER = 0.5, 2.5

# Dates that no clock explains, and dates that a clock or a wrong zone explains.
A_DAY_AHEAD, MINUTES_AHEAD = timedelta(days=1), timedelta(minutes=15)
LATEST, STILL = 40, 5  # articles looked at for dates, and those of which one at least has such
FAR_COUNT, NEAR_COUNT = 4, 5  # of LATEST, and of a block


@dataclass(frozen=True, slots=True)
class _Trait:
    name: str
    has: Callable[[SeenArticle], bool]


_TRAITS = (
    _Trait("a date", lambda article: article.published is not None),
    _Trait("an author", lambda article: article.author),
    _Trait("a section", lambda article: article.section),
)


def find_layout_drift(
    history: SiteHistory, *, normal_until: datetime | None = None
) -> Alarm | None:
    """The alarm where the newest articles lack what the ones before had, or have texts of quite
    another length.

    `normal_until`: since when an alarm of this kind stands; what came later teaches nothing.
    """
    articles = history.articles
    newest = articles[-BLOCK:]
    earlier = [each for each in articles[:-BLOCK] if not normal_until or each.seen < normal_until]
    blocks = _blocks(earlier)
    if len(blocks) < (FEWEST_WHILE_OPEN if normal_until else FEWEST_BLOCKS):
        return None
    found = [_fallen(trait, newest, blocks) for trait in _TRAITS]
    problems = [problem for problem in (*found, _resized(newest, blocks)) if problem]
    if not problems:
        return None
    text = f"of the last {BLOCK} articles " + "; ".join(problems)
    return Alarm(kind=AlarmKind.LAYOUT, site=history.site, since=newest[0].seen, text=text)


def _blocks(articles: Sequence[SeenArticle]) -> list[Sequence[SeenArticle]]:
    """Whole blocks, the latest whole one last."""
    first = len(articles) % BLOCK
    return [articles[begin : begin + BLOCK] for begin in range(first, len(articles), BLOCK)]


def _share(trait: _Trait, articles: Sequence[SeenArticle]) -> float:
    return sum(map(trait.has, articles)) / len(articles)


def _fallen(
    trait: _Trait, newest: Sequence[SeenArticle], blocks: Sequence[Sequence[SeenArticle]]
) -> str | None:
    shares = sorted(_share(trait, block) for block in blocks)
    share, usual = _share(trait, newest), median(shares)
    if share > shares[len(shares) // LOWEST] - FALL or share > PART * usual:
        return None
    known = len(blocks) * BLOCK
    cautious = (sum(shares) * BLOCK + 1) / (known + 4)
    if _chance_of_at_most(round(share * BLOCK), cautious) > BY_CHANCE:
        return None
    return f"{share:.0%} have {trait.name}, usually {usual:.0%}"


def _chance_of_at_most(count: int, share: float) -> float:
    """How likely at most so many articles of a block have what this share has (binomial)."""
    return sum(
        comb(BLOCK, number) * share**number * (1 - share) ** (BLOCK - number)
        for number in range(count + 1)
    )


def _resized(newest: Sequence[SeenArticle], blocks: Sequence[Sequence[SeenArticle]]) -> str | None:
    lengths = sorted(median(each.words for each in block) for block in blocks)
    length, usual, few = median(each.words for each in newest), median(lengths), len(lengths)
    lowest, highest = lengths[few // LOWEST], lengths[-1 - few // LOWEST]
    if SHORTER * lowest <= length <= LONGER * highest:
        return None
    return f"half have less than {length:.0f} words, usually {usual:.0f}"


def find_future_dates(history: SiteHistory) -> Alarm | None:
    """The alarm where articles say that they were published later than they were captured."""
    latest = history.articles[-LATEST:]
    ahead = [(article, _ahead(article)) for article in latest]
    if not any(by > MINUTES_AHEAD for _, by in ahead[-STILL:]):
        return None
    far = [article for article, by in ahead if by > A_DAY_AHEAD]
    near = [article for article, by in ahead[-BLOCK:] if by > MINUTES_AHEAD]
    if len(far) >= FAR_COUNT:
        dated, among, how = far, len(ahead), "days"
    elif len(near) >= NEAR_COUNT:
        dated, among, how = near, len(ahead[-BLOCK:]), "minutes or hours"
    else:
        return None
    text = (
        f"{len(dated)} of the last {among} articles are dated {how} later than they were"
        f" captured, the last {dated[-1].published:%Y-%m-%d %H:%M} UTC: is `timezone` right?"
    )
    return Alarm(kind=AlarmKind.FUTURE_DATES, site=history.site, since=dated[0].seen, text=text)


def _ahead(article: SeenArticle) -> timedelta:
    """How far a date lies ahead of the capture. A mere day may have begun elsewhere already."""
    if article.published is None:
        return timedelta()
    return article.published - article.seen - timedelta(hours=14 if article.is_day else 0)
