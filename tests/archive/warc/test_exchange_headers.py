"""What the headers of an exchange's records say, and how its body is stored."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
import warc_kit

from archive.model import FetchFacts
from archive.warc.capture_reader import reference_to
from archive.warc.exchange_headers import (
    as_revisit,
    capture_of_exchange,
    response_headers,
    transport_headers,
)
from archive.warc.http_message import parse_response


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


def test_only_well_formed_facts_of_the_connection_are_written() -> None:
    """An IPv4 address in IPv6 form is written as IPv4; what is malformed is left out."""
    odd = warc_kit.exchange(
        ip="::ffff:192.0.2.7%eth0",
        protocols=("http/1.1", "tls/1.3\r\nX: y"),
        cipher="ECDHE-RSA-AES128-GCM-SHA256",
    )
    assert transport_headers(odd) == [
        ("WARC-IP-Address", "192.0.2.7"),
        ("WARC-Protocol", "http/1.1"),
        ("WARC-Cipher-Suite", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    ]
    assert transport_headers(warc_kit.exchange(ip="localhost", protocols=())) == []


def test_a_revisit_refers_to_the_record_it_repeats() -> None:
    """It names that record, says why it is a revisit, and is not cut short itself."""
    exchange = warc_kit.exchange(truncated="time")
    message = parse_response(exchange.response)
    first = capture_of_exchange(exchange, FetchFacts(), message, None, "<urn:1>", "a.warc.gz")
    assert dict(response_headers(first))["WARC-Truncated"] == "time"
    again = as_revisit(replace(first, record_id="<urn:2>"), reference_to(first), not_modified=True)
    headers = dict(response_headers(again))
    assert headers["WARC-Profile"].endswith("/revisit/server-not-modified")
    assert headers["WARC-Refers-To"] == "<urn:1>"
    assert headers["WARC-Refers-To-Target-URI"] == first.url
    assert "WARC-Truncated" not in headers
