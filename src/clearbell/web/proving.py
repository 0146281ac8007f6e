"""Proving that a number is the visitor's, by a code sent to it: what the public forms and the subscriber's door share."""

from __future__ import annotations

import msgspec

from clearbell.notices.codes import NotProven, do_check_code, do_send_code, verified_until
from clearbell.notices.errors import NoticeError
from clearbell.notices.model import Channel
from clearbell.web.gate import Gate


class Proving(msgspec.Struct, frozen=True):
    """One form's way to a proof."""

    actor: str
    """In whose name the ledger keeps it."""
    purpose: str
    """What the code is for; no other form takes it."""

    def send(self, gate: Gate, number: int, language: str) -> str:
        """Send a code to the number; returns why not, in words, or nothing when it is on its way."""
        try:
            with gate.store.act(self.actor) as act:
                do_send_code(act, gate.outbox, gate.pack.codes, number, self.purpose, language=language)
        except NoticeError as error:
            return error.zh if language == "zh" else error.en
        return ""

    def check(self, gate: Gate, number: int, token: str, code: str, language: str) -> Checked:
        """Whether the number is proven, by a token that was given before or by the code."""
        key = gate.outbox.key
        if token and verified_until(key, number, self.purpose, token, gate.now()):
            return Checked(token)
        with gate.store.act(self.actor) as act:
            made = do_check_code(act, key, gate.pack.codes, number, self.purpose, code)
        if isinstance(made, NotProven):
            return Checked(fault=made.zh if language == "zh" else made.en)
        return Checked(made.token)


class Checked(msgspec.Struct, frozen=True):
    """What came of a check."""

    token: str = ""
    """Stands for the code when the form is sent again; empty: not proven."""
    fault: str = ""
    """Why not, in words."""


def is_closed(gate: Gate) -> bool:
    """Whether no code can be sent, as there is no SMS centre."""
    return Channel.SMS not in gate.outbox.channels
