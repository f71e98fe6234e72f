"""A page as the blocks of text that a reader sees."""

from __future__ import annotations

from pipelines.page.blocks import Blocks, read_blocks
from pipelines.page.dom import Page, parse_page
from pipelines.page.markup_hints import boilerplate_mark


def blocks(body: str) -> Blocks:
    page = parse_page(f"<html><body>{body}</body></html>".encode(), "https://www.example.test/")
    assert isinstance(page, Page)
    return read_blocks(page.root, boilerplate_mark)


def texts(body: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in blocks(body).blocks]


def test_each_kind_of_block() -> None:
    """Paragraphs, headings with their level, items, quotes, cells, captions, and loose text."""
    read = blocks(
        "<h2>Title</h2><p>One <b>two</b>  three</p><ul><li>item</li></ul><blockquote>said</blockquote>"
        "<table><tr><td>cell</td></tr></table><figcaption>shown</figcaption>loose"
    ).blocks
    assert [(block.kind, block.text) for block in read] == [
        ("h", "Title"), ("p", "One two three"), ("li", "item"), ("quote", "said"),
        ("cell", "cell"), ("caption", "shown"), ("text", "loose"),
    ]  # fmt: skip
    assert [block.index for block in read] == list(range(7))
    assert read[0].level == 2


def test_links_and_bold_are_counted() -> None:
    """A block knows how much of it is linked, to where, and how much is bold."""
    (block,) = blocks('<p>See <a href="/a">the <b>quay</b></a> now</p>').blocks
    assert block.links == [("/a", "the quay")]
    assert (block.linked, block.strong) == (len("the") + len("quay"), len("quay"))
    assert 0 < block.link_share < 1


def test_what_no_reader_sees_is_left_out() -> None:
    """Scripts, styles, buttons and films have no text."""
    body = "<script>x()</script><style>p{}</style><p>seen</p><button>go</button><video>v</video>"
    assert texts(body) == [("p", "seen")]


def test_regions_are_marked() -> None:
    """A block names the marked elements around it, outermost first."""
    read = blocks('<nav><div class="share">a</div>b</nav><p>c</p>')
    around = [[read.regions[number].reason for number in block.regions] for block in read.blocks]
    assert around == [["navigation", "share"], ["navigation"], []]


def test_lines_of_loose_text_are_paragraphs() -> None:
    """Doubled line breaks part loose text; a single one inside a sentence does not."""
    assert texts("<div>One sentence goes on,<br>and ends here.<br><br>Another one.</div>") == [
        ("text", "One sentence goes on, and ends here."), ("text", "Another one."),
    ]  # fmt: skip


def test_inline_elements_shown_as_lines() -> None:
    """A span that its style shows as a block ends the line before it."""
    body = '<div>One<span style="display:block">Two</span></div>'
    assert [text for _, text in texts(body)] == ["One", "Two"]
