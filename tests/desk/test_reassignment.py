"""A number changes hands: one act ends what hung on its former user; the date query answers as RND does."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.calls import DAY, HOUR
from clearbell.consent.granting import do_grant
from clearbell.consent.model import ConsentGranted, Listed, ListVerdict, Refused, Wished
from clearbell.consent.queries import in_force, list_of, refusals_of, wish_of
from clearbell.consent.service import do_list, do_refuse, do_wish
from clearbell.desk.reassignment import DisconnectLoader, disconnect_number, reassign_number, rules_of
from clearbell.intake import quarantined, run_intake
from clearbell.ledger import Store
from clearbell.ledger.verify import verify
from clearbell.policy.pack import builtin_pack
from clearbell.registry.errors import RegistryError
from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose
from clearbell.registry.queries import resource_of
from clearbell.registry.reassignment.queries import held_since, history_of
from clearbell.registry.reassignment.service import do_cover, erase_person
from clearbell.registry.service import do_assign_numbers, do_register_holder, do_register_party
from clearbell.reports import do_file_reports
from clearbell.reports.model import Reported
from clearbell.reports.queries import reputation_of
from clearbell.serving.follower import load_views
from clearbell.testing import MovableClock, fresh_store

NUMBER, OTHER, CALLEE = 8613800000066, 8613800000077, 8613900000002
FIXED = 8657188880000
RULES = rules_of(builtin_pack("cn"))
ZONE = RULES.zone


class World:
    def __init__(self, folder, store=None):
        self.clock = MovableClock() if store is None else store.clock
        self.store = store or fresh_store(folder, self.clock)
        with self.store.act("setup") as act:
            do_register_party(act, PartyRegistered("p", PartyKind.COMPANY, "Example Clinic"))
            for holder in ("H", "G"):
                do_register_holder(act, HolderRegistered(holder, "p"))

    @property
    def today(self):
        return ZONE.day_of(self.clock.now())

    def ago(self, days):
        return self.today - datetime.timedelta(days)

    def do(self, what, *args, **more):
        with self.store.act("desk") as act:
            return what(act, *args, **more)

    def disconnect(self, number=NUMBER, days_ago=0):
        return self.do(disconnect_number, number, self.ago(days_ago), RULES)

    def reassign(self, number=NUMBER, days_ago=0, assignment=None):
        return self.do(reassign_number, number, self.ago(days_ago), RULES, assignment)

    def held(self, date, number=NUMBER):
        with self.store.read() as conn:
            [one] = held_since(conn, [(number, date)], self.today)
        return one.reassigned, one.safe_harbor

    def holder(self, number):
        with self.store.read() as conn:
            found = resource_of(conn, number)
        return found.holder if found else None


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    assert verify(world.store).fault is None
    world.store.close()


def test_the_date_query_answers_as_the_reassigned_numbers_database_does(world):
    world.do(do_cover, world.ago(100), ZONE)
    world.disconnect(days_ago=10)
    assert world.held(world.ago(11)) == (True, False)
    assert world.held(world.ago(10)) == (True, False), "the day of the disconnect itself is the former user's"
    assert world.held(world.ago(9)) == (False, True)
    assert world.held(world.ago(200)) == (True, False), "in the database, the day the data begins does not matter"
    assert world.held(world.ago(100), OTHER) == (False, True)
    assert world.held(world.ago(101), OTHER) == (None, False)
    with pytest.raises(RegistryError, match="after today"):
        world.held(world.ago(-1))


def test_absence_means_nothing_until_somebody_vouches_for_the_data(world):
    assert world.held(world.today, OTHER) == (None, False)
    with pytest.raises(RegistryError, match="after today"):
        world.do(do_cover, world.ago(-1), ZONE)


def test_of_several_disconnects_the_last_one_answers_and_all_are_kept(world):
    world.disconnect(days_ago=200)
    world.reassign(days_ago=100)
    world.disconnect(days_ago=50)
    assert world.held(world.ago(60)) == (True, False)
    assert world.held(world.ago(49)) == (False, True)
    with world.store.read() as conn:
        days = [(row.day, row.reassigned) for row in history_of(conn, NUMBER)]
    assert days == [(str(world.ago(50)), ""), (str(world.ago(200)), str(world.ago(100)))]
    with pytest.raises(RegistryError, match="earlier day"):
        world.disconnect(days_ago=120)
    assert not world.disconnect(days_ago=50).new


@given(st.integers(0, 44))
def test_a_number_ages_its_days_whole(days):
    day = datetime.date(2026, 1, 1)
    free = ZONE.begins(day + datetime.timedelta(1 + RULES.ageing_days))
    assert RULES.ageing_days == 45
    assert ZONE.begins(day + datetime.timedelta(1 + days)) < free


def test_no_way_leads_a_number_back_before_it_has_aged(world):
    world.disconnect(days_ago=45)
    again = NumbersAssigned("r", "H", NUMBER, NUMBER, Purpose.NOTICE)
    with pytest.raises(RegistryError, match="still ageing"):
        world.reassign(assignment=again)
    with pytest.raises(RegistryError, match="still ageing"):
        world.do(do_assign_numbers, [again])
    world.clock.move(DAY)
    world.reassign(assignment=again)
    assert world.holder(NUMBER) == "H"
    with pytest.raises(RegistryError, match="no disconnect"):
        world.reassign()
    with pytest.raises(RegistryError, match="no disconnect"):
        world.reassign(OTHER)
    with pytest.raises(RegistryError, match="after today"):
        world.disconnect(OTHER, -1)


@pytest.mark.parametrize("place", [0, 4, 9])
def test_a_number_is_taken_out_of_the_middle_of_a_range(world, place):
    world.do(do_assign_numbers, [NumbersAssigned("r", "H", FIXED, FIXED + 9, Purpose.NOTICE, (), True, "health")])
    world.disconnect(FIXED + place)
    held = [number - FIXED for number in range(FIXED, FIXED + 10) if world.holder(number)]
    assert held == [n for n in range(10) if n != place]
    views = load_views(world.store)
    kept = [n for n in range(10) if views.entitlements.resource_of(FIXED + n) is not None]
    assert kept == held
    assert views.entitlements.resource_of(FIXED + held[-1]).inbound_only
    assert views.entitlements.resource_of(FIXED + held[-1]).category == "health"


def test_one_act_ends_consents_refusals_list_wishes_and_reputation_of_the_former_user(world):
    at = world.clock.now() - HOUR
    world.do(do_grant, [ConsentGranted("H", NUMBER, "health"), ConsentGranted("G", NUMBER, "*")])
    world.do(do_grant, [ConsentGranted("H", OTHER, "health")])
    world.do(do_refuse, Refused(NUMBER, "", CALLEE))
    world.do(do_refuse, Refused(OTHER, "", NUMBER))
    world.do(do_list, Listed(NUMBER, CALLEE, CALLEE, ListVerdict.BLOCK))
    world.do(do_wish, Wished(NUMBER, ("loans",)))
    world.do(do_file_reports, [Reported("a", "api", NUMBER, at, at, CALLEE, "loans")], RULES.reputation)
    head = world.store.head()
    freed = world.disconnect()
    assert freed.new
    assert (freed.ended.consents, freed.ended.refusals, freed.ended.lines, freed.ended.wishes) == (2, 2, 1, 1)
    assert len({entry.at for entry in world.store.entries(head)}) == 1
    with world.store.read() as conn:
        now = world.clock.now()
        assert not in_force(conn, "H", NUMBER, "health", now)
        assert not in_force(conn, "G", NUMBER, "loans", now)
        assert in_force(conn, "H", OTHER, "health", now), "another subscriber's consent stays"
        assert not refusals_of(conn, NUMBER)
        assert not refusals_of(conn, OTHER)
        assert not list_of(conn, NUMBER)
        assert wish_of(conn, NUMBER) is None
        found = reputation_of(conn, NUMBER)
        assert found is None or not found.reports
    wills = load_views(world.store).wills
    assert not wills.refused_numbers
    assert all(grant.withdrawn for grant in wills.grants_of("H", NUMBER))
    # Reports that come in late about the former user's calls do not count either.
    world.do(do_file_reports, [Reported("b", "api", NUMBER, at, at, CALLEE + 1, "loans")], RULES.reputation)
    with world.store.read() as conn:
        found = reputation_of(conn, NUMBER)
    assert found is None or not found.reports


def test_what_the_present_user_said_stays_when_the_disconnect_comes_in_late(world):
    world.do(do_grant, [ConsentGranted("G", NUMBER, "*")])
    world.clock.move(60 * DAY)
    world.do(do_grant, [ConsentGranted("H", NUMBER, "health")])
    world.do(do_list, Listed(NUMBER, CALLEE, CALLEE, ListVerdict.BLOCK))
    freed = world.disconnect(days_ago=50)
    assert (freed.ended.consents, freed.ended.lines) == (1, 0)
    with world.store.read() as conn:
        assert in_force(conn, "H", NUMBER, "health", world.clock.now())


def test_a_file_of_disconnects_is_taken_in_and_its_bad_rows_told(world, tmp_path):
    file = tmp_path / "disconnects.csv"
    rows = [
        f"+{NUMBER},{world.ago(50)}",
        f"+{NUMBER},{world.ago(50)}",
        f"{OTHER - 8600000000000 + 0},{world.ago(3).strftime('%Y%m%d')}",
        "hello,2026-01-01",
        f"+{CALLEE},yesterday",
        f"+{CALLEE},",
        f"+{CALLEE},{world.ago(-2)}",
    ]
    file.write_text("number,date\n" + "\n".join(rows) + "\n")
    done = run_intake(world.store, DisconnectLoader(RULES), file, actor="desk")
    assert (done.rows, done.stored, done.duplicates, done.quarantined) == (7, 2, 1, 4)
    told = [(bad.row, bad.column, bool(bad.zh and bad.en)) for bad in quarantined(world.store, done.run)]
    assert told == [(4, "number", True), (5, "date", True), (6, "date", True), (7, "date", True)]
    assert world.held(world.ago(50)) == (True, False)
    assert world.held(world.ago(3), OTHER) == (True, False)


def test_a_file_ends_what_hangs_on_a_number_as_one_disconnect_does(world, tmp_path):
    at = world.clock.now() - HOUR
    world.do(do_grant, [ConsentGranted("H", NUMBER, "health")])
    world.do(do_assign_numbers, [NumbersAssigned("r", "H", FIXED, FIXED + 9, Purpose.NOTICE)])
    file = tmp_path / "disconnects.csv"
    numbers = (NUMBER, OTHER, FIXED + 4, CALLEE, CALLEE)
    file.write_text("number,date\n" + "".join(f"+{number},{world.today}\n" for number in numbers))
    done = run_intake(world.store, DisconnectLoader(RULES), file, actor="desk")
    assert (done.stored, done.duplicates, done.quarantined) == (4, 1, 0)
    assert (world.holder(FIXED + 3), world.holder(FIXED + 4)) == ("H", None)
    with world.store.read() as conn:
        assert not in_force(conn, "H", NUMBER, "health", world.clock.now())
        assert [row.source for row in history_of(conn, OTHER)] == ["desk"]
    # A late report of a call by a number's former user does not count, whichever way the disconnect came in.
    for number in (NUMBER, OTHER):
        world.do(do_file_reports, [Reported(f"{number}", "api", number, at, at, CALLEE, "loans")], RULES.reputation)
        with world.store.read() as conn:
            found = reputation_of(conn, number)
        assert found is None or not found.reports


@pytest.mark.process
def test_on_postgresql_a_file_of_disconnects_does_the_same(postgresql_url, tmp_path):
    store = Store.open(postgresql_url, clock=MovableClock())
    store.create()
    world = World(tmp_path, store)
    try:
        world.do(do_grant, [ConsentGranted("H", NUMBER, "health")])
        world.do(do_refuse, Refused(CALLEE, "", NUMBER))
        file = tmp_path / "disconnects.csv"
        file.write_text(f"number,date\n+{NUMBER},{world.today}\n+{OTHER},{world.ago(3)}\n+{OTHER},{world.ago(3)}\n")
        done = run_intake(store, DisconnectLoader(RULES), file, actor="desk")
        assert (done.stored, done.duplicates, done.quarantined) == (2, 1, 0)
        assert world.held(world.ago(3), OTHER) == (True, False)
        with store.read() as conn:
            assert not in_force(conn, "H", NUMBER, "health", world.clock.now())
            assert not refusals_of(conn, CALLEE)
        assert verify(store).fault is None
    finally:
        store.close()


def test_an_erased_number_leaves_no_history(world):
    world.disconnect(days_ago=10)
    assert world.do(erase_person, NUMBER) == 1
    assert world.held(world.ago(20)) == (None, False)
