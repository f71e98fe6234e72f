"""Who is told how a run over some sites goes on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from archive.config import SiteConfig

logger = logging.getLogger(__name__)


def _silent(*_: object, **__: object) -> None:
    """The default: nobody is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunListener:
    """What is called meanwhile; on the event loop, so each must be quick.

    `progress` often, with numbers by name (`RunProgress.numbers`); `begun` once, with the id of the
    run, when the collection is open and nothing has been asked for; `ended` when a site's crawl is
    over, all of it in the index and the site given back; `no_room` once, with a line, where
    `min_free` or `quota` is reached and all crawls end in good order.
    """

    progress: Callable[..., None] = _silent
    begun: Callable[[str], None] = _silent
    ended: Callable[[SiteConfig], None] = _silent
    no_room: Callable[[str], None] = logger.warning
