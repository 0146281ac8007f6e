"""No time of a pack is forgotten: each sets a deadline that is kept, or somebody said why it sets none."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import msgspec
import pytest

from cases.conftest import PACK
from clearbell.desk.deadlines.catalogue import EVERY, RULES, Fires, Followed, Judged, catalogue, rule_for
from clearbell.policy.deadlines import Nature, terms_of
from clearbell.policy.model import Status, Threshold
from clearbell.policy.times import times_of

# Times after which a room acts on each of very many rows: the tests that walk them.
WALKED = {
    "reports.records_wait_minutes": "desk/deadlines/test_walk.py test_a_report_that_waits_for_records",
    "mass_notices.receipt_hours": "notices/mass/test_settling.py test_what_has_no_receipt_in_time",
    "verification.recordings_days": "verification/test_service.py test_recordings_go_when_their_time_is_over",
    "verification.prints_days": "verification/test_service.py test_recordings_go_when_their_time_is_over",
    "retention.decisions_days": "serving/test_node.py test_records_past_their_time_are_removed",
    "retention.cdr_days": "records/test_privacy.py test_days_past_the_packs_time_go",
}


def forgotten(pack):
    return [line.time.path for line in catalogue(pack) if line.rule is None]


def test_every_time_of_the_pack_has_a_rule_and_every_rule_a_time():
    assert forgotten(PACK) == []
    fitting = [line.rule for line in catalogue(PACK)]
    assert [rule for rule in RULES if rule not in fitting] == []


@pytest.mark.parametrize(
    ("pack", "path"),
    [
        (
            msgspec.structs.replace(
                PACK, deadlines={**PACK.deadlines, "audit_due": Threshold(5.0, "working days", "ours", Status.OURS)}
            ),
            "deadlines.audit_due",
        ),
        (
            msgspec.structs.replace(
                PACK, campaigns={}, learning={"grace": Threshold(2.0, "weeks until it is looked at", "", Status.OURS)}
            ),
            "learning.grace",
        ),
    ],
)
def test_a_time_that_nobody_thought_of_is_found(pack, path):
    assert forgotten(pack) == [path]


def test_a_new_field_of_any_table_is_found_by_its_name():
    grown_rules = msgspec.defstruct(
        "Grown", [("reply_hours", int, 24)], bases=(type(PACK.orders),), frozen=True, kw_only=True
    )
    grown = grown_rules(**{name: getattr(PACK.orders, name) for name in PACK.orders.__struct_fields__})
    assert forgotten(msgspec.structs.replace(PACK, orders=grown)) == ["orders.reply_hours"]


def test_rules_name_what_there_is():
    kinds = {source.kind for source in EVERY}
    assert len(kinds) == len(EVERY)
    for rule in RULES:
        if isinstance(rule, Fires):
            assert set(rule.deadlines) <= kinds
            assert all(terms_of(kind).nature in (Nature.DUTY, Nature.END) for kind in rule.deadlines)
        else:
            for name in rule.where.split(", "):
                assert importlib.util.find_spec(f"clearbell.{name}"), name


def test_what_sets_no_deadline_is_no_duty_of_the_pack():
    for line in catalogue(PACK):
        if isinstance(line.rule, Judged) and line.time.path.startswith("deadlines."):
            assert terms_of(line.time.path.removeprefix("deadlines.")).nature is Nature.JUDGED


def test_the_first_rule_that_fits_holds():
    assert isinstance(rule_for("thresholds.consent_days"), Fires)
    assert isinstance(rule_for("thresholds.call_back_hours"), Judged)
    assert rule_for("nowhere.days") is None
    assert len({time.path for time in times_of(PACK)}) == len(list(times_of(PACK)))


def test_what_rooms_do_to_each_of_very_many_is_walked_in_their_own_tests():
    followed = [line.time.path for line in catalogue(PACK) if isinstance(line.rule, Followed)]
    assert set(followed) == set(WALKED)
    tests = Path(__file__).resolve().parents[2]
    for walk in WALKED.values():
        file, name = walk.split()
        assert f"def {name}" in (tests / file).read_text(encoding="utf-8"), walk
