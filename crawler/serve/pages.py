"""The pages of `warraq serve`: search, an article, two versions side by side, a replayed capture in
its frame. Reading only.

Jinja2 escapes all that goes into a page; marks are put between pieces of text, never into markup.
The policy lets a page show nothing but our own style sheet and frame nothing but the replay, which
lies on another origin.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jinja2

from archive.collection import Collection
from archive.errors import DamagedRecordError, UsageError, WarraqError
from archive.layout import CollectionFolder
from archive.query.filters import Filters, Sort
from archive.query.reader import IndexReader, Row
from archive.render.article import is_right_to_left
from archive.render.diff import Difference, DiffKind, changed_words, compare_versions
from archive.text.folding import Query, parse_query
from archive.text.highlighting import mark_matches, marked_excerpt
from crawler.serve.loopback_http import HttpReply, plain_reply

PER_PAGE = 20
_LAST_PAGE = 500
_LONGEST = 500  # letters of a query: more is no search
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
# Put around matches while the text is plain, and cut at to make pieces; archived text cannot hold
# them: they are taken out.
_OPEN, _CLOSE = "\ue000", "\ue001"
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")

Piece = tuple[bool, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchForm:
    """What the search form holds, made safe to act on."""

    q: str = ""
    site: str = ""
    section: str = ""
    author: str = ""
    since: str = ""
    until: str = ""
    sort: str = "relevance"
    page: int = 1
    complaints: tuple[str, ...] = ()

    @classmethod
    def from_query(cls, query: str) -> SearchForm:
        """The form as sent in a query string; what cannot be understood is left out and complained
        of.
        """
        fields = {name: values[-1][:_LONGEST] for name, values in parse_qs(query[:20_000]).items()}
        complaints = []
        dates = {}
        for name, label in (("from", "From"), ("to", "To")):
            value = fields.get(name, "").strip()
            if value and not _DATE.fullmatch(value):
                complaints.append(f"{label}: expected a date such as 2026-11-20, 2026-11 or 2026.")
                value = ""
            dates[name] = value
        page = fields.get("page", "")
        return cls(
            **{name: fields.get(name, "").strip() for name in ("q", "site", "section", "author")},
            since=dates["from"],
            until=dates["to"],
            sort="date" if fields.get("sort") == "date" else "relevance",
            page=min(int(page), _LAST_PAGE) if re.fullmatch("[1-9][0-9]{0,3}", page) else 1,
            complaints=tuple(complaints),
        )

    @property
    def filters(self) -> Filters:
        """The filters of the search."""
        chosen = {
            name: getattr(self, name) or None
            for name in ("site", "section", "author", "since", "until")
        }
        return Filters(**chosen)

    def link(self, page: int) -> str:
        """The address of another page of the same results."""
        names = {"since": "from", "until": "to"}
        values = {
            names.get(name, name): getattr(self, name)
            for name in ("q", "site", "section", "author", "since", "until", "sort")
        }
        return "/?" + urlencode(
            {name: value for name, value in (values | {"page": page}).items() if value}
        )


@dataclass(frozen=True, kw_only=True)
class Pages:
    """The pages of one collection, as answers to the targets of requests."""

    layout: CollectionFolder
    replay_origin: str
    _routes: list[tuple[re.Pattern[str], Callable[..., HttpReply]]] = field(
        init=False, default_factory=list
    )

    def __post_init__(self) -> None:
        self._routes.extend(
            (re.compile(pattern), page)
            for pattern, page in (
                (r"/", self._search),
                (r"/style\.css", self._style),
                (r"/article/([0-9a-f]{16})", self._article),
                (r"/article/([0-9a-f]{16})/compare", self._compare),
                (r"/replay/([0-9a-f]{16})", self._replay),
                (r"/record/([0-9a-f]{16})", self._record),
            )
        )

    @property
    def policy(self) -> str:
        """The Content-Security-Policy of our own pages: no script at all, no style but ours, frames
        only of the replay.
        """
        return (
            "default-src 'none'; script-src 'none'; style-src 'self'; form-action 'self';"
            " base-uri 'none';"
            f" frame-src {self.replay_origin}; frame-ancestors 'none'"
        )

    @cached_property
    def _templates(self) -> jinja2.Environment:
        loader = jinja2.PackageLoader("crawler.serve", "templates")
        environment = jinja2.Environment(
            loader=loader,
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["language"] = language_attribute
        environment.filters["direction"] = direction_attribute
        environment.tests["leading_out"] = leads_out
        return environment

    def answer(self, target: str) -> HttpReply:
        """The answer to a request's target."""
        path, _, query = target.partition("?")
        for pattern, page in self._routes:
            match = pattern.fullmatch(path)
            if match:
                try:
                    return page(*match.groups(), query=query)
                except UsageError as error:
                    return self._message_page(404, "Not here", str(error))
                except DamagedRecordError as error:
                    return self._message_page(502, "Damaged", str(error))
                except WarraqError as error:
                    return self._message_page(503, "Not now", str(error))
        return self._message_page(404, "Not here", "There is no such page.")

    def _page(self, template: str, status: int = 200, **values: Any) -> HttpReply:
        text = self._templates.get_template(template).render(
            collection=self.layout.root.name, **values
        )
        return HttpReply(status=status, body=text.encode("utf-8", "replace"), policy=self.policy)

    def _message_page(self, status: int, heading: str, text: str) -> HttpReply:
        return self._page("told.html", status, heading=heading, text=text)

    def _reader(self) -> IndexReader:
        return IndexReader(self.layout.index_db, timeout=5)

    # ---------------------------------------------------------------------------------------- pages

    def _style(self, *, query: str) -> HttpReply:  # noqa: ARG002 -- every page is called so
        css = resources.files("crawler.serve").joinpath("templates", "style.css").read_bytes()
        return HttpReply(body=css, policy=self.policy, content_type="text/css; charset=utf-8")

    def _search(self, *, query: str) -> HttpReply:
        asked = SearchForm.from_query(query)
        with self._reader() as reader:
            found = reader.search(
                asked.q,
                asked.filters,
                sort=Sort(asked.sort),
                limit=PER_PAGE,
                skip=(asked.page - 1) * PER_PAGE,
            )
            total = max(reader.count(asked.q, asked.filters), len(found))
            sites = [row["site"] for row in reader.stats()]
        words = parse_query(asked.q)
        hits = [
            {
                "row": row,
                "title": list(_pieces(row["title"], words, mark_matches)),
                "excerpt": list(_pieces(row["body"], words, marked_excerpt)),
            }
            for row in found
        ]
        last = min((total + PER_PAGE - 1) // PER_PAGE, _LAST_PAGE)
        return self._page(
            "search.html", asked=asked, hits=hits, total=total, sites=sites, last=last
        )

    def _article(self, identity: str, *, query: str) -> HttpReply:
        asked = parse_qs(query[:2000]).get("version", [""])[-1]
        with self._reader() as reader:
            row = reader.require_article(identity)
            versions = reader.versions(row["id"])
            version = _version(versions, asked) if asked else None
            captures = reader.captures(row["id"])
            values: dict[str, Any] = {
                "row": row,
                "text": version or row,
                "version": version,
                "versions": versions,
                "authors": reader.authors(row["id"]),
                "addresses": reader.addresses(row["id"]),
                "captures": captures,
                "cluster": [
                    other for other in reader.cluster(row["id"]) if other["id"] != row["id"]
                ],
            }
        return self._page("article.html", **values)

    def _compare(self, identity: str, *, query: str) -> HttpReply:
        asked = parse_qs(query[:2000])
        with self._reader() as reader:
            row = reader.require_article(identity)
            versions = reader.versions(row["id"])
        latest = versions[-1]["number"]
        before = _version(versions, asked.get("a", [str(max(1, latest - 1))])[-1])
        after = _version(versions, asked.get("b", [str(latest)])[-1])
        rows = [
            (found.kind, _side(found, "before"), _side(found, "after"))
            for found in compare_versions(before, after)
        ]
        return self._page(
            "compare.html", row=row, before=before, after=after, versions=versions, rows=rows
        )

    def _replay(self, identity: str, *, query: str) -> HttpReply:  # noqa: ARG002
        with self._reader() as reader:
            capture = reader.capture(identity)
        if capture is None:
            raise UsageError(f"{identity}: no capture of that id")
        shown = f"{self.replay_origin}/{capture.id}/{capture.url}"
        return self._page(
            "replay.html", capture=capture, shown=shown, digest=str(capture.payload_digest or "")
        )

    def _record(self, identity: str, *, query: str) -> HttpReply:  # noqa: ARG002
        with Collection(self.layout.root) as collection:
            record = collection.record(identity)
        return HttpReply(
            body=record,
            content_type="application/warc",
            headers=(("Content-Disposition", f'attachment; filename="{identity}.warc"'),),
            policy=plain_reply(200, "").policy,
        )


def language_attribute(tag: str | None) -> str:
    """A language tag fit for the `lang` attribute; empty (unknown) for anything else."""
    return tag if tag and _LANGUAGE.fullmatch(tag) else ""


def direction_attribute(tag: str | None) -> str:
    """The `dir` attribute for text in that language; where it is not known, the letters decide
    (`auto`).
    """
    return "rtl" if is_right_to_left(tag or "") else "auto"


def leads_out(url: str) -> bool:
    """Whether an address may stand as a link: http or https, nothing else."""
    return urlsplit(url).scheme in ("http", "https")


def _version(versions: list[Row], number: str) -> Row:
    for version in versions:
        if str(version["number"]) == number:
            return version
    raise UsageError(f"there is no such version; this article has {len(versions)}")


def _pieces(
    text: str, words: Query, around: Callable[[str, Query, str, str], str]
) -> Iterator[Piece]:
    """A text, or an excerpt of it, in pieces: (whether it answers the query, the piece)."""
    plain_text = text.replace(_OPEN, "").replace(_CLOSE, "")
    for part in re.split(
        f"({_OPEN}[^{_OPEN}{_CLOSE}]*{_CLOSE})", around(plain_text, words, _OPEN, _CLOSE)
    ):
        if part:
            yield part.startswith(_OPEN), part.strip(_OPEN + _CLOSE)


def _side(difference: Difference, side: str) -> list[Piece]:
    """One side of a difference in pieces: (whether it is on this side only, the piece)."""
    if difference.kind is not DiffKind.EDITED:
        text = difference.before if side == "before" else difference.after
        return [(difference.kind is not DiffKind.SAME, text)] if text else []
    pieces = (
        (not same, gone if side == "before" else come)
        for same, gone, come in changed_words(difference.before, difference.after)
    )
    return [piece for piece in pieces if piece[1]]
