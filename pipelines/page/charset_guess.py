"""Which charset bytes without a trustworthy declaration are in, judged letter by letter.

Made for short texts, where statistics over a page have too little to go by: a headline of two words
must do. Each charset is tried, and the letters it gives are weighed by how common they are in the
languages that use it, and by how words are made: one script a word, capitals first.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from itertools import pairwise

# Letters from the most common on; what stands behind a space is rare. Of scripts with two cases the
# small letters. Of Chinese and Korean those that headlines hold most.
_ARABIC = "اليمونرتبدعسفهكقحةجأ شطصخضىغذثزئإءظؤآًٌٍَُِّْـ"
_PERSIAN = "پچگکی ژ"
_CYRILLIC = "оеаинтсрвлкмдпу яыьгзбчйхжшюцщэфъёіїєґ"
_GREEK = "αοιετσνηυρπκμλςγδωχθφβξζψάίόέήύώ ϊϋΐΰ"
_HEBREW = "יוהלאתרמבשנעםדחקפןטסכגצזךףץ "
_LATIN = "éèàùâêîôûçëïüöäßñáíóúãõåøæœìòýðþ ÿ"
_EASTERN = "ąćęłńóśźżáéíýčďěňřšťúůžľĺŕôäőűúöüăâîșțşţđ "
_TURKISH = "ışğüöçİâîû "
# fmt: off
_CHINESE = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行"
    "学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然"
    "前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无"
    "系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组"
    "见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增"
    "争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八"
    "离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验"
    "罗斯俄乌克兰袭击英德巴韩朝伊朗亚普拜登网友疫逮捕嫌犯涨跌育亿州苏港台湾香"
    "突闻京城警察访缓市价股票总统总理首"
    "這個國為時來們發動會對說產種後學經進還電當開點從業應間樣與關氣條沒結問義變無軍黨員總設長資邊級組見計別區強戰處隊門"
    "規領導東壓爭濟術極聯認權證轉單風帶場車務達報類離華話節萬確張馬傳許廣記聲線體實現灣臺灣聞選舉統"
)
_KANJI = (
    "日一国会人年大十二本中長出三同時政事自行社見月分議後前民生連五発間対上部東者党地合市業内相方四定今回新場金員九入選"
    "立開手米力学問高代明実円関決子動京全目表戦経通外最言氏現理調体化田当八六約主題下首意法不来作性的要用制治度務強気小"
    "七成期公野協取都和統以機平総加山思家話世受区領多県続進正安設保改数記院女初北午指権心界支第産結百派点教報済書府活原"
    "先共得解名交資予川向際査勝面委告軍文反元重近千考判認画海参売利組知案道信策集在件団別物側任引使求所次水半品昨論計死"
    "官増係感特情投示変打男基私各始島直両朝革価式確村提運終挙果西勢減台広容必応演電歳住争談能無再位置企真流格有疑口過局"
    "少放税検藤町常校料沢裁状工建語球営空職証土与急止送援供可役構木割聞身費付施切由説転食比難防補車優夫研収断井何南石足"
    "違消境神番規術護展態導鮮備宅害配副算視条幹独警宮究育席輸訪楽起万着乗店述残想線率病農州武声質念待試族象銀域助労例衛"
    "然早張映限親額監環験追審商葉義伝働形景落欧担好退準賞訴辺造英被株頭技低毎医復仕去姿味負閣韓渡失移差衆個門写評課末守"
    "若脳極種美岡影命含福蔵量望松非撃佐核観察整段横融型白深字答夜製票況音申様財港識注呼渉達速震"
)
_HANGUL = (
    "이다의는에을가고한지하로사은기도를서대자리시인어과아정나일만으해부전들그수보장것공제상주국원원라면있여선관구경조동와게"
    "유성중위소스적연비신재안세마업내요계회당생되무방치력화분개민실최진니행교명문양물단모법발방미용산강심오결통지체우간차"
    "날씨쟁범람함께출러씩"
    "년월서울뉴속보열린회의대통령후북남미한중일검찰경찰정부"
)
# fmt: on
_SIGNS = frozenset(
    "\xa0«»“”„‘’‚–—…·•،؛؟©®°€£§№!、。，・「」『』（）：；？！《》\u200c\u200d\u200e\u200f"
)

# What letters are worth, by their place in the lists above (up to that place, worth); those listed
# behind the space; those of the script that are not listed; and what no text has.
_WORTH = ((12, 1.0), (24, 0.6), (99, 0.3))
_RARE, _UNLISTED, _ODD = 0.0, -0.2, -2.0
_SIGN = 0.1
_FIRST_LEVEL, _SECOND_LEVEL, _EXTENSION, _HALF_WIDTH = 0.4, -0.3, -0.5, -0.5
# Two scripts in a word; a capital behind a small letter, a final letter before another.
_MIXED, _MISPLACED = -1.5, -1.0
_FINAL = frozenset("ςךםןףץ")
# Greek words of more than a syllable bear one accent, unless in capitals, and end in a few letters;
# Russian ones have a vowel.
_WORDS = {
    _GREEK: re.compile(r"\A(?:[Α-Ω]+|(?=.{1,3}\Z|.*[άέήίόύώΐΰΆΈΉΊΌΎΏ]).*[αάεέηήιίϊοόυύωώςνρξ])\Z"),
    _CYRILLIC: re.compile(r"[аеиоуыэюяёіїєАЕИОУЫЭЮЯЁІЇЄ]|\A.{1,3}\Z|\A[А-Я]{1,4}\Z"),
}
# Accented letters of the Latin script stand beside plain ones; those that stand alone are worth
# this, or less.
_ALONE = -0.3
# What a text must reach on average to be believed, and by how much it must surpass a declaration.
# Latin charsets differ in few letters, and serve more languages than stand here.
GOOD, BETTER, BETTER_LATIN = 0.45, 0.25, 0.5
_SAMPLE = 20_000
_ENOUGH = 1_500  # characters beyond ASCII that are weighed

_ALPHABETS = {
    "cp1252": _LATIN,
    "cp1256": _ARABIC + _PERSIAN,
    "cp1251": _CYRILLIC,
    "iso8859-6": _ARABIC,
    "koi8-r": _CYRILLIC,
    "iso8859-5": _CYRILLIC,
    "cp1253": _GREEK,
    "iso8859-7": _GREEK,
    "cp1255": _HEBREW,
    "cp1250": _EASTERN,
    "iso8859-2": _EASTERN,
    "cp1254": _TURKISH,
    "iso8859-15": _LATIN,
}
_LATIN_SCRIPT = frozenset({_LATIN, _EASTERN, _TURKISH})
# Double-byte charsets: common letters, and the lead bytes of the first level, which holds what is
# in daily use.
_TABLES = {
    "gb18030": (_CHINESE, range(0xB0, 0xD8)),
    "big5": (_CHINESE, range(0xA4, 0xC7)),
    "shift_jis": (_KANJI, range(0x88, 0x98)),
    "euc_jp": (_KANJI, range(0xB0, 0xD0)),
    "euc_kr": (_HANGUL, range(0xB0, 0xC9)),
}
_WORD = re.compile(r"[A-Za-z\x80-\U0010ffff]+")


def guess_charset(sample: bytes) -> str | None:
    """The charset (a Python name) that makes the likeliest text of bytes without markup; None if
    none makes a likely one.
    """
    name, score = _best(sample[:_SAMPLE])
    return name if score >= GOOD else None


def is_doubtful(sample: bytes, charset: str) -> bool:
    """True if another charset makes a much likelier text of the bytes than the one declared."""
    name = codecs.lookup(charset).name
    if name not in _ALPHABETS and name not in _TABLES:
        return False
    sample = sample[:_SAMPLE]
    likeliest, score = _best(sample)
    both_latin = {_ALPHABETS.get(likeliest), _ALPHABETS.get(name)} <= _LATIN_SCRIPT
    better = BETTER_LATIN if both_latin else BETTER
    return likeliest != name and score >= GOOD and score - _score(sample, name) >= better


def _best(sample: bytes) -> tuple[str, float]:
    scores = {name: _score(sample, name) for name in (*_ALPHABETS, *_TABLES)}
    name = max(scores, key=lambda each: scores[each])  # of equals the first
    return name, scores[name]


@lru_cache(maxsize=64)
def _score(sample: bytes, charset: str) -> float:
    """How likely the text is, from about 1 (all its letters are common) down; 0 without letters."""
    text = sample.decode(charset, "replace")
    weigh = _weigh_letters if charset in _ALPHABETS else _weigh_signs
    total, weight = 0.0, 0
    for word in _WORD.findall(text):
        if word.isascii():
            continue
        worth, size = weigh(word, charset)
        total, weight = total + worth, weight + size
        if weight >= _ENOUGH:
            break
    return total / weight if weight else 0.0


def _weigh_letters(word: str, charset: str) -> tuple[float, int]:
    """The worth of a word's letters beyond ASCII in a single-byte charset, and their number."""
    alphabet = _ALPHABETS[charset]
    latin = alphabet in _LATIN_SCRIPT
    letters = [_letter_worth(letter, alphabet) for letter in word if letter > "\x7f"]
    worth = sum(letters)
    if latin and alphabet is not _TURKISH and not _has_plain(word):  # which has `ışığı`
        worth = min(worth, _ALONE * sum(letter.isalpha() for letter in word))
    if (rule := _WORDS.get(alphabet)) and word.isalpha() and not rule.search(word):
        worth += _MISPLACED * len(letters) / 2
    small = False
    for before, behind in pairwise(word):
        small = small or (before > "\x7f" and before.islower())
        if (small and behind.isupper()) or (before in _FINAL and behind.isalpha()):
            worth += _MISPLACED
        if (
            not latin
            and before.isalpha()
            and behind.isalpha()
            and before.isascii() != behind.isascii()
        ):
            worth += _MIXED
    return worth, len(letters)


def _has_plain(word: str) -> bool:
    """Whether a word of more than two letters has one of ASCII; shorter ones need none (`à`)."""
    letters = [letter for letter in word if letter.isalpha()]
    return len(letters) <= 2 or any(letter.isascii() for letter in letters)


@lru_cache(maxsize=4096)
def _letter_worth(letter: str, alphabet: str) -> float:
    if letter in _SIGNS:
        return _SIGN
    small = "ı" if letter == "İ" else letter.lower()  # whose own small form is two characters
    listed, _, rare = alphabet.partition(" ")
    place = listed.find(small)
    if place >= 0:
        return next(worth for limit, worth in _WORTH if place < limit)
    if small in rare:
        return _RARE
    return _UNLISTED if letter.isalpha() else _ODD


def _weigh_signs(word: str, charset: str) -> tuple[float, int]:
    """The worth of the characters of a text beyond ASCII in a double-byte charset, and their
    number.
    """
    signs = [sign for sign in word if sign > "\x7f"]
    return sum(_sign_worth(sign, charset) for sign in signs), len(signs)


@lru_cache(maxsize=4096)
def _sign_worth(sign: str, charset: str) -> float:
    common, first_level = _TABLES[charset]
    if sign in _SIGNS:
        return _SIGN
    if "\u3041" <= sign <= "\u30fe":
        return 1.0 if common is _KANJI else _RARE
    if "\uff61" <= sign <= "\uff9f":
        return _HALF_WIDTH
    if not sign.isalpha():
        return _ODD if sign == "\ufffd" or not sign.isprintable() else _RARE
    if sign in common:
        return 1.0
    code = sign.encode(charset)
    if len(code) != 2 or (charset == "gb18030" and code[1] < 0xA1):
        return _EXTENSION
    return _FIRST_LEVEL if code[0] in first_level else _SECOND_LEVEL
