"""A name card from application to its end: papers, other eyes, and everything that clears it at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.calls import DAY, HOUR
from clearbell.desk.contracts import end_contract
from clearbell.labels import LabelSettings, publish_labels
from clearbell.labels.cards.errors import CardError
from clearbell.labels.cards.model import FACTS, TRANSITIONS, Paper, State, Step, Texts
from clearbell.labels.cards.queries import card_of, cards, cards_in_bucket, changes, last_card_version, shown_cards
from clearbell.labels.cards.service import (
    do_apply,
    do_approve,
    do_attach,
    do_publish,
    do_recheck,
    do_resume,
    do_review,
    do_stop,
    live,
    missing_papers,
    newest,
    numbers_of,
)
from clearbell.labels.cards.showing import do_end_number, sweep_cards
from clearbell.labels.cards.texts import names, width_of
from clearbell.labels.erasure import do_forget_number
from clearbell.labels.hashing import bucket_of
from clearbell.ledger import Store
from clearbell.ledger.verify import verify
from clearbell.lifecycles import IllegalStepError, mermaid, move
from clearbell.policy.pack import builtin_pack
from clearbell.registry.admission.model import Blacklisted, Unlisted
from clearbell.registry.admission.service import do_blacklist, do_unlist
from clearbell.registry.contracts.model import Terms
from clearbell.registry.contracts.service import do_accept, do_offer
from clearbell.registry.identity import IdentityKey
from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose
from clearbell.registry.service import (
    do_assign_numbers,
    do_register_holder,
    do_register_party,
    do_release_numbers,
)
from clearbell.reports import ReputationSettings, do_file_reports, do_withdraw_report
from clearbell.reports.model import Reported
from clearbell.sanctions.model import Lifted, Restricted, Rung, Target
from clearbell.sanctions.service import do_lift, do_restrict
from clearbell.testing import MovableClock, fresh_store
from clearbell.testing.identities import credit_code, resident_id
from clearbell.vault import Kept

ONE, TWO, FOREIGN = 8657188880001, 8657188880002, 8657188880009
LICENCE = credit_code(1)
NAME = "示例快递有限公司"
TEXTS = Texts(NAME, NAME, "派送通知", "deliveries")
RULES = builtin_pack("cn").cards
KEY = IdentityKey(b"k" * 32)
BASE = ("licence", "legal-id", "number-list", "number-proof")


class World:
    def __init__(self, folder, store=None):
        self.clock = MovableClock() if store is None else store.clock
        self.store = store or fresh_store(folder, self.clock)
        with self.store.act("setup") as act:
            do_register_party(act, PartyRegistered("p", PartyKind.COMPANY, NAME))
            do_register_party(act, PartyRegistered("q", PartyKind.PUBLIC_BODY, "示例市公安局"))
            do_register_party(act, PartyRegistered("li", PartyKind.PERSON, "Li"))
            for holder, party in (("H", "p"), ("P", "q"), ("L", "li")):
                do_register_holder(act, HolderRegistered(holder, party))
            for name, holder, number in (("r1", "H", ONE), ("r2", "H", TWO), ("r3", "P", FOREIGN)):
                do_assign_numbers(act, [NumbersAssigned(name, holder, number, number, Purpose.NOTICE)])

    def do(self, what, *args, who="clerk", **more):
        with self.store.act(who) as act:
            return what(act, *args, **more)

    def apply(self, texts=TEXTS, numbers=(ONE, TWO), holder="H", name="C", licence=LICENCE, **more):
        wanted = [(number, "") for number in numbers]
        return self.do(do_apply, name, holder, licence, texts, wanted, RULES, KEY, **more)

    def attach(self, *kinds, name="C"):
        for kind in kinds:
            self.do(do_attach, name, kind, Kept("0" * 64, "application/pdf", 9))

    def publish(self, texts=TEXTS, numbers=(ONE, TWO), papers=BASE, **more):
        self.apply(texts, numbers, **more)
        name = more.get("name", "C")
        self.attach(*papers, name=name)
        self.do(do_review, name, who="first")
        self.do(do_approve, name, RULES, who="second")
        self.do(do_publish, name, RULES, who="second")

    def sweep(self):
        return sweep_cards(self.store)

    def on(self, number=ONE):
        with self.store.read() as conn:
            found = card_of(conn, number, self.clock.now())
        return found.texts.name_zh if found else None

    def state(self, name="C"):
        with self.store.read() as conn:
            row = live(conn, name)
        return row.state, row.reason

    def tombstones(self, since):
        with self.store.read() as conn:
            return [(one.number, one.hidden) for one in changes(conn, since)]

    def version(self):
        with self.store.read() as conn:
            return last_card_version(conn)

    def report(self, number, people):
        at = self.clock.now() - HOUR
        found = [Reported(f"{number}-{n}", "api", number, at, at, 8613700000000 + n, "loans") for n in range(people)]
        self.do(do_file_reports, found, ReputationSettings())
        publish_labels(self.store, LabelSettings())


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    assert verify(world.store).fault is None
    world.store.close()


def test_a_card_goes_from_application_to_its_numbers_by_three_people(world):
    world.apply()
    with pytest.raises(CardError, match="documents are missing"):
        world.do(do_review, "C", who="first")
    world.attach(*BASE)
    with pytest.raises(CardError, match="another person"):
        world.do(do_review, "C")
    world.do(do_review, "C", who="first")
    for who in ("clerk", "first"):
        with pytest.raises(CardError, match="another person"):
            world.do(do_approve, "C", RULES, who=who)
    world.do(do_approve, "C", RULES, who="second")
    assert world.on() is None
    world.do(do_publish, "C", RULES, who="second")
    assert (world.on(ONE), world.on(TWO)) == (NAME, NAME)
    with world.store.read() as conn:
        assert [one.number for one in shown_cards(conn, world.clock.now(), 10)] == [ONE, TWO]
        [one] = cards_in_bucket(conn, bucket_of(ONE), world.clock.now())
        assert one.number == ONE
        row = newest(conn, "C")
        assert row.until == world.clock.now() + 365 * DAY
        first = numbers_of(conn, "C", 1)[0]
    assert (first.number_class, first.purpose, first.owner_unit) == ("fixed", "notice", "H")
    assert (first.authenticated, first.lifecycle) == (world.clock.now(), "shown")


@pytest.mark.parametrize(
    ("kinds", "missing"),
    [
        ((), ["licence", "legal-id", "number-list", "number-proof"]),
        (("agent-id",), ["licence", "authority-letter", "number-list", "number-proof"]),
        (("agent-id", "authority-letter", "licence", "number-list", "number-proof"), []),
        (BASE, []),
    ],
)
def test_either_the_legal_persons_identity_or_an_agents_with_authority(world, kinds, missing):
    world.apply()
    world.attach(*kinds)
    with world.store.read() as conn:
        assert [paper.kind for paper in missing_papers(conn, newest(conn, "C"))] == missing


def test_a_name_that_is_not_the_registered_one_needs_the_brands_authorisation(world):
    world.apply(Texts("示例快递", "Example Express"))
    world.attach(*BASE)
    with world.store.read() as conn:
        assert missing_papers(conn, newest(conn, "C")) == [Paper.BRAND]
    with pytest.raises(CardError, match="asks for no document"):
        world.attach("selfie")


def test_who_is_not_verified_gets_no_card(world):
    with pytest.raises(CardError, match="organisations"):
        world.apply(holder="L", numbers=())
    with pytest.raises(CardError, match="no holder"):
        world.apply(holder="nobody")
    with pytest.raises(CardError, match="check sign"):
        world.apply(licence="91000000000000001X")
    with pytest.raises(CardError, match="check digit"):
        world.apply(legal_id="1")
    with pytest.raises(CardError, match="not registered for the holder"):
        world.apply(numbers=(FOREIGN,))
    with pytest.raises(CardError, match="at least one number"):
        world.apply(numbers=())


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("示例市公安局", "name_zh"),
        ("公 安 热线", "name_zh"),
        ("公·安", "name_zh"),
        ("City Police", "name_en"),
        ("c i t y  p.o.l.i.c.e", "name_en"),
        ("110 service", "department_en"),
        ("110", "department_zh"),
        ("社保通知", "department_zh"),
        ("Tax Bureau", "department_en"),
        ("[V] Example", "name_en"),
        ("www.example.net", "department_en"),
        ("长" * 17, "name_zh"),
        ("", "name_en"),
        (" x", "name_en"),
        ("a\u202eb", "name_en"),
    ],
)
def test_a_company_may_not_show_what_would_pass_for_a_public_body_or_for_our_mark(world, text, column):
    with pytest.raises(CardError) as refused:
        world.apply(Texts(**{"name_zh": NAME, "name_en": "Example", column: text}))
    assert refused.value.column == column
    assert refused.value.zh
    assert refused.value.en


def test_a_public_body_shows_its_own_kind_and_no_other(world):
    world.apply(Texts("示例市公安局", "Example City Police"), (FOREIGN,), "P")
    with pytest.raises(CardError, match="税务"):
        world.apply(Texts("税务局", "Example"), (FOREIGN,), "P", "D")


@given(st.integers(0, 9), st.integers(0, 9))
def test_an_emergency_number_inside_a_longer_number_is_none(before, after):
    assert not names(f"room {before}110{after}", "110")
    assert names(f"call 110, line {before}", "110")


def test_width_counts_chinese_twice():
    assert width_of("清铃ab") == 6


def test_a_new_version_of_the_display_replaces_the_old_one_and_keeps_the_holders_papers(world):
    world.publish()
    before = world.version()
    world.apply(Texts("示例快递", "Example Express"), (ONE,))
    assert world.on() == NAME
    with pytest.raises(CardError, match="still open"):
        world.apply()
    with world.store.read() as conn:
        kinds = [paper.kind for paper in missing_papers(conn, newest(conn, "C"))]
    assert kinds == ["number-list", "number-proof", "brand-authorisation"]
    world.attach(*kinds)
    world.do(do_review, "C", who="first")
    world.do(do_approve, "C", RULES, who="second")
    world.do(do_publish, "C", RULES)
    assert (world.on(ONE), world.on(TWO)) == ("示例快递", None)
    assert world.tombstones(before) == [(TWO, "replaced"), (ONE, "")]
    with world.store.read() as conn:
        assert [(row.revision, row.state) for row in cards(conn, list(State))] == [(1, "replaced"), (2, "in-force")]


def test_another_holder_cannot_take_a_cards_id_nor_a_second_card_its_number(world):
    world.publish()
    with pytest.raises(CardError, match="another holder"):
        world.apply(Texts("示例市公安局", "x"), (FOREIGN,), "P")
    with pytest.raises(CardError, match="has the card C"):
        world.apply(name="D")


def contract_ends(world):
    digest = world.do(do_offer, "K", "H", Terms("service", "08:00-21:00", 60, 5))
    world.do(do_accept, "K", "signer", digest)
    world.do(end_contract, "K", "nuisance")


def blacklisted(world):
    world.do(do_blacklist, Blacklisted("b", "sublet", "carrier", licence=LICENCE))


def blacklisted_by_rung(world):
    world.do(do_restrict, Restricted("x", Target.HOLDER, Rung.BLACKLISTED, "r", world.clock.now(), name="H"))


def expired(world):
    world.clock.move(365 * DAY)


@pytest.mark.parametrize(
    ("cause", "why"),
    [
        (contract_ends, "contract-ended"),
        (blacklisted, "blacklisted"),
        (blacklisted_by_rung, "blacklisted"),
        (expired, "expired"),
    ],
)
def test_a_card_ends_with_contract_standing_or_time(world, cause, why):
    world.publish()
    before = world.version()
    cause(world)
    assert world.on() is None, "a look-up does not wait for the sweep"
    assert world.sweep()
    assert world.state() == ("ended", why)
    assert world.tombstones(before) == [(ONE, why), (TWO, why)]
    assert not world.sweep()
    with pytest.raises(IllegalStepError):
        world.do(do_resume, "C")


def test_a_holder_under_sanction_is_suspended_until_an_officer_resumes_it(world):
    world.publish()
    world.do(do_restrict, Restricted("x", Target.HOLDER, Rung.OUTGOING_BARRED, "r", world.clock.now(), name="H"))
    assert world.on() is None
    world.sweep()
    assert world.state() == ("suspended", "sanctioned")
    with pytest.raises(CardError, match="restricted"):
        world.do(do_resume, "C")
    world.do(do_lift, Lifted("x", "upheld"))
    assert not world.sweep()
    assert world.on() is None
    world.do(do_resume, "C")
    assert world.on() == NAME


def test_a_suspended_card_ends_when_its_cause_grows_grave(world):
    world.publish()
    world.do(do_stop, "C", Step.SUSPEND, "complaints")
    assert world.on() is None
    blacklisted(world)
    world.sweep()
    assert world.state() == ("ended", "blacklisted")
    world.do(do_unlist, Unlisted("b", "mistake"))
    assert not world.sweep()


def test_a_restricted_number_hides_the_card_and_gives_it_back(world):
    world.publish()
    world.do(do_restrict, Restricted("x", Target.NUMBER, Rung.BARRED, "r", world.clock.now(), number=ONE))
    assert (world.on(ONE), world.on(TWO)) == (None, NAME)
    world.sweep()
    world.do(do_lift, Lifted("x", "upheld"))
    world.sweep()
    assert world.on(ONE) == NAME


def test_a_rate_limit_hides_no_card(world):
    world.publish()
    world.do(do_restrict, Restricted("x", Target.HOLDER, Rung.RATE_LIMIT, "r", world.clock.now(), name="H", limit=9))
    assert world.on() == NAME
    assert not world.sweep()


def test_a_released_number_loses_its_card_for_good_and_the_last_one_ends_it(world):
    world.publish()
    before = world.version()
    world.do(do_release_numbers, "r1")
    assert (world.on(ONE), world.on(TWO)) == (None, NAME)
    world.sweep()
    assert world.tombstones(before) == [(ONE, "released")]
    world.do(do_assign_numbers, [NumbersAssigned("r1", "H", ONE, ONE, Purpose.NOTICE)])
    world.sweep()
    assert world.on(ONE) is None
    world.do(do_release_numbers, "r2")
    world.sweep()
    assert world.state() == ("ended", "released")


def test_a_number_can_be_cleared_in_the_act_that_releases_it(world):
    world.publish()
    assert world.do(do_end_number, ONE)
    assert (world.on(ONE), world.on(TWO)) == (None, NAME)
    assert not world.do(do_end_number, 8613800000001)


def test_a_labelled_number_shows_the_label_and_not_the_card(world):
    world.publish()
    before = world.version()
    world.report(ONE, 5)
    assert (world.on(ONE), world.on(TWO)) == (None, NAME)
    world.sweep()
    assert world.tombstones(before) == [(ONE, "labelled")]
    for n in range(5):
        world.do(do_withdraw_report, f"{ONE}-{n}", ReputationSettings())
    publish_labels(world.store, LabelSettings())
    world.sweep()
    assert world.on(ONE) == NAME


def test_a_number_labelled_before_publication_gets_its_card_when_the_label_goes(world):
    world.report(ONE, 5)
    world.publish()
    assert (world.on(ONE), world.on(TWO)) == (None, NAME)
    world.clock.move(91 * DAY)
    publish_labels(world.store, LabelSettings())
    world.sweep()
    assert world.on(ONE) == NAME


def test_the_yearly_recheck_gives_another_year_and_is_not_the_applicants(world):
    world.publish()
    world.clock.move(300 * DAY)
    with pytest.raises(CardError, match="another person"):
        world.do(do_recheck, "C", RULES)
    world.do(do_recheck, "C", RULES, who="first")
    world.clock.move(300 * DAY)
    assert not world.sweep()
    assert world.on() == NAME
    world.clock.move(66 * DAY)
    world.sweep()
    assert world.state() == ("ended", "expired")


def test_nothing_is_published_for_a_holder_who_fell_from_grace_during_review(world):
    world.apply(legal_id=resident_id(1))
    world.attach(*BASE)
    world.do(do_review, "C", who="first")
    world.do(do_approve, "C", RULES, who="second")
    world.do(do_blacklist, Blacklisted("b", "fraud", "police", person=KEY.digest("id", resident_id(1))))
    with pytest.raises(CardError, match="blacklisted"):
        world.do(do_publish, "C", RULES)


def test_refusing_needs_a_reason_and_withdrawing_none(world):
    world.apply()
    with pytest.raises(CardError, match="reason"):
        world.do(do_stop, "C", Step.REFUSE, " ", who="first")
    world.do(do_stop, "C", Step.REFUSE, "no proof", who="first")
    world.apply()
    world.do(do_stop, "C", Step.WITHDRAW, "")
    with world.store.read() as conn:
        assert [(row.revision, row.state) for row in cards(conn, list(State))] == [(1, "refused"), (2, "withdrawn")]


def test_an_erased_number_leaves_no_trace_of_its_card(world):
    world.publish()
    with world.store.act("clerk") as act:
        assert do_forget_number(act, ONE) == 2
        assert act.erase(ONE) == 3, "the assignment, the claim and what was shown"
    assert (world.on(ONE), world.on(TWO)) == (None, NAME)


@pytest.mark.process
def test_on_postgresql_a_card_is_shown_hidden_and_ended_alike(postgresql_url, tmp_path):
    store = Store.open(postgresql_url, clock=MovableClock())
    store.create()
    world = World(tmp_path, store)
    try:
        world.publish()
        world.report(ONE, 5)
        world.sweep()
        assert (world.on(ONE), world.on(TWO)) == (None, NAME)
        blacklisted(world)
        assert world.sweep()
        assert world.state() == ("ended", "blacklisted")
        assert verify(store).fault is None
    finally:
        store.close()


@given(st.sampled_from(list(State)), st.sampled_from(list(Step)))
def test_a_step_is_in_the_table_or_refused(state, step):
    if (state, step) in TRANSITIONS:
        assert move(TRANSITIONS, state, step).to in State
    else:
        with pytest.raises(IllegalStepError):
            move(TRANSITIONS, state, step)


def test_every_state_but_the_first_is_reached_and_ends_stay_ended():
    reached = {transition.to for transition in TRANSITIONS.values()} | {State.APPLIED}
    assert reached == set(State)
    assert {state for state, _ in TRANSITIONS}.isdisjoint({State.ENDED, State.REPLACED, State.REFUSED})
    assert set(FACTS) == {"cards.applied", "cards.number", "cards.document", "cards.moved", "cards.shown"}


def test_the_docs_draw_the_table():
    docs = Path(__file__).resolve().parents[3] / "docs" / "labels.md"
    assert mermaid(TRANSITIONS, State.APPLIED) in docs.read_text()
