"""The demo in a folder of its own: made by the services, complete, sound, and gone without a trace."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import func, select

from clearbell.access.tables import account
from clearbell.appeals.tables import appeal
from clearbell.cases.tables import case_file
from clearbell.consent.tables import consent, own_list, wish
from clearbell.ledger import Store
from clearbell.ledger.verify import verify
from clearbell.numbering import NumberClass, class_of
from clearbell.registry.applications.tables import application
from clearbell.registry.contracts.tables import contract
from clearbell.reports.tables import report
from clearbell.sanctions.orders.tables import regulator_order
from clearbell.sanctions.tables import sanction
from clearbell.serving.demo.keeping import DemoBusyError, DemoKeeper, make_in, remove_from
from clearbell.serving.demo.words import DEMO
from clearbell.web.demonstration import State

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    (home / "clearbell.db").write_bytes(b"what is not of the demo")
    shares = []
    told = make_in(home, "cn", "en", os.urandom, shares.append)
    store = Store.open(f"sqlite:///{home / 'demo' / 'clearbell.db'}")
    yield home, told, shares, store
    store.close()


def states(store, table):
    with store.read() as conn:
        return dict(conn.execute(select(table.c.state, func.count()).group_by(table.c.state)).all())


def count(store, table):
    with store.read() as conn:
        return conn.execute(select(func.count()).select_from(table)).scalar_one()


def test_its_progress_goes_on_to_the_end(made):
    _home, _told, shares, _store = made
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert len(shares) > 20


def test_every_door_has_something_to_look_at(made):
    _home, told, _shares, store = made
    cases = states(store, case_file)
    assert {"opened", "verifying", "proposed", "confirmed", "sanctioned", "appealed", "cleared"} <= set(cases)
    assert {"announced", "in-force", "lifted"} <= set(states(store, sanction))
    assert states(store, appeal) == {"under-review": 1, "upheld": 1}
    assert states(store, regulator_order) == {"in-work": 1, "received": 1}
    assert states(store, contract) == {"in-force": 1, "offered": 1}
    for table in (application, wish, own_list, consent, account):
        assert count(store, table) > 0, table.name
    assert (told.cases, told.reports) == (sum(cases.values()), count(store, report))


def test_its_ledger_is_as_sound_as_any(made):
    found = verify(made[3])
    assert found.fault is None, found


def test_no_number_that_was_reported_or_reports_is_one_that_a_phone_can_have(made):
    store = made[3]
    with store.read() as conn:
        numbers = {one for row in conn.execute(select(report.c.number, report.c.reporter)) for one in row}
    assert {class_of(one) for one in numbers} <= {NumberClass.UNALLOCATED, NumberClass.FOREIGN}
    assert all(str(one).startswith(("86", "999")) for one in numbers)


def test_a_second_one_is_refused_and_removing_leaves_what_is_not_of_it(made):
    home = made[0]
    with pytest.raises(DemoBusyError):
        make_in(home, "cn", "en", os.urandom, lambda _far: None)
    keeper = DemoKeeper(home, None, os.urandom, secure=False)
    assert keeper.standing().state is State.READY
    assert keeper.app() is not None
    # While a node has it open, the command line does not take it away from under it.
    with pytest.raises(DemoBusyError):
        remove_from(home)
    keeper.remove()
    assert keeper.standing().state is State.NONE
    assert keeper.app() is None
    assert (home / "clearbell.db").read_bytes() == b"what is not of the demo"
    assert {one.name for one in home.iterdir()} <= {"clearbell.db", "demo.lock", "demo.open"}
    assert not remove_from(home)


def test_its_words_are_the_same_in_both_languages():
    assert DEMO["zh"].keys() == DEMO["en"].keys()
