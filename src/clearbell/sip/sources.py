"""Who may ask: known sources, each with its limit; everyone else is told 403 and nothing more."""

from __future__ import annotations

import ipaddress

import msgspec

from clearbell.calls import SECOND
from clearbell.sip.answers import Style
from clearbell.sip.callers import Reading

MAX_REMEMBERED = 4096
"""Addresses whose source was looked up; more are looked up again."""


class Source(msgspec.Struct, frozen=True):
    """One switch, or network of switches."""

    name: str
    network: str
    """Address or CIDR."""
    reading: Reading = Reading()
    style: Style = Style()
    per_second: float = 2000.0
    report_code: str = ""
    """What a subscriber dials to report the last call; empty: none. Only for a switch that vouches for its callers."""
    report_contact: str = ""
    """SIP URI of the announcement that confirms it; empty: 480 with a Warning."""


class Bucket:
    """A token bucket of one second's depth; time is passed in."""

    __slots__ = ("_at", "_rate", "_tokens")

    def __init__(self, per_second: float) -> None:
        self._rate = per_second
        self._tokens = per_second
        self._at = 0

    def take(self, now: int) -> bool:
        """Take one; False when there is none left at ``now`` (µs)."""
        if self._at:
            self._tokens = min(self._rate, self._tokens + max(0, now - self._at) * self._rate / SECOND)
        self._at = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True


class Sources:
    """The known sources, most specific network first."""

    def __init__(self, sources: tuple[Source, ...]) -> None:
        networks = [(ipaddress.ip_network(source.network, strict=False), source) for source in sources]
        self._networks = sorted(networks, key=lambda pair: -pair[0].prefixlen)
        self._buckets = {source.name: Bucket(source.per_second) for source in sources}
        self._found: dict[str, Source | None] = {}
        self._addresses: dict[str, bytes] = {}

    def of(self, host: str) -> Source | None:
        """The source an address belongs to; None for a stranger."""
        known = self._found.get(host)
        if known is not None:
            return known
        return self._look_up(host)

    def address(self, host: str) -> bytes:
        """An address as bytes."""
        known = self._addresses.get(host)
        if known is None:
            if len(self._addresses) >= MAX_REMEMBERED:
                self._addresses.clear()
            known = self._addresses[host] = host.encode()
        return known

    def _look_up(self, host: str) -> Source | None:
        if host in self._found:
            return None
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return None
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        found = next((source for network, source in self._networks if address in network), None)
        if len(self._found) >= MAX_REMEMBERED:
            self._found.clear()
        self._found[host] = found
        return found

    def within_limit(self, source: Source, now: int) -> bool:
        """Whether the source may ask once more at ``now`` (µs)."""
        bucket = self._buckets[source.name]
        return bucket.take(now)
