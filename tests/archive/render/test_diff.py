"""What changed between two versions, as text and as HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rendered import Tags, version

from archive.render.diff import DiffKind, as_html, as_text, compare_versions


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        (["أ ب ج"], ["أ ب ج"], [DiffKind.SAME]),
        (["أ ب ج د"], ["أ ب ج هـ"], [DiffKind.EDITED]),
        (["أ ب ج"], ["أ ب ج", "د هـ و"], [DiffKind.SAME, DiffKind.ADDED]),
        (["أ ب ج", "د هـ و"], ["د هـ و"], [DiffKind.REMOVED, DiffKind.SAME]),
        (["أ ب ج"], ["س ص ع"], [DiffKind.ADDED, DiffKind.REMOVED]),
    ],
)
def test_paragraphs_are_compared(
    before: list[str], after: list[str], kinds: list[DiffKind]
) -> None:
    """A paragraph stayed, came, went, or was edited; one that shares little with another is not its
    edit.
    """
    differences = compare_versions(version("ع", *before), version("ع", *after))
    assert [difference.kind for difference in differences] == [DiffKind.SAME, *kinds]


def test_changed_headline() -> None:
    """A changed headline is the first difference."""
    differences = compare_versions(
        version("عنوان الخبر القديم", "نص."), version("عنوان الخبر الجديد", "نص.")
    )
    assert list(as_text(differences))[:2] == ["- عنوان الخبر القديم", "+ عنوان الخبر الجديد"]
    assert (
        next(iter(as_html(differences))) == "<p>عنوان الخبر <del>القديم</del><ins>الجديد</ins></p>"
    )


PARAGRAPHS = st.lists(st.text(st.sampled_from("ابج <&"), max_size=20), max_size=6)


@given(PARAGRAPHS, PARAGRAPHS)
def test_differences_hold_both_texts(before: list[str], after: list[str]) -> None:
    """From the differences both texts can be read whole, and their HTML has no element but ours."""
    differences = compare_versions(version("ع", *before), version("ع", *after))
    assert [
        difference.after for difference in differences if difference.kind is not DiffKind.REMOVED
    ] == [
        "ع",
        *"\n".join(after).split("\n"),
    ]
    assert [
        difference.before for difference in differences if difference.kind is not DiffKind.ADDED
    ] == [
        "ع",
        *"\n".join(before).split("\n"),
    ]
    assert set(Tags("".join(as_html(differences))).tags) <= {"p", "ins", "del"}
