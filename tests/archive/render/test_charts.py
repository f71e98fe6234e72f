"""Counts over time as a picture."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from archive.errors import UsageError
from archive.render.charts import Bar, write_plot

BARS = [
    Bar(site="a&b", period="2026-11-01", count=4),
    Bar(site="a&b", period="2026-11-03", count=2),
    Bar(site="c", period="2026-11-02", count=1),
]
SVG = "{http://www.w3.org/2000/svg}"


def test_each_count_is_a_bar(tmp_path: Path) -> None:
    """The SVG is valid XML with its title, each site's name, and a bar a count, as tall as it is to
    the site's most.
    """
    write_plot(BARS, "مقالات <1>", tmp_path / "x.svg")
    root = ET.fromstring((tmp_path / "x.svg").read_text("utf-8"))  # noqa: S314 - our own file
    assert root.findtext(f"{SVG}title") == "مقالات <1>"
    assert {"a&b", "c", "2026-11-01", "2026-11-03"} <= {
        text.text for text in root.iter(f"{SVG}text")
    }
    bars = [each for each in root.iter(f"{SVG}rect") if each.find(f"{SVG}title") is not None]
    assert [float(bar.get("height", "0")) for bar in bars] == [90, 45, 90]
    assert [each.findtext(f"{SVG}title") for each in bars] == [
        "2026-11-01: 4",
        "2026-11-03: 2",
        "2026-11-02: 1",
    ]


def test_nothing_to_draw_is_a_picture_too(tmp_path: Path) -> None:
    """An empty collection gives a valid picture without bars."""
    write_plot([], "empty", tmp_path / "x.svg")
    assert ET.fromstring((tmp_path / "x.svg").read_text("utf-8")).findtext(f"{SVG}title") == "empty"  # noqa: S314


def test_what_cannot_be_drawn(tmp_path: Path) -> None:
    """Another ending, an existing file and a folder that is not there are named."""
    (tmp_path / "old.svg").write_text("mine")
    with pytest.raises(UsageError, match=r"\.svg or \.png"):
        write_plot(BARS, "x", tmp_path / "x.jpg")
    with pytest.raises(UsageError, match="exists"):
        write_plot(BARS, "x", tmp_path / "old.svg")
    with pytest.raises(UsageError, match=r"x\.svg"):
        write_plot(BARS, "x", tmp_path / "none" / "x.svg")
    assert (tmp_path / "old.svg").read_text() == "mine"


def test_png(tmp_path: Path) -> None:
    """PNG is drawn where matplotlib is there; where not, one line names the way out."""
    target = tmp_path / "x.png"
    if importlib.util.find_spec("matplotlib") is None:
        with pytest.raises(UsageError, match=r"\.svg"):
            write_plot(BARS, "x", target)
    else:
        write_plot(BARS, "x", target)
        assert target.read_bytes().startswith(b"\x89PNG")
