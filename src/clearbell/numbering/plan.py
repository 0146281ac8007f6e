"""The plan data: read once from its table, checked, and laid out for fast look-up."""

from __future__ import annotations

import datetime
import functools
import importlib.resources
import tomllib

import msgspec

from clearbell.numbering.model import FirstCarrier, NumberClass


class PlanError(Exception):
    """The numbering table cannot be used. 号码规划表无法使用。"""


class _Range(msgspec.Struct, forbid_unknown_fields=True):
    prefixes: list[str]
    source: str
    sure: str
    carrier: str = ""


class _Numbers(msgspec.Struct, forbid_unknown_fields=True):
    numbers: list[str]
    source: str
    sure: str


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    version: str
    effective: datetime.date
    mobile: list[_Range]
    iot: list[_Range]
    resale: list[_Range]
    satellite: list[_Range]
    emergency: _Numbers
    carriers_own: _Numbers
    toll_400: list[_Range]
    areas: dict[str, tuple[str, str]]


class Plan(msgspec.Struct, frozen=True):
    """The plan, laid out: prefixes to classes and first carriers, exact numbers, areas."""

    version: str
    mobile: dict[str, tuple[NumberClass, FirstCarrier | None]]
    """Prefixes of 3 or 4 digits of 11-digit numbers; the longer one wins."""
    emergency: frozenset[str]
    carriers_own: frozenset[str]
    toll_400: dict[str, FirstCarrier | None]
    areas: dict[str, tuple[str, str]]


def read_plan(text: str, file: str) -> Plan:
    """Check and lay out a plan table. Raises :class:`PlanError` naming file, key and what to do."""
    try:
        table = msgspec.convert(tomllib.loads(text), _Table)
    except tomllib.TOMLDecodeError as error:
        message = f"{file}: not valid TOML: {error}"
        raise PlanError(message) from error
    except msgspec.ValidationError as error:
        message = f"{file}: {error}; compare with the table that ships with Clearbell"
        raise PlanError(message) from error
    mobile: dict[str, tuple[NumberClass, FirstCarrier | None]] = {}
    for number_class, ranges in (
        (NumberClass.MOBILE, table.mobile),
        (NumberClass.IOT, table.iot),
        (NumberClass.RESALE, table.resale),
        (NumberClass.SATELLITE, table.satellite),
    ):
        portable = number_class is NumberClass.MOBILE
        for one in ranges:
            carrier = FirstCarrier(one.carrier, portable) if one.carrier else None
            for prefix in one.prefixes:
                if not prefix.isdigit() or prefix in mobile:
                    message = (
                        f"{file}: {number_class.value}: prefix {prefix!r} is no digits or stands twice; remove one"
                    )
                    raise PlanError(message)
                mobile[prefix] = (number_class, carrier)
    toll = {
        prefix: FirstCarrier(one.carrier, portable=False) if one.carrier else None
        for one in table.toll_400
        for prefix in one.prefixes
    }
    return Plan(
        version=table.version,
        mobile=mobile,
        emergency=frozenset(table.emergency.numbers),
        carriers_own=frozenset(table.carriers_own.numbers),
        toll_400=toll,
        areas=table.areas,
    )


@functools.cache
def china() -> Plan:
    """The plan of China that ships with Clearbell."""
    file = importlib.resources.files("clearbell.numbering") / "plans" / "cn.toml"
    return read_plan(file.read_text(encoding="utf-8"), "plans/cn.toml")
