"""What the headers of an exchange's records say, and how its body is stored."""

from __future__ import annotations

import os

import pytest
import warc_kit

from archive.model import FetchFacts


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "archive"


def test_bodies_that_came_compressed_are_stored_and_others_compressed(folder):
    """A photograph takes its own size and little more, a page far less than its own."""
    photo = os.urandom(70_000)
    with warc_kit.writer(folder) as writer:
        one = writer.write_exchange(
            warc_kit.exchange(answer=warc_kit.response(photo, kind="image/png")), FetchFacts()
        )
        two = writer.write_exchange(
            warc_kit.exchange(answer=warc_kit.response(warc_kit.PAGE * 50)), FetchFacts()
        )
    assert len(photo) < one.length < len(photo) + 1000
    assert two.length < len(warc_kit.PAGE)
