"""Bodies of the API for what subscribers say."""

from __future__ import annotations

from typing import Annotated, Literal, cast

import msgspec

from clearbell.consent.asking import Reply
from clearbell.consent.evidence import EvidenceKind
from clearbell.consent.granting import MOST_A_DAY
from clearbell.consent.hours import HOURS_MOST, QuietHours, days_of, read_hours
from clearbell.consent.model import Channel, ListVerdict, Provenance
from clearbell.web.schemas import MAX_BATCH, Name, NumberKey, NumberText, Time

MAX_SCRUB = 100_000
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f]+$", examples=["H1"])]
AnyNumber = NumberText | NumberKey


class GrantBody(msgspec.Struct, forbid_unknown_fields=True):
    """A consent."""

    holder: Id
    callee: AnyNumber
    purpose: Id
    """Category code of the pack, or ``*`` for every purpose of the holder."""
    until: Time | None = None
    """End; absent: until it is withdrawn or lapses by the pack."""
    channel: Channel = Channel.API
    evidence: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")] = ""
    """SHA-256 (hex) of what proves it."""
    provenance: Provenance = Provenance.UNKNOWN
    """Where the holder got the number."""
    per_day: Annotated[int, msgspec.Meta(ge=0, le=MOST_A_DAY)] = 0


class GrantsBody(msgspec.Struct, forbid_unknown_fields=True):
    """Consents, recorded all or none."""

    consents: Annotated[list[GrantBody], msgspec.Meta(max_length=MAX_BATCH)]


class AboutBody(msgspec.Struct, forbid_unknown_fields=True):
    """One consent, by whom and what it is for."""

    holder: Id
    callee: AnyNumber
    purpose: Id = "*"
    channel: Channel = Channel.API


class AskBody(msgspec.Struct, forbid_unknown_fields=True):
    """What a subscriber is asked for: purpose, frequency and period (regime 5.6)."""

    holder: Id
    callee: AnyNumber
    purpose: Id
    channel: Channel = Channel.SMS
    per_day: Annotated[int, msgspec.Meta(ge=0, le=MOST_A_DAY)] = 0
    until: Time | None = None


class AskedBody(msgspec.Struct):
    """The ask was recorded."""

    page: str
    """Path of the page on which the subscriber agrees or refuses; put its link into the message."""


class ReplyBody(msgspec.Struct, forbid_unknown_fields=True):
    """What a subscriber wrote or pressed in reply to an ask."""

    holder: Id
    callee: AnyNumber
    purpose: Id
    text: Annotated[str, msgspec.Meta(max_length=2_000)]
    channel: Channel = Channel.SMS


class MeantBody(msgspec.Struct):
    """What a reply was taken for."""

    meant: Reply


class ReceiptBody(msgspec.Struct, forbid_unknown_fields=True):
    """Asks for a receipt of a consent in force."""

    holder: Id
    callee: AnyNumber
    purpose: Id
    link: Annotated[str, msgspec.Meta(max_length=500)] = ""
    """Address of the page that revokes, with ``CODE`` in the place of the receipt's code."""


class SignedBody(msgspec.Struct):
    """A signed receipt."""

    receipt: str
    """Compact JWS (RFC 7515) under the key at ``/v1/keys``."""


class RevokeBody(msgspec.Struct, forbid_unknown_fields=True):
    """A receipt's code."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    channel: Channel = Channel.API


class RevokedBody(msgspec.Struct):
    """Whether a consent ended by this."""

    ended: bool
    """False: it had ended before."""


class RefusalBody(msgspec.Struct, forbid_unknown_fields=True):
    """The subscriber wants no more calls: from a holder, from a number, or from whoever a decision was about."""

    callee: AnyNumber | None = None
    holder: Name = ""
    caller: AnyNumber | None = None
    decision: Name = ""
    """Id of the decision about the call in which it was said; fills in callee, caller and holder."""
    channel: Channel = Channel.CALL


class RefusedBody(msgspec.Struct):
    """Who is refused now."""

    holder: str
    by_number: bool


class EvidenceBody(msgspec.Struct, forbid_unknown_fields=True):
    """A recording or proof, as base64: PDF, PNG, JPEG or audio."""

    kind: EvidenceKind
    holder: Id
    callee: AnyNumber
    content: str
    caller: AnyNumber | None = None
    call: Name = ""


class EvidenceView(msgspec.Struct):
    """What was kept."""

    digest: str
    media: str
    size: int


class ListBody(msgspec.Struct, forbid_unknown_fields=True):
    """A line of a subscriber's own list."""

    first: AnyNumber
    verdict: ListVerdict
    last: AnyNumber | None = None


TimeOfDay = Annotated[str, msgspec.Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$", description="HH:MM.")]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class HoursBody(msgspec.Struct, forbid_unknown_fields=True):
    """Hours at which calls of a category are not wanted, local time."""

    category: Id
    """Of the pack; ``*``: every category."""
    start: TimeOfDay
    end: TimeOfDay
    """Itself not within; before ``start``: of the next day."""
    days: Annotated[list[Day], msgspec.Meta(max_length=7)] = []
    """On which the hours begin; none: every day."""

    def read(self) -> QuietHours:
        """The hours. Raises :class:`~clearbell.consent.errors.BadHoursError`."""
        days = f" {','.join(self.days)}" if self.days else ""
        [read] = read_hours(f"{self.category} {self.start}-{self.end}{days}")
        return read


def hours_bodies(text: str) -> list[HoursBody]:
    """Hours as the store has them."""
    found = []
    for one in read_hours(text):
        start, end = one.window().split("-")
        found.append(HoursBody(one.category, start, end, cast("list[Day]", days_of(one.days))))
    return found


class WishBody(msgspec.Struct, forbid_unknown_fields=True):
    """A subscriber's wishes by category and hour."""

    refuse: Annotated[list[Id], msgspec.Meta(max_length=100)] = []
    refuse_withheld: bool = False
    hours: Annotated[list[HoursBody], msgspec.Meta(max_length=HOURS_MOST)] = []
    zone: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    """Time zone of the hours, by its IANA name; none: the pack's."""


class ConsentView(msgspec.Struct):
    """A consent as it stands. Times µs UTC; 0: none."""

    holder: str
    purpose: str
    given: int
    until: int
    withdrawn: int
    channel: str
    provenance: str
    per_day: int
    evidence: str


class RefusalView(msgspec.Struct):
    """A refusal as it stands."""

    holder: str
    caller: int
    at: int


class ListView(msgspec.Struct):
    """A line of the own list."""

    first: int
    last: int
    verdict: str


class SubscriberBody(msgspec.Struct):
    """Everything a subscriber said, as it stands."""

    consents: list[ConsentView]
    refusals: list[RefusalView]
    own_list: list[ListView]
    refuse: list[str]
    refuse_withheld: bool
    hours: list[HoursBody]
    zone: str
    """Of the hours."""


class ScrubBody(msgspec.Struct, forbid_unknown_fields=True):
    """A calling list."""

    holder: Id
    purpose: Id
    callees: Annotated[list[AnyNumber], msgspec.Meta(max_length=MAX_SCRUB)]
    caller: AnyNumber | None = None
    at: Time | None = None


class ScrubbedLine(msgspec.Struct):
    """What may be done with one number."""

    may: bool
    why: str
    """Stable code."""
    until: int
    """µs UTC; 0: no end is known, or it may not be called."""
    again: int
    """From when it may be called again where only the hour keeps it from it, µs UTC; 0: nobody knows."""


class ScrubbedBody(msgspec.Struct):
    """The list's verdicts, in its order."""

    lines: list[ScrubbedLine]
