"""Numbers are put together by how they behave; who behaves like everyone else is left out."""

import random

import pytest

from clearbell.calls import DAY, HOUR, MINUTE, SECOND
from clearbell.discovery.detectors.columns import widened, with_consents, with_refusals
from clearbell.discovery.detectors.groups import _alternation, trunk_groups, victim_groups
from clearbell.discovery.detectors.model import Subject
from clearbell.discovery.detectors.standing import Standing
from clearbell.policy.pack import builtin_pack
from clearbell.records.lake import Lake
from clearbell.records.model import CallRecord, Disposition
from discovery.detectors.rows import NOBODY, features, held

TODAY = 20_500
LIMITS = builtin_pack("cn").detectors["rotation_unknown"].critical
PEST = {"answer_share": 0.25, "callee_hangup_share": 0.85, "short_share": 0.7, "talk_mean_s": 10.0, "in_attempts": 0}
WELCOME = {"answer_share": 0.75, "callee_hangup_share": 0.4, "short_share": 0.1, "talk_mean_s": 90.0, "in_attempts": 0}


def call(n, caller, callee, trunk="local-1", holder="", at=None):
    start = TODAY * DAY - 8 * HOUR + 10 * HOUR + n * MINUTE if at is None else at
    return CallRecord(
        str(n), "t", start, caller, callee, holder, trunk, 5 * SECOND, 10 * SECOND, Disposition.ANSWERED, "callee", 16
    )


def row(number, attempts, habits):
    answered = round(attempts * habits["answer_share"])
    return (
        "caller", number, 7,
        {"attempts": attempts, "answered": answered, "callees": attempts, "callee_share": 1.0, "first_callee_share": 1.0,
         "mutual_share": 0.0, "refused_share": 0.2, **habits},
    )  # fmt: skip


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path / "lake", 480)


def groups(lake, rows):
    table = widened(features(*rows, day=TODAY), Subject.CALLER, NOBODY)
    return trunk_groups(table, lake, TODAY, 7, LIMITS).to_pylist()


def test_numbers_of_one_trunk_that_nobody_wants_are_one_group_without_their_welcome_neighbours(lake):
    pests = [8613100000000 + n for n in range(12)]
    people = [8613900000000 + n for n in range(60)]
    calls = [
        call(n * 20 + k, one, 8618000000000 + n * 100 + k) for n, one in enumerate(pests + people) for k in range(20)
    ]
    lake.append("calls", calls)
    (found,) = groups(lake, [row(one, 20, PEST) for one in pests] + [row(one, 20, WELCOME) for one in people])
    assert found["unit"] == "local-1"
    assert found["members"] == pests
    assert found["disjoint_share"] == 1.0
    assert found["answer_share"] == 0.25


def test_a_trunk_of_ordinary_people_makes_no_group(lake):
    people = [8613900000000 + n for n in range(30)]
    lake.append("calls", [call(n, one, 8618000000000 + n) for n, one in enumerate(people)])
    assert groups(lake, [row(one, 20, WELCOME) for one in people]) == []


def test_a_number_with_too_few_calls_is_not_condemned_with_the_others(lake):
    pests = [8613100000000 + n for n in range(12)]
    newcomer = 8613955555555
    lake.append("calls", [call(n, one, 8618000000000 + n) for n, one in enumerate([*pests, newcomer])])
    rows = [row(one, 20, PEST) for one in pests] + [row(newcomer, 5, WELCOME)]
    rows += [row(8613900000000 + n, 20, WELCOME) for n in range(60)]
    assert newcomer not in groups(lake, rows)[0]["members"]


def test_strict_turns_show_and_chance_does_not():
    turns = [n % 20 for n in range(400)]
    assert _alternation(turns, 20) == 1.0
    rng = random.Random(1)
    assert _alternation([rng.randrange(20) for _ in range(4_000)], 20) == pytest.approx(0.6, abs=0.08)
    used_up = [n // 20 for n in range(400)]
    assert _alternation(used_up, 20) < 0.1


def test_numbers_that_ring_one_victim_and_hardly_anyone_else_are_a_group(lake):
    victim = 8613800000001
    bombers = [8617000000000 + n for n in range(8)]
    friend, shop = 8613700000001, 8613700000002
    calls = [call(n * 10 + k, one, victim) for n, one in enumerate(bombers) for k in range(10)]
    calls += [call(900, friend, victim), call(901, friend, 8613800000009)]
    calls += [call(910 + k, shop, victim) for k in range(4)] + [
        call(930 + k, shop, 8613800000100 + k) for k in range(16)
    ]
    lake.append("calls", calls)
    rows = [row(one, 10, PEST) for one in bombers] + [row(friend, 2, WELCOME), row(shop, 20, WELCOME)]
    limits = builtin_pack("cn").detectors["bombing"].critical
    (found,) = victim_groups(features(*rows, day=TODAY), [victim], lake, TODAY, limits).to_pylist()
    assert found["unit"] == str(victim)
    assert found["members"] == bombers


def test_a_commercial_holder_is_held_to_its_consents_and_to_refusals_on_record(lake):
    holder = "centre"
    noon = TODAY * DAY + 4 * HOUR
    lake.append("calls", [call(n, 8695010001, 8618000000000 + n, holder=holder, at=noon + n) for n in range(10)])
    standing = Standing(
        held([8695010001], holder, "commercial"),
        lambda _holder, callees: sum(callee % 10 < 8 for callee in callees),
        {holder: {8618000000003: noon - 1, 8618000000004: noon + 9 * SECOND}},
    )
    rows = features(("holder", holder, 7, {"attempts": 10, "callees": 10}), day=TODAY)
    known = with_refusals(with_consents(rows, lake, TODAY, 7, standing), lake, TODAY, 7, standing).to_pylist()[0]
    assert known["unconsented_share"] == pytest.approx(0.2)
    assert known["booked_repeats"] == 1


def test_consents_are_not_asked_of_pseudonyms(lake):
    lake.append("calls", [call(n, 8695010001, -1 - n, holder="centre") for n in range(3)])
    standing = Standing(held([8695010001], "centre", "commercial"), lambda _h, _c: 0, {})
    rows = features(("holder", "centre", 7, {"attempts": 3}), day=TODAY)
    assert with_consents(rows, lake, TODAY, 7, standing).column("unconsented_share").null_count == 1
