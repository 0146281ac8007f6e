"""What is passed over when more is asked than can be answered.

The rule: a datagram that waited longer than ``PATIENCE`` in the system's buffer is not read, not judged, not recorded and
not answered. Whoever sent it asks again, or lets the call go on when its budget is over, as with any lost datagram. So
whatever is answered is answered in time, and the newest are served at once when the flood ends.

``PATIENCE`` is less than the first repetition of the Kamailio that we ship (150 ms, of a budget of 400 ms) and much less
than T1 of RFC 3261 (500 ms): of a call that was answered, no second datagram is on the way.
"""

from __future__ import annotations

from clearbell.sip.datagrams import Datagrams

PATIENCE = 100_000
"""µs."""


def passed_over(datagrams: Datagrams, count: int) -> int:
    """How many of the ``count`` taken last have waited too long: they stand first, as datagrams wait in a row."""
    late = 0
    while late < count and datagrams.waited(late) > PATIENCE:
        late += 1
    return late
