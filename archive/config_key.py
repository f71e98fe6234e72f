"""What a key of `warraq.toml` is, and the tables it may stand in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

# The tables of the file, as messages and the documentation call them.
COLLECTION: Final = "[collection]"
SITE: Final = "[sites.NAME]"
SELECTORS: Final = "[sites.NAME.selectors]"

REQUIRED: Final = object()  # the default of a key that the file must have


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of `warraq.toml`.

    `parse` takes one value as TOML gives it (each value of a list if `many`) and returns it as the
    configuration holds it; it raises ValueError saying what is wrong. `default` is what the
    configuration holds if the file has no such key, or REQUIRED. `unit` is the unit of that value,
    if it has one. `expects` completes the message "expected ..."; `example` is TOML.
    """

    table: str
    name: str
    parse: Callable[[Any], object]
    many: bool = False
    default: object
    unit: str | None = None
    expects: str
    meaning: str
    example: str
