"""The time of day and the zone in a folded date text.

Takes them out of the text, so that `dates` finds only the date in what is left. Which zone holds
where none is stated is the caller's to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from pipelines.language.dates import HALVES, fold_for_dates

# What a time is replaced by: it parts what stood around it.
GAP = " ~ "

_HALF = "|".join(re.escape(word) for word in sorted(HALVES, key=len, reverse=True))
_LEADING = "|".join(
    re.escape(word) for word in sorted(HALVES, key=len, reverse=True) if len(word) > 1
)
# A word begins here: after no letter, or with one of a script that sets no spaces.
_APART = r"(?:(?<![^\W\d_])|(?=[上下午晚早凌清中傍오]))"
_TAIL = rf"(?:[ ,]?\(?({_HALF})\)?(?![^\W\d_]))?"
_COLON = re.compile(
    rf"(?:{_APART}({_LEADING}) ?)?(?<![\d:.])(\d{{1,2}}) ?: ?(\d{{2}})(?: ?: "
    rf"?(\d{{2}})(?:[.,]\d{{1,9}})?)?(?![\d:])(?: uhr(?!\w))?{_TAIL}"
)
_LETTERED = re.compile(
    rf"(?:{_APART}({_LEADING}) ?)?(?<![\d:.])(\d{{1,2}}) "
    rf"?(?:(?:h|hs|hrs|uhr|ч)(?![^\W\d_])|[時时](?!間|间)|点|點|시(?!간)) ?(?:(\d{{2}})(?!\d) "
    rf"?(?:分|분|min)?)?()(?:uhr)?{_TAIL}"
)
# the empty groups keep the numbering of the others
_HALF_ONLY = re.compile(
    rf"(?:(?<![^\W\d_])((?!x)x))?(?<![\d:./-])(\d{{1,2}})()() ?\(?({_HALF})\)?(?![^\W\d_])"
)
_DOTTED = re.compile(rf"()(?<![\d:.,/])(\d{{1,2}})[.](\d{{2}})()(?![\d:/]|[.,]\d)(?: ?uhr)?{_TAIL}")

_OFFSET = re.compile(
    r" ?\(?(?:(?:gmt|utc) ?([+-]|\+ )(\d{1,2})(?::?(\d{2}))?(?![\d/]) "
    r"?\)?|([+-])(\d{2}):?(\d{2})(?![\d/.-])|(z|gmt|utc)(?![^\W\d_]))"
)
_DATE_WORDS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|on "
_ABBREVIATION = re.compile(rf" ?\(?([a-zа-я]{{2,5}})(?![^\W\d_]| (?!{_DATE_WORDS})[a-z])\)?")
_LOCAL = re.compile(r"ب?التوقيت المحلي|local time")
_AHEAD = r"(?: ?([+-]|\+ )(\d{1,2})(?![\d/.:-]))?"
_PLACE = re.compile(
    rf"(?:ب?(?:ال)?توقيت|ب?حسب توقيت|time in|به وقت) (?:مدينه )?([^\W\d_]+)(?: "
    rf"([^\W\d_]+))?{_AHEAD}"
)

# Fixed offsets in minutes, or the zone whose summer time counts.
_ABBREVIATIONS: dict[str, int | str] = {
    "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480,
    "pdt": -420, "akst": -540, "hst": -600, "et": "America/New_York", "ct": "America/Chicago",
    "pt": "America/Los_Angeles", "bst": 60, "wet": 0, "west": 60, "cet": 60, "cest": 120,
    "mez": 60, "mesz": 120, "eet": 120, "eest": 180, "msk": 180, "мск": 180, "trt": 180,
    "ist": 330, "pkt": 300, "npt": 345, "sgt": 480, "myt": 480, "hkt": 480, "pht": 480, "wib": 420,
    "wita": 480, "wit": 540, "ict": 420, "jst": 540, "kst": 540, "awst": 480, "acst": 570,
    "acdt": 630, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780, "eat": 180, "cat": 120,
    "sast": 120, "wat": 60, "ast": 180, "gst": 240, "ksa": 180, "uae": 240, "irst": 210,
    "brt": -180, "art": -180, "clt": -240, "cot": -300, "pet": -300,
}  # fmt: skip

# Abbreviations that some countries use in another sense than the table's: there they mean the
# site's own zone.
_DOUBTFUL = {
    "ist": ("Asia/Jerusalem", "Europe/Dublin"),
    "cst": ("Asia/Shanghai", "Asia/Taipei"),
    "ast": ("America/Halifax", "America/Puerto_Rico"),
    "bst": ("Asia/Dhaka",),
}

_PLACES = {
    "Etc/UTC": (
        "غرينتش جرينتش غرينيتش جرينيتش كرينتش غرنتش الدولي العالمي غرينتش، غرينويج گرينويچ "
        "گرينويج greenwich"
    ),
    "Asia/Riyadh": "مكه السعوديه الرياض مكه_المكرمه جده makkah mecca riyadh",
    "Asia/Dubai": "ابوظبي ابو_ظبي الامارات دبي الشارقه dubai",
    "Africa/Cairo": "القاهره مصر cairo",
    "Asia/Beirut": "بيروت لبنان beirut",
    "Asia/Baghdad": "بغداد العراق اربيل baghdad",
    "Asia/Damascus": "دمشق سوريا سوريه",
    "Asia/Amman": "عمان الاردن amman",
    "Asia/Muscat": "مسقط سلطنه_عمان",
    "Asia/Jerusalem": "القدس فلسطين اسراءيل اسرائيل jerusalem",
    "Asia/Qatar": "الدوحه قطر doha",
    "Asia/Kuwait": "الكويت",
    "Asia/Bahrain": "المنامه البحرين",
    "Asia/Aden": "صنعاء اليمن عدن",
    "Africa/Tunis": "تونس",
    "Africa/Algiers": "الجزاءر الجزائر",
    "Africa/Casablanca": "المغرب الرباط الدار_البيضاء",
    "Africa/Tripoli": "طرابلس ليبيا",
    "Africa/Khartoum": "الخرطوم السودان",
    "Africa/Nouakchott": "نواكشوط موريتانيا",
    "Europe/Istanbul": "اسطنبول انقره تركيا",
    "Europe/Moscow": "موسكو مسكو москве",
    "Europe/London": "لندن بريطانيا london",
    "Europe/Paris": "باريس فرنسا",
    "Europe/Berlin": "برلين المانيا وسط_اوروبا",
    "America/New_York": "واشنطن نيويورك شرق_الولايات الساحل_الشرقي",
    "Asia/Tehran": "طهران ايران تهران",
    "Asia/Kabul": "كابول كابل",
    "Asia/Shanghai": "بكين الصين",
    "Asia/Tokyo": "طوكيو اليابان",
}
# keys of two words hold a space
_BY_PLACE = {
    fold_for_dates(place.replace("_", " ")): zone
    for zone, places in _PLACES.items()
    for place in places.split()
}
_GREENWICH = re.compile(
    rf"(?:غرينتش|جرينتش|غرينيتش|جرينيتش|(?<!\w)ت\.? ?غ(?!\w)|(?<!\w)(?:gmt|utc)(?!\w)){_AHEAD}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOfDay:
    """A time as written; `minute` and `second` are None if left out, `zone` is None if none is
    stated.
    """

    hour: int
    minute: int | None = None
    second: int | None = None
    zone: tzinfo | None = None


def _hour_of_24(hour: int, half: str | None) -> int:
    """The hour of 24 from one written with a half of the day; an hour past twelve stands as it
    is.
    """
    if half is None or hour > 12:
        return hour
    if half == "am":
        return hour % 12
    if half == "noon":
        return hour if hour >= 10 else hour + 12
    if half == "night" and (hour == 12 or hour < 6):
        return hour % 12
    return hour % 12 + 12


def _utc_offset(sign: str, hours: str, minutes: str | None) -> timezone | None:
    size = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if size > timedelta(hours=14):  # the widest in use (Kiribati)
        return None
    return timezone(-size if sign == "-" else size)


def _zone_after(text: str, zone: tzinfo) -> tuple[tzinfo | None, int]:
    """The zone that `text` begins with, and how many characters it takes."""
    match = _OFFSET.match(text)
    if match:
        if match[7]:
            return UTC, match.end()
        offset = _utc_offset(match[1] or match[4], match[2] or match[5], match[3] or match[6])
        return offset, match.end() if offset else 0
    match = _ABBREVIATION.match(text)
    if match and match[1] in _ABBREVIATIONS:
        meaning = _ABBREVIATIONS[match[1]]
        if _is_abbreviation_of(zone, match[1]):
            return zone, match.end()
        return ZoneInfo(meaning) if isinstance(meaning, str) else timezone(
            timedelta(minutes=meaning)
        ), match.end()
    return None, 0


def _is_abbreviation_of(zone: tzinfo, word: str) -> bool:
    """Whether the site's zone is the one that uses this abbreviation in the less usual sense."""
    return str(getattr(zone, "key", "")) in _DOUBTFUL.get(word, ())


def _named_zone(text: str) -> tuple[tzinfo | None, str]:
    """A zone named by its place anywhere in `text`, and the text without it."""
    match = _PLACE.search(text)
    if match:
        pair, single = f"{match[1]} {match[2] or ''}".strip(), match[1]
        name = _BY_PLACE.get(pair) or _BY_PLACE.get(single)
        if name:
            ahead = (
                _utc_offset(match[3], match[4], None) if match[3] and name == "Etc/UTC" else None
            )
            return ahead or ZoneInfo(name), text[: match.start()] + GAP + text[match.end() :]
    match = _GREENWICH.search(text)
    if match:
        if match[1] and (offset := _utc_offset(match[1], match[2], None)):
            return offset, text[: match.start()] + GAP + text[match.end() :]
        return UTC, text[: match.start()] + GAP + text[match.end() :]
    return None, text


def split_time(text: str, zone: tzinfo, *, dotted: bool = False) -> tuple[TimeOfDay | None, str]:
    """The time of day in the folded `text`, and the text without it (a gap in its place).

    `zone` is the site's, to tell whose abbreviation a doubtful one is. `dotted` also reads `18.53`,
    which must wait until the dates are out of the text.
    """
    text = _LOCAL.sub(" ", text)
    for pattern in (_DOTTED,) if dotted else (_COLON, _LETTERED, _HALF_ONLY):
        for match in pattern.finditer(text):
            half = HALVES.get(match[5] or match[1] or "")
            hour, minute, second = int(match[2]), int(match[3] or 0), int(match[4] or 0)
            if hour > 24 or minute > 59 or second > 60:
                continue
            named_zone, length = _zone_after(text[match.end() :], zone)
            rest = text[: match.start()] + GAP + text[match.end() + length :]
            if named_zone is None:
                named_zone, rest = _named_zone(rest)
            return (
                TimeOfDay(
                    hour=_hour_of_24(hour, half) % 24,
                    minute=minute if match[3] else None,
                    second=min(second, 59) if match[4] else None,
                    zone=named_zone,
                ),
                rest,
            )
    return None, text
