"""Other people's text on a terminal and in JSON."""

import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from archive.render.printable import printable_json, printable_line, printable_text

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@given(st.text())
def test_nothing_steers_a_terminal(text: str) -> None:
    """No text whatever brings a control character, a new line of its own or a change of direction;
    in JSON neither, and it is read as it was.
    """
    for shown in (printable_text(text), printable_json({"a": text}, indent=1)):
        assert not {letter for letter in shown if unicodedata.category(letter) == "Cc"} - {
            "\n",
            "\t",
        }
        assert not set(shown) & set(BIDI)
    assert json.loads(printable_json({"a": text})) == {"a": text}
    assert len(f"{printable_line(text)}.".splitlines()) == 1


def test_letters_and_their_marks_stay() -> None:
    """Arabic with vowels, joiners and marks of direction, which its spelling needs, stays."""
    text = "الوَرّاق\u200c می‌خواهم \u200f(2026)\u200e \U0001f468\u200d\U0001f469"
    assert printable_text(text) == text


def test_what_is_replaced_is_seen() -> None:
    """A control character leaves a mark; embeddings, which Arabic pages use, leave none."""
    assert printable_text("a\x1b[2J\x9bb\u202ec") == "a�[2J�b�c"
    assert printable_text("\u202bخبر\u202c") == "خبر"
