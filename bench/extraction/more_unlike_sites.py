"""Seven more made-up sites: other languages, furniture that changes from page to page, and text
that comes back and is real.

Appeals in several wordings, notes on a few authors, reading times, sponsors with dates,
placeholders of embedded posts; and against them background told again word for word, steps that
many recipes share, reports of which only the numbers differ.
"""

# ruff: noqa: SIM905 -- words as running text are read and edited more easily
from __future__ import annotations

import random
from html import escape

# fmt: off
FRAMES = {
    "es": ("La {0} de {1} ha mostrado que {2} sigue a {3}, y {4} queda cerca de {5}.",
           "Según {1}, ni {0} ni {3} podían llegar antes que {2}.",
           "Luego {4} se unió a {5}, mientras {0} dejaba {2} por {1}."),
    "tr": (("{1} içindeki {0}, {3} geldikten sonra {2} olduğunu gösterdi ve {4} hep {5}"
        " yakınında kaldı."),
           "{1} verilerine göre {0} ne {3} ile ne de {2} ile açıklanabildi.",
           "Önce {4}, sonra {5} geldi; sonunda {0} {2} yanında durdu, {1} ise boş döndü."),
    "fa": ("{0} در {1} نشان داد که {2} پس از {3} می‌آید و {4} نزدیک {5} ماند.",
           "به گفته {1} نه {0} و نه {3} نمی‌توانست پیش از {2} برسد.",
           "سپس {4} به {5} پیوست و {0} از {2} به سوی {1} رفت."),
    "it": ("La {0} di {1} ha mostrato che {2} segue {3}, e {4} resta vicino a {5}.",
           "Secondo {1}, né {0} né {3} potevano arrivare prima di {2}.",
           "Poi {4} ha raggiunto {5}, mentre {0} lasciava {2} per {1}."),
    "pt": ("A {0} de {1} mostrou que {2} vem depois de {3}, e {4} fica perto de {5}.",
           "Segundo {1}, nem {0} nem {3} podiam chegar antes de {2}.",
           "Depois {4} juntou-se a {5}, enquanto {0} trocava {2} por {1}."),
}
JOINED = {"es": "{} y {} en {}", "tr": "{} ve {} ile {}", "fa": "{} و {} در {}", "it": "{} e {} a {}", "pt": "{} e {} em {}"}  # noqa: E501
PERSIAN = ("با به پو تا تی دا دی را ری سا سی شا شی چا گا گی فا مو نا نی ها وا پی ژا کا کی"
    " لا لی").split()
# fmt: on

_ASKS = (
    "Cada mañana enviamos cinco historias del valle a tu buzón; apúntate en la casilla de abajo.",
    "Si te gusta leernos, recibe gratis el boletín de la tarde con lo mejor del día.",
    "Únete a los nueve mil vecinos que ya desayunan con nuestro correo de los lunes.",
)
_WRITERS_ES = (
    "Rosa Lerma escribe de ríos y montes desde hace veinte años y colecciona relojes de arena.",
    "Tomás Beltrán cubre el ayuntamiento y antes fue farero en la costa del norte.",
    "Inés Quiroga estudió historia en dos ciudades y cocina los domingos para la redacción.",
)
_WRITERS_PT = (
    "Ana Prates é repórter de cultura e toca acordeão numa banda de bairro.",
    "Duarte Moniz acompanha a política local e cria abelhas no quintal da avó.",
    "Lia Fontes assina as crónicas de sábado e já publicou três livros de viagens.",
    "Rui Salgado fotografa e escreve sobre o mar desde que deixou a pesca.",
)


def _between(paragraphs: list[str], *extra: tuple[int, str]) -> str:
    parts = list(paragraphs)
    for at, piece in sorted(extra, reverse=True):
        parts.insert(min(at, len(parts)), piece)
    return "\n".join(parts)


def _p(paragraphs: list[str], css: str = "") -> list[str]:
    return [f"<p{css}>{escape(text)}</p>" for text in paragraphs]


def asking(rng: random.Random, title: str, paragraphs: list[str]) -> str:
    """Spanish; an appeal in one of three wordings, a reading time, and a note on one of three
    writers, all in plain paragraphs."""
    minutes = f"<p>Se lee en {rng.randint(2, 9)} minutos</p>"
    ask, writer = rng.choice(_ASKS), rng.choice(_WRITERS_ES)
    body = _between(
        _p(paragraphs), (0, minutes), (2, f"<p>{ask}</p>"), (99, f"<p><em>{writer}</em></p>")
    )
    return f"<main><h1>{escape(title)}</h1><div class='cuerpo'>{body}</div></main>"


def sponsored(rng: random.Random, title: str, paragraphs: list[str], others: list[str]) -> str:
    """Turkish; a rotating headline behind a phrase of the house, and a sponsor's line with a date
    and a number."""
    line = (
        f'<div class="satir">Aynı raftan çıkanlar: <a '
        f'href="/n/{rng.randint(1, 40)}">{escape(rng.choice(others))}</a></div>'
    )
    date = f"{rng.randint(1, 28)} {rng.choice('Ocak Şubat Mart Nisan Mayıs Haziran'.split())} 2024"
    thanks = (
        f'<div class="satir">Bu bölüm {date} günü {rng.randint(2, 30)} dostumuzun'
        f" katkısıyla yayına hazırlanmıştır.</div>"
    )
    rows = [f'<div class="satir">{escape(text)}</div>' for text in paragraphs]
    return (
        f"<section "
        f'id="yazi"><h1>{escape(title)}</h1>{_between(rows, (2, line), (99, thanks))}</section>'
    )


def placeheld(rng: random.Random, title: str, paragraphs: list[str]) -> str:
    """Persian; the placeholder of an embedded post on two pages of three, a numbered code, and a
    legal note."""
    post = (
        "<p>این فرسته در شبکه‌ای بیرون از این پایگاه نگه داشته می‌شود و پس از پذیرش شما بار"
        " خواهد شد.</p>"
    )
    code = f"<p>شناسه نوشته {rng.randint(100000, 999999)}</p>"
    note = "<p>بازنشر نوشته‌های مرداب تنها با نام بردن از نویسنده و نشانی کامل آن رواست.</p>"
    extra = [(1, code), (99, note), *([(3, post)] if rng.random() < 0.67 else [])]
    return (
        f'<div class="barg"><h1>{escape(title)}</h1><div'
        f' class="matn">{_between(_p(paragraphs), *extra)}</div></div>'
    )


def broken(rng: random.Random, title: str, paragraphs: list[str]) -> str:
    """Italian; loose text between breaks, with the printer's line of day and edition, and an appeal
    in capitals."""
    day = (
        f"Edizione numero {rng.randint(100, 999)} chiusa in tipografia alle "
        f"{rng.randint(18, 23)}:{rng.randint(10, 59)}"
    )
    appeal = (
        "SOSTIENI IL FOGLIO DEL PORTO CON UNA TESSERA ANNUALE: LA TROVI IN OGNI EDICOLA DELLA CITTÀ"
    )
    body = "<br><br>".join(
        [*map(escape, paragraphs[:3]), appeal, *map(escape, paragraphs[3:]), day]
    )
    return f"<table><tr><td><h1>{escape(title)}</h1><div>{body}</div></td></tr></table>"


def remembered(rng: random.Random, title: str, paragraphs: list[str]) -> str:
    """Portuguese; a count of comments and a note on one of four writers, in the text's own
    class."""
    count = (
        f'<p class="t">Já chegaram {rng.randint(3, 900)} cartas dos leitores sobre esta peça</p>'
    )
    writer = f'<p class="t">{rng.choice(_WRITERS_PT)}</p>'
    body = _between(_p(paragraphs, ' class="t"'), (2, count), (99, writer))
    return (
        f'<article class="peca"><h1>{escape(title)}</h1><div class="miolo">{body}</div></article>'
    )


def background(rng: random.Random, title: str, paragraphs: list[str]) -> str:
    """English; a desk that reports one war: background and a standing quotation come back and are
    real, a line of the house is not."""
    del rng
    house = (
        "<p>Our desk works day and night; those who can spare something keep its lamps burning.</p>"
    )
    return (
        f"<main><article><h1>{escape(title)}</h1><div>{_between(_p(paragraphs), (3, house))}"
        f"</div></article></main>"
    )


def measured(rng: random.Random, title: str, paragraphs: list[str]) -> str:
    """English; weather, prices and draws: the same sentences with other numbers are real, the
    maker's line is not."""
    del rng
    made = "<p>Put together by the instruments on our roof and read over by whoever is awake.</p>"
    return (
        f'<div id="page"><h1>{escape(title)}</h1><div'
        f' class="report">{_between(_p(paragraphs), (99, made))}</div></div>'
    )


# ----------------------------------------------------------------------------- text that comes back

_WAR = (
    (
        "The war over the Sarn valley began two winters ago, when troops from the coast crossed the"
        " river Sarn at night."
    ),
    (
        "More than nine thousand people have left the Sarn valley since then, the aid office of the"
        " coast says."
    ),
)
_QUOTE = (
    "“Nobody here sleeps without shoes,” is how people in the Sarn valley describe their nights."
)


def war_story(rng: random.Random, nouns: list[str]) -> list[str]:
    """A report from one war, with the background that all of them tell again."""
    place, other, third = (noun.capitalize() for noun in nouns[:3])
    told = [
        (
            f"Troops from the coast took the village of {place} in the Sarn valley on Tuesday,"
            f" people who had left it at night said."
        ),
        (
            f"The bridge over the river Sarn at {other} was hit {rng.randint(2, 9)} times, and the"
            f" aid office counted {rng.randint(10, 90)} houses without a roof."
        ),
        (
            f"In {third} the coast's troops let {rng.randint(20, 400)} people cross, most of whom"
            f" had slept in the valley's barns."
        ),
        (
            f"The mayor of {place} asked both sides for a night without war, as winter had come to"
            f" the valley early."
        ),
    ]
    return [
        *told[:2],
        *_WAR[: rng.randint(1, 2)],
        *([_QUOTE] if rng.random() < 0.5 else []),
        *told[2:],
    ]


def report(rng: random.Random, nouns: list[str]) -> list[str]:
    """A report of which only names and numbers differ."""
    place = nouns[0].capitalize()
    kinds = (
        [
            (
                f"Temperatures in {place} rise to {rng.randint(4, 31)} degrees in the afternoon,"
                f" with a light wind from the {rng.choice('north south east west'.split())}."
            ),
            (
                f"The night brings {rng.randint(-4, 14)} degrees and a chance of rain of"
                f" {rng.randint(5, 95)} percent."
            ),
            (
                f"The sun rises over {place} at {rng.randint(5, 8)}:{rng.randint(10, 59)} and sets"
                f" at {rng.randint(16, 21)}:{rng.randint(10, 59)}."
            ),
        ],
        [
            (
                f"The shares of {place} closed at {rng.randint(10, 99)}.{rng.randint(10, 99)}"
                f" crowns, {rng.randint(1, 5)}.{rng.randint(1, 9)} percent more than the day"
                f" before."
            ),
            (
                f"Some {rng.randint(100, 900)},000 shares changed hands, and the index ended at"
                f" {rng.randint(2000, 9000)} points."
            ),
            (
                f"Gold was traded at {rng.randint(1500, 2500)} crowns an ounce and oil at"
                f" {rng.randint(50, 120)} crowns a barrel."
            ),
        ],
        [
            (
                f"The numbers drawn on Saturday in {place} are "
                f"{', '.join(map(str, sorted(rng.sample(range(1, 50), 6))))}."
            ),
            (
                f"The jackpot of {rng.randint(1, 30)} million crowns was won by {rng.randint(1, 9)}"
                f" players, the lottery office said."
            ),
            (
                f"The next draw is on the {rng.randint(2, 28)}th, with {rng.randint(2, 9)} million"
                f" crowns at stake."
            ),
        ],
        [
            (
                f"Dawn prayer in {place} is at {rng.randint(3, 6)}:{rng.randint(10, 59)} and noon"
                f" prayer at 12:{rng.randint(10, 59)}."
            ),
            (
                f"Sunset prayer follows at {rng.randint(4, 8)}:{rng.randint(10, 59)} and night"
                f" prayer at {rng.randint(6, 10)}:{rng.randint(10, 59)}."
            ),
            (
                f"The times hold for {place} and for places up to {rng.randint(5, 60)} kilometres"
                f" around it."
            ),
        ],
    )
    return rng.choice(kinds)


def dish(rng: random.Random, nouns: list[str]) -> list[str]:
    """A recipe with steps that most recipes have."""
    name = nouns[0].capitalize()
    steps = [
        "Preheat the oven to 180 degrees and butter a baking dish.",
        "Bring a large pot of salted water to the boil.",
        "Season with salt and pepper, and serve at once.",
        "Peel the onions, chop them finely and fry them in butter until they are soft.",
    ]
    chosen = rng.sample(steps, 3)
    own = [
        (
            f"{name} comes from the hills around {nouns[1].capitalize()}, where {nouns[2]} is eaten"
            f" with {nouns[3]} in autumn."
        ),
        (
            f"Stir the {nouns[2]} into the {nouns[3]} and let both rest for {rng.randint(5, 50)}"
            f" minutes."
        ),
        f"Fold in the {nouns[4]} last: with {nouns[5]} it would lose its colour.",
    ]
    return [own[0], chosen[0], own[1], chosen[1], own[2], chosen[2]]


def cooked(rng: random.Random, title: str, paragraphs: list[str]) -> str:
    """English; recipes that share steps, which are real, with an offer of cards and a count of
    cooks, which are not."""
    count = f"<p>{rng.randint(3, 990)} readers have put this on their table so far</p>"
    cards = (
        "<p>All of these are to be had as a box of printed cards, wipeable and in large type.</p>"
    )
    return (
        f'<div class="kitchen"><h1>{escape(title)}</h1><div'
        f' class="method">{_between(_p(paragraphs), (1, count), (99, cards))}</div></div>'
    )
