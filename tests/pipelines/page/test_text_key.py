"""Two readings of a text that differ in spaces and marks only have one key."""

from pipelines.page.text_key import text_key


def test_spaces_and_marks_do_not_count() -> None:
    """Neither do letters' cases, in short and in long texts."""
    for repeat in (1, 2_000):
        assert text_key("«The Quay», says A. Mason.\n" * repeat) == text_key(
            "the quay says a mason" * repeat
        )


def test_letters_and_digits_count() -> None:
    """Arabic letters and digits included."""
    assert text_key("ثلاثة ٣ أيام") == "ثلاثة٣أيام"
    assert text_key("3 days") != text_key("4 days")
    assert text_key(" ... ") == ""
