"""One bit turns round somewhere in a collection, over and over: it is found, or it harms nothing.

`make test` turns a few; `make soak` five hundred (WARRAQ_FLIPS).
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_site import flipped_state
from loopback_site.closed_network import closed, run_closed
from loopback_site.flipped_state import crawled_paper, files, flip, is_kept, paper
from loopback_site.server import Site

from archive.errors import StorageError
from archive.layout import CollectionFolder
from archive.verify.collection import verify_collection

FLIPS = int(os.environ.get("WARRAQ_FLIPS", "24"))
SEED = int(os.environ.get("WARRAQ_SEED", "0")) or random.randrange(1 << 32)  # noqa: S311


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with paper() as running:
        yield running


@pytest.fixture(scope="module")
def base(site: Site, tmp_path_factory: pytest.TempPathFactory) -> CollectionFolder:
    """A collection after two crawls, its fixity stated; whoever changes a byte puts it back."""
    layout = crawled_paper(tmp_path_factory.mktemp("base") / "c", site.url)
    assert found(layout) == []
    return layout


def found(layout: CollectionFolder) -> list[str]:
    """What `verify` finds."""
    try:
        return [str(finding) for finding in verify_collection(layout)]
    except StorageError as error:
        return [str(error)]


def test_a_bit_in_what_is_kept_is_found(base: CollectionFolder) -> None:
    """WARC files, CDXJ, index and statements of fixity: `verify` finds each, wherever it is."""
    chance = random.Random(SEED)  # noqa: S311
    print(f"WARRAQ_SEED={SEED}")
    kept = [path for path in files(base) if is_kept(base, path)]
    tried: Counter[str] = Counter()
    for number in range(FLIPS * 4 // 5):
        path = kept[number % len(kept)]
        before = path.read_bytes()
        place = flip(path, chance)
        assert found(base), f"{path.relative_to(base.root)} at {place}"
        path.write_bytes(before)
        tried[path.suffix] += 1
    print(dict(tried))
    assert found(base) == []


def test_a_bit_in_state_or_configuration_loses_nothing(tmp_path: Path) -> None:
    """The next crawl goes on, or says in a line what is damaged; what is kept stays as it was.

    Where the network cannot be closed no crawl is started, only `index`: a bit may make another
    address of one.
    """
    print(f"WARRAQ_SEED={SEED}")
    count, command = max(1, FLIPS // 5), "crawl" if closed() else "index"
    program = [sys.executable, flipped_state.__file__, tmp_path, count, SEED, command]
    done = run_closed(program, timeout=3600)
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) == count
    for each in told:
        assert each["kept"], each
        assert each["code"] in {0, 1, 2, 3}, each
        assert "Traceback" not in each["said"], each
        assert each["code"] == 0 or 1 <= len(each["said"].splitlines()) <= 8, each
    print(dict(Counter(each["code"] for each in told)))
