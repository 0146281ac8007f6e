"""A city whose numbers nobody has: every one stands where the numbering plan allots nothing, so that no call reaches anyone.

The city's own numbers look like those of real people, as files for detectors must. What is shown to people as an
example uses these instead. Fixed and short numbers begin with digits that no subscriber number begins with, mobile
numbers with 154, 160, 161, 163, 164, 168 or 169, which the plan gives to nobody, foreign ones with the country code 999,
which the ITU keeps unassigned (E.164, list of country codes).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import msgspec

from clearbell.calls import CallEnd
from clearbell.simulation.callers import Founding
from clearbell.simulation.city import City
from clearbell.simulation.model import Attempt, Event, Refusal, Report, Withdrawal

_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # Callers that are no persons first: theirs are few, and stand in blocks.
        (r"^86159(0{4}\d{4})$", r"86161\1"),
        (r"^86131(0{4}\d{4})$", r"86163\1"),
        (r"^86170(0{4}\d{4})$", r"86164\1"),
        (r"^86166(0{4}\d{4})$", r"86168\1"),
        (r"^86133(0{4}\d{4})$", r"86169\1"),
        (r"^86700(\d{8})$", r"86154\1"),
        (r"^861\d\d(\d{8})$", r"86160\1"),
        (r"^865718(\d{7})$", r"865710\1"),
        (r"^86955(\d+)$", r"86958\1"),
        (r"^86951(\d+)$", r"869581\1"),
        (r"^86950(\d+)$", r"869580\1"),
        (r"^86400(\d{7})$", r"864000\1"),
        (r"^232(\d+)$", r"999\1"),
    )
)


@functools.lru_cache(maxsize=1 << 16)
def nobodys(number: int) -> int:
    """The number that stands for one of the city's. Raises ``ValueError`` for one of a kind that the city has not."""
    text = str(number)
    for pattern, replacement in _RULES:
        if pattern.match(text):
            return int(pattern.sub(replacement, text))
    message = f"{number}: no rule says which number of nobody's stands for it"
    raise ValueError(message)


def founding_of_nobody(founding: Founding, mark: str) -> Founding:
    """What the registry holds, under numbers of nobody's; the names of parties begin with ``mark``."""
    replace = msgspec.structs.replace
    return Founding(
        [replace(one, name=f"{mark} {one.name}") for one in founding.parties],
        founding.holders,
        founding.trunks,
        [replace(one, first=nobodys(one.first), last=nobodys(one.last)) for one in founding.numbers],
        [replace(one, callee=nobodys(one.callee)) for one in founding.consents],
    )


def events_of_nobody(city: City, mark: str) -> Iterator[Event]:
    """What happens in a city, under numbers of nobody's; the ids of calls begin with ``mark``."""
    for event in city.events():
        yield _renumbered(event, mark)


def _renumbered(event: Event, mark: str) -> Event:
    replace = msgspec.structs.replace
    if isinstance(event, Attempt):
        call = event.call
        named = replace(call, id=mark + call.id, caller=nobodys(call.caller), callee=nobodys(call.callee))
        return replace(event, call=named)
    if isinstance(event, CallEnd):
        return replace(event, id=mark + event.id, caller=nobodys(event.caller), callee=nobodys(event.callee))
    if isinstance(event, Report):
        return replace(event, reporter=nobodys(event.reporter), number=nobodys(event.number))
    if isinstance(event, Refusal):
        return replace(event, callee=nobodys(event.callee), caller=nobodys(event.caller) if event.caller else 0)
    assert isinstance(event, Withdrawal)  # noqa: S101 - there is no other
    return replace(event, callee=nobodys(event.callee))
