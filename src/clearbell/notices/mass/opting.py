"""Opting out of mass notices, and in again: by command, or by answering an SMS with one of the pack's words."""

from __future__ import annotations

import enum
import unicodedata

from sqlalchemy import Connection, delete, func, select

from clearbell.ledger import Act
from clearbell.notices.mass.model import OptedOut
from clearbell.notices.mass.tables import opt_out
from clearbell.notices.model import Channel
from clearbell.notices.recipients import subject_of
from clearbell.policy.model import MassRules


def do_opt_out(act: Act, channel: Channel, recipient: str) -> bool:
    """Someone wants no mass notices any more; False when that was known. Personal notices still go to them."""
    if opted_out_since(act.conn, recipient):
        return False
    act.conn.execute(opt_out.insert().values(recipient=recipient, since=act.at))
    act.append("notices.opted-out", [OptedOut(recipient)], about=lambda f: subject_of(channel, f.recipient))
    return True


def do_opt_in(act: Act, channel: Channel, recipient: str) -> bool:
    """Someone wants mass notices again; False when they had not opted out."""
    if not act.conn.execute(delete(opt_out).where(opt_out.c.recipient == recipient)).rowcount:
        return False
    act.append("notices.opted-in", [OptedOut(recipient)], about=lambda f: subject_of(channel, f.recipient))
    return True


class Meant(enum.Enum):
    """What an incoming SMS says."""

    OUT = "out"
    IN = "in"
    NOTHING = "nothing"


def meaning_of(rules: MassRules, text: str) -> Meant:
    """Read an SMS: one of the pack's words, and nothing else.

    Full-width letters, case, outer spaces and a closing mark make no difference.
    """
    said = _plain(text)
    if said in {_plain(word) for word in rules.opt_out_words}:
        return Meant.OUT
    if said in {_plain(word) for word in rules.opt_in_words}:
        return Meant.IN
    return Meant.NOTHING


def opted_out_since(conn: Connection, recipient: str) -> int:
    """Since when someone wants no mass notices, µs UTC; 0: they do."""
    found = conn.execute(select(opt_out.c.since).where(opt_out.c.recipient == recipient)).scalar_one_or_none()
    return found or 0


def opted_out_total(conn: Connection) -> int:
    """How many want no mass notices."""
    return int(conn.execute(select(func.count()).select_from(opt_out)).scalar_one())


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip(" \t\r\n.。!！\"'“”")
