"""Draws the groups of modules and lists each module with its first line, for `architecture.md`.

Run by cog (`make docs`). Everything shown is read from the code: groups from the folders, arrows from
the imports, texts from the docstrings.
"""  # noqa: E501

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("crawler", "pipelines", "archive")


def picture() -> str:
    """A Mermaid flowchart of the groups: packages as frames, in the order of the layer contracts.

    An arrow leads from a group to one it imports, unless a longer way of arrows leads there too.
    """
    lines = ["```mermaid", "flowchart TD"]
    for package in PACKAGES:
        lines.append(f'  subgraph {package}["{package}/ {_summary(ROOT / package).rstrip(".")}"]')
        lines += [f'    {package}.{group}["{group}"]' for group in _order(package)]
        lines.append("  end")
        arrows = _arrows(package)
        for group in _order(package):
            for target in sorted(_shortest(group, arrows)):
                lines.append(f"  {package}.{group} --> {package}.{target}")
    lines += [f"  {upper} ==> {lower}" for upper, lower in pairwise(PACKAGES)]
    return "\n".join([*lines, "```"])


def modules() -> str:
    """A table for each group: its modules, each with the first sentence of its docstring."""
    parts = []
    for package in PACKAGES:
        parts.append(f"### {package}/\n\n{_summary(ROOT / package)}\n")
        alone = [path for path in sorted((ROOT / package).glob("*.py")) if path.stem != "__init__"]
        if alone:
            parts.append("\n".join(f"- `{path.name}` {_summary(path)}" for path in alone) + "\n")
        for group in _order(package):
            folder = ROOT / package / group
            if not folder.is_dir():
                continue
            parts.append(f"**{package}/{group}/** {_summary(folder)}\n")
            files = [path for path in sorted(folder.glob("*.py")) if not path.stem.startswith("__")]
            parts.append("\n".join(f"- `{path.name}` {_summary(path)}" for path in files) + "\n")
    return "\n".join(parts)


def _summary(path: Path) -> str:
    """The first sentence of a module's or package's docstring, on one line."""
    file = path / "__init__.py" if path.is_dir() else path
    text = " ".join(
        (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").split("\n\n")[0].split()
    )
    end = text.find(". ")
    return text if end < 0 else text[: end + 1]


def _order(package: str) -> list[str]:
    """The groups of a package from the top down, as the layer contracts have them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (layers,) = [each["layers"] for each in contracts if each.get("containers") == [package]]
    return [group.strip() for layer in layers for group in layer.split("|")]


def _arrows(package: str) -> dict[str, set[str]]:
    """Which groups of a package each of its groups imports."""
    groups = _order(package)
    return {
        group: {
            target
            for path in _files(package, group)
            for target in _imported(path, package)
            if target in groups
        }
        - {group}
        for group in groups
    }


def _files(package: str, group: str) -> list[Path]:
    folder = ROOT / package / group
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]


def _imported(path: Path, package: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            steps = node.module.split(".")
            if steps[0] == package:
                yield from ([steps[1]] if len(steps) > 1 else [name.name for name in node.names])


def _shortest(group: str, arrows: dict[str, set[str]]) -> set[str]:
    """The direct targets of a group that no other of its targets leads to."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = set(arrows[start])
        while waiting:
            step = waiting.pop()
            if step not in seen:
                seen.add(step)
                waiting |= arrows[step]
        return seen

    return {
        target
        for target in arrows[group]
        if not any(target in reached(other) for other in arrows[group])
    }
