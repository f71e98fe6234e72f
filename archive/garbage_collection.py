"""Python's collector of cyclic garbage, in a process that makes many objects at its start and keeps
them: modules, classes, patterns.

With Python's defaults it looks through them again and again, which is a twentieth of what a short
crawl costs (`bench/` measures the crawl as a whole).
"""

from __future__ import annotations

import gc

# New containers after which the youngest generation is looked through; Python's default is 700.
_YOUNG = 10_000


def collect_rarely() -> None:
    """Have garbage looked for less often, where a few megabytes of it do not matter."""
    gc.set_threshold(_YOUNG)


def spare_what_is_there() -> None:
    """Never again look for garbage among what the process holds by now: what it has loaded."""
    gc.freeze()
