"""Which addresses a crawl may connect to."""

from __future__ import annotations

import asyncio
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetch.address_guard import (
    AddressGuard,
    is_private_network,
    is_public,
    literal_address,
    resolve_host,
)

PRIVATE = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1",
    "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.1",
    "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "::",
    "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1", "2001::1", "2001:db8::1",
    "2002:7f00:1::", "2002:c0a8:101::1", "fc00::1", "fd00:ec2::254",
    "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
    "168.63.129.16", "100.100.100.200", "::ffff:168.63.129.16", "64:ff9b::a83f:8110",
    "2001:200::5efe:127.0.0.1", "2a00::200:5efe:10.0.0.1", "5f00::1",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8",
    "192.0.1.1",
    "172.32.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
    "2a00:1450:4001::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_on_the_public_net_are_known(address: str) -> None:
    """Private, loopback, link-local, metadata, multicast, reserved and documentation addresses are
    not public.
    """
    assert not is_public(address)
    assert not AddressGuard().permits("news.example", 80, address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_known(address: str) -> None:
    """Ordinary addresses are public, also inside a form that carries them."""
    assert is_public(address)
    assert AddressGuard().permits("news.example", 443, address)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "127.0.1", "0x7f000001", "0x7F.0.0.1",
    "2130706433", "017700000001", "0177.0.0.1", "127.0.0.1.",
     "[::1]", "::1", "[::ffff:127.0.0.1]", "[fe80::1%25eth0]", "0", "[::]"],
)  # fmt: skip
def test_every_way_of_writing_an_address_is_read(host: str) -> None:
    """What a resolver would take for an address is read as that address without asking it, and
    refused.
    """
    address = literal_address(host)
    assert address is not None
    assert not is_public(address)
    assert asyncio.run(resolve_host(host, 80)) == [str(address)]


@pytest.mark.parametrize(
    "host",
    ["news.example", "127.0.0.1.example", "localhost", "", "127.0.0.1 x", "xn--mgbh0fb.example"],
)
def test_names_are_not_addresses(host: str) -> None:
    """A name is left to the resolver."""
    assert literal_address(host) is None


@given(st.ip_addresses(v=4))
def test_a_wrapped_address_is_as_public_as_itself(address: ipaddress.IPv4Address) -> None:
    """No IPv6 form that carries an IPv4 address makes a private one public."""
    number = int(address)
    for wrapped in (
        (0xFFFF << 32) | number,
        (0x64FF9B << 96) | number,
        (0x2002 << 112) | (number << 80) | 1,
        (0x2A00 << 112) | (0x5EFE << 32) | number,
    ):
        assert is_public(ipaddress.IPv6Address(wrapped)) <= is_public(address)


@given(st.ip_addresses(v=4), st.sampled_from(["d", "x", "o"]), st.integers(1, 3))
def test_obfuscated_forms_are_the_same_address(
    address: ipaddress.IPv4Address, base: str, parts: int
) -> None:
    """Decimal, hexadecimal and octal forms of one to three parts are read as the address they stand
    for.
    """
    number = int(address)
    show = {"d": "{}", "x": "0x{:x}", "o": "0{:o}"}[base].format
    rest = 32 - 8 * (parts - 1)
    pieces = [(number >> (24 - 8 * index)) & 255 for index in range(parts - 1)] + [
        number & ((1 << rest) - 1)
    ]
    assert literal_address(".".join(map(show, pieces))) == address


def test_an_address_in_start_is_let_through_and_nothing_beside_it() -> None:
    """The exact address and port of a start URL may be private; the same address on another port
    may not, nor another one that is said to be behind it.
    """
    guard = AddressGuard.for_starts(["http://127.0.0.1:8080/news/", "http://10.0.0.7/"])
    assert guard.permits("127.0.0.1", 8080, "127.0.0.1")
    assert guard.permits("10.0.0.7", 443, "10.0.0.7")
    assert not guard.permits("127.0.0.1", 80, "127.0.0.1")
    assert not guard.permits("127.0.0.1", 8080, "127.0.0.2")
    assert not guard.permits("127.0.0.2", 8080, "127.0.0.2")
    assert not guard.permits("localhost", 8080, "127.0.0.1")
    assert not guard.permits("127.1", 8080, "127.0.0.1")


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_in_start_permits_no_private_address(address: str) -> None:
    """Whoever owns the name can point it anywhere, the operator's own network included."""
    guard = AddressGuard.for_starts(["http://news.example/"])
    assert not guard.permits("news.example", 80, address)
    assert guard.permits("news.example", 80, "8.8.8.8")


# What a private network never has: link-local, metadata, reserved, and wrapped addresses.
NEVER = [
    each
    for each in PRIVATE
    if each
    not in {"10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "172.16.0.1",
            "172.31.255.1", "192.168.1.1", "::1", "fc00::1"}
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_permits_the_hosts_of_start_in_private_networks(address: str) -> None:
    """With `private = true` a host that `start` names may lie in an intranet, at that port; no
    other host, and never where clouds tell their secrets, however it is written.
    """
    guard = AddressGuard.for_starts(
        ["https://Intranet.example./", "http://مكتبة.example:8080/"], private=True
    )
    expected = address not in NEVER
    assert is_private_network(address) == expected
    assert guard.permits("INTRANET.example.", 443, address) == expected
    assert guard.permits("intranet.example", 80, address) == expected
    assert guard.permits("xn--ngbcb3hj.example", 8080, address) == expected
    assert not guard.permits("xn--ngbcb3hj.example", 80, address)
    assert not guard.permits("sub.intranet.example", 443, address)
    assert not guard.permits("intranet.example", 8443, address)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "news.localhost"])
def test_localhost_in_start_is_this_machine(host: str) -> None:
    """A name that can only mean this machine is as good as the address (RFC 6761), at its port; and
    it permits nothing else, whatever a resolver says.
    """
    guard = AddressGuard.for_starts([f"http://{host}:8080/"])
    assert guard.permits(host, 8080, "127.0.0.1")
    assert guard.permits(host, 8080, "::1")
    assert not guard.permits(host, 80, "127.0.0.1")
    for other in set(PRIVATE) - {"127.0.0.1", "127.255.255.254", "::1"}:
        assert not guard.permits(host, 8080, other), other
    assert not AddressGuard.for_starts(["http://localhost.example/"]).permits(
        "localhost.example", 80, "127.0.0.1"
    )


def test_ipv6_start_is_named_without_brackets() -> None:
    """`http://[::1]:8080/` names ::1."""
    guard = AddressGuard.for_starts(["http://[::1]:8080/"])
    assert guard.permits("::1", 8080, "::1")
    assert guard.permits("[::1]", 8080, "::1")
