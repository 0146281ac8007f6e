"""What the lanes of one sender share: each channel of a mass notice has a lane, and each lane a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from sqlalchemy import Connection, Row

from clearbell.calls import DAY, MINUTE
from clearbell.ledger import Act, Store
from clearbell.notices.mass.model import MassState
from clearbell.notices.mass.sending import Barred, check_token
from clearbell.notices.model import Channel, MessageReceived
from clearbell.policy.model import MassRules, Window

ACTOR = "system:mass-notices"
Received = Callable[[Act, MessageReceived], object]
"""What is done with an incoming SMS, in the act that keeps it."""


class Sending:
    """One sending of a mass notice: who sends it, by which rules, and whether it goes on."""

    def __init__(
        self, store: Store, number: int, token: str, rules: MassRules, hours: Window, offset: int, barred: Barred
    ) -> None:
        """``offset``: the pack's time zone, minutes east of UTC; ``barred``: who is not to be told any more."""
        self.store, self.number, self.token, self.rules, self.barred = store, number, token, rules, barred
        self._hours, self._offset = hours, offset
        self.over = threading.Event()
        """Set: let nothing more leave, keep what is known, and end."""

    def is_time(self) -> bool:
        """Whether the pack lets mass notices leave at this time of the day."""
        minute = ((self.store.clock.now() + self._offset * MINUTE) % DAY) // MINUTE
        return self._hours.start <= minute < self._hours.end

    def check(self, conn: Connection) -> tuple[Row[tuple[object]], bool]:
        """The notice, and whether it is being sent. Raises :class:`TakenOverError`."""
        row = check_token(conn, self.number, self.token)
        return row, row.state == MassState.SENDING.value


class Lane(Protocol):
    """Sends to the recipients of one channel."""

    channel: Channel
    heard: float
    """When a receipt last came, on the monotonic clock."""

    def run(self, sending: Sending) -> None:
        """Send until the sending is over. Raises :class:`TakenOverError`."""
        ...
