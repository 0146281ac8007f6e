"""Accounts as the administrator keeps them, and the matrix of who may what."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearbell.access.errors import AccountTakenError, BadAccountError, TenantError, UnknownAccountError
from clearbell.access.facts import FACTS
from clearbell.access.model import GRANTS, NODE, TRANSITIONS, Permission, Principal, Role, State, Step
from clearbell.access.queries import accounts
from clearbell.access.service import do_change_role, do_make_account, do_step
from clearbell.access.settings import AccessSettings
from clearbell.lifecycles import IllegalStepError
from clearbell.registry.model import PartyKind, PartyRegistered
from clearbell.registry.service import do_register_party
from clearbell.testing import fresh_store
from clearbell.testing.access import quick_access_key

SETTINGS = AccessSettings()


@pytest.fixture
def key():
    return quick_access_key()


@pytest.fixture
def store(tmp_path):
    store = fresh_store(tmp_path)
    yield store
    store.close()


def make(store, key, name="li", role=Role.OFFICER, tenant=""):
    with store.act("cli:test") as act:
        return do_make_account(act, key, SETTINGS, name, "Li", role, tenant)


@pytest.mark.parametrize("name", ["", "L", "Li", "1li", "li wang", "a" * 33, "李"])
def test_ids_are_plain(store, key, name):
    with pytest.raises(BadAccountError):
        make(store, key, name)


def test_an_id_is_never_used_again(store, key):
    make(store, key)
    with store.act("cli:test") as act:
        do_step(act, "li", Step.CLOSE, "left")
    with pytest.raises(AccountTakenError):
        make(store, key)


def test_an_enterprises_account_needs_its_party_and_others_have_none(store, key):
    with pytest.raises(TenantError):
        make(store, key, role=Role.ENTERPRISE)
    with pytest.raises(TenantError):
        make(store, key, role=Role.ENTERPRISE, tenant="clinic")
    with store.act("cli:test") as act:
        do_register_party(act, PartyRegistered("clinic", PartyKind.COMPANY, "Clinic"))
    make(store, key, role=Role.ENTERPRISE, tenant="clinic")
    with pytest.raises(TenantError):
        make(store, key, "wang", tenant="clinic")
    with store.act("cli:test") as act, pytest.raises(TenantError):
        do_change_role(act, "li", Role.OFFICER, "clinic")


def test_who_is_not_there_cannot_be_changed(store):
    with store.act("cli:test") as act, pytest.raises(UnknownAccountError):
        do_step(act, "li", Step.SUSPEND)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([step for step in Step if step is not Step.INVITE]), max_size=6))
def test_accounts_go_only_the_ways_of_their_table(store, key, steps):
    # One store for all walks, an account for each: making a store is what takes time.
    name = f"walker{store.head()}"
    make(store, key, name)
    state = State.INVITED
    for step in steps:
        before = store.head()
        to = TRANSITIONS.get((state, step))
        if to is None:
            with pytest.raises(IllegalStepError), store.act("cli:test") as act:
                do_step(act, name, step)
            assert store.head() == before
        else:
            with store.act("cli:test") as act:
                assert do_step(act, name, step) is to.to
            state = to.to
    with store.read() as conn:
        assert {row.account: row.state for row in accounts(conn)}[name] == state.value


def test_what_happens_to_accounts_stands_in_the_ledger(store, key):
    make(store, key)
    with store.act("root") as act:
        do_change_role(act, "li", Role.SUPERVISOR)
        do_step(act, "li", Step.CLOSE, "left")
    facts = [fact for entry in store.entries(0) for fact in entry.decode(FACTS)]
    assert [type(fact).__name__ for fact in facts] == ["AccountMade", "AccountMade", "AccountMoved"]
    assert facts[1].role is Role.SUPERVISOR


def test_an_auditor_reads_and_changes_nothing():
    assert GRANTS[Role.AUDITOR] == {one for one in Permission if one.value.endswith("-read")}


def test_who_keeps_accounts_decides_no_case():
    admin = GRANTS[Role.ADMINISTRATOR]
    assert not admin & {Permission.CASES_DECIDE, Permission.SANCTIONS_DECIDE, Permission.APPEALS_DECIDE}
    deciders = {role for role in Role if Permission.CASES_DECIDE in GRANTS[role]}
    assert deciders == {Role.OFFICER, Role.SUPERVISOR}


def test_everything_is_granted_to_someone():
    assert set().union(*GRANTS.values()) == set(Permission)
    assert set(GRANTS) == set(Role)
    assert all(NODE.may(one) for one in Permission)
    assert not Principal("li", Role.SWITCH).may(Permission.CASES_READ)
