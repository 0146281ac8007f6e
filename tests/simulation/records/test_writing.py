"""A month of finished calls in a lake: the same for the same seed, possible, and true to its own truth."""

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from clearbell.calls import DAY
from clearbell.numbering import NumberClass, class_of
from clearbell.records.lake import SCHEMA, Lake
from clearbell.simulation.records.calls import in_turn
from clearbell.simulation.records.model import Kind
from clearbell.simulation.records.profiles import LAWFUL, NUISANCE, PROFILES
from clearbell.simulation.records.writing import CONSENTS, FIRST_DAY, REFUSALS, RESOURCES, TRUTH, write_records

SMALL = 0.002


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    out = tmp_path_factory.mktemp("records") / "lake"
    *_, last = write_records(7, SMALL, out, days=4)
    return out, last


def calls_of(out):
    return Lake(out, 480).read(FIRST_DAY, FIRST_DAY + 30)


def column(table, name):
    return table.column(name).combine_chunks().to_numpy(zero_copy_only=False)


def test_the_same_seed_makes_the_same_calls_and_another_seed_others(written, tmp_path):
    out, _ = written
    list(write_records(7, SMALL, tmp_path / "again", days=4))
    list(write_records(8, SMALL, tmp_path / "other", days=4))
    assert calls_of(out).equals(calls_of(tmp_path / "again"))
    assert not calls_of(out).equals(calls_of(tmp_path / "other"))
    for name in (TRUTH, CONSENTS, REFUSALS, RESOURCES):
        assert pq.read_table(out / name).equals(pq.read_table(tmp_path / "again" / name))


def test_every_day_has_one_part_in_the_columns_of_the_lake_in_order_of_time(written):
    out, last = written
    lake = Lake(out, 480)
    assert lake.days() == [FIRST_DAY + n for n in range(4)]
    total = 0
    for day in lake.days():
        assert len(lake.parts(day)) == 1
        table = lake.read(day, day)
        assert table.schema.equals(SCHEMA)
        start = column(table, "start")
        assert (np.diff(start) >= 0).all()
        assert {lake.day_of(int(start[0])), lake.day_of(int(start[-1]))} == {day}
        total += len(table)
    assert total == last.calls


def test_calls_are_possible(written):
    table = calls_of(written[0])
    assert pc.min(table.column("ring")).as_py() >= 0
    assert pc.max(table.column("duration")).as_py() < DAY
    answered = pc.equal(table.column("disposition"), "answered")
    assert pc.min(table.filter(answered).column("duration")).as_py() > 0
    assert pc.max(table.filter(pc.invert(answered)).column("duration")).as_py() == 0
    assert len(pc.unique(table.column("id"))) == len(table)


def test_every_number_of_the_cast_is_one_that_the_plan_knows(written):
    truth = pq.read_table(written[0] / TRUTH)
    numbers = [one for one in truth.column("number").to_pylist() if one]
    assert len(set(numbers)) == len(numbers)
    assert not {class_of(one) for one in numbers} & {NumberClass.UNALLOCATED, NumberClass.NONE}


def test_every_kind_calls_and_lawful_kinds_are_most(written):
    truth = pq.read_table(written[0] / TRUTH)
    assert set(truth.column("kind").to_pylist()) == {kind.value for kind in Kind}
    callers = set(pc.unique(calls_of(written[0]).column("caller")).to_pylist())
    silent = {Kind.SPOOF_NEIGHBOUR, Kind.INBOUND_400, Kind.NOTICE}
    for kind in set(Kind) - silent:
        chosen = truth.filter(pc.equal(truth.column("kind"), kind.value))
        assert callers & set(chosen.column("number").to_pylist()) or min(chosen.column("from_day").to_pylist()) > 0


def test_no_line_has_two_calls_at_a_time():
    rng = np.random.default_rng(1)
    key = np.sort(rng.integers(0, 20, 500))
    at = rng.uniform(0, 3_600, 500)
    order = np.lexsort((at, key))
    at, lasts = at[order], rng.exponential(60, 500)
    began = in_turn(key, at, lasts)
    same = key[1:] == key[:-1]
    assert (began >= at - 1e-6).all()
    assert (began[1:] >= began[:-1] + lasts[:-1] - 1e-3)[same].all()
    assert np.isclose(began[0], at[0])


def test_the_ranges_of_lawful_and_nuisance_habits_overlap():
    for habit in ("rate", "talk", "cut_short", "regular", "called_back"):
        lows, highs = zip(*(getattr(profile, habit) for profile in LAWFUL.values()), strict=True)
        for kind, profile in NUISANCE.items():
            if kind is Kind.WANGIRI and habit == "talk":
                continue  # nobody talks to one who hangs up after one ring
            low, high = getattr(profile, habit)
            assert low <= max(highs), habit
            assert high >= min(lows), habit
    assert set(PROFILES) == set(Kind)


def test_no_one_who_refused_an_honest_call_centre_is_called_by_it_again(written):
    out, _ = written
    refused = pq.read_table(out / REFUSALS).to_pylist()
    calls = calls_of(out)
    pairs = list(zip(*(calls.column(name).to_pylist() for name in ("holder", "callee", "start")), strict=True))
    honest = {(one["holder"], one["callee"]): one["at"] for one in refused if one["holder"].startswith("call-centre")}
    assert honest
    assert not [pair for pair in pairs if (at := honest.get(pair[:2])) is not None and pair[2] // DAY > at // DAY + 1]
