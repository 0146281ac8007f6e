"""What the migrations make is what the tables say."""

import importlib
import pkgutil

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

import clearbell
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
