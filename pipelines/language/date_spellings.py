"""Dates written otherwise than with a number or a name of the month, respelled so that all else
reads them alike.

Thai abbreviations (whose vowels are lost once a text is folded), Japanese eras, Chinese numerals,
and the short forms of Lebanon and Syria. Tables and replacements only.
"""

from __future__ import annotations

import re

_THAI = {
    "ม.ค": "มกราคม", "ก.พ": "กุมภาพันธ์", "มี.ค": "มีนาคม", "เม.ย": "เมษายน", "พ.ค": "พฤษภาคม",
    "มิ.ย": "มิถุนายน", "ก.ค": "กรกฎาคม", "ส.ค": "สิงหาคม", "ก.ย": "กันยายน", "ต.ค": "ตุลาคม",
    "พ.ย": "พฤศจิกายน", "ธ.ค": "ธันวาคม",
}  # fmt: skip
_THAI_MONTH = re.compile(
    "(?<![ก-๙])("
    + "|".join(map(re.escape, sorted(_THAI, key=len, reverse=True)))
    + r")\.?(?![ก-๙])( *\d\d(?![\d:.]))?"
)
# The year before an era's first.
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
_ERA = re.compile("(" + "|".join(_ERAS) + r") ?(元|\d{1,2}) ?年")
_CHINESE = {char: at % 10 for at, char in enumerate("〇一二三四五六七八九零")}
_CHINESE_YEAR = re.compile("[〇零一二三四五六七八九]{4}(?=年)")
_CHINESE_NUMBER = re.compile(
    "([一二三四五六七八九])?(十)?([一二三四五六七八九])?(?=[月日号號時时点點分])"
)
# Lebanon's and Syria's short forms of the two Kanuns and Tishrins.
_SHORT = re.compile(r"(?<!\w)(كانون|تشرين|[كت]) ?([12])(?!\d)")
_SHORT_NAMES = {
    "ك1": "كانون الاول",
    "ك2": "كانون الثاني",
    "ت1": "تشرين الاول",
    "ت2": "تشرين الثاني",
}


def normalise_spelling(text: str) -> str:
    """A date text as it was written, with these forms as others have them; to be folded
    afterwards.
    """
    if text.isascii():
        return text
    text = _THAI_MONTH.sub(_expand_thai_month, text)
    if "年" in text or "月" in text:
        text = _ERA.sub(
            lambda era: f"{_ERAS[era[1]] + (1 if era[2] == '元' else int(era[2]))}年", text
        )
        text = _CHINESE_YEAR.sub(
            lambda year: "".join(str(_CHINESE[char]) for char in year[0]), text
        )
        text = _CHINESE_NUMBER.sub(_chinese_number, text)
    return text


def normalise_levantine_months(folded: str) -> str:
    """A folded text with the short forms of the two Kanuns and Tishrins written out."""
    return _SHORT.sub(lambda match: f" {_SHORT_NAMES[match[1][0] + match[2]]} ", folded)


def _expand_thai_month(match: re.Match[str]) -> str:
    """The month's full name; a year of two digits is of the Buddhist era."""
    year = match[2] or ""
    return f"{_THAI[match[1]]} {'25' + year.strip() if year else ''}"


def _chinese_number(match: re.Match[str]) -> str:
    if not match[0]:
        return ""
    if match[2] is None:
        return str(_CHINESE[match[1] or match[3]])
    return str(10 * _CHINESE[match[1] or "一"] + _CHINESE[match[3] or "〇"])
