"""Confirmed cases, announced sanctions, and a node's chore about them."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from cases.conftest import EVE, PACK, RULES, due
from clearbell.cases.model import Opened, Source, Unit, UnitKind, Verdict
from clearbell.cases.service import do_note, do_open, do_verify
from clearbell.desk.ladder import Asked, do_announce_sanction
from clearbell.desk.sanctioning import keep_up_sanctions
from clearbell.desk.verdicts import do_confirm, do_find
from clearbell.notices.keys import NoticeKey
from clearbell.notices.model import Channel
from clearbell.notices.service import Outbox
from clearbell.notices.tables import notice
from clearbell.notices.templates import builtin_templates
from clearbell.sanctions.queries import sanction_of
from clearbell.testing import MovableClock, fresh_store

OUTBOX = Outbox(frozenset(Channel), builtin_templates(), NoticeKey(b"k" * 32, lambda size: b"x" * size))


@pytest.fixture
def clock():
    return MovableClock(EVE)


@pytest.fixture
def store(tmp_path, clock):
    store = fresh_store(tmp_path, clock)
    yield store
    store.close()


def unit(what):
    """The unit that a number, or the id of a holder, is."""
    return Unit(UnitKind.NUMBER, str(what)) if isinstance(what, int) else Unit(UnitKind.HOLDER, what)


def confirmed(store, what, case="c1"):
    """A case that was verified, proposed by one officer and confirmed by another."""
    about = what if isinstance(what, Unit) else unit(what)
    with store.act("test") as act:
        do_open(act, case, Opened(Source.OFFICER, about, (), "a look"), RULES, due, officer="opener")
        do_verify(act, case, due, officer="one")
        do_note(act, case, "they sell flats", RULES, officer="one")
        do_find(act, case, Verdict.CONFIRMED, "they sell flats", RULES, due, officer="one")
        do_confirm(act, case, "", due, agrees=True, officer="two")


def announce(store, rung, case="c1", **more):
    """Announce a sanction by a third officer."""
    with store.act("test") as act:
        asked = Asked("selling without consent", rung, **{"words": "again and again", **more})
        return do_announce_sanction(act, case, asked, PACK, due, officer="three")


def keep_up(store, outbox=OUTBOX):
    """What a node does about sanctions within a second."""
    return keep_up_sanctions(store, PACK, outbox)


def delivered(store, *channels):
    """Let every notice of the channels be delivered."""
    with store.act("test") as act:
        for channel in channels:
            act.conn.execute(update(notice).where(notice.c.channel == channel).values(state="delivered"))


def bitten(store, clock, rung, what, case="c1", **more):
    """A sanction in force on a number or holder, its notice ahead not delivered; returns what was announced."""
    confirmed(store, what, case)
    fact = announce(store, rung, case, **more)
    clock.move(max(0, fact.latest - clock.now()))
    assert fact.sanction in keep_up(store)
    return fact


def row(store, name="c1/1"):
    """A sanction as it stands."""
    with store.read() as conn:
        return sanction_of(conn, name)
