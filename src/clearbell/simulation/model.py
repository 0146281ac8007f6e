"""What happens in a city, with the truth about it."""

from __future__ import annotations

import enum

import msgspec

from clearbell.calls import Call, CallEnd


class CallerKind(enum.Enum):
    """What a caller really is. The lawful ones below the first look like nuisance to a counter."""

    PERSON = ("person", False)
    COUPLE = ("couple", False)
    """Two who quarrel and report each other."""
    CLINIC = ("clinic", False)
    COURIER = ("courier", False)
    SCHOOL = ("school", False)
    BANK = ("bank", False)
    RIDE = ("ride", False)
    CALL_CENTRE = ("call-centre", False)
    """Calls with consent; after a consent has gone its calls are unwanted all the same."""
    MARKETER = ("marketer", True)
    REGISTERED_MARKETER = ("registered-marketer", True)
    ROTATOR = ("rotator", True)
    WANGIRI = ("wangiri", True)
    BOMBER = ("bomber", True)
    DEBT = ("debt-collector", True)
    SPOOFER = ("spoofer", True)
    OUTBOUND_400 = ("outbound-400", True)

    def __init__(self, label: str, nuisance: bool) -> None:
        self.label = label
        self.nuisance = nuisance


class Attempt(msgspec.Struct, frozen=True, gc=False):
    """A call being set up, and the truth about it."""

    call: Call
    kind: CallerKind
    wanted: bool
    """Whether the callee would want it to ring; a nuisance caller's call never is."""


class Report(msgspec.Struct, frozen=True, gc=False):
    """Someone reports a number."""

    at: int
    reporter: int
    number: int
    called_at: int
    category: str
    honest: bool
    """False: a lie, a mistake or a private quarrel."""


class Refusal(msgspec.Struct, frozen=True, gc=False):
    """A subscriber tells a caller not to call again."""

    at: int
    callee: int
    caller: int
    holder: str


class Withdrawal(msgspec.Struct, frozen=True, gc=False):
    """A subscriber takes a consent back."""

    at: int
    callee: int
    holder: str


Event = Attempt | CallEnd | Report | Refusal | Withdrawal
