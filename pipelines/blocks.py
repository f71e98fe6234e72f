"""A page as the blocks of text a reader sees, in order: paragraphs, headings, list items, cells, loose text.

One walk over the tree, which it leaves alone. Each block knows where it stands, how much of it is linked, and the marked
regions (navigation, related boxes, captions: see `pipelines.boilerplate`) around it. Which blocks are the article is for
`pipelines.container` and `pipelines.body` to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement

from pipelines.dom import fold

INLINE = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "nobr",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
        "amp-fit-text",
    ]
)
SKIPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "svg",
        "iframe",
        "object",
        "embed",
        "video",
        "audio",
        "canvas",
        "select",
        "option",
        "button",
        "input",
        "textarea",
        "map",
        "math",
        "amp-ad",
        "amp-social-share",
        "amp-video",
        "amp-iframe",
        "amp-analytics",
        "progress",
        "meter",
        "datalist",
    ]
)
# These are passed over whatever they hold; the others of SKIPPED may have swallowed the page by a missing end tag.
_NEVER_TEXT = frozenset(["script", "style", "template", "noscript", "head", "math"])
# Elements without text that end no block.
EMPTY = frozenset(["img", "source", "wbr", "link", "meta", "area", "base", "col", "track", "param", "amp-img"])
_KINDS = {
    "p": "p", "h1": "h", "h2": "h", "h3": "h", "h4": "h", "h5": "h", "h6": "h", "li": "li", "dt": "li", "dd": "li",
    "blockquote": "quote", "td": "cell", "th": "cell", "figcaption": "caption", "caption": "caption", "pre": "pre",
}  # fmt: skip
_SENTENCE_END = re.compile(r"[.!?…:؟۔。！？”»\"'’)\]]\s*$")
# A piece before a single line break is a paragraph of its own from this length (or from its full stop) on.
_LINE_LENGTH = 60
# A line of loose text that is longer and ends no sentence was broken for its width.
_WRAPPED = 110
# A stretch of text, the address it links to, and whether it is bold; a line break is a lone line feed.
Piece = tuple[str, str | None, bool]


@dataclass(slots=True, kw_only=True)
class Block:
    """One run of text without a block border in it.

    `kind`: p, h, li, quote, cell, caption, pre or text (loose). `linked` and `strong` count the characters inside links
    and bold. `regions` are indices into `Blocks.regions`, outermost first. `at` is its place on the page.
    """

    text: str
    element: HtmlElement
    kind: str
    at: int
    level: int = 0
    linked: int = 0
    strong: int = 0
    links: list[tuple[str, str]] = field(default_factory=list)
    regions: tuple[int, ...] = ()

    @property
    def link_share(self) -> float:
        """Share of the text that stands inside links."""
        return self.linked / max(1, len(self.text))


@dataclass(slots=True, kw_only=True)
class Region:
    """A marked element and why it was marked."""

    element: HtmlElement
    reason: str


@dataclass(slots=True, kw_only=True)
class Blocks:
    """All blocks of a page, and its marked regions."""

    blocks: list[Block]
    regions: list[Region]


class _Walk:
    """The state of the walk: text collected since the last border, and what is open around it."""

    def __init__(self, mark: Callable[[HtmlElement], str | None]) -> None:
        self.mark = mark
        self.blocks: list[Block] = []
        self.regions: list[Region] = []
        self.open_regions: list[int] = []
        self.kinds: list[tuple[HtmlElement, str, int]] = []
        self.pieces: list[Piece] = []
        self.link: str | None = None
        self.bold = 0

    def text(self, text: str | None) -> None:
        if text:
            self.pieces.append((text, self.link, self.bold > 0))

    def flush(self, element: HtmlElement) -> None:
        if not self.pieces:
            return
        pieces, self.pieces = self.pieces, []
        if not any(piece[0].strip() for piece in pieces):
            return
        owner, kind, level = self.kinds[-1] if self.kinds else (element, "text", 0)
        for run in split_at_breaks(pieces, loose=kind in ("text", "cell")):
            block = _block(run, owner if kind != "text" else element, kind, level, len(self.blocks))
            if block is not None:
                block.regions = tuple(self.open_regions)
                self.blocks.append(block)


def read(root: HtmlElement, mark: Callable[[HtmlElement], str | None]) -> Blocks:
    """The blocks under `root`; `mark` says of an element why it is a region apart, or None."""
    walk = _Walk(mark)
    walker = etree.iterwalk(root, events=("start", "end"))
    skipped: HtmlElement | None = None
    for event, node in walker:
        tag = str(node.tag)
        if event == "start":
            if tag in EMPTY:
                if tag == "img" and (not walk.kinds or walk.kinds[-1][1] == "cell"):
                    walk.flush(node)  # among loose text a picture ends a paragraph
            elif _is_skipped(node, tag):
                walker.skip_subtree()
                skipped = node
            elif tag == "br":
                walk.pieces.append(("\n", None, False))
            else:
                _open(walk, node, tag)
        else:
            if node is skipped:
                skipped = None
            elif tag not in EMPTY and tag != "br":
                _close(walk, node, tag)
            if node is not root:
                walk.text(node.tail)
    walk.flush(root)
    return Blocks(blocks=walk.blocks, regions=walk.regions)


def _is_skipped(node: HtmlElement, tag: str) -> bool:
    return tag in SKIPPED and (tag in _NEVER_TEXT or len(node) == 0 or node.find(".//p") is None)


def _open(walk: _Walk, node: HtmlElement, tag: str) -> None:
    reason = walk.mark(node)
    if tag not in INLINE or reason is not None:
        parent = node.getparent()
        walk.flush(parent if parent is not None else node)
    if reason is not None:
        walk.open_regions.append(len(walk.regions))
        walk.regions.append(Region(element=node, reason=reason))
    if tag in _KINDS:
        walk.kinds.append((node, _KINDS[tag], int(tag[1]) if _KINDS[tag] == "h" else 0))
    elif tag == "a":
        walk.link = node.get("href") or ""
    elif tag in ("b", "strong"):
        walk.bold += 1
    walk.text(node.text)


def _close(walk: _Walk, node: HtmlElement, tag: str) -> None:
    marked = bool(walk.open_regions) and walk.regions[walk.open_regions[-1]].element is node
    if tag not in INLINE or marked:
        walk.flush(node)
    if marked:
        walk.open_regions.pop()
    if tag in _KINDS:
        walk.kinds.pop()
    elif tag == "a":
        walk.link = None
    elif tag in ("b", "strong"):
        walk.bold -= 1


def split_at_breaks(pieces: list[Piece], *, loose: bool) -> list[list[Piece]]:
    """Runs of text between line breaks that end a paragraph.

    Two breaks always do. A single one does in loose text (where it is all the markup there is) unless the sentence goes
    on after it; inside a paragraph only where none is doubled and what stands before it reads as a line of its own.
    """
    if not any(_is_break(piece) for piece in pieces):
        return [pieces]
    runs: list[list[Piece]] = [[]]
    counts: list[int] = []
    for piece in pieces:
        if not _is_break(piece):
            runs[-1].append(piece)
        elif any(part[0].strip() for part in runs[-1]):
            runs.append([])
            counts.append(1)
        elif counts:
            counts[-1] += 1
    doubled = max(counts, default=0) > 1
    joined = [runs[0]]
    for count, run in zip(counts, runs[1:], strict=False):
        before = fold("".join(piece[0] for piece in joined[-1]))
        apart = not _goes_on(before) if loose else not doubled and _is_line(before)
        if count > 1 or apart:
            joined.append(run)
        else:
            joined[-1] = [*joined[-1], (" ", None, False), *run]
    return joined


def _is_break(piece: Piece) -> bool:
    return piece[0] == "\n" and piece[1] is None


def _goes_on(text: str) -> bool:
    """Whether a line was broken for its width: long, and no sentence ends there."""
    return len(text) >= _WRAPPED and not _SENTENCE_END.search(text)


def _is_line(text: str) -> bool:
    return len(text) >= _LINE_LENGTH and bool(_SENTENCE_END.search(text))


def _block(pieces: list[Piece], owner: HtmlElement, kind: str, level: int, at: int) -> Block | None:
    text = fold("".join(piece[0] for piece in pieces))
    if not text:
        return None
    linked = strong = 0
    links: list[tuple[str, str]] = []
    for piece, href, bold in pieces:
        length = len(piece.strip())
        if href is not None:
            linked += length
            if links and links[-1][0] == href:
                links[-1] = (href, links[-1][1] + piece)
            else:
                links.append((href, piece))
        if bold:
            strong += length
    links = [(href, fold(name)) for href, name in links]
    return Block(text=text, element=owner, kind=kind, level=level, at=at, linked=linked, strong=strong, links=links)
