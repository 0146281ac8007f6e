"""A contract is signed word for word, and each step is taken from the state that allows it or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.ledger.verify import verify
from clearbell.lifecycles import IllegalStepError, move
from clearbell.registry.contracts.errors import BadTermsError, ContractTakenError, NoSignerError, OtherTextError
from clearbell.registry.contracts.model import TRANSITIONS, State, Step, Terms
from clearbell.registry.contracts.queries import contracts, steps_of
from clearbell.registry.contracts.service import contract_row, do_accept, do_offer, do_withdraw_offer
from clearbell.registry.contracts.texts import digest_of, templates
from clearbell.registry.errors import UnknownError
from clearbell.registry.model import HolderRegistered, PartyKind, PartyRegistered
from clearbell.registry.service import do_register_holder, do_register_party
from clearbell.testing import fresh_store

TERMS = Terms("保单回访", "09:00-20:00", 40, 3)


@pytest.fixture
def store(tmp_path):
    store = fresh_store(tmp_path)
    with store.act("cli:li") as act:
        do_register_party(act, PartyRegistered("p", PartyKind.COMPANY, "Example Insurance"))
        do_register_holder(act, HolderRegistered("H", "p", "insurance"))
    yield store
    store.close()


def do(store, what, *args, **more):
    with store.act("cli:li") as act:
        return what(act, *args, **more)


def row(store, name="C1"):
    with store.read() as conn:
        return contract_row(conn, name)


def test_the_text_holds_every_clause_of_the_campaign_in_both_languages_with_the_terms(store):
    do(store, do_offer, "C1", "H", TERMS)
    text = row(store).text
    for part in ("保单回访", "09:00-20:00", "40", "Example Insurance", "转租", "解除", "Termination", "Frequency"):
        assert part in text
    assert "{" not in text
    names = {clause.name for clause in templates()["outbound"].clause}
    assert {"purpose", "hours", "frequency", "blocking", "liability", "termination", "subletting"} <= names


def test_exactly_the_text_that_was_offered_is_signed(store):
    digest = do(store, do_offer, "C1", "H", TERMS)
    assert digest == digest_of(row(store).text)
    with pytest.raises(OtherTextError, match="not the text of contract C1"):
        do(store, do_accept, "C1", "signer", digest_of("another text"))
    with pytest.raises(NoSignerError):
        do(store, do_accept, "C1", " ", digest)
    assert row(store).state == State.OFFERED.value
    do(store, do_accept, "C1", "signer", digest)
    assert row(store).state == State.IN_FORCE.value
    with store.read() as conn:
        assert len(steps_of(conn, "C1")) == 2
        assert len(contracts(conn, "H")) == 1
    assert verify(store).fault is None


def test_an_illegal_step_says_what_was_tried_and_changes_nothing(store):
    digest = do(store, do_offer, "C1", "H", TERMS)
    do(store, do_withdraw_offer, "C1")
    head = store.head()
    with pytest.raises(
        IllegalStepError, match="`accept` is not possible while it is `withdrawn`; possible now: nothing"
    ):
        do(store, do_accept, "C1", "signer", digest)
    assert store.head() == head


def test_what_cannot_be_a_contract_is_refused(store):
    with pytest.raises(UnknownError, match="holder G is not registered"):
        do(store, do_offer, "C1", "G", TERMS)
    with pytest.raises(UnknownError, match="template nothing"):
        do(store, do_offer, "C1", "H", TERMS, kind="nothing")
    for terms in (Terms("", "09:00-20:00", 1, 1), Terms("x", "9-20", 1, 1), Terms("x", "09:00-20:00", 0, 1)):
        with pytest.raises(BadTermsError):
            do(store, do_offer, "C1", "H", terms)
    do(store, do_offer, "C1", "H", TERMS)
    with pytest.raises(ContractTakenError):
        do(store, do_offer, "C1", "H", TERMS)


@given(st.lists(st.sampled_from(Step), max_size=12))
def test_whatever_is_tried_a_contract_is_in_a_known_state(steps):
    state = State.OFFERED
    for step in steps:
        if (state, step) in TRANSITIONS:
            state = move(TRANSITIONS, state, step).to
            assert state in State
            continue
        with pytest.raises(IllegalStepError) as refused:
            move(TRANSITIONS, state, step)
        assert step.value in refused.value.en
