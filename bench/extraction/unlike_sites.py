"""Made-up news sites in eighteen unlike templates, whose furniture stands inside the article's own
container.

Names of classes and words of labels are ones that no rule of the extractor knows: only a site's
other pages can tell what they are. Each article has its true paragraphs. Everything is drawn by
number, so a site is the same every time.
"""

# ruff: noqa: SIM905 -- words as running text are read and edited more easily
from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import more_unlike_sites as more

# fmt: off
_LATIN = ("ba be bi bo da de di do fa fe ga go ha ka ke ko la le li lo ma me mi mo na ne no pa"
    " pe ra re ri ro sa se so ta te ti to va ve vo").split()
_ARABIC = ("با بي بو تا تي دا دي را ري سا سي شا شي صا طا عا عي غا فا في قا قي كا لا لي ما مي نا"
    " ني ها وا وي").split()
_FRAMES = {
    "en": ("The {0} of {1} has shown that {2} may follow {3}, and {4} was seen near {5}.",
           "According to {1}, nobody in {0} expected {3} before {2} had been settled.",
           "After {4} came {5}; then {0} turned to {2} and left {1} as it was.",
           "Most of {3} depends on {0}, while {5} is held back by {1} and {4}."),
    "de": ("Die {0} der {1} hat gezeigt, dass {2} auf {3} folgt, und {4} lag nahe bei {5}.",
           "Nach Angaben aus {1} war {0} nicht mit {3} und auch nicht mit {2} zu erklären.",
           "Erst kam {4}, dann {5}; am Ende blieb {0} bei {2}, und {1} ging leer aus."),
    "fr": ("La {0} de {1} a montré que {2} suit {3}, et {4} se trouve près de {5}.",
           "Selon {1}, ni {0} ni {3} ne pouvaient arriver avant {2}.",
           "Puis {4} a rejoint {5}, alors que {0} quittait {2} pour {1}."),
    "ar": ("وقد ظهر {0} في {1} بعد أن تقدم {2} على {3}، بينما بقي {4} قرب {5}.",
           "وبحسب {1} لم يكن {0} ليحدث قبل {3} ولا بعد {2}.",
           "ثم جاء {4} مع {5} فتحول {0} إلى {2} وترك {1} كما هو."),
}
# fmt: on


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One page with what is right: title and paragraphs."""

    url: str
    html: bytes
    title: str
    paragraphs: list[str]


@dataclass(frozen=True, slots=True)
class Template:
    """A site: its language, and how its page is put together from (rng, title, paragraphs)."""

    name: str
    language: str
    page: Callable[[random.Random, str, list[str]], str]
    told: Callable[[random.Random, list[str]], list[str]] | None = (
        None  # paragraphs that come back and are real
    )


def article(template: Template, number: int) -> Made:
    """Article `number` of a site."""
    rng = random.Random(f"{template.name} {number}")
    title, paragraphs = story(rng, template.language)
    if template.told:
        paragraphs = template.told(rng, ["".join(rng.choices(_LATIN, k=4)) for _ in range(6)])
    body = template.page(rng, title, paragraphs)
    direction = "rtl" if template.language in ("ar", "fa") else "ltr"
    head = (
        f'<meta charset="utf-8"><title>{escape(title)}</title><meta property="og:type"'
        f' content="article">'
    )
    head += (
        f'<meta property="article:published_time" '
        f'content="2024-03-{number % 27 + 1:02}T09:{number % 60:02}:00Z">'
    )
    html = (
        f'<!doctype html><html lang="{template.language}" dir="{direction}"><head>{head}'
        f"</head><body>{body}</body></html>"
    )
    return Made(
        url=f"https://{template.name}.example/n/{number}",
        html=html.encode(),
        title=title,
        paragraphs=paragraphs,
    )


def story(rng: random.Random, language: str) -> tuple[str, list[str]]:
    """A headline and paragraphs on a subject of their own, in invented nouns."""
    syllables = {"ar": _ARABIC, "fa": more.PERSIAN}.get(language, _LATIN)
    nouns = ["".join(rng.choices(syllables, k=rng.randint(3, 5))) for _ in range(14)]
    if language == "de":
        nouns = [noun.capitalize() for noun in nouns]
    if language == "ar":
        nouns = ["ال" + noun for noun in nouns]

    def sentence() -> str:
        return rng.choice((_FRAMES | more.FRAMES)[language]).format(*rng.sample(nouns, 6))

    paragraphs = [
        " ".join(sentence() for _ in range(rng.randint(1, 3))) for _ in range(rng.randint(4, 9))
    ]
    known = {
        "en": "{} and {} in {}",
        "de": "{} und {} in {}",
        "fr": "{} et {} à {}",
        "ar": "{} و{} في {}",
    }
    joined = (known | more.JOINED)[language]
    return joined.format(*(noun.capitalize() for noun in rng.sample(nouns, 3))), paragraphs


def headline(site: str, language: str, number: int) -> str:
    """The title of another article of the site."""
    return story(random.Random(f"{site} {number}"), language)[0]


def _between(paragraphs: list[str], *extra: tuple[int, str]) -> str:
    """Paragraphs (as HTML) with pieces put in before the given places."""
    parts = list(paragraphs)
    for at, piece in sorted(extra, reverse=True):
        parts.insert(min(at, len(parts)), piece)
    return "\n".join(parts)


def _p(paragraphs: list[str], css: str = "") -> list[str]:
    return [f"<p{css}>{escape(text)}</p>" for text in paragraphs]


def _plain(rng: random.Random, title: str, paragraphs: list[str]) -> str:
    """Semantic tags; lines of the house between and after the paragraphs, in paragraphs like all
    others."""
    del rng
    house = (
        "Our reporters work for no party and no company; readers pay for every line that"
        " stands here."
    )
    rights = (
        "Lantern Gazette 2024. Reproduction in any form needs a letter from the publishing"
        " house in Harbour Lane."
    )
    body = _between(_p(paragraphs), (2, f"<p>{house}</p>"), (99, f"<p>{rights}</p>"))
    return f"<main><article><h1>{escape(title)}</h1><div>{body}</div></article></main>"


def _hashed(rng: random.Random, title: str, paragraphs: list[str]) -> str:
    """Class names drawn by the build tool, another draw for each half of the site; a strip of
    moving lines."""
    build = rng.choice(("a8Xk2", "zQ41p"))
    lines = ["The harbour bridge stays closed until Friday evening, the port office said.",
             ("Grain prices fell for a third week, and millers expect no turn before"
                 " autumn.")]  # fmt: skip
    line = rng.choice(lines)
    strip = f'<div class="Strip_box__{build}"><p class="Strip_line__{build}">{line}</p></div>'
    body = _between(_p(paragraphs, f' class="Text_par__{build}"'), (1, strip))
    return (
        f'<div class="Shell_root__{build}"><h1>{escape(title)}</h1><div'
        f' class="Text_all__{build}">{body}</div></div>'
    )


def _inline(rng: random.Random, title: str, paragraphs: list[str]) -> str:
    """Arabic without classes; headlines of other articles as paragraphs of their own."""
    others = [rng.randint(1, 40) for _ in range(2)]
    links = [
        f'<p><a href="/n/{other}">{headline("manar", "ar", other)}</a></p>' for other in others
    ]
    body = _between(_p(paragraphs), (2, links[0]), (4, links[1]))
    return f"<div><h1>{escape(title)}</h1><div>{body}</div></div>"


def _table(rng: random.Random, title: str, paragraphs: list[str]) -> str:
    """An old table layout: loose text between line breaks, the house's lines among it."""
    del rng
    offer = (
        "Wer den Anzeiger sonntags im Briefkasten haben möchte, schreibt eine Karte an die"
        " Vertriebsstelle am Markt."
    )
    body = "<br><br>".join(escape(text) for text in [*paragraphs[:2], offer, *paragraphs[2:]])
    return f"<table><tr><td><h1>{escape(title)}</h1></td></tr><tr><td>{body}</td></tr></table>"


def _divs(rng: random.Random, title: str, paragraphs: list[str]) -> str:
    """A div for each paragraph, and a counter and an appeal in divs of the same kind."""
    count = f"<div class='q3'>{rng.randint(100, 99999)} vues depuis ce matin</div>"
    appeal = (
        "<div class='q1'>Chaque jeudi, la rédaction choisit pour vous cinq récits et les"
        " envoie par courriel.</div>"
    )
    rows = [f"<div class='q1'>{escape(text)}</div>" for text in paragraphs]
    return (
        f"<section><h1>{escape(title)}</h1><div "
        f"class='q0'>{_between(rows, (1, count), (3, appeal))}</div></section>"
    )


def _boxes(rng: random.Random, title: str, paragraphs: list[str]) -> str:
    """Styled components; a label and three headlines with their length, in paragraphs like the
    text's."""
    others = rng.sample(range(1, 40), 3)
    links = [
        (
            f'<p class="sc-bdVaJa">{other} min: <a '
            f'href="/n/{other}">{headline("quarry", "en", other)}</a></p>'
        )
        for other in others
    ]
    label = '<p class="sc-bdVaJa"><strong>From the same drawer</strong></p>'
    body = _between(_p(paragraphs, ' class="sc-bdVaJa"'), (3, label + "".join(links)))
    return (
        f'<div class="sc-gZMcBi"><h1>{escape(title)}</h1><div class="sc-ifAKCX">{body}</div></div>'
    )


def _prefixed(rng: random.Random, title: str, paragraphs: list[str]) -> str:
    """German; a phrase of the house before the headline of another article, in the text's own
    paragraphs."""
    other = rng.randint(1, 40)
    line = f'<p>Aus unserer Schublade: <a href="/n/{other}">{headline("bote", "de", other)}</a></p>'
    more = (
        "<p><strong>Im Gespräch bleiben</strong></p><p>Unser Sprachdienst liest Ihnen jeden"
        " Morgen alles Wichtige vor.</p>"
    )
    body = _between(_p(paragraphs), (2, line), (99, more))
    return (
        f'<article class="kern"><h1>{escape(title)}</h1><div class="text-blatt">{body}</div>'
        f"</article>"
    )


def _counted(rng: random.Random, title: str, paragraphs: list[str]) -> str:
    """Arabic with classes: a counter, an appeal between the paragraphs, the rights at the end."""
    count = f'<p class="adad">قرأ هذه المادة {rng.randint(10, 9999)} زائرا حتى الآن</p>'
    appeal = "<p>يمكنكم متابعة كل جديد عبر قناتنا على الهاتف المحمول كل صباح ومساء.</p>"
    rights = "<p>هذه المادة ملك لصحيفة الميناء ولا يسمح بنقلها إلا بعد مراسلة الإدارة كتابة.</p>"
    body = _between(_p(paragraphs), (1, count), (3, appeal), (99, rights))
    return f'<div class="haykal"><h1>{escape(title)}</h1><div class="nass">{body}</div></div>'


def _promoted(rng: random.Random, title: str, paragraphs: list[str]) -> str:
    """French; a promotion in a quotation's clothes and a writer's note under a rule."""
    del rng
    promo = (
        "<blockquote><p>Le cahier du dimanche paraît désormais avec une carte pliée et"
        " douze recettes.</p></blockquote>"
    )
    note = (
        "<p><em>Une erreur dans ce texte ? Écrivez à la correctrice, elle répond toujours.</em></p>"
    )
    body = _between(_p(paragraphs), (3, promo), (99, f"<hr>{note}"))
    return f"<div id='papier'><h1>{escape(title)}</h1><div id='colonne'>{body}</div></div>"


def _data(rng: random.Random, title: str, paragraphs: list[str]) -> str:
    """The body only in the page's data, with the house's lines inside its HTML."""
    other = rng.randint(1, 40)
    link = f'<p><a href="/n/{other}">{headline("depot", "en", other)}</a></p>'
    house = "<p>Stay close to the depot: one letter a week, written by hand and folded twice.</p>"
    html = _between(_p(paragraphs), (2, link), (99, house))
    data = {
        "props": {
            "pageProps": {
                "article": {"title": title, "slug": str(rng.randint(1, 99)), "content": html}
            }
        }
    }
    script = json.dumps(data).replace("<", "\\u003c")
    return (
        f'<div id="__next"><h1>{escape(title)}</h1></div><script id="__NEXT_DATA__"'
        f' type="application/json">{script}</script>'
    )


def _rotating(rng: random.Random, title: str, paragraphs: list[str]) -> str:
    return more.sponsored(
        rng, title, paragraphs, [headline("sazlik", "tr", other) for other in range(1, 41)]
    )


_rotating.__doc__ = more.sponsored.__doc__

TEMPLATES = (
    Template("lantern", "en", _plain),
    Template("shell", "en", _hashed),
    Template("manar", "ar", _inline),
    Template("anzeiger", "de", _table),
    Template("gazette", "fr", _divs),
    Template("quarry", "en", _boxes),
    Template("bote", "de", _prefixed),
    Template("minaa", "ar", _counted),
    Template("papier", "fr", _promoted),
    Template("depot", "en", _data),
    Template("correo", "es", more.asking),
    Template("sazlik", "tr", _rotating),
    Template("mordab", "fa", more.placeheld),
    Template("foglio", "it", more.broken),
    Template("jornal", "pt", more.remembered),
    Template("sarn", "en", more.background, more.war_story),
    Template("roof", "en", more.measured, more.report),
    Template("kitchen", "en", more.cooked, more.dish),
)
