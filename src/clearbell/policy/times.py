"""Every time that a pack holds: each length of time, and each limit within one, found by walking the pack itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from clearbell.policy.model import Pack, Threshold, Window

_NAMED = re.compile(r"(^|_)(days?|hours?|minutes?|seconds?|ms|weeks?|months?|years?|window|times)(_|$)")
_OF_TIME = re.compile(r"\b(days?|hours?|minutes?|seconds?|weeks?|months?|years?)\b")
_SHORT = re.compile(r"_\d+[mhd]$")


class Time(msgspec.Struct, frozen=True):
    """One time of a pack."""

    path: str
    """Where it stands, such as ``ladder.rungs.barred.days``."""
    value: object
    """A number, several, or a window of the day; None: off."""
    unit: str
    """Of a table of limits; elsewhere its name says it."""


def times_of(pack: Pack) -> Iterator[Time]:
    """The times of a pack, in its order."""
    for name in pack.__struct_fields__:
        if name != "utc_offset_minutes":
            yield from _walk(getattr(pack, name), name)


def _walk(value: object, path: str) -> Iterator[Time]:
    name = path.rpartition(".")[2]
    if isinstance(value, Window):
        yield Time(path, value, "")
    elif isinstance(value, Threshold):
        if _OF_TIME.search(value.unit) or _NAMED.search(name) or _SHORT.search(name):
            yield Time(path, value.value, value.unit)
    elif isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            yield from _walk(getattr(value, field), f"{path}.{field}")
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _walk(one, f"{path}.{key}")
    elif isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
        for place, one in enumerate(value):
            yield from _walk(one, f"{path}.{place}")
    elif isinstance(value, (int, float, tuple)) and not isinstance(value, bool) and _NAMED.search(name):
        yield Time(path, value, "")
