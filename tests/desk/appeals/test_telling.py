"""Appellants are told by SMS, in their language, in words that the golden file locks."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from cases.conftest import PACK, due
from clearbell.appeals.service import do_ask_papers, do_lapse, do_review
from clearbell.desk.appeals.telling import tell_appellants
from clearbell.notices.service import Outbox
from clearbell.notices.tables import notice
from clearbell.sanctions.model import Rung
from desk.conftest import OUTBOX, bitten
from desk.test_effects import NUMBER

GOLDEN = Path(__file__).parent / "golden" / "notices.txt"
ME = 8613900000009


def told(store):
    with store.read() as conn:
        rows = conn.execute(
            select(notice).where(notice.c.recipient == str(ME)).order_by(notice.c.created, notice.c.template)
        ).all()
    return [
        OUTBOX.templates.render(row.template, row.language, msgspec.json.decode(bytes(row.arguments))).text
        for row in rows
    ]


def step(store, clock, do, *args, **more):
    clock.move(60_000_000)
    with store.act("test") as act:
        do(act, *args, **more)
    tell_appellants(store, PACK, OUTBOX)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_appellants_are_told(store, clock, office, language):
    bitten(store, clock, Rung.OUTGOING_BARRED, NUMBER)
    for name, upheld in (("A", False), ("B", True)):
        office.file("c1/1", name, contact=ME, language=language)
        tell_appellants(store, PACK, OUTBOX)
        step(store, clock, do_review, name)
        step(store, clock, do_ask_papers, name, "the licence\n and a letter", due)
        if not upheld:
            step(store, clock, do_lapse, name)
        clock.move(60_000_000)
        office.decide(name, "seen", upheld=upheld)
        tell_appellants(store, PACK, OUTBOX)
        # Told once, however often it is looked at.
        tell_appellants(store, PACK, OUTBOX)
    said = told(store)
    assert len(said) == 6
    golden = GOLDEN.read_text().split("----\n")
    assert "\n".join(said) + "\n" == golden[0 if language == "zh" else 1]


def test_who_gave_no_number_and_where_nothing_is_sent_nobody_is_told(store, clock, office):
    bitten(store, clock, Rung.OUTGOING_BARRED, NUMBER)
    office.file("c1/1")
    tell_appellants(store, PACK, OUTBOX)
    office.decide(upheld=False)
    office.file("c1/1", "B", contact=ME)
    tell_appellants(store, PACK, Outbox(frozenset(), OUTBOX.templates, OUTBOX.key))
    assert told(store) == []
