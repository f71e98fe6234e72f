"""The loopback site for the crawler's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from loopback_site.misbehaviours import MISBEHAVIOURS
from loopback_site.server import Site


@pytest.fixture(scope="module")
def _site() -> Iterator[Site]:
    with Site(MISBEHAVIOURS) as running:
        yield running


@pytest.fixture(scope="module")
def _tls_site() -> Iterator[Site]:
    with Site(MISBEHAVIOURS, tls=True) as running:
        yield running


@pytest.fixture
def site(_site: Site) -> Site:
    """A loopback site that serves every named misbehaviour of the wire, its log empty."""
    _site.wire.clear()
    return _site


@pytest.fixture
def tls_site(_tls_site: Site) -> Site:
    """The same behind TLS, with a certificate that nobody trusts."""
    _tls_site.wire.clear()
    return _tls_site
