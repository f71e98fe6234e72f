"""Paragraphs from blocks: line breaks, boxes, labels, boilerplate, and why each line went."""

from __future__ import annotations

from unicodedata import is_normalized

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_kit import FERRY_HEADLINE, FERRY_LINES, MORE_FERRY_LINES, paragraphs, parsed

from pipelines.body.line_rules import KnownPageText
from pipelines.body.paragraphs import Body, extract_body
from pipelines.language.line_phrases import is_date_line
from pipelines.page import blocks
from pipelines.page.dom import Page, parse_page
from pipelines.page.markup_hints import boilerplate_mark
from pipelines.page.text_key import text_key

LINES = [
    (
        "The town council opened the restored library on Monday after a year of careful work by "
        "volunteers."
    ),
    (
        "The director said the reading rooms would stay open until late in the evening, seven "
        "days a week."
    ),
    (
        "Visitors from the surrounding villages arrived early and waited patiently in the rain, "
        "reports say."
    ),
    (
        "A second phase of the restoration, which concerns the roof, is expected to begin in the "
        "spring."
    ),
]


def read(markup: str, *titles: str) -> Body:
    page = parse_page(f"<html><body>{markup}</body></html>".encode(), "https://www.example.test/a")
    assert isinstance(page, Page)
    return extract_body(page, KnownPageText(titles={text_key(title) for title in titles}))


def texts(markup: str) -> list[str]:
    page = parse_page(f"<html><body>{markup}</body></html>".encode(), "https://www.example.test/a")
    assert isinstance(page, Page)
    return [block.text for block in blocks.read_blocks(page.root, boilerplate_mark).blocks]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>a <b>b</b>\n c<i>d</i></p>", ["a b cd"]), ("<div>a<p>b</p>c</div>", ["a", "b", "c"]), ("<p>a<span>b</span><span>c</span></p>", ["abc"]),
        ("<div>one<br><br>two<br>three</div>", ["one", "two", "three"]), ("<p>a&nbsp;b\u00a0 c</p>", ["a b c"]), ("<p>a</p><script>x</script><style>y</style><p>b</p>", ["a", "b"]),
        ("<p>one line<br>of an address</p>", ["one line of an address"]), ("<ul><li>a<li>b</ul>", ["a", "b"]),
    ],
)  # fmt: skip
def test_blocks_are_what_a_reader_sees(markup: str, expected: list[str]) -> None:
    """Inline markup joins, block borders and line breaks split, scripts say nothing."""
    assert texts(markup) == expected


def test_a_button_that_swallowed_the_page_gives_it_back() -> None:
    """A missing end tag that puts the whole page inside a button does not lose the page."""
    assert (
        read(
            "<button>menu<div>" + "".join(f"<p>{line}</p>" for line in LINES) + "</div>"
        ).paragraphs
        == LINES
    )


@pytest.mark.parametrize(
    "label",
    [
        "أخبار ذات علاقة",
        "أخبار ذات صلة",
        "اقرأ أيضاً",
        "إقرأ أيضا:",
        "مواضيع ذات صلة",
        "Read more",
        "Related stories",
        "Lire aussi",
        "Mehr zum Thema",
        "Te puede interesar",
        "Czytaj więcej",
        "بیشتر بخوانید",
        "للمزيد",
        "یہ بھی پڑھیں",
        "כתבות נוספות",
        "ये भी पढ़ें",
        "Διαβάστε επίσης",
        "Přečtěte si také",
        "Citește și",
        "Xem thêm",
        "Läs vidare",
        "Siehe auch",
        "延伸閱讀",
        "合わせて読みたい",
    ],
)
@pytest.mark.parametrize("box", ["<p>{label}</p><p><a href='/x'>{title}</a></p>", "<div><h4>{label}</h4><a href='/x'>{title}</a></div>", "<p><b>{label}:</b> <a href='/x'>{title}</a></p>", "<ul><li>{label}</li><li><a href='/x'>{title}</a></li></ul>", "<p>{label}</p><p>{title}</p>"])  # fmt: skip
def test_a_related_box_in_the_middle_goes(label: str, box: str) -> None:
    """A label and the headline under it, however marked up, are no paragraphs; the text around them
    stays whole.
    """
    inner = box.format(label=label, title="Four hundred books return to the shelves in ten days")
    markup = (
        "".join(f"<p>{line}</p>" for line in LINES[:2])
        + inner
        + "".join(f"<p>{line}</p>" for line in LINES[2:])
    )
    assert read(f"<div class='text'>{markup}</div>").paragraphs == LINES


def test_each_dropped_line_says_why() -> None:
    """Every line left out among the paragraphs comes with the name of its rule."""
    found = read(
        "<h1>A title of the story</h1><p>A title of the story</p>"
        + "".join(f"<p>{line}</p>" for line in LINES)
        + "<p>Advertisement</p><p>"
        + LINES[0][:40]
        + "</p>",
        "A title of the story",
    )
    why = {evidence.value: evidence.source for evidence in found.evidence}
    assert why["A title of the story"] == "headline"
    assert why["Advertisement"] == "furniture"
    assert found.paragraphs == LINES


def test_marked_wrappers_of_the_text_are_seen_through() -> None:
    """A class name that sounds like a sidebar, an advert or a widget on the element that holds the
    text hides nothing.
    """
    for name in ("has-sidebar", "advert", "widget", "social", "related-content", "w-embed"):
        markup = f"<div class='{name}'>" + "".join(f"<p>{line}</p>" for line in LINES) + "</div>"
        assert read(markup).paragraphs == LINES, name


def test_a_page_is_left_as_it_is() -> None:
    """Reading the body does not change the tree, and reading twice gives the same."""
    page = parse_page(
        ("<article>" + "".join(f"<p>{line}</p>" for line in LINES) + "</article>").encode(),
        "https://e.test/a",
    )
    assert isinstance(page, Page)
    before = len(list(page.root.iter()))
    first = extract_body(page, KnownPageText()).paragraphs
    assert extract_body(page, KnownPageText()).paragraphs == first == LINES
    assert len(list(page.root.iter())) == before


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(alphabet="ab ابت.\u00a0\u0301\u0627\u0653<&\n", max_size=60), max_size=5))
def test_paragraphs_are_folded_lines(lines: list[str]) -> None:
    """Whatever stands on a page, a paragraph is NFC, has no line break, no double space and no
    space at its ends.
    """
    for text in read("".join(f"<p>{line}</p>" for line in lines)).paragraphs:
        assert text
        assert " ".join(text.split()) == text
        assert is_normalized("NFC", text)


@pytest.mark.parametrize(
    ("line", "is_date"),
    [
        ("12 مارس 2024، 4:07 م", True),
        ("آخر تحديث: 2024/03/12", True),
        ("March 12, 2024", True),
        ("منذ 3 ساعات", True),
        ("In 2024 the council opened the library.", False),
        ("قال المدير", False),
    ],
)
def test_date_lines_are_told_from_sentences(line: str, is_date: bool) -> None:
    """A line that is a date and little else is one; a sentence with a year in it is not."""
    assert is_date_line(line) is is_date


SHORT = "It rained all day in town."
BARE = [line.rstrip(".") for line in LINES]
SIGNS = [
    "港口旧图书馆终于重新开放。",
    "馆长说，修缮工作在冬天全部完成。",
    "“我们等了很久，”一位老人说。",
    "市政府表示，图书馆免费向所有人开放。",
]


@pytest.mark.parametrize(
    "paragraphs", [[SHORT, *LINES], BARE, [*BARE[:2], BARE[2][:70]], SIGNS, SIGNS[2:]]
)
@pytest.mark.parametrize(("between", "around"), [("</p><p>", "<p>{}</p>"), ("<br><br>", "<div>{}</div>"), ("</div><div>", "<div>{}</div>")])  # fmt: skip
def test_the_ends_of_a_text_are_its_own(paragraphs: list[str], between: str, around: str) -> None:
    """A short first sentence, paragraphs none of which has a full stop, and sentences of few signs
    are all text.
    """
    text = around.format(between.join(paragraphs))
    head = "<h1>A title of the story</h1><p>Friday 3 May 2024, 10:15</p>"
    assert read(f"<main>{head}<div>{text}</div></main><div>Follow us</div>", "A title of the story").paragraphs == paragraphs  # fmt: skip


def test_lines_of_unlike_length_were_not_broken_for_their_width() -> None:
    """Between single breaks long lines without a full stop are paragraphs, where others are much
    longer still.
    """
    lines = [
        f"{LINES[0][:-1]} and {LINES[1][:-1]}",
        f"{LINES[2][:-1]} and {LINES[3][:-1]} and {LINES[0][:-1]}",
        LINES[1],
    ]
    assert texts(f"<div>{'<br>'.join(lines)}</div>") == lines


@pytest.mark.parametrize(
    "line",
    ["حمّل تطبيق الصحيفة الآن", "تابعوا آخر الأخبار عبر قناتنا", "عدد القراءات: 123", "وقت القراءة: 3 دقائق", "دقيقة واحدة للقراءة", "نسخ الرابط", "فيسبوك تويتر واتساب", "هل أعجبك المقال؟", "هل كان هذا مفيدا؟", "لن يتم نشر عنوان بريدك الإلكتروني.", "#سياسة #اقتصاد", "We use cookies to make this site better.", "Scroll to continue", "Back to top"],
)  # fmt: skip
def test_labels_and_notices_are_boilerplate(line: str) -> None:
    """Buttons, counters and notices are no paragraphs, even where they stand as one among
    others.
    """
    inner = "".join(f"<p>{text}</p>" for text in (*LINES[:2], line, *LINES[2:]))
    assert read(f"<div>{inner}</div>").paragraphs == LINES


@pytest.mark.parametrize("line", ["هل كان الرئيس يعلم؟", "قراءة في الأرقام", "فيسبوك تغيّر سياستها", "Click here to stay"])  # fmt: skip
def test_a_short_line_that_tells_something_stays(line: str) -> None:
    """A question of an interview, or a sub-head that only begins like a button, is text."""
    inner = "".join(f"<p>{text}</p>" for text in (*LINES[:2], line, *LINES[2:]))
    assert read(f"<div>{inner}</div>").paragraphs == [*LINES[:2], line, *LINES[2:]]


def test_the_pages_own_data_are_a_second_opinion() -> None:
    """Where a page's data hold most of its prose, what they don't hold is left out, and
    trafilatura is not asked.
    """
    boxes = "".join(
        f"<div class='c{at}'><p>{line}</p></div>" for at, line in enumerate(MORE_FERRY_LINES)
    )
    markup = f"<html><body><h1>{FERRY_HEADLINE}</h1><section>{paragraphs(*FERRY_LINES)}{boxes}</section></body></html>"
    page = parsed(markup)
    assert (
        extract_body(page, KnownPageText(), data_paragraphs=FERRY_LINES).paragraphs == FERRY_LINES
    )
    assert extract_body(
        page, KnownPageText(), data_paragraphs=[*FERRY_LINES, *MORE_FERRY_LINES]
    ).paragraphs == [*FERRY_LINES, *MORE_FERRY_LINES]
