"""The lane of mail or webhooks: one letter after another, each with a key that is the same whenever it is sent again."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Row

from clearbell.notices.mass.lanes import ACTOR, Sending
from clearbell.notices.mass.model import Event
from clearbell.notices.mass.sending import Change, do_claim, do_keep
from clearbell.notices.mass.service import words_of
from clearbell.notices.mass.texts import words_in
from clearbell.notices.templates import LANGUAGES
from clearbell.notices.transports.letters import Came, Post, Sent
from clearbell.notices.transports.protocol import Message
from clearbell.notices.transports.throttle import Throttle

_CLAIM_SECONDS = 0.2
"""What a killed sender had claimed is in doubt: no more than leaves in so long is claimed at once."""
_IDLE_SECONDS = 0.3
_RECONNECT = (1.0, 2.0, 5.0, 10.0, 30.0)
_EVENTS = {
    Came.ACCEPTED: Event.ACCEPT,
    Came.DELIVERED: Event.DELIVER,
    Came.REFUSED: Event.REFUSE,
    Came.NOT_SENT: Event.RELEASE,
}


def key_of(number: int, recipient: str) -> str:
    """What a mass notice to a recipient is called at the other side; the same in every attempt, so that it is taken once."""
    return f"M{number}.{hashlib.sha256(recipient.encode()).hexdigest()[:32]}"


class LetterLane:
    """Sends to the recipients of one channel, one after another."""

    def __init__(
        self, post: Post, per_second: float, *, again: bool, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """``again``: what may have gone out is sent again under its key."""
        self.channel = post.channel
        self.heard = 0.0
        self._post, self._again = post, again
        self._throttle = Throttle(per_second, monotonic)
        self._most = max(1, int(per_second * _CLAIM_SECONDS))
        self._after: str | None = ""
        self._failures = 0

    def run(self, sending: Sending) -> None:
        """Send until the sending is over. Raises :class:`TakenOverError`."""
        while not sending.over.is_set():
            if not sending.is_time():
                sending.over.wait(_IDLE_SECONDS)
            elif not self._post.ready():
                self._failures += 1
                sending.over.wait(self._patience())
            elif not self._send_some(sending):
                sending.over.wait(self._patience())
        self._post.close()

    def _patience(self) -> float:
        return _RECONNECT[min(self._failures, len(_RECONNECT)) - 1] if self._failures else _IDLE_SECONDS

    def _send_some(self, sending: Sending) -> bool:
        """Claim some and send them; whether to go on at once."""
        rows: list[Row[Any]] = []
        with sending.store.act(ACTOR) as act:
            notice, is_sent = sending.check(act.conn)
            if is_sent:
                parts = dict.fromkeys(LANGUAGES, 1)
                rows, self._after = do_claim(
                    act, sending.number, [self.channel], self._after, self._most, parts, sending.barred
                )
        changes = []
        held = False
        for row in rows:
            held = held or sending.over.wait(self._throttle.wait())
            if held:
                changes.append(self._change(sending, row, Sent(Came.NOT_SENT)))
                continue
            self._throttle.went()
            sent = self._post.send(self._letter(sending.number, notice, row))
            # A letter that did not leave says that the next would not either.
            held = sent.came in (Came.NOT_SENT, Came.UNKNOWN)
            self._failures = self._failures + 1 if held else 0
            changes.append(self._change(sending, row, sent))
        if changes:
            with sending.store.act(ACTOR) as act:
                sending.check(act.conn)
                do_keep(act, sending.number, changes)
        return bool(rows) and not self._failures

    @staticmethod
    def _letter(number: int, notice: Row[Any], row: Row[Any]) -> Message:
        words = words_in(words_of(notice), row.language)
        return Message(
            notice=key_of(number, row.recipient),
            channel="",
            recipient=row.recipient,
            subject=words.subject,
            text=words.text,
            language=row.language,
            purpose=notice.purpose,
            template="",
            priority=0,
            created=notice.since,
            not_after=notice.not_after,
            attempt=row.attempts + 1,
        )

    def _change(self, sending: Sending, row: Row[Any], sent: Sent) -> Change:
        event, attempts, reason, wait = _EVENTS.get(sent.came), row.attempts, sent.reason, 0
        if sent.came is Came.UNKNOWN:
            event = Event.RELEASE if self._again else Event.LOSE
            reason = "" if self._again else f"not sent again, the relay may have it: {sent.reason}"
        elif event is None:
            attempts += 1
            waits = sending.rules.retry_seconds
            wait = waits[min(attempts, len(waits)) - 1]
            event = Event.REFUSE if attempts >= sending.rules.attempts else Event.POSTPONE
        elif event in (Event.ACCEPT, Event.DELIVER):
            attempts += 1
        due = sending.store.clock.now() + wait * 1_000_000 if event in (Event.RELEASE, Event.POSTPONE) else 0
        taken = int(event in (Event.ACCEPT, Event.DELIVER))
        return Change(row.recipient, self.channel, event, 1, taken, attempts, sent.name, reason, due)
