"""What subscribers say, and what is refused in which words."""

import pytest

from clearbell.calls import DAY
from clearbell.consent.errors import (
    BadRangeError,
    LapsedBeforeGivenError,
    ListFullError,
    NobodyRefusedError,
    NothingToWithdrawError,
)
from clearbell.consent.granting import do_grant
from clearbell.consent.loaders import LOADERS
from clearbell.consent.model import ConsentGranted, ConsentWithdrawn, Listed, ListVerdict, Refused, Wished
from clearbell.consent.queries import consents_of, in_force, list_of, refusals_of, wish_of
from clearbell.consent.service import LIST_MOST, do_list, do_refuse, do_wish, do_withdraw, erase_person
from clearbell.intake import quarantined, run_intake
from clearbell.testing import MovableClock, fresh_store

CALLEE, OTHER = 8613900000002, 8613900000003


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
def store(tmp_path, clock):
    store = fresh_store(tmp_path, clock)
    yield store
    store.close()


def do(store, what, *args):
    with store.act("cli:li") as act:
        return what(act, *args)


def holds(store, holder="H", purpose="loans", at=None):
    with store.read() as conn:
        return in_force(conn, holder, CALLEE, purpose, at or store.clock.now())


def test_a_consent_holds_for_its_holder_purpose_and_time(store, clock):
    do(store, do_grant, [ConsentGranted("H", CALLEE, "loans", clock.now() + DAY)])
    assert holds(store)
    assert not holds(store, purpose="insurance")
    assert not holds(store, holder="G")
    assert not holds(store, at=clock.now() + DAY)


def test_a_consent_for_every_purpose_covers_each(store):
    do(store, do_grant, [ConsentGranted("H", CALLEE, "*")])
    assert holds(store, purpose="insurance")


def test_a_withdrawn_consent_ends_and_can_be_given_again(store):
    do(store, do_grant, [ConsentGranted("H", CALLEE, "loans"), ConsentGranted("H", CALLEE, "insurance")])
    assert do(store, do_withdraw, ConsentWithdrawn("H", CALLEE, "loans")) == 1
    assert (holds(store), holds(store, purpose="insurance")) == (False, True)
    assert do(store, do_withdraw, ConsentWithdrawn("H", CALLEE)) == 1
    with pytest.raises(NothingToWithdrawError, match="no consent to H in force"):
        do(store, do_withdraw, ConsentWithdrawn("H", CALLEE))
    do(store, do_grant, [ConsentGranted("H", CALLEE, "loans")])
    assert holds(store)


def test_a_refusal_ends_consents_and_a_new_consent_ends_the_refusal(store):
    do(store, do_grant, [ConsentGranted("H", CALLEE, "loans")])
    do(store, do_refuse, Refused(CALLEE, "H"))
    assert not holds(store)
    do(store, do_grant, [ConsentGranted("H", CALLEE, "loans")])
    with store.read() as conn:
        assert refusals_of(conn, CALLEE) == []
        assert len(consents_of(conn, CALLEE)) == 1


@pytest.mark.parametrize(
    ("what", "fact", "error"),
    [
        (do_grant, [ConsentGranted("H", CALLEE, "loans", 1)], LapsedBeforeGivenError),
        (do_refuse, Refused(CALLEE), NobodyRefusedError),
        (do_list, Listed(CALLEE, 20, 10, ListVerdict.BLOCK), BadRangeError),
        (do_list, Listed(CALLEE, 9, 10, ListVerdict.BLOCK), BadRangeError),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(store, what, fact, error):
    with pytest.raises(error) as refused:
        do(store, what, fact)
    assert refused.value.zh
    assert store.head() == 0


def test_a_list_has_an_end(store):
    with store.act("cli:li") as act:
        for n in range(LIST_MOST):
            do_list(act, Listed(CALLEE, OTHER + n, OTHER + n, ListVerdict.BLOCK))
        with pytest.raises(ListFullError, match="holds 1000 lines"):
            do_list(act, Listed(CALLEE, 7, 7, ListVerdict.BLOCK))
        do_list(act, Listed(CALLEE, OTHER, OTHER, ListVerdict.ALLOW))
        do_list(act, Listed(CALLEE, OTHER, OTHER, ListVerdict.NONE))
        do_list(act, Listed(CALLEE, 7, 7, ListVerdict.BLOCK))
    with store.read() as conn:
        assert len(list_of(conn, CALLEE)) == LIST_MOST


def test_wishes_replace_each_other(store):
    do(store, do_wish, Wished(CALLEE, ("loans",)))
    do(store, do_wish, Wished(CALLEE, ("property", "games"), refuse_withheld=True))
    with store.read() as conn:
        assert wish_of(conn, CALLEE).refuse == "property games"
    do(store, do_wish, Wished(CALLEE))
    with store.read() as conn:
        assert wish_of(conn, CALLEE) is None


def test_a_person_can_be_forgotten(store):
    do(store, do_grant, [ConsentGranted("H", CALLEE, "loans"), ConsentGranted("H", OTHER, "loans")])
    do(store, do_list, Listed(CALLEE, OTHER, OTHER, ListVerdict.BLOCK))
    with store.act("cli:li") as act:
        assert erase_person(act, CALLEE) == 2
        assert act.erase(CALLEE) == 2
    assert not holds(store)


def test_many_consents_come_from_a_file(store, tmp_path, clock):
    path = tmp_path / "grants.csv"
    rows = [f"H,139{n:08d},loans,2099-01-01,\n" for n in range(3000)]
    rows[10] = "H,13,loans,,\n"
    rows[20] = "H,13900000020,loans,2001-01-01,\n"
    rows[30] = "H,13900000030,loans,soon,\n"
    path.write_text("holder,callee,purpose,until,evidence\n" + "".join(rows), encoding="utf-8")
    result = run_intake(store, LOADERS["grants"](), path, actor="cli:li")
    assert (result.rows, result.stored, result.quarantined) == (3000, 2997, 3)
    codes = [(row.row, row.column, row.code) for row in quarantined(store, result.run)]
    assert codes == [(11, "callee", "number-too_short"), (21, "until", "lapsed"), (31, "until", "not-a-time")]
    assert run_intake(store, LOADERS["grants"](), path, actor="cli:li").already
