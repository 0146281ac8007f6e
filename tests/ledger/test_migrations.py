"""What the migrations make is what the tables say."""

import importlib
import pkgutil

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import clearbell
from clearbell.ledger import Store
from clearbell.ledger.tables import metadata
from clearbell.testing import fresh_store


def every_table():
    for room in pkgutil.iter_modules(clearbell.__path__):
        if room.ispkg and (module := importlib.util.find_spec(f"clearbell.{room.name}.tables")):
            importlib.import_module(module.name)
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
