"""Bodies of the API of the source side."""

from __future__ import annotations

from typing import Annotated

import msgspec

from clearbell.registry.applications.checks import Problem
from clearbell.registry.applications.model import LineClass
from clearbell.registry.contracts.model import Terms
from clearbell.web.statement_bodies import Id

_Text = Annotated[str, msgspec.Meta(max_length=2_000, pattern=r"^[^\x00]*$")]
_Officer = Annotated[
    str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f/]+$", examples=["reviewer-1"])
]


class FileBody(msgspec.Struct, forbid_unknown_fields=True):
    """An application."""

    application: Id
    line_class: LineClass
    fields: Annotated[dict[Id, _Text], msgspec.Meta(max_length=60)]
    officer: _Officer


class EditBody(msgspec.Struct, forbid_unknown_fields=True):
    """Changed fields; an empty value takes a field out."""

    fields: Annotated[dict[Id, _Text], msgspec.Meta(max_length=60)]
    officer: _Officer


class AttachBody(msgspec.Struct, forbid_unknown_fields=True):
    """A document, PDF, PNG or JPEG, as base64."""

    kind: Id
    content: str
    officer: _Officer


class OfficerBody(msgspec.Struct, forbid_unknown_fields=True):
    """Who takes the step."""

    officer: _Officer
    reason: _Text = ""
    looked: _Text = ""
    """What the officer found, where a name is on the shared blacklist."""


class ProblemsBody(msgspec.Struct):
    """How the application stands, and what holds it up."""

    state: str
    problems: list[Problem]


class ApplicationBody(msgspec.Struct):
    """An application as it stands. Times µs UTC; 0: not yet."""

    application: str
    line_class: str
    state: str
    fields: dict[str, str]
    problems: list[Problem]
    documents: list[str]
    reason: str
    filed_by: str
    reviewed_by: str
    decided_by: str
    valid_until: int
    recheck_at: int


class QueueBody(msgspec.Struct):
    """Ids of the applications that wait for a reviewer, longest waiting first."""

    waiting: list[str]


class OfferBody(msgspec.Struct, forbid_unknown_fields=True):
    """A contract put before a holder."""

    contract: Id
    holder: Id
    terms: Terms
    template: Id = "outbound"


class AcceptBody(msgspec.Struct, forbid_unknown_fields=True):
    """The holder signed the text with this digest."""

    signer: Id
    digest: Id


class ContractBody(msgspec.Struct):
    """A contract as it stands. Times µs UTC; 0: not yet."""

    contract: str
    holder: str
    template: str
    state: str
    text: str
    digest: str
    accepted: int
    ended: int


class CardBody(msgspec.Struct):
    """How the access given on one trunk is used."""

    provider: str
    name: str
    trunk: str
    resources: int
    attempts: int
    unwanted_share: float
    complaints: int
    complaints_per_10000: float
    hours_to_act: float | None
    repeat_offenders: list[str]
    unacknowledged: int = 0
    """Restrictions that the provider's switches did not acknowledge in time, on all its trunks together."""


class CardsBody(msgspec.Struct):
    """Scorecards, worst first."""

    cards: list[CardBody]
    as_of: int
    """When they were reckoned, µs UTC; 0: they were not yet."""
