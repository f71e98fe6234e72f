"""Settings of a Scrapy project that a crawl into a collection cannot have: refused before it
begins, since it would lose requests, or wait for ever.
"""

from __future__ import annotations

from scrapy.exceptions import UsageError
from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings

from archive.errors import ConfigError


class RefusedSettingError(ConfigError, UsageError):
    """A setting that a crawl into a collection cannot have.

    `warraq` says it as it says all errors of configuration, `scrapy` as it says those of usage: in
    a line.
    """


def check_settings(settings: BaseSettings, *, own_scheduler: bool) -> None:
    """Raise RefusedSettingError for a reactor that does not run on asyncio and, with
    `own_scheduler`, for a SCHEDULER that somebody has named.
    """
    reactor = str(settings.get("TWISTED_REACTOR") or "the system's")
    if settings.getbool("TWISTED_REACTOR_ENABLED") and "asyncio" not in reactor:
        raise RefusedSettingError(
            f"TWISTED_REACTOR is {reactor}: Warraq's recorder needs"
            " twisted.internet.asyncioreactor.AsyncioSelectorReactor; take the setting out"
        )
    named = (settings.getpriority("SCHEDULER") or 0) > SETTINGS_PRIORITIES["addon"]
    if own_scheduler and named:
        raise RefusedSettingError(
            f"SCHEDULER is {settings['SCHEDULER']}: a site's crawl keeps its requests in the"
            " collection, where a kill does not lose them; take the setting out"
        )
