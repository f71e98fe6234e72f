"""What happens in a run, told to whoever listens: the log of the run.

Nothing is written where nobody listens: a logger below WARNING costs a comparison.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

# Its records carry `event`, a name that stays, and `fields`, which JSON can hold.
EVENTS = logging.getLogger("warraq.events")


def log_event(event: str, message: str, fields: Mapping[str, object]) -> None:
    """Tell that `event` happened: `message` for a person, `fields` for a program."""
    EVENTS.info("%s", message, extra={"event": event, "fields": dict(fields)})
