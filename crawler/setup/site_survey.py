"""A site's address in, its `[sites.NAME]` table out: what `init` finds by looking around before the
first crawl.

Robots.txt, sitemaps, feeds and a handful of dated pages are asked for, politely and without
archiving anything; the crawl itself discovers all of it again from `start` alone. What was found
stands in the table as comments, for the person who edits it.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from urllib.parse import urljoin, urlsplit

from archive.config import SiteConfig
from archive.config_parsers import is_loopback
from archive.model import (
    Article,
    Link,
    NotArticleReason,
    PayloadKind,
    Precision,
    Reading,
    Sighting,
    iso_utc,
)
from archive.urls import normalise_url, origin_of, site_host
from crawler.fetch.address_guard import AddressGuard, literal_address
from crawler.fetch.one_off_client import Probe, ProbeError, ProbeResponse
from crawler.frontier.usual_places import feed_places, sitemap_places
from crawler.politeness.robots_cache import RobotsResponse, robots_policy
from crawler.politeness.robots_rules import RobotsRules
from crawler.setup.site_timezone import (
    LearnedZone,
    instants_of,
    learn_zone,
    stated_instants,
    wall_offset,
)

# Enough to see what a site offers; each is a request, and a site under 1 s of delay is asked for
# half a minute at most.
_SITEMAPS = 4
_FEEDS = 3
_PAGES = 5
_LARGEST_PAGE = (
    2_000_000  # bytes; pages are read in this process here, and a larger one is no usual article
)
_LONGEST_DELAY = (
    5.0  # seconds; a longer Crawl-delay is told, and this much kept to while looking around
)
_DEFAULT_SCHEDULE = "*/30 * * * *"
_ANNOUNCES = (PayloadKind.SITEMAP, PayloadKind.FEED)
_UNREADABLE = (NotArticleReason.TIMEOUT, NotArticleReason.MEMORY, NotArticleReason.BUG)
_CLOCK = (Precision.SECOND, Precision.MINUTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSurvey:
    """What a site offers. `problem` is set where it could not be reached; then nothing else is
    known but `start`, and the zone if it was given.

    `sitemaps` and `feeds` are (URL, entries). `notes` are further lines for the person.
    """

    start: str
    problem: str | None = None
    robots: str | None = None
    sitemaps: tuple[tuple[str, int], ...] = ()
    feeds: tuple[tuple[str, int], ...] = ()
    zone: LearnedZone | None = None
    language: str | None = None
    crawl_delay: float | None = None


def survey_site(
    url: str, *, timezone: str | None = None, say: Callable[[str], None] = lambda _: None
) -> SiteSurvey:
    """Fetch robots.txt, sitemaps, feeds and some pages of the site at `url` (absolute) and say what
    was found; never raises for what the site does.

    With `timezone` (an IANA name) no dated page is fetched. `say` is called with a line of text for
    each step.
    """
    start = normalise_url(url) or url
    delay = 0.0 if is_loopback(start) else 1.0
    probe = Probe(
        AddressGuard.for_starts([start]), agent=f"warraq/{version('warraq')}", delay=delay
    )
    say(f"looking at {start}")
    try:
        return _Survey(probe, start, say).survey(timezone)
    except ProbeError as error:
        return SiteSurvey(start=start, problem=str(error), zone=_given_zone(timezone))


def _given_zone(timezone: str | None) -> LearnedZone | None:
    return LearnedZone(zone=timezone, why="as given", confident=True) if timezone else None


class _Survey:
    """The survey of one site: its robots.txt rules, and the announcements found so far."""

    def __init__(self, probe: Probe, start: str, say: Callable[[str], None]) -> None:
        self._probe = probe
        self._start = start
        self._say = say
        self._rules = RobotsRules()
        self._robots_summary: str | None = None
        self._sightings: list[Sighting] = []

    def survey(self, timezone: str | None) -> SiteSurvey:
        """The whole round; ProbeError where robots.txt or the start page cannot be had."""
        home = self._probe.get(self._start, before=self._check_rules)
        if not home.ok:
            raise ProbeError(f"{home.url}: answers with status {home.status}")
        reading = _read(home)
        links = reading.links
        sitemaps = self._survey_sitemaps(links)
        feeds = self._survey_feeds(links)
        articles = [] if timezone else self._sample_articles(links)
        languages = Counter(article.language for article, _ in articles if article.language)
        return SiteSurvey(
            start=home.url,
            robots=self._robots_summary,
            sitemaps=tuple(sitemaps),
            feeds=tuple(feeds),
            zone=_given_zone(timezone) or self._learn_zone(articles),
            language=languages.most_common(1)[0][0] if languages else _declared(reading, home),
            crawl_delay=self._rules.delay,
        )

    def _check_rules(self, url: str) -> None:
        """Before the start page is asked for, and what it redirects to (https, www.): the rules of
        that host, kept.
        """
        if self._robots_summary is None or origin_of(url) != origin_of(self._start):
            self._start, self._rules = url, RobotsRules()
            self._robots_summary = self._read_robots()
        if not self._rules.allows(url):
            raise ProbeError(f"{url}: robots.txt forbids it")

    def _read_robots(self) -> str:
        answer = self._probe.get(urljoin(self._start, "/robots.txt"))
        policy = robots_policy(
            RobotsResponse(url=answer.url, status=answer.status, body=answer.body)
        )
        if policy.blocked:
            raise ProbeError(f"{answer.url}: {policy.blocked}")
        self._rules = policy.robots
        if self._rules.delay:
            self._probe.delay = max(self._probe.delay, min(self._rules.delay, _LONGEST_DELAY))
        return "there is one" if answer.ok else "there is none"

    def _survey_sitemaps(self, links: Iterable[Link]) -> list[tuple[str, int]]:
        """The sitemaps of robots.txt, of the start page and of the usual places, as a crawl looks
        for them.
        """
        named, usual = sitemap_places(self._start, self._rules.sitemaps)
        linked = [link.url for link in links if link.kind == "sitemap"]
        waiting = list(dict.fromkeys([*named, *linked]))
        usual = [url for url in usual if url not in waiting]
        sitemaps: list[tuple[str, int]] = []
        for _ in range(_SITEMAPS + len(usual)):
            if not (waiting or usual):
                break
            answer = self._fetch_allowed(waiting.pop(0) if waiting else usual.pop(0))
            reading = _read(answer) if answer is not None else None
            if answer is None or reading is None or reading.kind not in _ANNOUNCES:
                continue
            sitemaps.append((answer.url, len(reading.sightings) + len(reading.sitemaps)))
            self._sightings += reading.sightings
            # What is newest says most of the site's dates: news first.
            waiting += sorted(reading.sitemaps, key=lambda url: "news" not in url)
        return sitemaps

    def _survey_feeds(self, links: Iterable[Link]) -> list[tuple[str, int]]:
        declared = [link.url for link in links if link.kind == "feed"]
        feeds: list[tuple[str, int]] = []
        for url in (declared or feed_places(self._start))[:_FEEDS]:
            answer = self._fetch_allowed(url)
            reading = _read(answer) if answer is not None else None
            if reading is not None and reading.kind in _ANNOUNCES:
                feeds.append((url, len(reading.sightings)))
                self._sightings = [*reading.sightings, *self._sightings]
        return feeds

    def _sample_articles(self, links: Iterable[Link]) -> list[tuple[Article, ProbeResponse]]:
        """A few pages that hold articles: announced ones first, else what the home page links to
        with a headline.
        """
        host = site_host(self._start)
        headlines = sorted(
            (link for link in links if link.kind != "feed"), key=lambda link: -len(link.text)
        )
        urls = dict.fromkeys(
            [*(sighting.url for sighting in self._sightings), *(link.url for link in headlines)]
        )
        articles: list[tuple[Article, ProbeResponse]] = []
        for url in [url for url in urls if site_host(url) == host][: 2 * _PAGES]:
            if len(articles) >= _PAGES:
                break
            answer = self._fetch_allowed(url)
            if answer is None or len(answer.body) > _LARGEST_PAGE:
                continue
            article = _read(answer).article
            if article is not None:
                articles.append((article, answer))
        return articles

    def _learn_zone(self, articles: Iterable[tuple[Article, ProbeResponse]]) -> LearnedZone:
        announced = instants_of(
            sighting.published or sighting.modified for sighting in self._sightings[:100]
        )
        shown = [moment for article, _ in articles for moment in _local_instants(article)]
        return learn_zone([*shown, *announced], self._start)

    def _fetch_allowed(self, url: str) -> ProbeResponse | None:
        """The response; None if robots.txt forbids the URL or it cannot be had, which is no
        problem of the site.
        """
        if not self._rules.allows(url):
            return None
        self._say(f"looking at {url}")
        try:
            answer = self._probe.get(url)
        except ProbeError as error:
            self._say(str(error))
            return None
        return answer if answer.ok else None


def _local_instants(article: Article) -> list[datetime]:
    """The article's dates with the offset its readers see: as stated, or metadata's UTC against the
    visible clock.
    """
    from pipelines.dates.parse import read_date

    stated: list[datetime] = []
    walls: list[datetime] = []
    for evidence in article.evidence:
        if evidence.field != "published":
            continue
        exact = list(stated_instants(evidence.value))
        stated += exact
        read = None if exact else read_date(evidence.value, zone=UTC, language=article.language)
        if (
            read
            and read.instant
            and not (read.zone_stated or read.relative)
            and read.precision in _CLOCK
        ):
            walls.append(read.instant.replace(tzinfo=None))
    if any(moment.utcoffset() for moment in stated) or not walls:
        return stated
    seen = [shown for moment in stated for wall in walls if (shown := wall_offset(moment, wall))]
    return seen or stated


def _read(answer: ProbeResponse) -> Reading:
    """What an answer is and leads to, as a crawl reads it, and within its limits."""
    from pipelines.ingest.worker_pool import read_apart
    from pipelines.payload_facts import PayloadFacts

    facts = PayloadFacts(
        url=answer.url,
        captured=datetime.now(UTC),
        status=answer.status,
        mime=answer.content_type,
        content_type=answer.content_type,
    )
    return read_apart(answer.body, facts, SiteConfig(name="site", start=(answer.url,)))


def _declared(reading: Reading, home: ProbeResponse) -> str | None:
    """The language that a page declares, if it could be read within the limits of a crawl."""
    from pipelines.page.dom import Page, parse_page

    if reading.not_article is not None and reading.not_article.reason in _UNREADABLE:
        return None
    page = parse_page(home.body, home.url, home.content_type)
    return page.language if isinstance(page, Page) else None


# ----------------------------------------------------------------------------- the text of the file


def site_name(url: str, taken: Iterable[str] = ()) -> str:
    """A name for the site after its host: `news.example.co.uk` is `example`; the whole host where
    that is taken.
    """
    host = urlsplit(url).hostname or "site"
    labels = host.split(".")
    whole = re.sub(r"[^\w-]+", "-", host).strip("-") or "site"
    short = whole
    if literal_address(host) is None and len(labels) > 1:
        kept = labels[:-1]
        if len(kept) > 1 and kept[-1] in ("co", "com", "net", "org", "gov", "edu", "ac"):
            kept.pop()
        short = kept[-1]
    used = set(taken)
    numbered = (f"{whole}-{number}" for number in range(2, 10_000))
    return next(name for name in (short, whole, *numbered) if name not in used)


def collection_text(name: str) -> str:
    """The head of a new `warraq.toml`."""
    return f"""\
# A Warraq collection. `warraq crawl` fetches, `warraq search` finds; every key is explained in \
docs/config.md.

[collection]
name = {_toml_string(name)}
format = 1
# operator = "Who runs this crawl"              # written into every WARC file
# contact = "https://example.org/about-crawl"   # where publishers can reach you; sent with every \
request
"""


def site_text(
    name: str, survey: SiteSurvey, *, on: datetime, defaults: Collection[str] = ()
) -> str:
    """The commented `[sites.NAME]` table of what was found. What `[defaults]` has (the names of its
    keys) is not written where it would only be a guess here.
    """
    zone = survey.zone or LearnedZone(
        zone="UTC",
        why="not looked for, since the site did not answer: please check",
        confident=False,
    )
    lines = ["", f"[sites.{_toml_key(name)}]", f"# Looked at on {iso_utc(on)}."]
    lines += [f"# {_comment(line)}" for line in _survey_lines(survey)]
    lines.append(f"start = [{_toml_string(survey.start)}]")
    if zone.confident or "timezone" not in defaults:
        lines.append(f"timezone = {_toml_string(zone.zone)}  # {_comment(zone.why)}")
    if survey.language:
        lines.append(f"language = {_toml_string(survey.language)}")
    if "schedule" not in defaults:
        why = "for `warraq run-due`; see `warraq schedule --help`"
        lines.append(f'schedule = "{_DEFAULT_SCHEDULE}"  # {why}')
    if not is_loopback(survey.start) and "delay" not in defaults:
        lines.append(
            "# delay = 1.0  # seconds between two requests; a longer Crawl-delay of the site wins"
        )
    lines.append('# exclude = ["/video/"]  # regular expressions of addresses not wanted')
    return "\n".join(lines) + "\n"


def _survey_lines(survey: SiteSurvey) -> list[str]:
    if survey.problem:
        return [f"It could not be looked at: {survey.problem}"]
    delay = f"; asks for {survey.crawl_delay:g} s between requests" if survey.crawl_delay else ""
    lines = [f"robots.txt: {survey.robots}{delay}"]
    lines += [f"sitemap: {url} ({count} entries)" for url, count in survey.sitemaps] or [
        "sitemap: none found"
    ]
    lines += [f"feed: {url} ({count} entries)" for url, count in survey.feeds] or [
        "feed: none found"
    ]
    return lines


def _toml_string(text: str) -> str:
    """A TOML basic string; nothing a site says can end it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    escaped = re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\u{ord(found[0]):04x}", escaped)
    return f'"{escaped}"'


def _toml_key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml_string(name)


def _comment(text: str) -> str:
    """Text that stays on its line: control characters and Unicode's own line ends made spaces."""
    return re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]", " ", text)


def taken_names(config_text: str) -> set[str]:
    """The names of the sites a `warraq.toml` already has."""
    return set(tomllib.loads(config_text).get("sites", {}))
