"""Which addresses may be connected to: the guard that keeps a crawl out of the operator's own
network.

A link, a redirect or a name server may point anywhere, and whoever owns a name may point it
elsewhere later. Addresses that are not globally routable are refused, in every way of writing them,
unless the operator named that very address and port in a site's `start`; or a host, and says
`private`. The guard decides; the connection asks it about every address before it connects and
about the peer after. Whether a URL is in scope is `crawler.frontier.scope`'s business.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from archive.urls import normalise_url

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

DEFAULT_PORTS = {"http": 80, "https": 443}

# IPv6 ranges that carry an IPv4 address, and how many bits stand behind it (RFC 4291, 6052, 8215,
# 3056).
_EMBEDDING = (
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped
    (ipaddress.IPv6Network("::ffff:0:0:0/96"), 0),  # IPv4-translated
    (ipaddress.IPv6Network("::/96"), 0),  # IPv4-compatible
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (ipaddress.IPv6Network("2002::/16"), 80),  # 6to4
)
# Ranges that `is_global` lets through in some Python versions, or whose far end cannot be known.
_REFUSED = (
    ipaddress.ip_network("192.88.99.0/24"),  # 6to4 relays
    ipaddress.ip_network("64:ff9b:1::/48"),  # local-use NAT64
    ipaddress.ip_network("2001::/32"),  # Teredo
    ipaddress.ip_network("fec0::/10"),  # site-local
    ipaddress.ip_network("5f00::/16"),  # segment routing
)
_LOOPBACK_6 = ipaddress.IPv6Address("::1")
# Networks of an operator's own machines.
_PRIVATE = tuple(
    map(
        ipaddress.ip_network,
        (
            *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"),
            *("::1/128", "fc00::/7"),
        ),
    )
)
# Where machines in clouds are told their credentials, as far as these lie in no link-local range:
# Azure's (a public address), Alibaba's, Oracle's, AWS's over IPv6, Google's over IPv6.
_METADATA = frozenset(
    map(
        ipaddress.ip_address,
        (
            *("168.63.129.16", "100.100.100.200", "192.0.0.192"),
            *("fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254"),
        ),
    )
)


def literal_address(host: str) -> Address | None:
    """The IP address that `host` is, in any form that a resolver accepts; None if it is a name.

    Besides the usual forms: `127.1`, `0x7f.1`, `2130706433`, `0177.0.0.1`, brackets, a trailing
    dot, a zone.
    """
    text = host.strip("[]").rstrip(".").partition("%")[0]
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        pass
    # inet_aton also takes anything after a blank; such a host is no address and no name either.
    if text != "".join(text.split()):
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(text))
    except (OSError, UnicodeError):
        return None


def is_public(address: str | Address) -> bool:
    """True for globally routable unicast addresses; an IPv4 address inside an IPv6 one must be one
    too. Where clouds tell their secrets is not public, whatever the range.
    """
    if isinstance(address, str):
        address = ipaddress.ip_address(address.partition("%")[0])
    if address.is_multicast or any(
        address in network for network in _REFUSED if network.version == address.version
    ):
        return False
    carried = _embedded(address)
    return is_public(carried) if carried else address.is_global and address not in _METADATA


def _embedded(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one carries, if any."""
    if isinstance(address, ipaddress.IPv4Address) or address == _LOOPBACK_6:
        return None
    for network, shift in _EMBEDDING:
        if address in network:
            return ipaddress.IPv4Address((int(address) >> shift) & 0xFFFFFFFF)
    # ISATAP (RFC 5214): the interface identifier says 5efe and then the IPv4 address.
    if (int(address) >> 32) & 0xFDFFFFFF == 0x5EFE:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def is_private_network(address: str | Address) -> bool:
    """True for addresses that an operator's own machines have: this machine (127.0.0.0/8, ::1), and
    networks for private use (RFC 1918, 4193, 6598). Where clouds tell their secrets is none of
    them, nor is an IPv6 form that carries an IPv4 address.
    """
    if isinstance(address, str):
        address = ipaddress.ip_address(address.partition("%")[0])
    return address not in _METADATA and any(
        address in network for network in _PRIVATE if network.version == address.version
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressGuard:
    """Answers whether a connection may be made. `named` holds (host in lower case, port) as the
    operator wrote them; with `private`, the names among them may have addresses in private
    networks.
    """

    named: frozenset[tuple[str, int]] = frozenset()
    private: bool = False

    @classmethod
    def for_starts(cls, starts: Iterable[str], *, private: bool = False) -> AddressGuard:
        """A guard that lets through what `starts` (absolute URLs) name: that host and port; both
        web ports if no port.
        """
        named: set[tuple[str, int]] = set()
        for start in starts:
            parts = urlsplit(start)
            # as links to it are normalised: IDNA
            host = _plain(urlsplit(normalise_url(start) or start).hostname or "")
            ports = (parts.port,) if parts.port else DEFAULT_PORTS.values()
            named.update((host, port) for port in ports)
        return cls(named=frozenset(named), private=private)

    def permits(self, host: str, port: int, address: str) -> bool:
        """Whether `address` (numeric) may be connected to for a URL with that `host` and `port`.

        A host that is named permits public addresses as any other. If it is an address it permits
        itself; if it can only mean this machine (`localhost`, RFC 6761 §6.3) it permits loopback.
        """
        if is_public(address):
            return True
        host = _plain(host)
        if (host, port) not in self.named:
            return False
        numeric = ipaddress.ip_address(address.partition("%")[0])
        literal = literal_address(host)
        if literal is not None:
            return literal == numeric
        if is_localhost(host) and numeric.is_loopback:
            return _embedded(numeric) is None
        return self.private and is_private_network(numeric)


def is_localhost(host: str) -> bool:
    """Whether a name can only mean this machine (RFC 6761 §6.3)."""
    host = _plain(host)
    return host == "localhost" or host.endswith(".localhost")


def _plain(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()


async def resolve_host(host: str, port: int, *, family: int = 0) -> list[str]:
    """The numeric addresses of `host` in the resolver's order; OSError or UnicodeError where it has
    none. `family`, 4 or 6, leaves only addresses of that version of IP.
    """
    addresses = await _addresses_of(host, port)
    usable = [one for one in addresses if family in (0, 6 if ":" in one else 4)]
    if not usable:
        raise OSError(f"no IPv{family} address")
    return usable


async def _addresses_of(host: str, port: int) -> list[str]:
    address = literal_address(host)
    if address is not None:
        return [str(address)]
    address_infos = await asyncio.get_running_loop().getaddrinfo(
        host, port, type=socket.SOCK_STREAM
    )
    return list(dict.fromkeys(str(entry[4][0]) for entry in address_infos))
