"""What the migrations make is what the tables say."""

import importlib
import pkgutil

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

import clearbell
from clearbell.appeals.queries import appeal_of, papers_of
from clearbell.cases.model import number_unit
from clearbell.consent.queries import consents_of
from clearbell.desk.ladder import propose
from clearbell.ledger import Store
from clearbell.ledger.migrations import configuration
from clearbell.ledger.tables import metadata
from clearbell.policy.pack import builtin_pack
from clearbell.sanctions.life import do_pass, stages_of
from clearbell.sanctions.model import Lifted, Rung, Stage
from clearbell.sanctions.queries import restrictions, sanctions
from clearbell.sanctions.service import do_lift
from clearbell.testing import fresh_store

PACK = builtin_pack("cn")


def every_table():
    for room in pkgutil.walk_packages(clearbell.__path__, "clearbell."):
        if room.name.endswith(".tables") and not room.name.startswith("clearbell.cli"):
            importlib.import_module(room.name)
    return metadata


def differences(store):
    with store.engine.connect() as conn:
        found = compare_metadata(MigrationContext.configure(conn), every_table())
    # Other tests add tables of their own to the metadata they share with the rooms.
    return [one for one in found if not getattr(one[1], "name", "").startswith("test_")]


def test_the_migrations_make_every_rooms_tables(tmp_path):
    assert differences(fresh_store(tmp_path)) == []


def test_creating_twice_changes_nothing(tmp_path):
    store = fresh_store(tmp_path)
    store.create()
    assert differences(store) == []


@pytest.mark.process
def test_the_migrations_make_the_same_on_postgresql(postgresql_url):
    store = Store.open(postgresql_url)
    try:
        store.create()
        assert differences(store) == []
    finally:
        store.close()


def test_consents_of_the_first_release_are_kept(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path / 'old.db'}")
    with store.engine.begin() as conn:
        command.upgrade(configuration(conn), "0001")
        conn.execute(
            text(
                "INSERT INTO consent (holder, callee, purpose, until, channel, evidence, given, withdrawn) "
                "VALUES ('H', 8613900000002, 'loans', 0, 'import', '', 5, 0)"
            )
        )
    store.create()
    with store.read() as conn:
        [row] = consents_of(conn, 8613900000002)
    assert (row.holder, row.given, row.provenance, row.per_day) == ("H", 5, "unknown", 0)
    store.close()


def test_appeals_against_labels_are_carried_over_and_back(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path / 'old.db'}")
    with store.engine.begin() as conn:
        command.upgrade(configuration(conn), "0037")
        for name, state, evidence in (("A", "received", "ab" * 32), ("B", "upheld", ""), ("C", "refused", "")):
            conn.execute(
                text(
                    "INSERT INTO label_appeal VALUES (:name, 8613800000066, 'recycled', 7, 'a clinic', :evidence, :state, "
                    "5, 9, :decided, 'clerk', :officer, 'seen')"
                ),
                {
                    "name": name,
                    "state": state,
                    "evidence": evidence,
                    "decided": 0 if state == "received" else 8,
                    "officer": "" if state == "received" else "chief",
                },
            )
    store.create()
    with store.read() as conn:
        first, second, third = (appeal_of(conn, name) for name in "ABC")
        assert [one.digest for one in papers_of(conn, "A")] == ["ab" * 32]
    assert (first.subject, first.id, first.number, first.ground) == (
        "label",
        "8613800000066",
        8613800000066,
        "recycled",
    )
    assert (first.since, first.filed, first.due, first.statement, first.filer) == (7, 5, 9, "a clinic", "clerk")
    assert [one.state for one in (first, second, third)] == ["received", "upheld", "rejected"]
    assert (third.officer, third.reason, third.decided) == ("chief", "seen", 8)
    with store.engine.begin() as conn:
        command.downgrade(configuration(conn), "0037")
        back = conn.execute(text("SELECT appeal, state, evidence FROM label_appeal ORDER BY appeal")).all()
    assert [tuple(one) for one in back] == [("A", "received", "ab" * 32), ("B", "upheld", ""), ("C", "refused", "")]
    store.close()


def before_the_ladder(store):
    """A store of the release before the ladder, with restrictions of cases and one of an order."""
    with store.engine.begin() as conn:
        command.upgrade(configuration(conn), "0015")
        for case, number, verdict in (("c1", 1, "confirmed"), ("c2", 2, "cleared"), ("c3", 3, "confirmed")):
            conn.execute(
                text(
                    'INSERT INTO case_file ("case", unit_kind, unit, number, state, urgency, due, opened, moved, since, '
                    "snoozed, assignee, opener, merged_into, verdict, proposer, words, found, taught, taught_until) "
                    "VALUES (:case, 'number', :unit, :number, 'closed', 0, 0, 1, 1, 1, 0, '', '', '', :verdict, 'one', "
                    "'', 1, '', 0)"
                ),
                {"case": case, "unit": str(number), "number": number, "verdict": verdict},
            )
        rows = (
            ("c1/1", 1, "outgoing_barred", 5, 90, 0, 0),
            ("c1/2", 1, "rate_limit", 6, 0, 20, 0),
            ("c2/1", 2, "barred", 7, 90, 0, 8),
            # Of an order, past every case; and one that is known to a case of another number as an earlier one.
            ("R1", 3, "barred", 9, 0, 0, 0),
        )
        for name, number, rung, start, until, limit, lifted in rows:
            conn.execute(
                text(
                    'INSERT INTO restriction (restriction, target, number, name, rung, reason, start, until, "limit", '
                    "\"order\", lifted) VALUES (:name, 'number', :number, '', :rung, 'selling', :start, :until, :limit, "
                    "'', :lifted)"
                ),
                {
                    "name": name, "number": number, "rung": rung, "start": start, "until": until, "limit": limit,
                    "lifted": lifted,
                },
            )  # fmt: skip
        known = (("c1", 1, "c1/1"), ("c1", 2, "c1/2"), ("c2", 1, "c2/1"), ("c3", 1, "R1"), ("c3", 2, "c1/1"))
        for case, entry, name in known:
            conn.execute(
                text(
                    'INSERT INTO case_evidence ("case", entry, at, added, kind, source, reference, joins, what) '
                    "VALUES (:case, :entry, 5, 5, 'sanction', 'three', :name, '', '{}')"
                ),
                {"case": case, "entry": entry, "name": name},
            )


def check_the_ladders_beginning(store):
    before_the_ladder(store)
    store.create()
    with store.read() as conn:
        rows = {row.sanction: row for row in sanctions(conn)}
        restrictions_now = {row.restriction: row.sanction for row in restrictions(conn)}
        assert earlier(conn)
    assert set(rows) == {"c1/1", "c1/2", "c2/1"}
    first, limited, cleared = rows["c1/1"], rows["c1/2"], rows["c2/1"]
    assert (first.case_id, first.number, first.rung, first.officer, first.state) == (
        "c1", 1, "outgoing_barred", "three", "in-force",
    )  # fmt: skip
    assert (first.announced, first.bitten, first.until, first.ends, first.ended) == (5, 5, 90, 90, 0)
    assert stages_of(first) == (Stage(Rung.OUTGOING_BARRED, 90),)
    assert stages_of(limited) == (Stage(Rung.RATE_LIMIT, 0, 20),)
    assert (first.restriction, first.at_once, first.undone, first.channels) == ("c1/1", True, False, 0)
    assert (cleared.state, cleared.ended, cleared.restriction, cleared.undone) == ("lifted", 8, "", True)
    assert restrictions_now == {"c1/1": "c1/1", "c1/2": "c1/2", "c2/1": "c2/1", "R1": ""}
    # They can be dealt with as any other: lifted, and over when their time is.
    with store.act("test") as act:
        do_lift(act, Lifted("c1/2", "put right"))
        assert do_pass(act, "c1/1")
    with store.read() as conn:
        assert {row.sanction: row.state for row in sanctions(conn)} == {
            "c1/1": "expired", "c1/2": "lifted", "c2/1": "lifted",
        }  # fmt: skip


def earlier(conn):
    """A later sanction on the number is raised by them, but for what was undone."""
    due_now = [propose(conn, number_unit(number), "", PACK, 100).rung for number in (1, 2, 3)]
    return due_now == [Rung.BARRED, Rung.WARNING, Rung.WARNING]


def test_restrictions_of_cases_have_their_place_in_the_ladder(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path / 'old.db'}")
    check_the_ladders_beginning(store)
    store.close()


@pytest.mark.process
def test_restrictions_of_cases_have_their_place_in_the_ladder_on_postgresql(postgresql_url):
    store = Store.open(postgresql_url)
    try:
        check_the_ladders_beginning(store)
    finally:
        store.close()
