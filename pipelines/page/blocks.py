"""A page as the blocks of text a reader sees, in order: paragraphs, headings, list items, cells,
loose text.

One walk over the tree, which it leaves alone. Each block knows where it stands, how much of it is
linked, and the marked regions (navigation, related boxes, captions: see
`pipelines.page.markup_hints`) around it. Which blocks are the article is for
`pipelines.body.main_element` and `pipelines.body` to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement

from pipelines.language.line_phrases import text_breadth
from pipelines.page.dom import collapse_spaces
from pipelines.page.line_breaks import (
    LINE_LENGTH,
    SENTENCE_END,
    WRAPPED,
    Piece,
    is_break,
    mark_line_breaks,
    split_at_breaks,
)

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
        "amp-consent",
        "amp-user-notification",
        "progress",
        "meter",
        "datalist",
    ]
)
# These are passed over whatever they hold; the others of SKIPPED may have swallowed the page by a
# missing end tag.
_NEVER_TEXT = frozenset(["script", "style", "template", "noscript", "head", "math"])
# Elements without text that end no block.
EMPTY = frozenset(
    ["img", "source", "wbr", "link", "meta", "area", "base", "col", "track", "param", "amp-img"]
)
_UNOPENED = EMPTY | {"br"}
_KINDS = {
    "p": "p", "h1": "h", "h2": "h", "h3": "h", "h4": "h", "h5": "h", "h6": "h", "li": "li",
    "dt": "li", "dd": "li", "blockquote": "quote", "td": "cell", "th": "cell",
    "figcaption": "caption", "caption": "caption", "pre": "pre",
}  # fmt: skip
# A paragraph among so many others, of no more than this length, is one though a line break stands
# in it.
_FELLOWS = 3
_ONE_PARAGRAPH = 600
# Inline elements that a page may show as lines of their own, and how it says so.
_SHOWN = frozenset(("span", "a", "font", "strong", "b", "em", "i", "label"))
_AS_BLOCK = re.compile(r"display\s*:\s*(block|table|flex|grid|list-item)", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Block:
    """One run of text without a block border in it.

    `kind`: p, h, li, quote, cell, caption, pre or text (loose). `linked` and `strong` count the
    characters inside links and bold, `breadth` is its `text_breadth`. `regions` are
    indices into `Blocks.regions`, outermost first. `index` is its place among the page's blocks.
    """

    text: str
    element: HtmlElement
    kind: str
    index: int
    level: int = 0
    linked: int = 0
    strong: int = 0
    breadth: int = 0
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


class _BlockWalk:
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
        self.marked: HtmlElement | None = None  # the innermost region that is open

    def add_text(self, text: str) -> None:
        """Add a stretch of text to the block that is being read."""
        if (
            self.pieces or self.link is not None or not text.isspace()
        ):  # white space begins no block
            self.pieces.append((text, self.link, self.bold > 0))

    def end_block(self, element: HtmlElement) -> None:
        """Make blocks of the text since the last border; it stood in `element`."""
        pieces, self.pieces = self.pieces, []
        owner, kind, level = self.kinds[-1] if self.kinds else (element, "text", 0)
        if kind in ("text", "cell", "pre") and any(
            len(piece[0]) > WRAPPED and "\n" in piece[0] for piece in pieces
        ):
            pieces = mark_line_breaks(pieces, kept=kind == "pre")
        if kind == "p" and _is_one_paragraph(pieces, owner):
            pieces = [(" ", None, False) if is_break(piece) else piece for piece in pieces]
        for run in split_at_breaks(pieces, loose=kind in ("text", "cell")):
            block = _make_block(
                run, owner if kind != "text" else element, kind, level, len(self.blocks)
            )
            if block is not None:
                block.regions = tuple(self.open_regions)
                self.blocks.append(block)

    def pass_empty_element(self, node: HtmlElement, tag: str) -> None:
        """Take an element that holds no text: a line break, or a picture."""
        if tag == "br":
            self.pieces.append(("\n", None, False))
        elif tag == "img" and self.pieces and (not self.kinds or self.kinds[-1][1] == "cell"):
            self.end_block(node)  # among loose text a picture ends a paragraph

    def open_element(self, node: HtmlElement, tag: str) -> None:
        """Begin an element: end the block before it at its border, and note what it opens."""
        reason = self.mark(node)
        if self.pieces and (
            tag not in INLINE or reason is not None or (tag in _SHOWN and _is_shown_as_block(node))
        ):
            parent = node.getparent()
            self.end_block(parent if parent is not None else node)
        if reason is not None:
            self.open_regions.append(len(self.regions))
            self.regions.append(Region(element=node, reason=reason))
            self.marked = node
        if tag in _KINDS:
            self.kinds.append((node, _KINDS[tag], int(tag[1]) if _KINDS[tag] == "h" else 0))
        elif tag == "a":
            self.link = node.get("href") or ""
        elif tag in ("b", "strong"):
            self.bold += 1
        if text := node.text:
            self.add_text(text)

    def close_element(self, node: HtmlElement, tag: str) -> None:
        """End an element, and the block within it where the element has a border."""
        if self.pieces and (
            tag not in INLINE or node is self.marked or (tag in _SHOWN and _is_shown_as_block(node))
        ):
            self.end_block(node)
        elif tag == "span" and self.pieces and not node.tail and _ends_line(self):
            self.pieces.append(("\n", None, False))
        if node is self.marked:
            self.open_regions.pop()
            self.marked = self.regions[self.open_regions[-1]].element if self.open_regions else None
        if tag in _KINDS:
            self.kinds.pop()
        elif tag == "a":
            self.link = None
        elif tag in ("b", "strong"):
            self.bold -= 1


def read_blocks(root: HtmlElement, mark: Callable[[HtmlElement], str | None]) -> Blocks:
    """The blocks under `root`; `mark` says of an element why it is a region apart, or None."""
    walk = _BlockWalk(mark)
    walker = etree.iterwalk(root, events=("start", "end"))
    skipped: HtmlElement | None = None
    for event, node in walker:
        tag = str(node.tag)
        if event == "end":
            if node is skipped:
                skipped = None
            elif tag not in _UNOPENED:
                walk.close_element(node, tag)
            if node is not root and (tail := node.tail):
                walk.add_text(tail)
        elif tag in _UNOPENED:
            walk.pass_empty_element(node, tag)
        elif tag in SKIPPED and _is_skipped(node, tag):
            walker.skip_subtree()
            skipped = node
        else:
            walk.open_element(node, tag)
    if walk.pieces:
        walk.end_block(root)
    return Blocks(blocks=walk.blocks, regions=walk.regions)


def _is_skipped(node: HtmlElement, tag: str) -> bool:
    return tag in _NEVER_TEXT or len(node) == 0 or node.find(".//p") is None


def _is_one_paragraph(pieces: list[Piece], owner: HtmlElement) -> bool:
    """Whether a paragraph among others is whole though a line break stands between two of its
    sentences.
    """
    breaks = [index for index, piece in enumerate(pieces) if is_break(piece)]
    if len(breaks) != 1 or not any(piece[0].strip() for piece in pieces[: breaks[0]]):
        return False
    if sum(len(piece[0]) for piece in pieces) > _ONE_PARAGRAPH:
        return False
    fellows = sum(1 for _ in owner.itersiblings("p")) + sum(
        1 for _ in owner.itersiblings("p", preceding=True)
    )
    return fellows >= _FELLOWS


def _is_shown_as_block(node: HtmlElement) -> bool:
    style = node.get("style")
    if style is not None and _AS_BLOCK.search(style):
        return True
    names = node.get("class")
    return names is not None and "block" in names and "block" in names.split()


def _ends_line(walk: _BlockWalk) -> bool:
    """Whether loose text so far ends a long sentence with no space after it: what follows stands on
    a line of its own.
    """
    last = walk.pieces[-1][0]
    loose = not walk.kinds or walk.kinds[-1][1] in ("text", "cell")
    return (
        loose
        and len(last) >= LINE_LENGTH
        and not last[-1].isspace()
        and bool(SENTENCE_END.search(last))
    )


def _make_block(
    pieces: list[Piece], owner: HtmlElement, kind: str, level: int, index: int
) -> Block | None:
    text = collapse_spaces("".join(piece[0] for piece in pieces))
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
    links = [(href, collapse_spaces(name)) for href, name in links]
    return Block(
        text=text,
        element=owner,
        kind=kind,
        level=level,
        index=index,
        linked=linked,
        strong=strong,
        breadth=text_breadth(text),
        links=links,
    )
