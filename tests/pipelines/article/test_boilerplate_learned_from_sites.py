"""Pages of made-up sites in unlike templates: what each page alone leaves in the text, the site's
other pages take out.
"""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BENCH = Path(__file__).parents[3] / "bench" / "extraction"


def load(name: str) -> ModuleType:
    """A module of the bench, which is no package."""
    spec = spec_from_file_location(name, BENCH / f"{name}.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


sites = load("unlike_sites")
teacher = load("teacher")


# Sites whose furniture comes in several wordings: each of these needs five articles of its own.
SLOW = ("correo", "sazlik", "jornal")
REAL = ("sarn", "roof", "kitchen")


@pytest.mark.parametrize(
    "template",
    [each for each in sites.TEMPLATES if each.name not in SLOW],
    ids=lambda template: template.name,
)
def test_a_site_of_twelve_pages_teaches_its_furniture(template: Any) -> None:
    """Without any rule for the site no more than a line of its furniture stays, and no paragraph is
    lost.
    """
    alone, taught = teacher.measure(template, 12)
    assert taught.lost == 0
    assert alone.lost == 0
    assert taught.noise <= min(alone.noise, 2)
    assert taught.exact >= max(alone.exact, 10)


@pytest.mark.parametrize(
    "template",
    [each for each in sites.TEMPLATES if each.name in SLOW],
    ids=lambda template: template.name,
)
def test_furniture_in_several_wordings_goes_by_and_by(template: Any) -> None:
    """Of appeals and notes that change from page to page at least half is gone after twenty-five
    pages, and no paragraph.
    """
    alone, taught = teacher.measure(template, 25)
    assert (alone.lost, taught.lost) == (0, 0)
    assert 2 * taught.noise <= alone.noise


@pytest.mark.parametrize("pages", [5, 8, 40])
@pytest.mark.parametrize(
    "template",
    [each for each in sites.TEMPLATES if each.name in REAL],
    ids=lambda template: template.name,
)
def test_real_text_that_comes_back_stays(template: Any, pages: int) -> None:
    """Background, standing quotations, steps that recipes share and reports with other numbers are
    never taken for furniture.
    """
    alone, taught = teacher.measure(template, pages)
    assert (alone.lost, taught.lost) == (0, 0)


@pytest.mark.parametrize("template", sites.TEMPLATES, ids=lambda template: template.name)
def test_a_site_of_four_pages_is_left_alone(template: Any) -> None:
    """Fewer than five articles teach nothing."""
    alone, taught = teacher.measure(template, 4)
    assert taught == alone


def test_a_place_keeps_the_names_that_last() -> None:
    """Numbers and the letters that build tools draw are no part of a place; bold lines and runs
    between breaks are apart.
    """
    from pipelines.article.extraction import extract

    def paths(build: str) -> list[str]:
        prose = (
            "The council met on Monday and spoke at length about the bridge, its cost and its "
            "colour, until late at night."
        )
        html = (
            f'<html><body><article class="post-8841 Shell_root__{build}"><h1>The '
            f'bridge</h1><div class="entry sc-{build} mt-4">'
            f'<p class="Text_par__{build}">{prose}</p><p><b>What the bridge will cost in the '
            f"end, line by line.</b></p>"
            f"<p>{prose} Twice.</p><div>{prose} First.<br><br>{prose} "
            f"Second.</div></div></article></body></html>"
        )
        found = extract(html.encode(), "https://a.example/bridge")
        return [place.path for place in found.places]  # type: ignore[union-attr]

    assert paths("a8Xk2") == paths("zQ41p")
    assert paths("a8Xk2") == [
        "article.post.shell-root/div.entry/p.text-par",
        "article.post.shell-root/div.entry/p/strong",
        "article.post.shell-root/div.entry/p",
        "article.post.shell-root/div.entry/div/br",
        "article.post.shell-root/div.entry/div/br",
    ]


def test_links_into_the_site_are_left_open() -> None:
    """A headline that links to the site's own article is one form whatever it says; a link
    elsewhere stays as it is.
    """
    from archive.model import LINK_MARK
    from pipelines.article.extraction import extract

    prose = (
        "The council met on Monday and spoke at length about the bridge, its cost and its colour, "
        "until late at night."
    )
    html = (
        f"<html><body><article><h1>The bridge</h1><div><p>{prose}</p><p>Also seen: <a "
        f"href='/n/2'>Mill burns down by night</a></p>"
        f"<p>{prose} Again.</p><p>In full: <a href='https://other.example/x'>report of the "
        f"audit office</a></p><p>{prose} End.</p>"
        "</div></article></body></html>"
    )
    found = extract(html.encode(), "https://a.example/bridge")
    forms = [place.form for place in found.places]  # type: ignore[union-attr]
    assert [form for form in forms if form] == [
        f"Also seen: {LINK_MARK}",
        "In full: report of the audit office",
    ]
