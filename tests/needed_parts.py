"""What tests need beside Warraq itself: a browser, other programs, packages that are optional.

Where one is not on this machine, the test is skipped, and says why; where the environment variable
CI is set (`.ci/run` sets it), it fails: what is never tested there would go unseen.
"""

from __future__ import annotations

import importlib
import os
import shutil
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import pytest

from crawler.browser.chromium import missing_parts

PEERS = Path(__file__).resolve().parents[1] / ".peers"


def need_browser() -> None:
    """Go on only where pages can be shown in a browser."""
    if missing := missing_parts():
        _lack("; ".join(missing))


def need_peers(*paths: Path) -> None:
    """Go on only where these files are, which `tests/install-peers` brings."""
    if missing := [path.name for path in paths if not path.exists()]:
        _lack(f"not installed here: {', '.join(missing)} (tests/install-peers says why)")


def need_node() -> str:
    """Go on only where Node.js is; its path."""
    return shutil.which("node") or _lack("not installed here: node")


def need_package(name: str) -> ModuleType:
    """Go on only where a package of the dependency group `test` is; the module of this name."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        _lack(f"{name} cannot be imported ({error}): it comes with the dependency group `test`")


def _lack(why: str) -> NoReturn:
    if os.environ.get("CI", "").lower() not in {"", "0", "false"}:
        pytest.fail(f"{why}; CI is set, so that this is not skipped", pytrace=False)
    pytest.skip(why)
