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


# Sites whose boilerplate comes in several wordings: each of these needs five articles of its own.
SLOW = ("correo", "sazlik", "jornal")
REAL = ("sarn", "roof", "kitchen")


@pytest.mark.parametrize(
    "template",
    [each for each in sites.TEMPLATES if each.name not in SLOW],
    ids=lambda template: template.name,
)
def test_boilerplate_is_learned_from_twelve_pages(template: Any) -> None:
    """Without any rule for the site no more than a line of its boilerplate stays, and no paragraph is
    lost.
    """
    alone, learned = teacher.measure(template, 12)
    assert learned.lost == 0
    assert alone.lost == 0
    assert learned.noise <= min(alone.noise, 2)
    assert learned.exact >= max(alone.exact, 10)


@pytest.mark.parametrize(
    "template",
    [each for each in sites.TEMPLATES if each.name in SLOW],
    ids=lambda template: template.name,
)
def test_boilerplate_in_several_wordings_goes_by_and_by(template: Any) -> None:
    """Of appeals and notes that change from page to page at least half is gone after twenty-five
    pages, and no paragraph.
    """
    alone, learned = teacher.measure(template, 25)
    assert (alone.lost, learned.lost) == (0, 0)
    assert 2 * learned.noise <= alone.noise


@pytest.mark.parametrize("pages", [5, 8, 40])
@pytest.mark.parametrize(
    "template",
    [each for each in sites.TEMPLATES if each.name in REAL],
    ids=lambda template: template.name,
)
def test_real_text_that_comes_back_stays(template: Any, pages: int) -> None:
    """Background, standing quotations, steps that recipes share and reports with other numbers are
    never taken for boilerplate.
    """
    alone, learned = teacher.measure(template, pages)
    assert (alone.lost, learned.lost) == (0, 0)


@pytest.mark.parametrize("template", sites.TEMPLATES, ids=lambda template: template.name)
def test_a_site_of_four_pages_is_left_alone(template: Any) -> None:
    """Fewer than five articles are too few to learn from."""
    alone, learned = teacher.measure(template, 4)
    assert learned == alone
