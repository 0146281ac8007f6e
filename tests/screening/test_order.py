"""The order of judgement, and each check: what it hits, what it clears, where it does not apply."""

import math
import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearbell.calls import DAY, HOUR, MINUTE, SECOND, Action, Answer, Attestation, Call, HangUp
from clearbell.consent.hours import read_hours
from clearbell.consent.model import ConsentGranted, ConsentWithdrawn, Listed, ListVerdict, Refused, Wished
from clearbell.labels.model import Labelled
from clearbell.policy.explanation import explain
from clearbell.policy.pack import builtin_pack, builtin_pack_text, load_pack
from clearbell.policy.symbols import CHECKS, EVIDENCE
from clearbell.registry.model import HolderRegistered, NumbersAssigned, NumbersReleased, Purpose, TrunkKind, TrunkOpened
from clearbell.sanctions.model import Lifted, Restricted, Rung, Target
from clearbell.screening.case import Case
from clearbell.screening.checks import GLANCES, LOOKS
from clearbell.screening.outline import Glance, Limits, Traits
from clearbell.testing.screening import CALLEE, CALLER, NOON, World, symbols

CENTRE = 8695010001
SECOND_LINE = 8695010002
FIXED = 8657188886666


@pytest.fixture
def world():
    return World()


def centre(world, **more):
    settings = {"purpose": Purpose.COMMERCIAL, "category": "insurance", **more}
    world.state(
        TrunkOpened("t1", "carrier", TrunkKind.DOMESTIC, registered_only=True),
        TrunkOpened("t2", "carrier", TrunkKind.DOMESTIC),
        TrunkOpened("abroad", "carrier", TrunkKind.FOREIGN),
        HolderRegistered("H", "p", "insurance"),
        NumbersAssigned("r1", "H", CENTRE, CENTRE, trunks=("t1",), **settings),
        NumbersAssigned("r2", "H", SECOND_LINE, SECOND_LINE, trunks=("t1",), **settings),
    )


def consent(world, **more):
    world.state(ConsentGranted("H", CALLEE, "insurance", **more))


def label(world, number=CALLER, heat=20.0, at=NOON, **more):
    world.state(Labelled(number, "loans", 25, heat, 30.0, at, more.get("until", at + 90 * DAY)))


def only(decision, symbol, action, answer):
    assert symbols(decision) == [symbol]
    assert (decision.decided_by, decision.action, decision.answer) == (symbol, action, answer)


def test_every_check_of_the_policy_exists_and_the_other_way_round():
    assert set(LOOKS) == set(GLANCES) == set(CHECKS)


def test_a_plain_call_rings(world):
    decision = world.call()
    assert (decision.action, decision.answer, decision.total) == (Action.ALLOW, Answer.CONTINUE, 0.0)
    assert decision.looked.bit_count() == len(world.pack.order)


# ---- floors


def test_nothing_stops_a_call_to_an_emergency_number(world):
    world.state(Restricted("R", Target.NUMBER, Rung.BARRED, "x", 0, number=CALLER))
    only(world.call(callee=86110), "EMERGENCY_CALLEE", Action.ALLOW, Answer.CONTINUE)
    only(world.call(caller=0, callee=86120), "EMERGENCY_CALLEE", Action.ALLOW, Answer.CONTINUE)


def test_an_emergency_service_is_never_blocked_unless_it_is_forged_abroad(world):
    centre(world)
    world.state(Listed(CALLEE, 86110, 86110, ListVerdict.BLOCK))
    only(world.call(caller=86110), "EMERGENCY_CALLER", Action.ALLOW, Answer.CONTINUE)
    only(world.call(caller=86110, trunk="abroad"), "FOREIGN_SHOWING_HOME", Action.REJECT, Answer.NOT_ENTITLED)


def test_whoever_dialled_an_emergency_number_can_be_rung_by_anyone_for_a_day(world):
    world.call(caller=CALLEE, callee=86120)
    world.state(Listed(CALLEE, CALLER, CALLER, ListVerdict.BLOCK))
    world.move(23 * HOUR)
    assert world.call().decided_by == "EMERGENCY_CALL_BACK"
    world.move(2 * HOUR)
    assert world.call().decided_by == "OWN_BLOCK"


def test_a_call_is_returned_once(world):
    label(world, number=CALLEE, heat=50.0)
    world.call()
    world.move(10 * MINUTE)
    decision = world.call(caller=CALLEE, callee=CALLER)
    only(decision, "CALL_BACK", Action.ALLOW, Answer.CONTINUE)
    assert decision.charges[0].evidence == {"minutes": 10}
    world.move(MINUTE)
    assert world.call(caller=CALLEE, callee=CALLER).decided_by == "total"


def test_a_refused_caller_does_not_come_back_by_a_call_back(world):
    world.call(caller=CALLEE, callee=CALLER)
    world.move(MINUTE)
    world.state(Refused(CALLEE, caller=CALLER))
    assert world.call().decided_by == "REFUSED_NUMBER"


# ---- impossible or forged


def test_a_caller_that_is_no_number_is_refused(world):
    decision = world.call(caller=0, caller_text="000000")
    only(decision, "CALLER_MALFORMED", Action.REJECT, Answer.NOT_ENTITLED)
    assert decision.charges[0].evidence == {"text": "000000"}


def test_a_callee_that_is_no_number_is_refused(world):
    only(world.call(callee=0, callee_text="??"), "CALLEE_MALFORMED", Action.REJECT, Answer.NOT_ENTITLED)


def test_a_withheld_number_is_priced_and_not_refused(world):
    decision = world.call(caller=0, withheld=True)
    assert symbols(decision) == ["WITHHELD"]
    assert decision.action is Action.ALLOW


def test_an_unallocated_home_number_is_refused_and_a_foreign_one_is_not(world):
    only(world.call(caller=8612012345678), "CALLER_UNALLOCATED", Action.REJECT, Answer.NOT_ENTITLED)
    assert world.call(caller=442079460958).action is Action.ALLOW


def test_a_home_number_on_a_foreign_trunk_is_forged(world):
    centre(world)
    only(world.call(trunk="abroad"), "FOREIGN_SHOWING_HOME", Action.REJECT, Answer.NOT_ENTITLED)
    assert world.call(caller=442079460958, trunk="abroad").action is Action.ALLOW
    assert world.call(trunk="t2").action is Action.ALLOW


def test_a_number_calls_only_on_its_trunks(world):
    centre(world)
    consent(world)
    assert world.call(caller=CENTRE, trunk="t1").action is Action.ALLOW
    only(world.call(caller=CENTRE, trunk="t2"), "NOT_ENTITLED_ON_TRUNK", Action.REJECT, Answer.NOT_ENTITLED)
    assert world.call(caller=CENTRE, trunk="").action is Action.ALLOW


def test_a_trunk_for_registered_numbers_refuses_all_others(world):
    centre(world)
    only(world.call(trunk="t1"), "NOT_ENTITLED_ON_TRUNK", Action.REJECT, Answer.NOT_ENTITLED)


def test_a_400_number_calls_nobody_unless_registered_otherwise(world):
    only(world.call(caller=864008001234), "INBOUND_ONLY", Action.REJECT, Answer.NOT_ENTITLED)
    world.state(NumbersAssigned("x", "H", 864008001234, 864008001234, Purpose.SERVICE))
    assert world.call(caller=864008001234).action is Action.ALLOW


# ---- orders and sanctions


@pytest.mark.parametrize(
    ("fact", "symbol"),
    [
        (
            Restricted("R", Target.NUMBER, Rung.OUTGOING_BARRED, "x", NOON, NOON + DAY, number=CENTRE),
            "RESTRICTED_NUMBER",
        ),
        (Restricted("R", Target.HOLDER, Rung.BLACKLISTED, "x", NOON, NOON + DAY, name="H"), "RESTRICTED_HOLDER"),
        (Restricted("R", Target.TRUNK, Rung.BARRED, "x", NOON, NOON + DAY, name="t1"), "RESTRICTED_TRUNK"),
    ],
)
def test_a_restriction_holds_from_its_start_to_its_end(world, fact, symbol):
    centre(world)
    consent(world)
    world.state(fact)
    only(world.call(caller=CENTRE, trunk="t1"), symbol, Action.REJECT, Answer.NOT_ENTITLED)
    assert world.call(caller=CENTRE, trunk="t1", at=NOON - 1).action is Action.ALLOW
    assert world.call(caller=CENTRE, trunk="t1", at=NOON + DAY).action is Action.ALLOW
    world.state(Lifted("R", "appeal upheld"))
    assert world.call(caller=CENTRE, trunk="t1", at=NOON + HOUR).action is Action.ALLOW


@pytest.mark.parametrize("target", [Target.NUMBER, Target.HOLDER])
def test_what_is_barred_in_both_directions_is_not_called_and_what_is_barred_outgoing_is(world, target):
    centre(world)
    on = {"number": CENTRE} if target is Target.NUMBER else {"name": "H"}
    world.state(Restricted("R", target, Rung.OUTGOING_BARRED, "x", NOON, NOON + DAY, **on))
    assert world.call(caller=CALLER + 1, callee=CENTRE).action is Action.ALLOW
    world.state(Restricted("S", target, Rung.BARRED, "x", NOON, NOON + DAY, **on))
    decision = world.call(caller=CALLER + 2, callee=CENTRE)
    only(decision, "RESTRICTED_CALLEE", Action.REJECT, Answer.NOT_ENTITLED)
    assert decision.charges[0].evidence == {"restriction": "S", "rung": "barred"}
    assert world.call(caller=CALLER + 3, callee=CENTRE, at=NOON - 1).action is Action.ALLOW
    assert world.call(caller=CALLER + 4, callee=CENTRE, at=NOON + DAY).action is Action.ALLOW
    world.state(Lifted("S", "appeal upheld"))
    assert world.call(caller=CALLER + 5, callee=CENTRE).action is Action.ALLOW


def test_a_barred_number_that_dialled_an_emergency_service_is_called_back(world):
    world.state(Restricted("R", Target.NUMBER, Rung.BARRED, "x", 0, number=CALLEE))
    assert world.call().decided_by == "RESTRICTED_CALLEE"
    world.call(caller=CALLEE, callee=86120)
    world.move(HOUR)
    assert world.call().decided_by == "EMERGENCY_CALL_BACK"


def test_of_two_restrictions_lifting_one_leaves_the_other(world):
    for name in ("R1", "R2"):
        world.state(Restricted(name, Target.NUMBER, Rung.BARRED, "x", 0, number=CALLER))
    world.state(Lifted("R1", "x"))
    assert world.call().charges[0].evidence["restriction"] == "R2"


def test_a_rate_limit_refuses_the_call_beyond_it(world):
    world.state(Restricted("R", Target.NUMBER, Rung.RATE_LIMIT, "x", 0, number=CALLER, limit=3))
    for n in range(3):
        assert world.call(callee=CALLEE + n).action is Action.ALLOW
    decision = world.call(callee=CALLEE + 9)
    only(decision, "RATE_LIMITED", Action.REJECT, Answer.NOT_ENTITLED)
    assert decision.charges[0].evidence == {"restriction": "R", "limit": 3, "calls": 3}


def test_a_sanction_beats_the_subscribers_allow_list(world):
    world.state(
        Listed(CALLEE, CALLER, CALLER, ListVerdict.ALLOW),
        Restricted("R", Target.NUMBER, Rung.BARRED, "x", 0, number=CALLER),
    )
    assert world.call().decided_by == "RESTRICTED_NUMBER"


# ---- own lists, contacts, refusals, wishes


def test_allow_beats_block_and_both_beat_everything_below(world):
    world.state(Listed(CALLEE, 8613800000000, 8613899999999, ListVerdict.BLOCK))
    only(world.call(), "OWN_BLOCK", Action.REJECT, Answer.UNWANTED)
    world.state(Refused(CALLEE, caller=CALLER), Listed(CALLEE, CALLER, CALLER, ListVerdict.ALLOW))
    only(world.call(), "OWN_ALLOW", Action.ALLOW, Answer.CONTINUE)
    world.state(Listed(CALLEE, CALLER, CALLER, ListVerdict.NONE))
    assert world.call().decided_by == "OWN_BLOCK"


def test_an_allowed_range_beats_a_blocked_number_within(world):
    world.state(
        Listed(CALLEE, CALLER, CALLER, ListVerdict.BLOCK),
        Listed(CALLEE, 8613800000000, 8613899999999, ListVerdict.ALLOW),
    )
    assert world.call().decided_by == "OWN_ALLOW"


def test_a_known_contact_is_no_nuisance_until_refused(world):
    label(world, heat=50.0)
    world.end(talk=120)
    world.move(10 * DAY)
    decision = world.call()
    only(decision, "KNOWN_CONTACT", Action.ALLOW, Answer.CONTINUE)
    assert decision.charges[0].evidence == {"days_ago": 10}
    world.state(Refused(CALLEE, caller=CALLER))
    assert world.call().decided_by == "REFUSED_NUMBER"


def test_a_contact_is_forgotten_after_its_days(world):
    label(world)
    world.end(talk=120)
    world.move(31 * DAY)
    assert world.call().decided_by == "total"


def test_a_refused_holder_is_refused_on_every_number(world):
    centre(world)
    consent(world)
    world.state(Refused(CALLEE, holder="H"))
    world.move(2 * DAY)
    for number in (CENTRE, SECOND_LINE):
        decision = world.call(caller=number, trunk="t1")
        only(decision, "REFUSED_HOLDER", Action.REJECT, Answer.UNWANTED)
        assert decision.charges[0].evidence == {"holder": "H", "days_ago": 2}
    assert world.call(caller=CENTRE, callee=CALLEE + 1, trunk="t1").decided_by == "NO_CONSENT"


def test_a_new_consent_ends_a_refusal(world):
    centre(world)
    world.state(Refused(CALLEE, holder="H"), Refused(CALLEE, caller=CENTRE))
    world.move(DAY)
    consent(world)
    assert symbols(world.call(caller=CENTRE, trunk="t1")) == ["CONSENTED"]


def test_wishes_refuse_a_category_told_by_registry_or_label(world):
    world.state(Wished(CALLEE, ("insurance", "loans"), refuse_withheld=True))
    centre(world)
    consent(world)
    decision = world.call(caller=CENTRE, trunk="t1")
    only(decision, "WISH_CATEGORY", Action.REJECT, Answer.UNWANTED)
    label(world, heat=1.0)
    assert world.call().charges[0].evidence == {"category": "loans"}
    assert world.call(caller=0, withheld=True).decided_by == "WISH_NO_WITHHELD"
    world.state(Wished(CALLEE))
    assert world.call(caller=CENTRE, trunk="t1").action is Action.ALLOW


def test_wishes_refuse_a_category_at_some_hours_of_the_subscribers_clock(world):
    centre(world)
    consent(world)
    world.state(Wished(CALLEE, hours=read_hours("insurance 11:30-12:30"), zone="Asia/Shanghai"))
    decision = world.call(caller=CENTRE, trunk="t1")
    only(decision, "WISH_HOURS", Action.REJECT, Answer.UNWANTED)
    assert explain(decision, world.pack, "en").lines[0].words == (
        "the subscriber does not want calls of this kind within 11:30-12:30: insurance; it is 12:00 there (Asia/Shanghai)"
    )
    assert explain(decision, world.pack, "zh").lines[0].words == (
        "被叫登记在 11:30-12:30 不愿接听此类来电:保险推销;当地时间 12:00(Asia/Shanghai)"
    )
    world.move(30 * MINUTE)
    assert world.call(caller=CENTRE, trunk="t1").action is Action.ALLOW
    # The same hours elsewhere; and hours of another kind of call.
    world.state(Wished(CALLEE, hours=read_hours("* 05:00-06:00"), zone="Europe/London"))
    assert world.call(caller=CENTRE, trunk="t1").decided_by == "WISH_HOURS"
    world.state(Wished(CALLEE, hours=read_hours("loans 00:00-24:00")))
    assert world.call(caller=CENTRE, trunk="t1").action is Action.ALLOW
    # Someone whose kind nobody knows may be a friend.
    world.state(Wished(CALLEE, hours=read_hours("* 00:00-24:00")))
    assert world.call().action is Action.ALLOW


# ---- consent


def test_a_commercial_call_needs_a_consent_in_force(world):
    centre(world)
    only(world.call(caller=CENTRE, trunk="t1"), "NO_CONSENT", Action.REJECT, Answer.NOT_ENTITLED)
    consent(world, until=NOON + DAY)
    assert symbols(world.call(caller=CENTRE, trunk="t1")) == ["CONSENTED"]
    world.move(3 * DAY)
    decision = world.call(caller=CENTRE, trunk="t1")
    only(decision, "CONSENT_LAPSED", Action.REJECT, Answer.NOT_ENTITLED)
    assert decision.charges[0].evidence["days_ago"] == 2


def test_a_withdrawn_consent_is_none(world):
    centre(world)
    consent(world)
    world.state(ConsentWithdrawn("H", CALLEE))
    only(world.call(caller=CENTRE, trunk="t1"), "CONSENT_WITHDRAWN", Action.REJECT, Answer.NOT_ENTITLED)


def test_a_consent_for_another_purpose_does_not_cover_the_call(world):
    centre(world)
    world.state(ConsentGranted("H", CALLEE, "loans"))
    assert world.call(caller=CENTRE, trunk="t1").decided_by == "NO_CONSENT"
    world.state(ConsentGranted("H", CALLEE, "*"))
    assert symbols(world.call(caller=CENTRE, trunk="t1")) == ["CONSENTED"]


def test_a_notice_needs_no_consent(world):
    centre(world, purpose=Purpose.NOTICE)
    assert world.call(caller=CENTRE, trunk="t1").action is Action.ALLOW


# ---- behaviour


@pytest.mark.parametrize(("hour", "hit"), [(7, True), (8, False), (20, False), (21, True), (0, True)])
def test_commercial_calls_keep_hours_of_the_packs_zone(world, hour, hit):
    centre(world)
    consent(world)
    decision = world.call(caller=CENTRE, trunk="t1", at=NOON + (hour - 12) * HOUR)
    assert ("OUT_OF_HOURS" in symbols(decision)) is hit
    night = world.call(at=NOON + (hour - 12) * HOUR)
    assert "OUT_OF_HOURS" not in symbols(night)


def test_the_fourth_call_within_five_minutes_is_too_many_across_numbers(world):
    centre(world)
    consent(world)
    for n in range(3):
        decision = world.call(caller=(CENTRE, SECOND_LINE)[n % 2], trunk="t1")
        assert decision.action is Action.ALLOW
        world.move(MINUTE)
    decision = world.call(caller=CENTRE, trunk="t1")
    assert "REDIAL_5M" in symbols(decision)
    assert (decision.action, decision.answer) == (Action.REJECT, Answer.NETWORK_BLOCKED)


def test_the_sixth_call_in_a_day_is_too_many(world):
    for _ in range(5):
        assert "REDIAL_24H" not in symbols(world.call())
        world.move(HOUR)
    assert "REDIAL_24H" in symbols(world.call())


def many(world, count, callees=10_000, gap=50 * SECOND, caller=CALLER):
    decision = None
    for n in range(count):
        decision = world.call(caller=caller, callee=CALLEE + 1 + n % callees)
        world.move(gap)
    return decision


def test_the_61st_call_within_an_hour_is_frequent(world):
    assert "HIGH_FREQUENCY_1H" not in symbols(many(world, 60, gap=50 * SECOND))
    world.now += SECOND
    decision = world.call(callee=CALLEE + 999)
    assert "HIGH_FREQUENCY_1H" in symbols(decision)
    assert decision.action is not Action.REJECT


def test_a_burst_within_a_minute_is_seen(world):
    assert "BURST_1M" not in symbols(many(world, 8, gap=SECOND))
    assert "BURST_1M" in symbols(world.call(callee=CALLEE + 77))


def test_fan_out_needs_a_sample_and_many_different_callees(world):
    decision = many(world, 31, gap=30 * SECOND)
    assert "FAN_OUT_1H" in symbols(decision)
    other = World()
    assert "FAN_OUT_1H" not in symbols(many(other, 31, callees=5, gap=30 * SECOND))


def test_short_and_unanswered_calls_are_seen_once_there_are_enough(world):
    many(world, 1)
    for _ in range(19):
        world.end(talk=3)
    assert "SHORT_CALLS_24H" not in symbols(world.call())
    world.end(talk=3)
    assert "SHORT_CALLS_24H" in symbols(world.call())
    for _ in range(100):
        world.end(talk=0)
    assert "LOW_ANSWER_24H" in symbols(world.call())


def test_ringing_once_and_hanging_up_is_seen(world):
    world.call()
    for _ in range(10):
        world.end(ring=2.0, hangup=HangUp.CALLER)
    decision = world.call()
    assert "ONE_RING_1H" in symbols(decision)
    other = World()
    other.call()
    for _ in range(10):
        other.end(ring=2.0, hangup=HangUp.CALLEE)
    assert "ONE_RING_1H" not in symbols(other.call())


def test_a_callee_rung_by_many_strangers_is_being_bombed(world):
    for n in range(10):
        world.call(caller=CALLER + n)
        world.move(SECOND)
    assert "CALLEE_BOMBED_5M" in symbols(world.call(caller=CALLER + 50))
    for n in range(12):
        world.call(caller=CALLER + n, callee=8695588)
    assert "CALLEE_BOMBED_5M" not in symbols(world.call(caller=CALLER + 60, callee=8695588))


def test_a_95_number_without_a_holder_is_noted_once_there_is_a_registry(world):
    assert world.call(caller=8695012345).total == 0
    centre(world)
    assert symbols(world.call(caller=8695012345)) == ["UNREGISTERED_COMMERCIAL"]


def test_complaints_weigh_less_as_they_age(world):
    label(world, heat=20.0)
    decision = world.call()
    assert symbols(decision) == ["REPUTATION", "LABELLED"]
    assert (decision.action, decision.label, decision.label_count) == (Action.LABEL, "loans", 25)
    later = world.call(at=NOON + 28 * DAY + HOUR)
    assert symbols(later) == ["LABELLED"]
    assert world.call(at=NOON + 91 * DAY).total == 0


def test_a_label_taken_away_is_gone(world):
    label(world)
    world.state(Labelled(CALLER, "", 0, 0, 0, NOON, 0))
    assert world.call().total == 0


@pytest.mark.parametrize(
    ("attestation", "seen"),
    [
        (Attestation.NONE, []),
        (Attestation.A, []),
        (Attestation.B, []),
        (Attestation.C, ["ATTESTATION_C"]),
        (Attestation.FAILED, ["ATTESTATION_FAILED"]),
    ],
)
def test_attestation_is_evidence_and_never_a_pass(world, attestation, seen):
    assert symbols(world.call(attestation=attestation)) == seen
    world.state(Listed(CALLEE, CALLER, CALLER, ListVerdict.BLOCK))
    assert world.call(attestation=attestation).action is Action.REJECT


def test_many_signs_together_block_as_analytics(world):
    label(world, heat=40.0)
    many(world, 70, gap=20 * SECOND)
    decision = world.call(callee=CALLEE + 5000)
    assert (decision.action, decision.answer, decision.decided_by) == (Action.REJECT, Answer.NETWORK_BLOCKED, "total")


# ---- the sum, the order, the whole


def test_a_threshold_that_is_off_lets_its_check_say_nothing():
    pack = load_pack(
        builtin_pack_text("cn").replace("frequency_1h = { value = 60", "frequency_1h = { value = false"), "x"
    )
    assert "HIGH_FREQUENCY_1H" not in symbols(many(World(pack), 70, gap=20 * SECOND))


def test_the_order_is_the_packs():
    text = (
        builtin_pack_text("cn").replace('"own_list",\n', "").replace('"restriction",\n', '"own_list", "restriction",\n')
    )
    world = World(load_pack(text, "x"))
    world.state(
        Listed(CALLEE, CALLER, CALLER, ListVerdict.ALLOW),
        Restricted("R", Target.NUMBER, Rung.BARRED, "x", 0, number=CALLER),
    )
    assert world.call().decided_by == "OWN_ALLOW"


def test_a_check_that_fails_is_marked_and_the_others_go_on(world, monkeypatch):
    def broken(_case):
        raise ZeroDivisionError

    monkeypatch.setitem(LOOKS, "restriction", broken)
    other = World()
    other.state(Restricted("R", Target.NUMBER, Rung.BARRED, "x", 0, number=CALLEE))
    decision = other.call(caller=0, withheld=True)
    assert decision.marks == ("check-failed:restriction",)
    assert symbols(decision) == ["WITHHELD"]


def test_failing_open_is_marked(world):
    decision = world.engine.fail_open(world.call().call, "store-away")
    assert (decision.action, decision.marks) == (Action.ALLOW, ("fail-open", "store-away"))


ACTS = st.one_of(
    st.builds(lambda c, e: ("call", c, e), st.sampled_from([CALLER, CENTRE, FIXED, 0, 86110]), st.integers(0, 3)),
    st.builds(lambda e, t: ("end", e, t), st.integers(0, 3), st.floats(0, 100)),
    st.sampled_from(
        [
            ConsentGranted("H", CALLEE, "insurance"),
            ConsentWithdrawn("H", CALLEE),
            Refused(CALLEE, holder="H"),
            Refused(CALLEE, caller=CALLER),
            Listed(CALLEE, CALLER, CALLER, ListVerdict.BLOCK),
            Listed(CALLEE, CALLER, CALLER, ListVerdict.NONE),
            Restricted("R", Target.NUMBER, Rung.BARRED, "x", NOON, number=FIXED),
            Lifted("R", "x"),
            Labelled(CALLER, "loans", 9, 12.0, 20.0, NOON, NOON + 9 * DAY),
            NumbersReleased("r1"),
        ]
    ),
    st.integers(1, HOUR),
)


@given(st.lists(ACTS, max_size=40))
@settings(max_examples=60, deadline=None)
def test_whatever_happens_sums_add_up_replay_agrees_and_views_equal_a_rebuild(acts):
    def tell(world):
        decisions = []
        for act in acts:
            if isinstance(act, int):
                world.move(act)
            elif isinstance(act, tuple) and act[0] == "call":
                decisions.append(
                    world.call(caller=act[1], callee=CALLEE + act[2], trunk="t1" if act[1] == CENTRE else "")
                )
            elif isinstance(act, tuple):
                world.end(callee=CALLEE + act[1], talk=act[2])
            else:
                world.state(act)
        return decisions

    world, again = World(), World()
    centre(world)
    centre(again)
    decisions = tell(world)
    assert decisions == tell(again)
    for decision in decisions:
        assert decision.total == math.fsum(charge.points for charge in decision.charges)
        for charge in decision.charges:
            assert set(charge.evidence) == set(EVIDENCE[charge.symbol])
        if decision.decided_by == "total":
            assert decision.answer is world.pack.action_for(decision.total).answer
        else:
            assert decision.answer is not Answer.NETWORK_BLOCKED
        assert decision.not_applicable & ~decision.looked == 0
    rebuilt = type(world.engine.views)()
    for entry in [entry for entry in world.entries for _ in range(2)]:
        rebuilt.apply(entry)
    assert rebuilt.fingerprint() == world.engine.views.fingerprint()


LOW = builtin_pack_text("cn")
for _limit, _value in (("burst_1m", 2), ("frequency_1h", 4), ("bombing_5m", 3)):
    LOW = re.sub(rf"(\n{_limit} = {{ value = )[0-9.]+", rf"\g<1>{_value}", LOW)
LOW = re.sub(r"min_sample = [0-9]+", "min_sample = 2", LOW)
CALLS = st.builds(
    lambda caller, callee, trunk, signed: ("call", caller, callee, trunk, signed),
    st.sampled_from([CALLER, CENTRE, FIXED, 0, 86110, 864001234567, 8612012345678, 12025550123]),
    st.sampled_from([CALLEE, CALLEE + 1, CALLER, 86110, 869555, 0]),
    st.sampled_from(["", "t1", "abroad", "unknown"]),
    st.sampled_from(Attestation),
)
BEFORE = st.one_of(
    CALLS,
    ACTS,
    st.sampled_from(
        [
            Wished(CALLEE, refuse=("loans",), refuse_withheld=True),
            Restricted("T", Target.TRUNK, Rung.BARRED, "x", 0, name="abroad"),
            Restricted("H", Target.HOLDER, Rung.BARRED, "x", 0, name="H"),
            Restricted("C", Target.NUMBER, Rung.BARRED, "x", 0, number=CALLEE),
        ]
    ),
)


@given(st.lists(BEFORE, max_size=30), CALLS)
@settings(max_examples=150, deadline=None)
def test_what_a_check_says_at_a_glance_is_what_it_would_see_by_looking(before, asked):
    world = World(load_pack(LOW, "low"))
    centre(world)
    for act in before:
        if isinstance(act, int):
            world.move(act)
        elif not isinstance(act, tuple):
            world.state(act)
        elif act[0] == "end":
            world.end(callee=CALLEE + act[1], talk=act[2])
        else:
            _, caller, callee, *more = act
            settings = dict(zip(("trunk", "attestation"), more, strict=False))
            world.call(caller=caller, callee=callee, **settings)
    _, caller, callee, trunk, signed = asked
    for text in ("", "000"):
        call = Call("c", world.now, caller, callee, text, trunk=trunk, attestation=signed)
        engine = world.engine
        case = Case(call, engine.views, engine.traffic, engine.pack, Limits(engine.pack), Traits(engine.pack.country))
        for name, glance in GLANCES.items():
            said = glance(case.outline, engine.pack)
            if said is not Glance.LOOK:
                assert LOOKS[name](case) == (None if said is Glance.NOT_APPLICABLE else ()), name


def test_a_decision_survives_the_record(world):
    from clearbell.records.journal_codec import decode_decision, encode_decision

    decision = many(world, 70, gap=10 * SECOND)
    assert decision.charges
    assert decode_decision(encode_decision(decision)) == decision
    with pytest.raises(msgspec.DecodeError):
        decode_decision(b"\xc1")


def test_the_default_pack_lets_a_busy_courier_ring():
    world = World()
    decision = None
    for n in range(80):
        decision = world.call(caller=8615900000001, callee=CALLEE + n)
        world.end(caller=8615900000001, callee=CALLEE + n, talk=25)
        world.move(70 * SECOND)
    assert decision.action is not Action.REJECT
    assert builtin_pack("cn").version == decision.policy
