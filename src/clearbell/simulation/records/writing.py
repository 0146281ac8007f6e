"""A month of calls into a lake, and beside it what the registry, the consent book and the truth know."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from clearbell.calls import DAY, HOUR, SECOND
from clearbell.records.lake import SCHEMA, Lake
from clearbell.simulation.city import LOCAL_OFFSET_HOURS, START
from clearbell.simulation.records.calls import DISPOSITIONS, HANGUPS
from clearbell.simulation.records.cast import Cast, Group, make_cast
from clearbell.simulation.records.chance import Ints, scattered_share
from clearbell.simulation.records.day import Refusals, Rows, calls_of_day
from clearbell.simulation.records.dialling import listed_place
from clearbell.simulation.records.model import Kind, Use
from clearbell.simulation.records.numbers import mobiles

DAYS = 30
SOURCE = "simulation"
FIRST_DAY = (START + LOCAL_OFFSET_HOURS * HOUR) // DAY
"""Local day, since 1970, of the first calls: a Monday."""
TRUTH = "truth.parquet"
RESOURCES = "resources.parquet"
CONSENTS = "consents.parquet"
REFUSALS = "refusals.parquet"
TRUNKS = "trunks.parquet"


class Progress(msgspec.Struct, frozen=True):
    """How far the writing has come."""

    day: int
    """Days written."""
    calls: int


def write_records(seed: int, scale: float, out: Path, days: int = DAYS) -> Iterator[Progress]:
    """Write the lake and the tables beside it, one day in memory at a time; the same for the same arguments.

    ``scale`` 1 is about 20 million calls in 30 days.
    """
    cast = make_cast(seed, scale, days)
    lake = Lake(out, LOCAL_OFFSET_HOURS * 60)
    holders = _holders(cast)
    places: dict[Kind, int] = {}
    for place, (kind, _) in enumerate(holders):
        places.setdefault(kind, place)
    names = [name for _, name in holders]
    refusals = Refusals()
    written = 0
    for day in range(days):
        monday = datetime.date(1970, 1, 1) + datetime.timedelta(FIRST_DAY + day)
        parts = calls_of_day(cast, day, places, refusals, weekend=monday.weekday() >= 5)
        table = _table(cast, names, parts, day)
        lake.append_table(SOURCE, FIRST_DAY + day, table)
        written += len(table)
        yield Progress(day + 1, written)
    pq.write_table(_truth(cast), out / TRUTH)
    pq.write_table(_resources(cast), out / RESOURCES)
    pq.write_table(_consents(cast), out / CONSENTS)
    pq.write_table(_refused(cast, refusals), out / REFUSALS)
    pq.write_table(pa.table({"trunk": cast.trunks, "foreign": cast.foreign}), out / TRUNKS)


def _holders(cast: Cast) -> list[tuple[Kind, str]]:
    return [
        (kind, group.holder(place))
        for kind, group in cast.groups.items()
        if group.profile.holder
        for place in range(len(group))
    ]


def _table(cast: Cast, holders: list[str], parts: list[Rows], day: int) -> pa.Table:
    at = np.concatenate([one.at for one in parts])
    order = np.argsort(at, kind="stable")

    def column(name: str) -> Ints:
        return np.asarray(np.concatenate([getattr(one, name) for one in parts])[order])

    def ended(name: str) -> Ints:
        return np.asarray(np.concatenate([getattr(one.went, name) for one in parts])[order])

    def words(codes: Ints, known: list[str]) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(known, pa.string()))

    midnight = START + day * DAY
    size = len(at)
    ids = pc.binary_join_element_wise(f"s{day}", pc.cast(pa.array(np.arange(size)), pa.string()), "-")
    columns = {
        "id": ids,
        "source": words(np.zeros(size, np.int64), [SOURCE]),
        # A put-off call may begin after midnight; it counts for the day whose part it is in.
        "start": midnight + np.minimum((at[order] * SECOND).astype(np.int64), DAY - 1),
        "caller": column("caller"),
        "callee": column("callee"),
        "holder": words(column("holder") + 1, ["", *holders]),
        "trunk": words(column("trunk"), cast.trunks),
        "ring": (ended("ring") * SECOND).astype(np.int64),
        "duration": (ended("talk") * SECOND).astype(np.int64),
        "disposition": words(ended("disposition"), list(DISPOSITIONS)),
        "hangup": words(ended("hangup"), list(HANGUPS)),
        "cause": pa.array(ended("cause"), pa.int16()),
        "attestation": words(np.zeros(size, np.int64), ["none"]),
    }
    return pa.table(columns, schema=SCHEMA)


def _truth(cast: Cast) -> pa.Table:
    """One row a number: who shows it, and from which day to which it is a nuisance. Forged numbers have no row."""
    rows: dict[str, list[object]] = {
        name: [] for name in ("number", "caller", "kind", "nuisance", "from_day", "until_day", "holder", "trunk")
    }
    for kind, group in cast.groups.items():
        owner = np.repeat(np.arange(len(group)), group.sizes)
        # A forger's own number is never shown.
        forged = group.profile.use is Use.NEIGHBOUR
        rows["number"].extend([0] * len(owner) if forged else group.numbers.tolist())
        rows["caller"].extend(group.holder(place) for place in owner.tolist())
        rows["kind"].extend([kind.value] * len(owner))
        rows["nuisance"].extend([group.profile.nuisance] * len(owner))
        rows["from_day"].extend((FIRST_DAY + group.begins[owner]).tolist())
        rows["until_day"].extend((FIRST_DAY + group.until[owner]).tolist())
        rows["holder"].extend(group.holder(place) if group.profile.holder else "" for place in owner.tolist())
        rows["trunk"].extend(cast.trunks[place] for place in group.trunks[owner].tolist())
    return pa.table(rows)


def _resources(cast: Cast) -> pa.Table:
    """What numbers are registered for."""
    rows: dict[str, list[object]] = {name: [] for name in ("number", "holder", "purpose", "category", "inbound_only")}
    for group in cast.groups.values():
        if not group.profile.holder:
            continue
        owner = np.repeat(np.arange(len(group)), group.sizes)
        rows["number"].extend(group.numbers.tolist())
        rows["holder"].extend(group.holder(place) for place in owner.tolist())
        rows["purpose"].extend([group.profile.purpose] * len(owner))
        rows["category"].extend([group.profile.category] * len(owner))
        rows["inbound_only"].extend([group.profile.inbound_only] * len(owner))
    return pa.table(rows)


def _consents(cast: Cast) -> pa.Table:
    """Who consented to be called by whom, from before the first day on."""
    holders: list[str] = []
    callees = [np.zeros(0, np.int64)]
    purposes: list[str] = []
    for group in cast.groups.values():
        if not group.habits["consented"].any():
            continue
        for place in range(len(group)):
            ours = _consented(cast, group, place)
            callees.append(ours)
            holders.extend([group.holder(place)] * len(ours))
            purposes.extend([group.profile.category] * len(ours))
    return pa.table({"holder": holders, "callee": np.concatenate(callees), "purpose": purposes})


def _consented(cast: Cast, group: Group, place: int) -> Ints:
    listed = np.arange(int(group.habits["listed"][place]))
    who = np.full(len(listed), place)
    given = scattered_share(cast.seed, group.first + who, listed, 7) < group.habits["consented"][place]
    return mobiles(np.unique(listed_place(cast, group, who[given], listed[given])))


def _refused(cast: Cast, refusals: Refusals) -> pa.Table:
    rows: dict[str, list[object]] = {"holder": [], "caller": [], "callee": [], "at": []}
    for kind, who, callee, day in zip(refusals.group, refusals.who, refusals.callee, refusals.day, strict=True):
        group = cast.groups[kind]
        named = group.profile.holder
        first = group.numbers[group.offsets]
        rows["holder"].extend(group.holder(place) if named else "" for place in who.tolist())
        rows["caller"].extend([0] * len(who) if named else first[who].tolist())
        rows["callee"].extend(callee.tolist())
        rows["at"].extend([START + (day + 1) * DAY - 1] * len(who))
    return pa.table(rows)
