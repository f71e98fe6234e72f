"""A withdrawal survives the way through a WARC."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.model.withdrawal import Withdrawal
from archive.warc.warc_fields import (
    WITHDRAWAL_FIELD,
    decode_fields,
    encode_fields,
    parse_withdrawal,
    withdrawal_fields,
)

WITHDRAWAL = Withdrawal(
    article_id="0123456789abcdef",
    site="أخبار",
    url="https://news.example/1",
    at=datetime(2026, 5, 6, 7, 8, 9, 123456, tzinfo=UTC),
    reason="طلب\r\nالناشر",
    keys=("news.example/1",),
    texts=("ab" * 32,),
    urls=("https://news.example/1",),
    digests=("sha1:A",),
    purge="00ff",
    purged=True,
)


def test_a_withdrawal_is_read_back_as_written() -> None:
    """Every field comes back, also a reason with line ends, so that a rebuilt index obeys it."""
    ((name, value),) = decode_fields(encode_fields(withdrawal_fields(WITHDRAWAL)))
    assert name == WITHDRAWAL_FIELD
    assert parse_withdrawal(value) == WITHDRAWAL


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"article_id":"a","at":"2026-01-01"}'])
def test_a_malformed_withdrawal_is_refused(text: str) -> None:
    """What is no withdrawal is a ValueError, never one with made-up values."""
    with pytest.raises(ValueError):
        parse_withdrawal(text)
