from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from archive.text.minhash import BANDS, NEAR_DUPLICATE_THRESHOLD, SIGNATURE_VALUES
from pipelines.near_duplicates import estimate_similarity, signature_bands, text_signature

WORDS = [f"كلمة{number % 40}{'اب'[number % 2]}{number}" for number in range(200)]
TEXT = " ".join(WORDS)


def made(text: str) -> bytes:
    """The signature of a text that is long enough."""
    found = text_signature(text)
    assert found is not None
    return found


def test_an_edited_text_stays_near() -> None:
    """One word in twenty changed, a paragraph dropped or a lead added: still near, and a band is
    shared.
    """
    edited = [word if place % 20 else "تعديل" for place, word in enumerate(WORDS)]
    for other in (" ".join(edited), " ".join(WORDS[40:]), "مقدمة من محرر آخر " + TEXT):
        assert estimate_similarity(made(TEXT), made(other)) >= NEAR_DUPLICATE_THRESHOLD
        assert set(signature_bands(made(TEXT))) & set(signature_bands(made(other)))


def test_other_texts_are_far() -> None:
    """A text with other words in it is not near."""
    other = " ".join(reversed(WORDS))
    assert estimate_similarity(made(TEXT), made(other)) < 0.1


def test_spelling_and_punctuation_do_not_count() -> None:
    """What folds alike has the same signature."""
    assert (
        text_signature(TEXT.replace("ة", "ه"))
        == text_signature(TEXT.replace(" ", "، "))
        == text_signature(TEXT)
    )


def test_short_texts_have_none() -> None:
    """A caption is like every other caption: no signature."""
    assert text_signature("صورة من المكان") is None
    assert text_signature("") is None


def test_the_same_in_every_process() -> None:
    """Another process with other hash seeds makes the same bytes; they are part of the index's
    format.
    """
    script = (
        "import sys; from pipelines.near_duplicates import text_signature; "
        "print(text_signature(sys.argv[1]).hex())"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", script, TEXT],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7"},
    )
    assert elsewhere.stdout.strip() == made(TEXT).hex()
    assert (
        made("one two three four five six seven eight nine ten eleven twelve")[:8].hex()
        == "173f21c5fbc73312"
    )


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    """Any text has a signature of fixed size or none; it is wholly like itself; bands fit SQLite's
    integers.
    """
    found = text_signature(text)
    if found is not None:
        assert len(found) == 4 * SIGNATURE_VALUES
        assert estimate_similarity(found, found) == 1.0
        assert len(signature_bands(found)) == BANDS
        assert all(-(2**63) <= band < 2**63 for band in signature_bands(found))
