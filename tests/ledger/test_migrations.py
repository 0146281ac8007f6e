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
from clearbell.consent.queries import consents_of
from clearbell.ledger import Store
from clearbell.ledger.migrations import configuration
from clearbell.ledger.tables import metadata
from clearbell.testing import fresh_store


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
        command.upgrade(configuration(conn), "0031")
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
        command.downgrade(configuration(conn), "0031")
        back = conn.execute(text("SELECT appeal, state, evidence FROM label_appeal ORDER BY appeal")).all()
    assert [tuple(one) for one in back] == [("A", "received", "ab" * 32), ("B", "upheld", ""), ("C", "refused", "")]
    store.close()
