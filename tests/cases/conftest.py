"""A store, a clock, and the shipped pack's rules for cases."""

from __future__ import annotations

import datetime
import itertools

import pytest

from clearbell.calls import HOUR
from clearbell.cases.model import Opened, Source, number_unit
from clearbell.cases.service import do_open
from clearbell.policy.deadlines import due_after
from clearbell.policy.pack import builtin_pack
from clearbell.policy.workdays import builtin_workdays
from clearbell.reports import do_file_reports
from clearbell.reports.judging import Look
from clearbell.reports.model import Match, Reported
from clearbell.reports.settings import reputation_settings
from clearbell.reports.weighing import do_weigh
from clearbell.testing import MovableClock, fresh_store

PACK = builtin_pack("cn")
RULES = PACK.cases
SETTINGS = reputation_settings(PACK)
WORKDAYS = builtin_workdays("cn")
# A Wednesday afternoon before the long holiday of October 2026.
EVE = int(datetime.datetime(2026, 9, 30, 7, tzinfo=datetime.UTC).timestamp()) * 1_000_000


def due(at, name):
    return due_after(at, name, PACK, WORKDAYS)


def names():
    """Ids of cases: c1, c2 …"""
    serial = itertools.count(1)
    return lambda: f"c{next(serial)}"


def seeded():
    """Randomness that never repeats and is the same each time."""
    serial = itertools.count(1)
    return lambda size: next(serial).to_bytes(size, "big")


@pytest.fixture
def clock():
    return MovableClock(EVE)


@pytest.fixture
def store(tmp_path, clock):
    store = fresh_store(tmp_path, clock)
    yield store
    store.close()


def opened(store, number=8613800000001, name="c1", *, words="a look", officer="opener", rules=RULES):
    with store.act("test") as act:
        return do_open(act, name, Opened(Source.OFFICER, number_unit(number), (), words), rules, due, officer=officer)


def report_matched(store, number, reporters, *, times=1, match=Match.MATCHED, category="property", tag=""):
    """File reports whose calls are found on record as ``match`` says."""
    with store.act("api") as act:
        at = act.at - HOUR
        made = [
            Reported(
                f"{number}-{one}-{turn}{tag}", "portal", number, at - turn * 1000, act.at, one, category, verified=True
            )
            for one in reporters
            for turn in range(times)
        ]
        do_file_reports(act, made, SETTINGS, records=True)
        do_weigh(act, {one.report: Look(match) for one in made}, SETTINGS)


def facts(store, kind):
    """Facts of a kind that still stand, as raw JSON."""
    return [raw for entry in store.entries(0, [kind], 10_000) for raw in entry.facts if raw is not None]
