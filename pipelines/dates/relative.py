"""Dates that count back from now: "قبل 3 ساعات", "أمس", "3 hours ago", against the time of the
capture.

Takes folded text. How a day becomes an instant is `dates`' business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

from archive.model import Precision
from pipelines.dates.time_of_day import TimeOfDay
from pipelines.language.dates import MODIFIED_LABELS, PUBLISHED_LABELS, TOKEN, fold_for_dates


def _fold_words(words: str, sep: str | None = None) -> frozenset[str]:
    return frozenset(_fold_phrase(word) for word in words.split(sep))


def _fold_phrase(phrase: str) -> str:
    """A phrase folded, its words with nothing but a space between (`aujourd hui`), as
    `_split_words` finds them in a text.
    """
    return " ".join(word for word in TOKEN.findall(fold_for_dates(phrase)) if word.isalnum())


_UNITS = {
    "second": (
        "วินาที δευτερολεπτα שנייה שניות सेकंड سیکنڈ ثانيه ثوان ثواني ثانيتين ثانيتان second "
        "seconds sec secs seconde secondes sekunde sekunden segundo segundos secondo secondi "
        "saniye секунд секунду секунды detik giay 秒 초 sekund sekunder sekundy ثانیه"
    ),
    "minute": (
        "分钟 分鐘 นาที λεπτο λεπτα דקה דקות मिनट منٹ دقيقه دقاءق دقايق دقائق دقيقتين دقيقتان "
        "دقيقتين minute minutes min mins minuten minuto minutos minuti dakika минут "
        "минуту минуты хвилин "
        "хвилини хвилину menit phut 分 분 minutt minutter minuter minuut minuty minut minuta "
        "minutami minuuttia"
    ),
    "hour": (
        "godz ชั่วโมง ώρα ώρες שעה שעות שעתיים घंटा घंटे घंटों گھنٹے گھنٹہ گھنٹوں ساعة ساعه ساعات "
        "ساعتين ساعتان ساعت hour hours hr hrs h heure heures stunde stunden std hora horas ora "
        "ore saat час часа часов годин години годину jam gio 時間 小时 小時 시간 time timer timme "
        "timmar uur uren godzin godziny godzine hodin hodiny hodinami hodinou tuntia "
        "گنطه گهنٹي گهنٹه "
        "سعات"
    ),
    "day": (
        "วัน ημέρα ημέρες μέρες יום ימים יומיים दिन دنوں يوم ايام يوما يومين يومان روز day days d "
        "jour jours tag tagen tage dia dias giorno giorni gun день дня дней днів дні hari ngay 日 "
        "天 일 dag dager dagar dage dagen dni dzien dny paivaa دن"
    ),
    "week": (
        "สัปดาห์ εβδομάδα εβδομάδες שבוע שבועות שבועיים सप्ताह हफ्ते ہفتے ہفتہ 週 周前 اسبوع اسابيع "
        "اسبوعين اسبوعان هفته week weeks w semaine semaines woche wochen semana semanas settimana "
        "settimane hafta неделю недели недель тиждень тижні minggu tuan 週間 周 주 uke uker vecka "
        "veckor uge uger weken tydzien tygodnie viikkoa هفتي"
    ),
    "month": (
        "เดือน μήνα μήνες חודש חודשים חודשיים महीना महीने مہینے ماہ ヶ月 個月 شهر اشهر شهور شهرين "
        "شهران شهرا ماه month months mo mois monat monaten monate mes meses mese mesi ay месяц "
        "месяца месяцев місяць місяці bulan thang か月 个月 개월 maned maneder manad manader maand "
        "maanden miesiac miesiace"
    ),
    "year": (
        "ปี χρόνο χρόνια έτος έτη שנה שנים שנתיים वर्ष साल سالوں سنه سنوات سنتين سنتان عام اعوام "
        "عامين عامان عاما سال year years yr yrs an ans annee jahr jahren jahre ano anos anno anni "
        "yil год года лет рік роки tahun nam 年 년 ar vuosi jaar rok lata"
    ),
}
_UNIT = {fold_for_dates(word): unit for unit, words in _UNITS.items() for word in words.split()}
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_PRECISION = {
    "second": Precision.SECOND,
    "minute": Precision.MINUTE,
    "hour": Precision.HOUR,
    "day": Precision.DAY,
    "week": Precision.DAY,
    "month": Precision.MONTH,
    "year": Precision.YEAR,
}

_NUMBERS = {
    fold_for_dates(word): number
    for number, words in enumerate(
        (
            "",
            (
                "واحد واحده احدي one a an un une ein einem einer eine una uno um uma bir yek يك "
                "один одну"
            ),
            "اثنين اثنان اثنتين two deux zwei dos due dois iki دو два две",
            "ثلاث ثلاثه three trois drei tres tre uc سه три",
            "اربع اربعه four quatre vier cuatro quattro quatro dort چهار четыре",
            "خمس خمسه five cinq funf cinco cinque bes پنج пять",
            "ست سته six sechs seis sei alti شش",
            "سبع سبعه seven sept sieben siete sette sete yedi هفت",
            "ثماني ثمانيه ثمان eight huit acht ocho otto oito sekiz هشت",
            "تسع تسعه nine neuf neun nueve nove dokuz نه",
            "عشر عشره ten dix zehn diez dieci dez on ده",
        )
    )
    for word in words.split()
}
_DUAL = re.compile(
    r"(?:שעתיים|יומיים|שבועיים|חודשיים|שנתיים)$|.+(?:تين|تان|يومين|يومان|وعين|وعان|هرين|هران|امين|امان)$|^(?:يومين|يومان|شهرين|عامين)$"
)
# Units written with a letter; they count only right after a number.
_SHORT_UNITS = {
    "د": "minute",
    "س": "hour",
    "ي": "day",
    "m": "minute",
    "min": "minute",
    "h": "hour",
    "d": "day",
    "w": "week",
}
_ABOUT = _fold_words(
    "حوالي نحو قرابة تقريبا بضع بضعة عدة و about around over almost nearly more than some few "
    "several and environ quelques etwa rund "
    "einigen alrededor unas unos circa около несколько sekitar حدود چند"
)
_PARTS = dict.fromkeys(("نصف", "half", "نيم", "halbe", "halben", "demie"), 0.5) | {
    "ربع": 0.25,
    "quarter": 0.25,
}

# What says that the count goes back, before or after it.
_AGO = _fold_words(
    "منذ قبل من پیش ago vor il y a hace há ha fa faz önce назад тому yang lalu lepas trước "
    "geleden sedan siden sitten "
    "مضت مضى مضي πριν temu przed před pred prieš pirms tagasi 前 전 پہلے قبل cách đây for "
    "ที่แล้ว ก่อน לפני पहले पूर्व"
)

_DAY_WORDS = {
    _fold_phrase(phrase): days
    for days, phrases in {
        0: "اليوم,امروز,today,aujourd'hui,heute,hoy,oggi,hoje,bugün,сегодня,сьогодні,hari "
        "ini,hôm nay,vandaag,idag,i dag,"
        "dzisiaj,dziś,dnes,tänään,σήμερα,今天,今日,오늘,آج,היום,आज,วันนี้",
        1: "أمس,الأمس,امبارح,البارحة,دیروز,yesterday,hier,gestern,ayer,ieri,ontem,dün,"
        "вчера,вчора,kemarin,"
        "hôm qua,gisteren,igår,"
        "i går,wczoraj,včera,eilen,χθες,昨天,昨日,어제,گزشتہ روز,אתמול,बीते कल,เมื่อวาน,เมื่อวานนี้",
        2: (
            "أول أمس,قبل أمس,قبل الأمس,שלשום,前天,おととい,أمس الأول,أول من أمس,پریروز,day before "
            "yesterday,avant-hier,vorgestern,anteayer,l'altro ieri,anteontem,позавчера"
        ),
    }.items()
    for phrase in phrases.split(",")
}
_NOW = _fold_words(
    "الآن,للتو,حالا,منذ قليل,قبل قليل,منذ لحظات,قبل لحظات,منذ ثوان,همین حالا,لحظاتی "
    "پیش,دقایقی پیش,just now,now,moments ago,a moment ago,"
    "a few seconds ago,à l'instant,gerade eben,ahora,adesso,agora,az önce,только что,baru saja",
    sep=",",
)
_PART_OF_DAY = "صباح مساء ظهر فجر ليلة عصر morning evening afternoon night this"
# What stands between a day and its time ("yesterday at 18:53"), and a day before its name.
_BETWEEN = (
    "ساعت um uhr om uur kl klo alle ore o godz v ve w в во о об às as at στις בשעה ב يوم في عند"
)
_SILENT = (
    _fold_words(_PART_OF_DAY)
    | _fold_words(_BETWEEN)
    | frozenset(
        word
        for label in (*MODIFIED_LABELS, *PUBLISHED_LABELS)
        for word in fold_for_dates(label).split()
    )
)
_MAX_TOKENS = 10
# Fewer than this many can be meant by an unnumbered plural ("minutes ago"): the hour is known, not
# the minute.
_VAGUE = {"second": Precision.MINUTE, "minute": Precision.HOUR, "hour": Precision.DAY}


@dataclass(frozen=True, slots=True, kw_only=True)
class RelativeDate:
    """A count back from the capture: the local moment it leads to and how much of it is known."""

    moment: datetime
    precision: Precision


@lru_cache(maxsize=512)
def _split_words(text: str) -> tuple[str, ...]:
    return tuple(word for word in TOKEN.findall(text) if word.isalnum())


def parse_relative_date(
    rest: str, time: TimeOfDay | None, *, captured: datetime, zone: tzinfo
) -> RelativeDate | None:
    """The instant that `rest` counts back to from the capture; None if `rest` is no relative date.

    `rest` is folded and without its time of day (`time`), which only "yesterday" and the like can
    carry.
    """
    words = _split_words(rest)
    if not words or len(words) > _MAX_TOKENS:
        return None
    now = captured.astimezone(zone)
    if time is None:
        spoken = " ".join(words)
        if spoken in _NOW or " ".join(word for word in words if word not in _SILENT) in _NOW:
            return RelativeDate(moment=now, precision=Precision.MINUTE)
        counted = _counted_units(words)
        if counted:
            return _count_back(now, counted)
    days = _day_word(words)
    return (
        None
        if days is None
        else RelativeDate(moment=now - timedelta(days=days), precision=Precision.DAY)
    )


def _day_word(words: tuple[str, ...]) -> int | None:
    """Days back by a word such as yesterday, if the text holds nothing else but labels."""
    for size in (3, 2, 1):
        for index in range(len(words) - size + 1):
            days = _DAY_WORDS.get(" ".join(words[index : index + size]))
            if days is not None and _are_silent(words[:index] + words[index + size :]):
                return days
    return None


def _are_silent(words: tuple[str, ...]) -> bool:
    return all(word in _SILENT for word in words)


def _counted_units(words: tuple[str, ...]) -> list[tuple[float | None, str]] | None:
    """The (number, unit) pairs of a text that counts back and says nothing else; number None:
    unsaid, more than one.
    """
    first = next((at for at, word in enumerate(words) if word in _AGO or _glued_unit(word)), None)
    if first is None:
        return None
    pairs: list[tuple[float | None, str]] = []
    number: float | None = None
    for index, word in enumerate(words):
        part = _PARTS.get(word) or _PARTS.get(word.removeprefix("و"))
        if unit := _unit_of(word, number, ago=first <= index):
            pairs.append((_implied_count(word) if number is None else number, unit))
            number = None
        elif part and pairs and number is None:  # an hour and a half
            pairs[-1] = ((pairs[-1][0] or 1) + part, pairs[-1][1])
        elif number is None and (named := part or _number_of(word, first=not pairs)):
            number = named
        elif (
            word not in _AGO and word not in _NUMBERS and word not in _SILENT and word not in _ABOUT
        ):
            return None
    return pairs if pairs and number is None else None


def _number_of(word: str, *, first: bool) -> float | None:
    """The number that a word names; "one" after a unit only repeats that it is one."""
    if word.isdecimal() and len(word) <= 3:
        return int(word)
    if word in _AGO:
        return None
    named = _NUMBERS.get(word)
    return named if first or named != 1 else None


def _unit_of(word: str, number: float | None, *, ago: bool) -> str | None:
    """The unit that a word names, if a count precedes it or may be left out; directly after a
    number one letter is enough.
    """
    if number is None and not ago and word not in _SINGULAR:
        return None
    if number is not None and word in _SHORT_UNITS:
        return _SHORT_UNITS[word]
    return _UNIT.get(word) or _UNIT.get(word.removeprefix("و")) or _glued_unit(word)


def _implied_count(word: str) -> float | None:
    if _DUAL.match(word):
        return 2
    return 1 if word in _SINGULAR else None


def _glued_unit(word: str) -> str | None:
    """The unit of `時間前` and the like, where unit and "ago" are one word."""
    return next(
        (_UNIT.get(word.removesuffix(ago)) for ago in _GLUED_AGO if word.endswith(ago)), None
    )


_GLUED_AGO = tuple(_fold_words("前 전 ที่แล้ว ก่อน"))
_SINGULAR = _fold_words(
    "שעה דקה יום שבוע חודש שנה ώρα λεπτό ημέρα μέρα εβδομάδα μήνα घंटा گھنٹہ دن ثانية دقيقة "
    "ساعة يوم أسبوع شهر سنة عام ساعت روز هفته ماه سال second minute hour day week month year "
    "heure jour semaine "
    "stunde tag woche monat jahr hora dia semana mes ano ora giorno settimana mese anno час "
    "день неделю месяц год"
)


def _count_back(now: datetime, counted: list[tuple[float | None, str]]) -> RelativeDate:
    number, unit = counted[0]
    if number is None:
        return RelativeDate(moment=now, precision=_VAGUE.get(unit, Precision.MONTH))
    if unit not in _SECONDS:
        return RelativeDate(
            moment=now - timedelta(days=number * _DAYS[unit]), precision=_PRECISION[unit]
        )
    parts = [(count or 0, name) for count, name in counted if name in _SECONDS]
    precision = _PRECISION[parts[-1][1]]
    if precision == Precision.HOUR and number != int(number):
        precision = Precision.MINUTE
    # through UTC, for the hours are real ones even where the clocks change
    back = sum(count * _SECONDS[name] for count, name in parts)
    return RelativeDate(
        moment=datetime.fromtimestamp(now.timestamp() - back, tz=now.tzinfo), precision=precision
    )
