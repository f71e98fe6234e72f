"""The loopback site for the crawler's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from loopback_site.misbehaviours import MISBEHAVIOURS
from loopback_site.server import Site


@pytest.fixture
def site() -> Iterator[Site]:
    """A fresh loopback site that serves every named misbehaviour of the wire."""
    with Site(MISBEHAVIOURS) as running:
        yield running


@pytest.fixture
def tls_site() -> Iterator[Site]:
    """The same behind TLS, with a certificate that nobody trusts."""
    with Site(MISBEHAVIOURS, tls=True) as running:
        yield running
