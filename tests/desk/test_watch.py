"""A number used against what was approved is found in the record of decisions."""

import itertools

import msgspec

from clearbell.calls import DAY, Call
from clearbell.desk.watch import find_changed_purpose, find_misuse
from clearbell.labels import LabelSettings, publish_labels
from clearbell.policy.pack import builtin_pack
from clearbell.registry.applications.findings import findings
from clearbell.registry.model import (
    HolderRegistered,
    NumbersAssigned,
    PartyKind,
    PartyRegistered,
    Purpose,
    TrunkOpened,
)
from clearbell.registry.service import do_assign_numbers, do_open_trunk, do_register_holder, do_register_party
from clearbell.reports import ReputationSettings, do_file_reports
from clearbell.reports.model import Reported
from clearbell.screening.engine import Engine
from clearbell.screening.traffic import Traffic
from clearbell.serving.follower import load_views
from clearbell.testing import MovableClock, fresh_store
from clearbell.testing.screening import NOON

TOLL, OWN = 864001234567, 8657188880001


def test_outbound_use_and_a_foreign_trunk_are_each_found_once_a_day(tmp_path):
    store = fresh_store(tmp_path, MovableClock(NOON - DAY))
    with store.act("cli:li") as act:
        do_register_party(act, PartyRegistered("p", PartyKind.COMPANY, "Example Insurance"))
        do_register_holder(act, HolderRegistered("H", "p"))
        for trunk in ("T1", "T2"):
            do_open_trunk(act, TrunkOpened(trunk, "p"))
        do_assign_numbers(
            act,
            [
                NumbersAssigned("r1", "H", TOLL, TOLL, Purpose.SERVICE, inbound_only=True),
                NumbersAssigned("r2", "H", OWN, OWN, Purpose.SERVICE, ("T1",)),
            ],
        )
    pack = builtin_pack("cn")
    ids = itertools.count()
    engine = Engine(pack, load_views(store, None), Traffic(pack), lambda: f"d{next(ids)}")
    calls = [(TOLL, ""), (TOLL, ""), (OWN, "T1"), (OWN, "T2")]
    decisions = [
        engine.screen(Call("c", NOON + day * DAY, number, 8613900000000 + n, trunk=trunk))
        for day in (0, 1)
        for n, (number, trunk) in enumerate(calls)
    ]
    for expected in (4, 0):
        with store.act("cli:li") as act:
            assert find_misuse(act, decisions, pack.utc_offset_minutes) == expected
    with store.read() as conn:
        found = [(f.rule, f.resource, msgspec.json.decode(f.evidence)["calls"]) for f in findings(conn)]
    assert sorted(found) == [
        *[("inbound-used-outbound", "r1", 2)] * 2,
        *[("subletting", "r2", 1)] * 2,
    ]
    store.close()


def test_a_service_line_that_the_public_labels_as_selling_is_found(tmp_path):
    clock = MovableClock(NOON)
    store = fresh_store(tmp_path, clock)
    with store.act("cli:li") as act:
        do_register_party(act, PartyRegistered("p", PartyKind.COMPANY, "Example Insurance"))
        do_register_holder(act, HolderRegistered("H", "p"))
        do_assign_numbers(
            act,
            [
                NumbersAssigned("service", "H", OWN, OWN + 9, Purpose.SERVICE),
                NumbersAssigned("selling", "H", OWN + 10, OWN + 10, Purpose.COMMERCIAL),
                NumbersAssigned("quiet", "H", OWN + 11, OWN + 11, Purpose.NOTICE),
            ],
        )
        reports = [
            Reported(f"{number}-{n}", "desk", number, NOON, NOON, 8613900000000 + n, category)
            for number, category in ((OWN + 3, "insurance"), (OWN + 10, "insurance"), (OWN + 11, ""))
            for n in range(9)
        ]
        do_file_reports(act, reports, ReputationSettings())
    assert publish_labels(store, LabelSettings()).published == 3
    clock.move(1)
    for expected in (1, 0):
        with store.act("cli:li") as act:
            assert find_changed_purpose(act, 480) == expected
    with store.read() as conn:
        [found] = findings(conn)
    assert (found.rule, found.resource) == ("change-of-purpose", "service")
    assert msgspec.json.decode(found.evidence)["labelled"] == "insurance"
    store.close()
