"""The registry: who may use which numbers, and what is refused in which words."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearbell.intake import run_intake
from clearbell.registry.errors import (
    BadRangeError,
    OrganisationsOnlyError,
    OverlapError,
    RegistryError,
    UnknownError,
    UserNumberForOutboundError,
)
from clearbell.registry.loaders import LOADERS
from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose, TrunkOpened
from clearbell.registry.queries import holders, resource_of, resources, trunks
from clearbell.registry.service import (
    do_assign_numbers,
    do_close_trunk,
    do_open_trunk,
    do_register_holder,
    do_register_party,
    do_release_numbers,
)
from clearbell.testing import fresh_store

FIXED = 8657188880000


@pytest.fixture
def store(tmp_path):
    store = fresh_store(tmp_path)
    with store.act("cli:li") as act:
        do_register_party(act, PartyRegistered("p", PartyKind.COMPANY, "firm"))
        do_register_party(act, PartyRegistered("wang", PartyKind.PERSON, "Wang"))
        do_register_holder(act, HolderRegistered("H", "p", "insurance"))
        do_register_holder(act, HolderRegistered("G", "p"))
        do_register_holder(act, HolderRegistered("W", "wang"))
        do_open_trunk(act, TrunkOpened("t1", "p"))
    yield store
    store.close()


def assign(store, *facts):
    with store.act("cli:li") as act:
        do_assign_numbers(act, facts)


def test_a_number_has_its_holder(store):
    assign(store, NumbersAssigned("r1", "H", FIXED, FIXED + 99, Purpose.COMMERCIAL, ("t1",)))
    with store.read() as conn:
        assert resource_of(conn, FIXED + 50).holder == "H"
        assert resource_of(conn, FIXED + 100) is None
        assert [r.resource for r in resources(conn, "H")] == ["r1"]
        assert len(holders(conn)) == 3
        assert [t.trunk for t in trunks(conn)] == ["t1"]
    entry = store.entries(0, {"registry.assigned"})[0]
    assert entry.actor == "cli:li"


def test_a_persons_name_is_sealed_and_a_firms_is_not(store):
    with store.act("cli:li") as act:
        assert act.erase("party:wang") == 1
        assert act.erase("party:p") == 0


@pytest.mark.parametrize(
    ("fact", "error"),
    [
        (NumbersAssigned("r", "nobody", FIXED, FIXED, Purpose.SERVICE), UnknownError),
        (NumbersAssigned("r", "H", FIXED, FIXED, Purpose.SERVICE, ("t9",)), UnknownError),
        (NumbersAssigned("r", "H", FIXED, FIXED - 1, Purpose.SERVICE), BadRangeError),
        (NumbersAssigned("r", "H", 99, 100, Purpose.SERVICE), BadRangeError),
        (NumbersAssigned("r", "W", 864008001234, 864008001234, Purpose.SERVICE), OrganisationsOnlyError),
        (NumbersAssigned("r", "W", 8695588, 8695588, Purpose.SERVICE), OrganisationsOnlyError),
        (NumbersAssigned("r", "H", 8613800000001, 8613800000001, Purpose.COMMERCIAL), UserNumberForOutboundError),
    ],
)
def test_what_the_rules_refuse_changes_nothing(store, fact, error):
    head = store.head()
    with pytest.raises(error) as refused:
        assign(store, fact)
    assert refused.value.zh
    assert refused.value.en
    assert store.head() == head


def test_an_overlap_names_both_resources(store):
    assign(store, NumbersAssigned("r1", "H", FIXED, FIXED + 99, Purpose.SERVICE))
    with pytest.raises(OverlapError, match="resource r2 overlaps r1 of H") as refused:
        assign(store, NumbersAssigned("r2", "G", FIXED + 99, FIXED + 120, Purpose.SERVICE))
    assert refused.value.zh == "资源 r2 与 H 的资源 r1 重叠;请先注销该资源"
    with store.act("cli:li") as act:
        do_release_numbers(act, "r1")
    assign(store, NumbersAssigned("r2", "G", FIXED + 99, FIXED + 120, Purpose.SERVICE))


def test_of_a_batch_all_or_none_is_assigned(store):
    with pytest.raises(UnknownError):
        assign(
            store,
            NumbersAssigned("r1", "H", FIXED, FIXED, Purpose.SERVICE),
            NumbersAssigned("r2", "nobody", FIXED + 1, FIXED + 1, Purpose.SERVICE),
        )
    with store.read() as conn:
        assert resource_of(conn, FIXED) is None


def test_a_closed_trunk_is_gone(store):
    with store.act("cli:li") as act:
        do_close_trunk(act, "t1")
    with store.act("cli:li") as act, pytest.raises(UnknownError, match="trunk t1 is not registered"):
        do_close_trunk(act, "t1")


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 8)), max_size=15))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_live_ranges_never_overlap_whatever_is_tried(tmp_path_factory, ranges):
    store = fresh_store(tmp_path_factory.mktemp("registry"))
    with store.act("x") as act:
        do_register_party(act, PartyRegistered("p", PartyKind.COMPANY, "firm"))
        do_register_holder(act, HolderRegistered("H", "p"))
    taken = set()
    for n, (start, length) in enumerate(ranges):
        wanted = set(range(FIXED + start, FIXED + start + length + 1))
        fact = NumbersAssigned(f"r{n}", "H", min(wanted), max(wanted), Purpose.SERVICE)
        try:
            assign(store, fact)
        except RegistryError:
            assert wanted & taken
        else:
            assert not wanted & taken
            taken |= wanted
    store.close()


def test_files_are_taken_in_and_bad_rows_kept_with_their_reason(store, tmp_path):
    path = tmp_path / "numbers.csv"
    path.write_text(
        "resource,holder,first,last,purpose,trunks\n"
        "r1,H,0571-88880000,0571-88880099,commercial,t1\n"
        "r2,H,nonsense,,service,\n"
        "r3,nobody,057188881000,,service,\n"
        "r4,H,057188881001,,selling,\n"
        ",H,057188881002,,service,\n"
        "r6,H,400-800-1234,,service,\n",
        encoding="utf-8",
    )
    result = run_intake(store, LOADERS["numbers"](), path, actor="cli:li")
    assert (result.rows, result.stored, result.quarantined) == (6, 2, 4)
    from clearbell.intake import quarantined

    rows = {row.row: (row.column, row.code) for row in quarantined(store, result.run)}
    assert rows == {
        2: ("first", "number-not_digits"),
        3: ("holder", "refused"),
        4: ("purpose", "not-a-choice"),
        5: ("resource", "empty"),
    }
    with store.read() as conn:
        assert resource_of(conn, 864008001234).inbound_only
