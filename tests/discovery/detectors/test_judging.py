"""A detector hits, does not, or does not apply; it takes several signs together, and the pack decides how strong."""

import msgspec
import pytest

from clearbell.discovery.detectors import DETECTORS
from clearbell.discovery.detectors.asking import Asking
from clearbell.discovery.detectors.model import STANDING, Level, Subject
from clearbell.discovery.detectors.standing import Standing
from clearbell.discovery.features import FEATURES, UnitKind
from clearbell.discovery.findings.wording import NAMES, feature_text, sentence
from clearbell.policy.detectors import DETECTOR_LIMITS
from clearbell.policy.pack import builtin_pack, builtin_pack_text, load_pack
from clearbell.policy.problems import PackError
from clearbell.records.lake import Lake
from discovery.detectors.rows import COURIER, NOBODY, PEST, features, held

DAY = 20_500
RULES = builtin_pack("cn").detectors
NUMBER = 8613812345678


def ask(tmp_path, *rows, standing=NOBODY, rules=RULES):
    asking = Asking(features(*rows), Lake(tmp_path / "lake", 480), DAY, standing, rules)
    return asking.all(lambda _done, _total: None)


def found(looked):
    return {(name, hit.unit, hit.level) for name, one in looked.items() for hit in one.hits}


def caller(values, number=NUMBER):
    return [("caller", number, window, values) for window in (1, 7)]


def test_the_pack_and_the_detectors_name_the_same_limits():
    assert {one.name: one.limits for one in DETECTORS} == DETECTOR_LIMITS
    assert set(NAMES) == set(DETECTOR_LIMITS)


def test_every_detector_has_words_for_all_its_evidence_in_both_languages():
    for one in DETECTORS:
        evidence = dict.fromkeys(one.evidence, 0.5)
        for language in ("zh", "en"):
            assert "—" not in sentence(one.name, 7, evidence, language), one.name
            for feature in one.evidence:
                assert feature_text(feature, language) != feature, feature


def test_detectors_read_only_features_that_their_kind_of_unit_has():
    columns = {kind: {f.name for f in FEATURES if kind in f.kinds} for kind in UnitKind}
    made = {
        "in_share",
        "repeat_share",
        "attempts_per_number",
        "in_per_caller",
        "unconsented_share",
        "booked_repeats",
        "numbers_per_line",
    }
    for one in DETECTORS:
        if one.subject is not Subject.GROUP:
            assert set(one.evidence) - made <= columns[UnitKind(one.subject.value)], one.name
        assert set(one.where) <= set(STANDING)


def test_a_stranger_nobody_wants_to_talk_to_is_found(tmp_path):
    looked = ask(tmp_path, *caller(PEST))
    names = {name for name, _, level in found(looked) if level is Level.CRITICAL}
    assert {"high_frequency", "cold_calling"} <= names
    hit = looked["high_frequency"].hits[0]
    assert hit.evidence["attempts"] == 300
    assert hit.limits["answer_share"] >= hit.evidence["answer_share"]


def test_a_courier_who_calls_as_many_strangers_as_briefly_is_left_alone(tmp_path):
    assert not found(ask(tmp_path, *caller(COURIER)))


@pytest.mark.parametrize(
    "change",
    [
        {"answer_share": 0.9},
        {"in_attempts": 90},
        {"callee_hangup_share": 0.2},
        {"talk_mean_s": 120.0, "short_share": 0.0, "refused_share": 0.0},
    ],
)
def test_no_single_count_condemns(tmp_path, change):
    assert not [one for one in found(ask(tmp_path, *caller(PEST | change))) if one[2] is Level.CRITICAL]


def test_a_detector_does_not_apply_to_a_few_calls(tmp_path):
    looked = ask(tmp_path, *caller(PEST | {"attempts": 12, "answered": 3, "gaps": 11}))
    assert not found(looked)
    assert looked["cold_calling"].not_applicable == 1
    assert looked["cold_calling"].clear == 0


def test_a_feature_that_is_not_known_shows_nothing(tmp_path):
    assert not found(ask(tmp_path, *caller(PEST | {"answer_share": None, "callee_hangup_share": None})))


def test_a_level_or_a_whole_detector_may_be_off(tmp_path):
    rule = RULES["cold_calling"]
    quiet = {"cold_calling": msgspec.structs.replace(rule, critical=None)}
    assert ("cold_calling", str(NUMBER), Level.WARNING) in found(ask(tmp_path, *caller(PEST), rules=RULES | quiet))
    off = {"cold_calling": msgspec.structs.replace(rule, critical=None, warning=None)}
    looked = ask(tmp_path, *caller(PEST), rules=RULES | off)
    assert looked["cold_calling"].off
    assert not looked["cold_calling"].hits


def test_who_is_registered_is_judged_by_what_for(tmp_path):
    row = ("holder", "seller", 7, PEST | {"callers": 2})
    service = Standing(held([NUMBER], "seller", "service"), lambda _h, _c: 0, {})
    assert {name for name, _, _ in found(ask(tmp_path, row, *caller(PEST), standing=service))} == {"purpose"}
    commercial = Standing(held([NUMBER], "seller", "commercial"), lambda _h, _c: 0, {})
    assert not found(ask(tmp_path, row, *caller(PEST), standing=commercial))


def test_a_number_that_may_only_take_calls_may_not_make_them(tmp_path):
    standing = Standing(held([NUMBER], "shop", "service", inbound_only=True), lambda _h, _c: 0, {})
    rows = caller(COURIER | {"attempts": 25})
    assert ("inbound_only", str(NUMBER), Level.CRITICAL) in found(ask(tmp_path, *rows, standing=standing))
    toll = 864001234567
    assert ("inbound_only", str(toll), Level.CRITICAL) in found(ask(tmp_path, *caller(COURIER, toll)))


def test_a_holder_with_many_numbers_and_few_calls_each_is_found_as_a_holder(tmp_path):
    numbers = [8657187000000 + n for n in range(40)]
    standing = Standing(held(numbers, "rotator", "service"), lambda _h, _c: 0, {})
    row = ("holder", "rotator", 7, PEST | {"callers": 40, "attempts": 400, "peak_concurrency": 4})
    assert ("rotation", "rotator", Level.CRITICAL) in found(ask(tmp_path, row, standing=standing))
    many_lines = ("holder", "rotator", 7, row[3] | {"peak_concurrency": 38})
    assert not ask(tmp_path, many_lines, standing=standing)["rotation"].hits


@pytest.mark.parametrize(
    ("name", "window", "kind", "unit", "values"),
    [
        ("sequential", 7, "caller", NUMBER, PEST | {"sequential_share": 0.6, "failed_share": 0.3}),
        ("one_ring", 1, "caller", 23276000001, PEST | {"one_ring_share": 0.8, "answer_share": 0.03}),
        ("neighbour_spoofing", 1, "trunk", "transit-1", PEST | {"neighbour_share": 0.4, "callers": 200}),
        ("foreign_home", 7, "caller", NUMBER, PEST | {"foreign_home_share": 1.0}),
        ("silent_calls", 7, "caller", NUMBER, PEST | {"silent_share": 0.4}),
        ("out_of_hours", 7, "caller", NUMBER, PEST | {"out_of_hours_share": 0.5}),
        ("pestering", 7, "caller", NUMBER, PEST | {"callee_day_max": 9, "callee_share": 0.1}),
        ("burst", 1, "caller", NUMBER, PEST | {"attempts_hour_max": 200, "peak_concurrency": 20}),
        (
            "bombed", 1, "callee", NUMBER,
            {"in_attempts": 200, "in_answered": 40, "in_answer_share": 0.2, "in_callers": 20, "in_hour_max": 90,
             "in_callers_hour_max": 18},
        ),
    ],
)  # fmt: skip
def test_each_detector_finds_its_own_kind(tmp_path, name, window, kind, unit, values):
    looked = ask(tmp_path, (kind, unit, window, values))
    assert (name, str(unit), Level.CRITICAL) in found(looked)


def test_who_roams_calls_friends_and_is_no_forger(tmp_path):
    roamer = {"foreign_home_share": 1.0, "mutual_share": 0.4, "in_attempts": 200, "answer_share": 0.7}
    looked = ask(tmp_path, *caller(PEST | roamer))
    assert not looked["foreign_home"].hits


def test_a_pack_that_names_a_wrong_limit_is_refused_with_its_place():
    text = builtin_pack_text("cn").replace("one_ring_share = 0.55", "one_ring_shre = 0.55", 1)
    with pytest.raises(PackError) as refused:
        load_pack(text, "cn.toml")
    told = refused.value.text("en")
    assert (
        "detectors.one_ring.critical.one_ring_shre: the detector does not read it; did you mean `one_ring_share`?"
        in told
    )
    assert "`one_ring_share` is missing" in told
