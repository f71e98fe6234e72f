"""Counts over time as a picture: one row of bars for each site, on one time axis.

SVG 1.1 is written by hand and needs nothing; PNG is drawn by matplotlib, which is imported only
then. What is counted is `archive.query.reports`' business.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path

from archive.errors import UsageError, file_refused

# Days that a bar stands for, by the length of its period's name: 2026, 2026-11, 2026-11-20.
_DAYS = {4: 365, 7: 30, 10: 1}
_WIDTH, _ROW, _LEFT, _RIGHT, _TOP, _GAP, _BOTTOM = 800, 90, 60, 20, 40, 34, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """So many articles of a site in a period (`2026`, `2026-11`, `2026-11-20`)."""

    site: str
    period: str
    count: int


def write_plot(bars: Sequence[Bar], title: str, path: Path) -> None:
    """Write the picture to `path`, as its name ends in .svg or .png.

    Raises UsageError for another ending, for a file that is there already, for a folder that takes
    none, and for .png without matplotlib; StorageError where the disk refuses.
    """
    kind = path.suffix.lower()
    if kind not in (".svg", ".png"):
        raise UsageError(f"{path}: expected a name ending in .svg or .png")
    if path.exists():
        raise UsageError(f"{path} exists; name another file or remove it")
    try:
        if kind == ".png":
            _write_png(bars, title, path)
        else:
            path.write_text(plot_svg(bars, title), "utf-8")
    except OSError as error:
        raise file_refused(path, error) from error


def plot_svg(bars: Sequence[Bar], title: str) -> str:
    """The picture as an SVG element, which may stand in an HTML page as it is."""
    return "\n".join(_svg_lines(bars, title)) + "\n"


def _first_day(period: str) -> int:
    """The first day of a period, as a day number."""
    return date.fromisoformat((period + "-01-01")[:10]).toordinal()


def _bars_by_site(bars: Sequence[Bar]) -> dict[str, list[Bar]]:
    return {
        site: [bar for bar in bars if bar.site == site]
        for site in sorted({bar.site for bar in bars})
    }


def _svg_lines(bars: Sequence[Bar], title: str) -> Iterator[str]:
    sites = _bars_by_site(bars)
    height = _TOP + len(sites) * (_ROW + _GAP) + _BOTTOM
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
        f' width="{_WIDTH}" height="{height}"'
    )
    yield ' role="img" font-family="sans-serif" font-size="12" fill="#222">'
    yield f"<title>{escape(title)}</title>"
    yield '<rect width="100%" height="100%" fill="#fff"/>'
    yield f'<text x="{_LEFT}" y="22" font-size="16">{escape(title)}</text>'
    if bars:
        first = min(_first_day(bar.period) for bar in bars)
        last = max(_first_day(bar.period) + _DAYS[len(bar.period)] for bar in bars)
        scale = (_WIDTH - _LEFT - _RIGHT) / (last - first)
        for number, (site, site_bars) in enumerate(sites.items()):
            yield from _svg_row(site, site_bars, _TOP + number * (_ROW + _GAP) + _GAP, first, scale)
        earliest, latest = min(bar.period for bar in bars), max(bar.period for bar in bars)
        yield f'<text x="{_LEFT}" y="{height - 10}">{earliest}</text>'
        yield f'<text x="{_WIDTH - _RIGHT}" y="{height - 10}" text-anchor="end">{latest}</text>'
    yield "</svg>"


def _svg_row(site: str, bars: Sequence[Bar], top: int, first: int, scale: float) -> Iterator[str]:
    """The SVG of one site: its name, a scale from 0 to its highest count, and a bar for each
    period, titled with its count.
    """
    most, base = max(bar.count for bar in bars), top + _ROW
    yield f'<text x="{_LEFT}" y="{top - 6}" font-weight="bold">{escape(site)}</text>'
    yield f'<text x="{_LEFT - 6}" y="{top + 10}" text-anchor="end">{most}</text>'
    yield f'<text x="{_LEFT - 6}" y="{base}" text-anchor="end">0</text>'
    yield f'<line x1="{_LEFT}" y1="{base}" x2="{_WIDTH - _RIGHT}" y2="{base}" stroke="#888"/>'
    for bar in bars:
        left = _LEFT + (_first_day(bar.period) - first) * scale
        width = max(1.0, _DAYS[len(bar.period)] * scale * 0.9)
        tall = _ROW * bar.count / most
        yield (
            f'<rect x="{left:.1f}" y="{base - tall:.1f}" width="{width:.1f}"'
            f' height="{tall:.1f}" fill="#2a6f97">'
            f"<title>{bar.period}: {bar.count}</title></rect>"
        )


def _write_png(bars: Sequence[Bar], title: str, path: Path) -> None:
    try:
        from matplotlib.figure import Figure  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError as error:
        raise UsageError(
            f"{path}: PNG needs matplotlib: pip install 'warraq[plot]', or name a .svg file"
        ) from error
    sites = _bars_by_site(bars)
    figure = Figure(figsize=(8, 1 + 1.5 * max(1, len(sites))), layout="constrained")
    figure.suptitle(title)
    rows = figure.subplots(max(1, len(sites)), sharex=True, squeeze=False)[:, 0]
    for row, (site, site_bars) in zip(rows, sites.items(), strict=False):
        row.bar(
            [date.fromordinal(_first_day(bar.period)) for bar in site_bars],
            [bar.count for bar in site_bars],
            width=[_DAYS[len(bar.period)] * 0.9 for bar in site_bars],
            align="edge",
        )
        row.set_title(site, loc="left", fontsize=9)
        row.set_ylabel("articles")
    figure.savefig(path)
