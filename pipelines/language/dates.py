"""The words dates are written with: month names, fillers, halves of the day, and how a spelling is
folded for look-up.

Tables only, and the look-ups over them; what a sequence of such words means is `dates` and
`relative_dates`. Names are stored folded (`fold`): without marks, hamza seats and case, so that
أكتوبر, اكتوبر and OCTOBRE find theirs.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans(
    "ىیېکةۀەٱıøđł\u2018\u2019،؛\u2013\u2014\u2212\u2010\u2011\uff5c\u066b؍",
    "يييكهههاiodl" + "'',;-----|:/",
    "ـ",
)
# A word or a number, of any script; the apostrophe parts words (d'octubre).
TOKEN = re.compile(r"\d+|[^\W\d_]+|[^\w\s]|_")


def fold_for_dates(text: str) -> str:
    """`text` for look-up: ASCII digits, no marks or invisible signs, one case, one white space."""
    if text.isascii():
        return " ".join(text.casefold().split())
    text = unicodedata.normalize("NFKD", text)
    kept = [
        str(unicodedata.decimal(char)) if char.isdecimal() and not char.isascii() else char
        for char in text
        if unicodedata.category(char) not in ("Mn", "Mc", "Cf", "Me")
    ]
    text = unicodedata.normalize("NFC", "".join(kept)).casefold().translate(_LETTERS)
    return " ".join(text.split())


# Gregorian months, a paragraph each: full names (and inflected forms) of the languages of Europe,
# the Near East, Asia and Africa, folded. A name's beginning of three letters and more counts too
# where it names one month only.
_GREGORIAN = """
january januar janner janvier enero janeiro gennaio gener xaneiro januari januarie tammikuuta
jaanuar janvaris sausio sausis stycznia styczen ledna leden januara sijecnja sijecanj јануар
јануари януари января январь січня січень студзеня студзень ianuarie ιανουαριου ιανουαριος ocak
yanvar janar urtarrila jannar janaayo jannaayo janairu rebendan जनवरी জানযারী জানুয়ারি มกราคม ינואר
בינואר հունվարի հունվար იანვარი қаңтар январ ژانويه جنوري جنورى ጃንዋሪ 1월

february februar feber fevrier febrero fevereiro febbraio febrer febreiro februari februarie
helmikuuta veebruar februaris vasario vasaris lutego luty unora unor februara veljace veljaca
фебруар фебруари февруари февраля февраль лютого лютии лютий лютага люты φεβρουαριου φεβρουαριος
subat fevral shkurt otsaila frar pebrero febraayo faburairu sibat फबरअरी फरवरी ফেবরযারী ফেব্রুয়ারি
กมภาพนธ פברואר בפברואר փետրվարի փետրվար თებერვალი ақпан феврал فوريه فبروري فروري ፌብሩዋሪ

march mar marz mars marzo marco marc maart marts maaliskuuta kovo kovas marca marzec brezna brezen
marec ozujka ozujak март марта мар березня березень сакавіка сакавік martie marcius μαρτιου μαρτιος
mart martxoa marta marzu maret mac marso machi maarso maris mrz mrt adar मारच মারচ มนาคม מרץ במרץ
մարտի մարտ მარტი наурыз مارج مارچ ማርች

april avril abril aprile huhtikuuta aprill aprilis balandzio balandis kwietnia kwiecien dubna duben
aprila travnja travanj afirilu април апреля апрель квітня квітень красавіка красавік aprilie
απριλιου απριλιος nisan aprel prill apirila apirilaren abr aprili abriil abriel अपरल এপরিল เมษายน
אפריל באפריל ապրիլի ապրիլ აპრილი сәуір апрел اوريل اپريل اپرىل ኤፕሪል

may mai mayo maio maggio maig mei maj toukokuuta maijs geguzes geguze maja kvetna kveten svibnja
svibanj мај маи май мая травня травень majus μαιου μαιος mayis maiatza mejju maayo mayu gulan मई মে
พฤษภาคม מאי במאי մայիսի մայիս მაისი мамыр مه ميي مءي مئي ሜይ

june juni juin junio junho giugno juny xuno junie kesakuuta juuni junijs birzelio birzelis czerwca
czerwiec cervna cerven juna junij lipnja lipanj јун јуни юни июня июнь червня червень чэрвеня
чэрвень iunie junius ιουνιου ιουνιος haziran heziran iyun iyn qershor ekaina gunju hunyo juun jun
जन জন มถนายน יוני ביוני հունիսի հունիս ივნისი маусым июн ژوءن ژوئن ژوين جون ጁን

july juli juillet julio julho luglio juliol xullo julie heinakuuta juuli julijs liepos liepa lipca
lipiec cervence cervenec jula julij srpnja srpanj јул јули юли июля июль липня липень ліпеня ліпень
iulie julius ιουλιου ιουλιος temmuz tirmeh iyul iyl korrik uztaila lulju julai hulyo luulyo jul
जलाई জলাই กรกฎาคม יולי ביולי հուլիսի հուլիս ივლისი шілде июл ژوءيه ژوئيه ژوييه جولاءي جولائي جولاي
ጁላይ

august aout agosto agost agustus augusti augustus elokuuta augusts rugpjucio rugpjutis sierpnia
sierpien srpna srpen augusta avgust avgusta kolovoza kolovoz август августа серпня серпень жніуня
жнівень augusztus αυγουστου αυγουστος agustos avqust gusht abuztua awwissu ogos agosti ogosto
agusta tebax अगसट अगसत আগসট สงหาคม אוגוסט באוגוסט օգոստոսի օգոստոս აგვისტო тамыз اوت اكست اگست አጉስት
ኦገስት

september septembre septiembre setiembre setembro settembre setembre syyskuuta septembris rugsejo
rugsejis wrzesnia wrzesien zari septembra rujna rujan септембар септември сентября сентябрь вересня
вересень верасня верасень septembrie szeptember σεπτεμβριου σεπτεμβριος eylul sentyabr shtator
iraila settembru setyembre septemba sebtembar sebteembar septembar sentabr satumba सपटमबर सितबर
সেপটেমবর กนยายน ספטמבר בספטמבר սեպտեմբերի սեպտեմբեր სექტემბერი қыркүиек сентябр سپتامبر سپتمبر
ستمبر ሴፕቴምበር

october oktober octobre octubre outubro ottobre lokakuuta oktoober oktobris spalio spalis
pazdziernika pazdziernik rijna rijen oktobra октобар oktobar октомври октября октябрь жовтня
жовтень кастрычніка кастрычнік octombrie οκτωβριου οκτωβριος ekim oktyabr tetor urria urriaren
ottubru oktubre oktoba oktoobar oktabr cotmeh अकटोबर अकटबर अकतूबर अक्टूबर अक्तूबर অকটোবর ตลาคม
אוקטובר באוקטובר հոկտեմբերի հոկտեմբեր ოქტომბერი қазан октябр اكتبر ኦክቶበር

november novembre noviembre novembro marraskuuta novembris lapkricio lapkritis listopada listopad
listopadu novembra studenoga studeni новембар novembar ноември ноября ноябрь листопада листопад
лістапада лістапад noiembrie νοεμβριου νοεμβριος kasim noyabr nentor azaroa novembru nobyembre
novemba noofeembar nof nuwamba mijdar नोभमबर नवबर নভেমবর พฤศจกายน נובמבר בנובמבר նոյեմբերի նոյեմբեր
ნოემბერი қараша ноябр نوامبر نومبر ኖቬምበር

december dezember decembre diciembre dezembro dicembre desembre decembro desember joulukuuta
detsember decembris gruodzio gruodis grudnia grudzien prosince prosinec decembra prosinca prosinac
децембар decembar декември декабря декабрь грудня грудень снежня снежань decembrie δεκεμβριου
δεκεμβριος aralik dekabr dhjetor abendua dicembru disember disyembre desemba diseembar disamba
डिसमबर दिसबर ডিসেমবর ธนวาคม דצמבר בדצמבר դեկտեմբերի դեկտեմբեր დეკემბერი желтоқсан декабр دسامبر
دسمبر ዲሴምበር
"""

# The months of the Arab countries: Egypt and the Gulf; the Levant and Iraq; Algeria and Tunisia;
# Morocco and Mauritania; Libya's of 1969-2011. Two words of one name are joined by `_`.
_ARABIC = (
    "يناير ينايير جانفي جانفيي كانون_الثاني كانون_ثاني كانون_ثان ك2 اي_النار",
    "فبراير فبرائر فيفري فيفرى شباط اشباط النوار",
    "مارس مارت اذار الربيع",
    "ابريل افريل نيسان الطير",
    "مايو ماي ايار مايس الماء",
    "يونيو يونيه جوان حزيران الصيف",
    "يوليو يوليه جويليه جوييه جوليه يوليوز تموز ناصر",
    "اغسطس اوغسطس اوت غشت اغشت اب هانيبال هنيبعل",
    "سبتمبر شتنبر شتمبر سيبتمبر ايلول الفاتح",
    "اكتوبر اوكتوبر تشرين_الاول تشرين_اول ت1 التمور",
    "نوفمبر نونبر نوفنبر تشرين_الثاني تشرين_ثاني تشرين_ثان ت2 الحرث",
    "ديسمبر دجنبر دجمبر ديسنبر كانون_الاول كانون_اول ك1 الكانون",
)
_KURDISH = (
    "كانووني_دووهم كانوني_دووهم ريبهندان", "شوبات", "ءازار ئازار ازار", "نيسان", "ءايار ئايار",
    "حوزهيران حزهيران", "تهمووز تهموز", "ءاب ئاب", "ءهيلوول ئهيلوول ئهيلول", "تشريني_يهكهم",
    "تشريني_دووهم", "كانووني_يهكهم كانوني_يهكهم",
)  # fmt: skip

_HIJRI = (
    "محرم المحرم محرم_الحرام", "صفر", "ربيع_الاول ربيع_اول",
    "ربيع_الاخر ربيع_الثاني ربيع_ثاني ربيع_الاخره ربيع_اخر",
    "جمادي_الاولي جمادي_الاول جماد_الاول جماد_اول جمادي_اولي",
    "جمادي_الاخره جمادي_الثانيه جماد_الثاني جماد_ثاني جمادي_الثاني جماد_الاخر جمادي_الاخر", "رجب",
    "شعبان", "رمضان", "شوال", "ذو_القعده ذي_القعده ذوالقعده ذيالقعده ذيقعده ذو_قعده",
    "ذو_الحجه ذي_الحجه ذوالحجه ذيالحجه ذيحجه ذو_حجه",
)  # fmt: skip

# Iran's names, then Afghanistan's (Dari, Pashto): the same twelve months.
_PERSIAN = (
    "فروردين حمل وري", "ارديبهشت ثور غويي", "خرداد جوزا غبركولي", "تير سرطان جنكاس",
    "مرداد امرداد اسد زمري", "شهريور سنبله وږي", "مهر ميزان تله", "ابان عقرب لړم",
    "اذر اذرماه قوس ليندي", "دي جدي مرغومي", "بهمن دلو سلواغه", "اسفند حوت كب",
)  # fmt: skip

# A name that means another month in one language than in the rest.
_BY_LANGUAGE = {
    "hr": {"listopad": 10, "listopada": 10, "lis": 10, "srp": 7, "lip": 6, "lipnja": 6, "stu": 11},
    "bs": {"listopad": 10, "listopada": 10, "lis": 10},
    "cs": {"lis": 11, "srp": 8, "cer": 6, "cervna": 6},
    "pl": {"lis": 11, "lip": 7},
    "uk": {"лип": 7, "лис": 11},
}

# Beginnings of months that are first of all short days of the week.
_WEEKDAYS = frozenset(("sat", "sun", "mon", "tue", "wed", "thu", "fri"))
# Beginnings of months that are first of all numbers, or the day of a count ("2 gün önce").
_COUNTS = frozenset(("gun", "bir", "uno", "otto", "nove", "sete", "sette"))
# Names of the Arabic and Hebrew scripts are not shortened by cutting.
_PREFIXED = re.compile(r"[^\u0590-\u07ff\W\d_]+$")


def _word_table(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _build_month_table() -> dict[str, tuple[str, int]]:
    names: dict[str, tuple[str, int]] = {}
    for calendar, tables in (
        ("p", (_PERSIAN,)),
        ("h", (_HIJRI,)),
        ("g", (_KURDISH, _ARABIC, _GREGORIAN.split("\n\n"))),
    ):
        for table in tables:
            for number, words in enumerate(table, 1):
                for word in words.split():
                    names[fold_for_dates(word.replace("_", " ")).replace(" ", "_")] = (
                        calendar,
                        number,
                    )
    beginnings: dict[str, set[int]] = {}
    for name, (_, number) in names.items():
        if _PREFIXED.match(name):
            for size in range(3, len(name)):
                beginnings.setdefault(name[:size], set()).add(number)
    for beginning, numbers in beginnings.items():
        if len(numbers) == 1 and beginning not in names and beginning not in _WEEKDAYS | _COUNTS:
            names[beginning] = ("g", numbers.pop())
    return names


_NAMES = _build_month_table()
_FIRST_WORDS = frozenset(name.partition("_")[0] for name in _NAMES if "_" in name)


@lru_cache(maxsize=4096)
def month_number(
    word: str, following: str = "", language: str | None = None
) -> tuple[str, int, int] | None:
    """The month that the folded `word` names, alone or with the word `following` it: (calendar,
    1-12, words taken); None if it names none.

    Calendars: `g` Gregorian, `h` Hijri, `p` Persian (Solar Hijri).
    """
    if following and word in _FIRST_WORDS:
        month = _NAMES.get(f"{word}_{following}")
        if month:
            return *month, 2
    special = _BY_LANGUAGE.get((language or "")[:2], {}).get(word)
    if special:
        return "g", special, 1
    month = _NAMES.get(word) or (
        _NAMES.get(word[1:]) if word[:1] in ("و", "ب", "ל") and len(word) > 4 else None
    )
    return (*month, 1) if month else None


# Words that may stand between the parts of a date and say nothing.
FILLERS = _word_table("""
de del d of the th st nd rd er re e a o y an am den der le il la el al go ta m g года год г року р
рік г. god godine ag gada gads нашого шыл من شهر ماه سنه عام لعام لسنه لسنة سال ه ق ش هجري هجريه
هجرى هق هش ميلادي ميلاديه م ي الموافق للموافق يوم dia den dne na on at
""")

# Halves of the day. `night` is am after midnight and pm before it; `noon` is pm from twelve on.
_HALVES = {
    "am": (
        "早上 上午 清晨 凌晨 a.m. am a.m صباحا الصباح صباح ص فجرا الفجر فجر صبح ق.ظ "
        "بامداد π.μ. πμ sa öö 上午 午前 오전 dop. dopoledne"
    ),
    "pm": (
        "晚上 傍晚 p.m. pm p.m مساءا مساء المساء م عصرا العصر عصر بعدازظهر ب.ظ μ.μ. μμ ch "
        "下午 午後 오후 odp. odpoledne غروب"
    ),
    "noon": ("中午 正午 ظهرا الظهر ظهر noon"),
    "night": ("ليلا الليل ليل شب"),
}
_HALF_PHRASES = {
    "am": (
        "a. m.",
        "قبل الظهر",
        "قبل از ظهر",
        "ق ظ",
        "بعد منتصف الليل",
        "du matin",
        "de la mañana",
        "da manhã",
    ),
    "pm": (
        "p. m.",
        "بعد الظهر",
        "بعد از ظهر",
        "ب ظ",
        "de la tarde",
        "de la noche",
        "da tarde",
        "da noite",
    ),
}
HALVES = {
    **{fold_for_dates(word): half for half, words in _HALVES.items() for word in words.split()},
    **{
        fold_for_dates(phrase): half
        for half, phrases in _HALF_PHRASES.items()
        for phrase in phrases
    },
}

# What stands before a date and says which one it is.
MODIFIED_LABELS = (
    "اخر تحديث", "تاريخ التحديث", "تم التحديث", "التحديث", "تحديث", "حدث في", "عدل في", "تعديل",
    "محدث", "به روز رساني", "بروزرساني", "last updated", "updated", "last modified", "modified",
    "update", "mis a jour", "maj", "modifie", "aktualisiert", "zuletzt", "stand", "actualizado",
    "actualitzat", "aggiornato", "aggiornamento", "modificato", "atualizado", "bijgewerkt",
    "uppdaterad", "uppdaterat", "oppdatert", "opdateret", "paivitetty", "guncelleme",
    "guncellendi", "son guncelleme", "aktualizacja", "aktualizace", "aktualizovano", "обновлено",
    "оновлено", "diperbarui", "cap nhat", "更新", "수정", "frissitve",
)  # fmt: skip
PUBLISHED_LABELS = (
    "نشر في", "نشر", "نشرت", "النشر", "تاريخ النشر", "تاريخ", "التاريخ", "صدر", "بتاريخ", "في",
    "الساعه", "ساعه", "كتب", "اخر", "انتشار", "تاريخ انتشار", "منتشر شده", "published", "publish",
    "posted", "created", "first", "date", "publie", "paru", "le", "a", "las", "veroffentlicht",
    "erstellt", "publicado", "publicada", "pubblicato", "gepubliceerd", "publicerad", "publisert",
    "offentliggjort", "julkaistu", "yayinlanma", "giris", "opublikowano", "publikovano",
    "опубликовано", "опубліковано", "dipublikasikan", "dang", "掲載", "発行", "公開", "배포",
    "입력", "on", "at", "by", "um", "alle", "ore", "kl", "klo", "kl.", "saat", "fecha", "data",
    "datum", "uhr",
)  # fmt: skip
