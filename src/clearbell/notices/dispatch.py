"""The dispatcher: takes notices that are due, hands them to a transport, and keeps what comes of them.

The outbox is the table itself. A notice is taken with a lease, sent, and each acknowledgement is in the store before
the next notice is taken. Whatever kills the process, a notice without a stored acknowledgement is taken again, and a
part with one never is. Receipts and incoming messages are acknowledged to the SMS centre after they are in the store.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import structlog
from sqlalchemy import Row
from sqlalchemy.exc import SQLAlchemyError

from clearbell.ledger import Act, Store
from clearbell.notices.errors import NoticeError
from clearbell.notices.mass.sending import do_keep_receipts
from clearbell.notices.model import Channel, MessageReceived
from clearbell.notices.progress import (
    do_keep_accepted,
    do_keep_incoming,
    do_keep_receipt,
    do_keep_refused,
    do_lapse,
    do_release,
    do_take,
    do_tidy,
)
from clearbell.notices.queries import has_lapsed, is_due, parts_of
from clearbell.notices.service import Outbox
from clearbell.notices.transports.protocol import Accepted, Event, IncomingPart, Message, Receipt, Refused, Transport

log = structlog.get_logger()

ACTOR = "system:notices"
_POLL_SECONDS = 0.2
_LEASE_SECONDS = 600
"""Far longer than any transport holds a notice; a process that starts again under its name does not wait for it."""
_TIDY_SECONDS = 3600.0
_LAST_WORDS_SECONDS = 3.0

Received = Callable[[Act, MessageReceived], object]
"""What is done with an incoming message, in the act that keeps it."""


class Dispatcher:
    """One thread that sends the notices of some channels by one transport."""

    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        channels: Sequence[Channel],
        transport: Transport,
        *,
        owner: str,
        retry_seconds: Sequence[int],
        received: Received | None = None,
    ) -> None:
        """``owner``: this process's name. Of two processes with one name, the second takes over from the first."""
        self._store = store
        self._outbox = outbox
        self._channels = list(channels)
        self._transport = transport
        self._owner = owner
        self._retry_seconds = retry_seconds
        self._received = received
        self._unkept: list[Event] = []
        self._tidied = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name="-".join(["notices", *(channel.value for channel in channels)]), daemon=True
        )

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; returns when the thread has ended. What was begun gets a moment to be acknowledged."""
        self._stop.set()
        self._thread.join()

    def recover(self) -> int:
        """Put back what a process of this name took and did not finish; returns how many notices."""
        with self._store.act(ACTOR) as act:
            return do_release(act, self._owner, self._channels)

    def step(self, seconds: float = _POLL_SECONDS) -> int:
        """Take what is due, send, and keep what has happened; returns the number of events. Waits up to ``seconds``."""
        if not self._unkept:
            self._take()
            self._unkept += self._transport.poll(0 if self._unkept else seconds)
        events = len(self._unkept)
        self._keep()
        return events

    def _run(self) -> None:
        recovered = False
        missed = 0
        while not self._stop.is_set():
            try:
                if not recovered:
                    self.recover()
                    recovered = True
                self._tidy()
                self.step()
            except (SQLAlchemyError, OSError) as error:
                missed += 1
                if missed == 1:
                    log.warning("notices-held-up", error=str(error))
                self._stop.wait(_POLL_SECONDS)
            else:
                missed = 0
        self._last_words()

    def _last_words(self) -> None:
        until = time.monotonic() + _LAST_WORDS_SECONDS
        try:
            while self._transport.busy() and time.monotonic() < until:
                self._unkept += self._transport.poll(_POLL_SECONDS)
                self._keep()
            self._transport.close()
            self.recover()
        except (SQLAlchemyError, OSError) as error:
            log.warning("notices-left-unfinished", error=str(error))

    def _tidy(self) -> None:
        if time.monotonic() >= self._tidied:
            with self._store.act(ACTOR) as act:
                do_tidy(act)
            self._tidied = time.monotonic() + _TIDY_SECONDS

    def _take(self) -> None:
        most = self._transport.room()
        # Looked at without a write transaction: most of the time there is nothing to do.
        with self._store.read() as conn:
            lapsed = has_lapsed(conn, self._channels, self._store.clock.now())
            due = most > 0 and is_due(conn, self._channels, self._store.clock.now())
        if not (lapsed or due):
            return
        with self._store.act(ACTOR) as act:
            do_lapse(act, self._channels)
            rows = do_take(act, self._channels, self._owner, most, act.at + _LEASE_SECONDS * 1_000_000) if most else []
            parts = {row.notice: parts_of(act.conn, row.notice) for row in rows}
        for row in rows:
            self._hand_over(row, frozenset((part.part, part.parts) for part in parts[row.notice]))

    def _hand_over(self, row: Row[Any], acknowledged: frozenset[tuple[int, int]]) -> None:
        try:
            arguments = msgspec.json.decode(bytes(row.arguments), type=dict[str, str])
            arguments |= self._outbox.key.reveal(row.notice, bytes(row.secret))
            words = self._outbox.templates.render(row.template, row.language, arguments)
        except (NoticeError, ValueError) as error:
            # The templates or the key were changed since it was queued.
            self._unkept.append(Refused(row.notice, str(error), for_good=True))
            return
        self._transport.send(
            Message(
                notice=row.notice,
                channel=row.channel,
                recipient=row.recipient,
                subject=words.subject,
                text=words.text,
                language=row.language,
                purpose=row.purpose,
                template=row.template,
                priority=row.priority,
                created=row.created,
                not_after=row.not_after,
                attempt=row.attempts + 1,
                reference=row.reference,
                acknowledged=acknowledged,
            )
        )

    def _keep(self) -> None:
        incoming = [event for event in self._unkept if isinstance(event, IncomingPart)]
        others = [event for event in self._unkept if not isinstance(event, IncomingPart)]
        if others:
            with self._store.act(ACTOR) as act:
                for event in self._not_of_mass(act, others):
                    self._keep_one(act, event)
            self._unkept = list(incoming)
            for event in others:
                self._transport.settled(event, kept=True)
                if isinstance(event, Refused):
                    log.info("notice-not-through", notice=event.notice, reason=event.reason, for_good=event.for_good)
        for part in incoming:
            kept = self._take_in(part)
            self._unkept.remove(part)
            self._transport.settled(part, kept=kept)

    @staticmethod
    def _not_of_mass(act: Act, events: Sequence[Accepted | Refused | Receipt]) -> list[Accepted | Refused | Receipt]:
        """What is not a mass notice's receipt: the SMS centre gives those to any bind of the account."""
        receipts = [event for event in events if isinstance(event, Receipt) and event.recipient]
        if not receipts:
            return list(events)
        kept = do_keep_receipts(act, receipts)
        left = {id(receipt) for receipt in (*kept.others, *kept.early)}
        mine = {id(receipt) for receipt in receipts} - left
        return [event for event in events if id(event) not in mine]

    def _keep_one(self, act: Act, event: Accepted | Refused | Receipt) -> None:
        if isinstance(event, Accepted):
            do_keep_accepted(act, event)
        elif isinstance(event, Refused):
            do_keep_refused(act, event, self._retry_seconds)
        else:
            do_keep_receipt(act, event)

    def _take_in(self, event: IncomingPart) -> bool:
        try:
            with self._store.act(ACTOR) as act:
                message = do_keep_incoming(act, event)
                if message is not None and self._received is not None:
                    self._received(act, message)
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001 one message that cannot be dealt with must not hold up the others
            log.error("message-not-taken-in", error=repr(error))
            return False
        return True
