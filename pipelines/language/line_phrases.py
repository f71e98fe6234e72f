"""What a line says that no article says: labels of related boxes, calls to follow or subscribe,
rights, credits, dates.

In the languages news is most written in, Arabic and Persian first. Pure functions of one line.
"""

from __future__ import annotations

import re

from pipelines.language.alternatives import join_alternatives

# A paragraph that ends as a sentence does, or is this long, makes a story.
SENTENCE_LENGTH = 35
LONG_LINE = 100

_RELATED = join_alternatives(
    r"""
    (ال)?([أا]خبار|خبر|موضوع|مواضيع|موضوعات|مقال|مقالات|تقارير|قصص|روابط|محتوى|مواد
        فيديوهات)\s+(ذ(ات|و|ي)\s+(ال)?(صلة|علاقة)|متعلقة?|مرتبطة?|مشابهة?|[أا]خرى
        (قد|ربما)\s+(تهمك|يهمك|تعجبك)(م)?)|المزيد|ذو\s+صلة|اخترنا\s+لك(م)?|من\s+أجلك

    (ال)?[أا]خبار\s+(ذات\s+(ال)?(صلة|علاقة)|متعلقة|مرتبطة)|خبر\s+ذو\s+صلة
    (مواضيع|مقالات|موضوعات|مواد|تقارير|قصص)\s+(ذات\s+(ال)?(صلة|علاقة)|متعلقة|مرتبطة|مشابهة
        قد\s+تهمك)
    ذات\s+(ال)?(صلة|علاقة)|[إا]قر[أائؤ](ي|وا|ؤوا)?\s*[أا]ي?ضا?ً?|[إا]قر[أا]\s+أيضًا
    [إا]قر[أا]\s+(المزيد|كذلك)

    المزيد\s+(من|حول|عن)\s.{0,30}|لقراءة\s+المزيد
    ل(ل)?مزيد(\s+من\s+(التفاصيل|الأخبار|المعلومات))?|شاهد\s+[أا]يضا?ً?ا?|شاهد|طالع\s+[أا]يضا?ً?
    طالع|انظر\s+[أا]يضا?ً?|قد\s+يهمك(\s+[أا]يضا?ً?)?

    قد\s+يعجبك.{0,15}|نرشح\s+لك(م)?|تابع\s+[أا]يضا?ً?|اقرأوا\s++.{0,12}|بیشتر\s+بخوانید
    مطالب\s+مرتبط|اخبار\s+مرتبط|خبرهای\s+مرتبط|همچنین\s+بخوانید

    read\s+(more|also|next|this)|also\s+read|see\s+also
    related(\s+(articles?|stories|news|posts|content|topics|coverage|links?|reading|story))?
    more\s+on\s+this(\s+story)?

    recommended(\s+(stories|reading|for\s+you))?
    you\s+(may|might)\s+(also\s+)?(like|be\s+interested.{0,10})
    (top|latest|more|other|trending)\s+(stories|news|headlines|posts)

    more\s+from\s.{1,30}|keep\s+reading|don['’]t\s+miss|must\s+read|what\s+to\s+read\s+next
    editor['’]?s['’]?\s+picks?|most\s+(read|popular)

    lire\s+(aussi|également)|à\s+lire\s+(aussi|également)|sur\s+le\s+même\s+(sujet|thème)
    voir\s+aussi

    lesen\s+sie\s+(auch|hier)|mehr\s+(zum\s+thema|dazu|lesen)|auch\s+interessant
    das\s+könnte\s+(sie|dich)\s+auch\s+interessieren|zum\s+thema|passend\s+dazu

    lee\s+también|le[ae]\s+(también|además|más)|te\s+puede\s+interesar
    (noticias?|información)\s+relacionad[ao]s?|ver\s+también|más\s+información|leer\s+más

    leia\s+(também|mais)|veja\s+(também|mais)|saiba\s+mais|leggi\s+anche|per\s+approfondire
    lees\s+(ook|meer)

    czytaj\s+(też|także|również|więcej)|zobacz\s+(też|także|również)|читайте\s+(также|ещё|еще)
    по\s+теме|смотрите\s+также|читайте\s+також

    ayrıca\s+oku(yun)?|ilgili\s+haber(ler)?|les\s+(også|mer)|läs\s+(också|mer|även)
    lue\s+(myös|lisää)|læs\s+også|baca\s+juga|关联|相关(新闻|阅读|报道)
    関連(記事|ニュース|リンク)|あわせて読みたい|관련\s?(기사|뉴스)

    (یہ|مزید)\s+(بھی\s+)?پڑھیں|متعلقہ\s+(خبریں|مضامین)|כתבות\s+(נוספות|קשורות)
    (קראו|לקריאה)\s+(גם|עוד|נוספת)|עוד\s+בנושא|(यह|ये)\s+भी\s+पढ़ें|और\s+पढ़ें
    संबंधित\s+(खबरें|लेख)|আরও?\s+পড়ুন

    διαβάστε\s+(επίσης|ακόμη|ακόμα|περισσότερα|και)|δείτε\s+(επίσης|ακόμα)|σχετικά\s+(άρθρα|νέα)
    čtěte\s+(také|více)|přečtěte\s+si(\s+také)?|související(\s+články)?|čítajte\s+(tiež|aj|viac)
    súvisiace(\s+články)?

    olvass[ae]?\s+el(\s+ezt\s+is)?|kapcsolódó(\s+cikkek)?|cite[sșş]te\s+([sșş]i|mai\s+mult)
    vezi\s+[sșş]i|articole\s+similare|прочетете\s+още|вижте\s+още|още\s+по\s+темата
    pročitajte\s+(još|i|više|također)|povezan[ei]\s+(vesti|članci)

    читайте\s+ще|дивіться\s+також|за\s+темою|читать\s+(также|далее)|похожие\s+(новости|статьи)
    материалы\s+по\s+теме|xem\s+thêm|đọc\s+thêm|(bài(\s+viết)?|tin)\s+liên\s+quan
    อ่าน(เพิ่มเติม|ต่อ)|ข่าว(ที่)?เกี่ยวข้อง

    (baca|lihat|simak)\s+juga|baca\s+selengkapnya|(berita|artikel)\s+terkait|soma\s+(pia|zaidi)
    läs\s+vidare|læs\s+mere|aiheesta\s+lisää|lees\s+verder|gerelateerd(e\s+artikelen)?
    przeczytaj\s+(też|także|również)

    ayrıca\s+bakınız|bunu\s+da\s+oku(yun)?|benzer\s+haberler|ilgili\s+içerik(ler)?
    (notícias|matérias)\s+relacionadas|confira\s+também|artículos?\s+relacionados?
    también\s+te\s+puede\s+interesar|lire\s+la\s+suite|à\s+voir\s+aussi

    articles?\s+(liés|similaires|connexes)|verwandte\s+(artikel|themen|beiträge)|siehe\s+auch
    weitere\s+(artikel|nachrichten)|leggi\s+(pure|di\s+più)|(articoli|notizie)\s+correlat[ie]
    potrebbe\s+interessarti(\s+anche)?|vedi\s+anche

    (延伸|推荐|更多|推薦|相關)(阅读|閱讀|新聞|報導)|こちらもおすすめ|おすすめ記事
    合わせて読みたい
    """
)
RELATED_LABEL = re.compile(rf"^\W*({_RELATED})\W*$", re.IGNORECASE)
RELATED_LEAD = re.compile(rf"^\W*({_RELATED})\s*+[:：|>»\-–—]", re.IGNORECASE)
BOILERPLATE = re.compile(
    r"""
    ^\W*(advertisement|advert|reklame?|reklam|werbung|anzeige|publicidad|
    publicité|pubblicità|publicidade|annonse|annons|mainos|advertentie|إعلان|
    annonsørinnhold|sponsored(\s+content)?|story\s+continues\s+below.*+|
    article\s+continues\s+(below|after).*+|continue\s+reading.*+|skip\s+(advertisement|
    ad|past).*+|share(\s+(this|on|via).{0,30})?|teilen|partager|compartir|
    condividi|شارك|شارك(ها|ه)?\s*(على|عبر|مع)?.{0,20}|مشاركة|طباعة|انسخ\s+الرابط|
    facebook|twitter|whatsapp|telegram|linkedin|pinterest|email|x|print|
    copy\s+link|logo|comments?|leave\s+a\s+(comment|reply).*+|loading\.*+|
    watch(\s+(live|now))?|listen(\s+to.{0,30})?|play|video|gallery|tags?:?|
    topics?:?|الوسوم:?|كلمات\s+(مفتاحية|دلالية):?|الكلمات\s+(المفتاحية|الدلالية):?|
    عاجل|مباشر|تابعونا(\s+(على|عبر).{0,30})?|تابعنا(\s+على.{0,30})?|مركز\s+الإشعارات|
    النشرة\s+البريدية.{0,20}|اشترك.{0,25}|اشترك(وا|ي)?\s+(الآن\s+)?في\s+(ال)?(نشرت|
    نشرة|خدمة|قناة).{0,100}|follow\s+us.{0,60}|sign\s+up(\s+(for|to|here|
    now).{0,60})?|subscribe(\s+(now|today|to).{0,60})?|newsletter|(عرض|تحميل)\s+المزيد|
    استمع\s+إلى\s+(المقال|الخبر)|حجم\s+الخط|a\+\s*a-|\d[\d٠-٩,.]*+\s+(مشاهد(ة|
    ات)|قراء(ة|ات)|views?)|عدد\s+(القراءات|المشاهدات|الزيارات)\W*+[\d٠-٩,.]*+|
    رابط\s+مختصر.*+|(تم\s+)?نسخ\s+الرابط|رابط\s+(الخبر|المقال)|((فيس\s?بوك|
    تويتر|واتس\s?[اآ]ب|تيلي?[جغ]رام|تلغرام|إكس|لينكد\s?إن|[إا]نستغرام|ماسنجر)\s*+)+|
    [أا]رسل\s+(ل|إلى\s+)صديق|(مدة|وقت|زمن)\s+القراءة.{0,20}|([\d٠-٩]+\s+دقائق|
    ([\d٠-٩]+\s+)?دقيقة(\s+واحدة)?|دقيقت(ان|ين))\s+للقراءة|قراءة\s+[\d٠-٩]+\s+(دقائق|
    دقيقة)|اضغط\s+هنا|(العودة\s+)?إلى\s+ال[أا]على|(الخبر|المقال)\s+(التالي|
    السابق)|الأكثر\s+(قراءة|مشاهدة|تداولا?ً?)|(آخر|أحدث)\s+الأخبار|وسوم|
    كلمات\s+دليلية|(?<!\S)\#\S++(\s++\#\S++)+|هل\s+أعجبك\s+(هذا\s+)?(المقال|الخبر|
    المحتوى)|هل\s+كانت?\s+(هذا|هذه)\s.{0,12}مفيد(ا|ة|اً)?|تقييم\s+المقال|
    تسجيل\s+الدخول|[أا]كتب\s+تعليقك?.{0,10}|لن\s+يتم\s+نشر\s++.{0,12}بريدك.*+|
    جار[يٍ]?\s+التحميل|(تابع|أكمل)\s+القراءة|بريدك\s+الإلكتروني|(تفعيل\s+)?الإشعارات|
    يرجى\s+تفعيل\s+جافا.*+|نستخدم\s+ملفات\s+تعريف.*+|تابع(وا)?\s+آخر\s+(ال)?أخبار(نا)?\s+(على
    |عبر|من\s+خلال)\s.*+|حمّ?ل(وا)?\s+(ال)?تطبيق.*+|للاشتراك\s+في\s++.{0,60}(اضغط|
    هنا).*+|we\s+use\s+cookies(\s+(and|to|on|for|in\s+order)\b.*+)?|
    your\s+e-?mail\s+address\s+will\s+not\s+be.*+|please\s+enable\s+javascript.*+|
    (advertisement\W+)?scroll\s+to\s+continue|tweet|back\s+to\s+top|(next|
    previous)\s+(article|story|post)|(load|show|see)\s+more|sign\s+in|click\s+here|
    reading\s+time.{0,20}|\d+\s*(min(ute)?s?|دقائق|دقيقة)\.?(\s+(read|قراءة))?|
    ende\s+der\s+weiteren\s+informationen|weitere\s+informationen)\W*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
COPYRIGHT = re.compile(
    r"""
    ^\W*(©|\(c\)\s|copyright\b|all\s+rights\s+reserved|جميع\s+الحقوق|كافة\s+الحقوق|
    حقوق\s+(النشر|الطبع)|alle\s+rechte\s+vorbehalten|tüm\s+hakları|все\s+права|
    版权所有|tutti\s+i\s+diritti|alle\s+rechten|wszelkie\s+prawa|تمامی\s+حقوق|
    جملہ\s+حقوق|כל\s+הזכויות|tous\s+droits|todos\s+los\s+derechos|todos\s+os\s+direitos)
    |(all\s+rights\s+reserved|جميع\s+الحقوق\s+محفوظة|rights\s+reserved)\W{0,3}.{0,40}$
    """,
    re.IGNORECASE | re.VERBOSE,
)
# What a button says: a verb that asks the reader to do something, and a few words more.
CALL_TO_ACTION = re.compile(
    r"""
    ^\W*(read|learn|shop|see|get|start|try|download|watch|compare|view|browse|
    check|visit|buy|book|request|contact|sign|join|explore|find|discover|
    click|subscribe|order|register|apply|schedule|listen|go|take|open|follow|
    share|add|create|talk|order|donate|jetzt|hier|zum|zur|mehr|weiterlesen|
    en\s+savoir|découvr\w+|cliquez|voir|télécharge\w+|lire|suivez|abonnez|
    ver|leer|haz|descubre|descarga|suscríbe\w*|compra\w*|saiba|clique|assine|
    leia|baixe|scopri|leggi|clicca|iscriviti|اقرأ|إقرأ|اقرا|شاهد|تابع|اشترك|
    حم[ّ]?ل|اضغط|انقر|اطلع|زوروا|للمزيد|المزيد|لمشاهدة|لقراءة|بیشتر)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_CALL_TO_ACTION_WORDS = 12
# What stands before a writer's name.
_BYLINE_WORDS = join_alternatives(
    r"""
    by|words|von|par|por|di|da|door|av|af|text|tekst|autore?|autorin|كتبت?|بقلم|إعداد|تحرير
    نوشته
    """
)
BYLINE = re.compile(rf"^\W*({_BYLINE_WORDS})\b", re.IGNORECASE)
# A label over what is said of the writer.
ABOUT_AUTHOR = re.compile(
    r"""
    ^\W*((about|meet)\s+(the\s+|our\s+)?(authors?|writers?|reviewers?|editors?)|
    über\s+(den\s+autor|die\s+autor(in|en))|zu[rm]?\s+(autorin|autor)|(à\s+propos\s+)?de\s+l['’]aute(ur
    |ure|ure?s)|sobre\s+(el|la|los)\s+autora?(es)?|sobre\s+o\s+autor|sull['’]autore|
    over\s+de\s+auteur|o\s+autor(ze|ce)|об\s+авторе|(نبذة\s+)?عن\s+الكاتبة?|
    درباره\s+نویسنده|yazar\s+hakkında)\W*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
# What announces no part of a text, though it ends in a colon.
_REFERENCES_WORDS = join_alternatives(
    r"""
    sources?|references|notes|footnotes|bibliography|works\s+cited|quellen?|literatur|fontes?
    fuentes?|référence?s|fonti|المصادر|المراجع|منابع
    """
)
REFERENCES_LABEL = re.compile(
    rf"^\W*(article\s+)?({_REFERENCES_WORDS})\s*+[:：]?\s*$", re.IGNORECASE
)
# What stands where a text that must be paid for is cut.
_NOT_WITHOUT = re.compile(
    r"""
    ^\W*(?:please\s+)?(?:subscribe|sign\s+(?:in|up)|log\s?in|register)\b.{0,40}\b(?:to|
    and)\s+(?:continue|keep|read|unlock|access)|^\W*already\s+a\s+subscriber|
    (?:exclusive\s+to|reserved\s+(?:for|to))\s+(?:our\s+)?subscribers|réservée?s?\s+(?:à\s+nos\s+
    |aux\s+)abonnés|^\W*(?:nur\s+für\s+abonnenten|jetzt\s+(?:weiterlesen|
    abonnieren)|weiterlesen\s+mit)|(?:solo\s+para\s+suscriptores|exclusivo\s+para\s+(?:suscriptores
    |assinantes))|للمشتركين\s+فقط|هذا\s+المحتوى\s+(?:للمشتركين|حصري)
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Invitations to newsletters and channels: sentences that ask the reader, not such as tell who reads
# a newsletter.
_ASKING = r"(?:^\W*|[.!?…:»”\"]\s+)(?:please\s+|bitte\s+)?"
_PLACES = r"(?:newsletters?|mailing\s+list|daily\s+(?:email|briefing)|whatsapp|telegram)\b"
_INVITATIONS = join_alternatives(
    rf"""
    {_ASKING}(?:sign[\s-]?up|subscribe|register|join)\b[^.]{{0,40}}\b{_PLACES}
    \b(?:sign[\s-]?up|subscribe|register|join)\b[^.]{{0,30}}\bour\b[^.]{{0,50}}\b{_PLACES}

    (?:delivered|sent)\s+(?:straight\s+|right\s+|directly\s+)?(?:in)?to\s+your\s+(?:inbox|device
        email)

    {_ASKING}(?:abonnieren\s+sie|abonniere|melden\s+sie\s+sich)\b.{{0,60}}(?:newsletter|whatsapp
        telegram)

    (?:abonnez|inscrivez)-vous\b.{{0,50}}\b(?:newsletters?|lettres?|infolettre)
    (?:suscríb\w{{1,12}}|regístrate|apúntate)\b.{{0,50}}\b(?:newsletters?|bolet[ií]n(?:es)?)

    (?:assine|inscreva-se|cadastre-se)\b.{{0,50}}\bnewsletters?
    (?:iscriviti|iscrivetevi)\b.{{0,50}}\bnewsletter
    (?:meld\s+je|schrijf\s+je|abonneer\s+je)\b.{{0,50}}\bnieuwsbrief

    zapisz\s+się\b.{{0,40}}\bnewsletter
    подпи(?:шитесь|сывайтесь)\b.{{0,60}}(?:рассылк|канал|телеграм)

    {_ASKING}(?:اشترك(?:وا|ي)?|سج[ّ]?لوا?|انضم(?:وا|ي)?)\b.{{0,50}}(?:نشرتنا|النشرة\s+البريدية
        بريدك|قناتنا|قناة)

    {_ASKING}follow\s+(?:us|me|\S+(?:\s\S+)?)\s+on\s+(?:twitter|x|facebook|instagram|linkedin
        whatsapp|tiktok|google\s+news)\b
    """
)
INVITATION = re.compile(_INVITATIONS, re.IGNORECASE)
_INVITATION_LENGTH = 320
# A line of news that only passes by, whatever it stands among.
_TICKER_WORDS = join_alternatives(
    r"""
    (خبر\s+)?عاجل|فوری|breaking(\s+news)?|eilmeldung|urgente?|alerte\s+info|ultim['’]?\s?ora
    son\s+dakika|срочно|最新|速報
    """
)
TICKER = re.compile(rf"^\W*({_TICKER_WORDS})(?!\w)", re.IGNORECASE)
_DATE_PART = re.compile(
    r"""
    [\d٠-٩۰-۹]{1,4}\s*[/\-.:]\s*[\d٠-٩۰-۹]{1,2}|
    [\d٠-٩۰-۹]{1,2}\.?\s+\w{3,12}\W+[\d٠-٩۰-۹]{4}|\b\w{3,10}\.?\s+\d{1,2},?\s+\d{4}|
    [\d٠-٩۰-۹]{4}年|(منذ|قبل)\s++[\d٠-٩]*\s*+\w|\d{1,4}\s+(minutes?|hours?|days?)\s+ago
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SIGN = re.compile("[\u3005\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_SENTENCE_END = re.compile(r"[.!?…؟۔。！？](?:[\"'”’»«)\]\s]|\[\d+\])*$")


def text_breadth(text: str) -> int:
    """How much a text says, in letters: a sign of Chinese or Japanese, of which a word has one or
    two, counts for three.
    """
    if text.isascii() or _SIGN.search(text) is None:
        return len(text)
    return len(text) + 2 * len(_SIGN.findall(text))


def count_words(text: str) -> int:
    """How many words a text has; where no spaces part them, one for two signs."""
    if text.isascii() or _SIGN.search(text) is None:
        return len(text.split())
    return len(text.split()) + len(_SIGN.findall(text)) // 2


def is_date_line(text: str) -> bool:
    """Whether a short line is a date (with a label, a weekday or a time of day, but no more
    words).
    """
    return (
        len(text) <= 70
        and bool(_DATE_PART.search(text))
        and not _SENTENCE_END.search(text)
        and len(text.split()) <= 11
    )


def ends_sentence(text: str) -> bool:
    """Whether a line ends as a sentence does."""
    return bool(_SENTENCE_END.search(text))


def is_story_line(text: str) -> bool:
    """Whether a line alone makes a story: it ends as a sentence does, or is long."""
    length = text_breadth(text)
    return length >= LONG_LINE or (length >= SENTENCE_LENGTH and ends_sentence(text))


def is_call(text: str) -> bool:
    """Whether a line asks the reader to do something, as a button does."""
    return len(text.split()) <= _CALL_TO_ACTION_WORDS and bool(CALL_TO_ACTION.match(text))


def is_boilerplate_line(text: str) -> bool:
    """Whether a line is a label, button or notice that stands around articles everywhere."""
    if len(text) <= 120 and (
        BOILERPLATE.match(text) or COPYRIGHT.search(text) or _NOT_WITHOUT.search(text)
    ):
        return True
    return len(text) <= _INVITATION_LENGTH and bool(INVITATION.search(text))
