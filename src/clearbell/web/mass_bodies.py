"""Bodies of the API of mass notices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from sqlalchemy import Connection, Row

from clearbell.desk.audiences import Preview
from clearbell.notices.errors import BadRecipientError
from clearbell.notices.mass.audience import CHANNELS, Person
from clearbell.notices.mass.counting import counts_kept
from clearbell.notices.mass.drafting import Draft
from clearbell.notices.mass.model import Audience, MassState, Outcome, Source, Words
from clearbell.notices.mass.queries import reasons_of
from clearbell.notices.mass.service import audience_of, channels_of, words_of
from clearbell.notices.mass.wording import reason_words
from clearbell.notices.model import Channel
from clearbell.notices.recipients import check_recipient, masked
from clearbell.numbering import NumberClass
from clearbell.sanctions.model import Rung
from clearbell.web.schemas import BadFieldError, Name, NumberText, Time, to_number, to_time

LIST_MOST = 100_000
Text = Annotated[str, msgspec.Meta(max_length=4_000, pattern=r"^[^\x00]*$")]
Digits = Annotated[str, msgspec.Meta(max_length=15, pattern=r"^[0-9]+$")]


class RecipientBody(msgspec.Struct, forbid_unknown_fields=True):
    """One recipient of a list: of several ways the first of the notice's channels is taken."""

    number: NumberText = ""
    mail: Annotated[str, msgspec.Meta(max_length=254)] = ""
    webhook: Annotated[str, msgspec.Meta(max_length=2_000)] = ""
    language: Annotated[str, msgspec.Meta(pattern="^(zh|en)$")] = "zh"


class AudienceBody(msgspec.Struct, forbid_unknown_fields=True):
    """Who is meant, by query; what is given narrows it."""

    source: Source = Source.SUBSCRIBERS
    holder: Name = ""
    purpose: Name = ""
    """Of the consent."""
    classes: list[NumberClass] = []
    prefixes: Annotated[list[Digits], msgspec.Meta(max_length=100)] = []
    countries: Annotated[list[Annotated[int, msgspec.Meta(ge=1, le=999)]], msgspec.Meta(max_length=100)] = []
    case: Name = ""
    campaign: Name = ""
    since: Time = 0
    until: Time = 0
    rungs: list[Rung] = []


class DraftBody(msgspec.Struct, forbid_unknown_fields=True):
    """A mass notice: what is said, to whom, until when."""

    name: Name
    zh: Text
    en: Text
    not_after: Time
    zh_subject: Name = ""
    en_subject: Name = ""
    purpose: Name = "announcement"
    channels: Annotated[list[Channel], msgspec.Meta(max_length=3)] = msgspec.field(
        default_factory=lambda: [Channel.SMS]
    )
    audience: AudienceBody | None = None
    """The query; or else ``recipients``."""
    recipients: Annotated[list[RecipientBody], msgspec.Meta(max_length=LIST_MOST)] = []
    officer: Name = ""


class MassStepBody(msgspec.Struct, forbid_unknown_fields=True):
    """Who takes the step, and why."""

    reason: Text = ""
    officer: Name = ""


class ReasonView(msgspec.Struct):
    """How many were not told, and why."""

    outcome: str
    zh: str
    en: str
    people: int


class MassView(msgspec.Struct):
    """A mass notice as it stands."""

    mass: int
    version: int
    name: str
    purpose: str
    state: MassState
    since: int
    """µs UTC: when it came to that state."""
    settled: int
    """When everyone had an end, receipts included; 0: not yet."""
    zh: str
    en: str
    zh_subject: str
    en_subject: str
    channels: list[Channel]
    audience: dict[str, Any]
    not_after: int
    hands: list[str]
    """Who drafted, changed or submitted it: none of them may approve."""
    approved_by: str
    recipients: int
    digest: str
    """SHA-256 over the audience that was approved."""
    left_out: dict[str, int]
    counts: dict[str, int]
    """Recipients by where they stand."""
    reasons: list[ReasonView]
    reason: str


class MassLine(msgspec.Struct):
    """A mass notice in a list."""

    mass: int
    name: str
    purpose: str
    state: MassState
    since: int
    not_after: int
    recipients: int
    counts: dict[str, int]


class ProgressView(msgspec.Struct):
    """How far a mass notice is."""

    state: MassState
    recipients: int
    counts: dict[str, int]
    settled: int


class PreviewView(msgspec.Struct):
    """Whom a notice would reach now."""

    count: int
    left_out: dict[str, int]
    sample: list[str]
    """Some of them, masked."""


class OutcomeView(msgspec.Struct):
    """What became of one recipient."""

    recipient: str
    channel: Channel
    outcome: str
    since: int
    ids: str
    """What the messages are called at the other side."""
    zh: str
    en: str


class OutcomesView(msgspec.Struct):
    """Recipients in order; ask again with ``after`` until it is empty."""

    outcomes: list[OutcomeView]
    after: str


def words_counts(counts: dict[Outcome, int]) -> dict[str, int]:
    """Counts under the names that answers use."""
    return {outcome.word: count for outcome, count in sorted(counts.items()) if count}


def line_view(conn: Connection, row: Row[Any]) -> MassLine:
    """The notice for a list."""
    return MassLine(
        row.mass, row.name, row.purpose, MassState(row.state), row.since, row.not_after, row.recipients,
        words_counts(counts_kept(conn, row)),
    )  # fmt: skip


def progress_view(conn: Connection, row: Row[Any]) -> ProgressView:
    """How far it is."""
    return ProgressView(MassState(row.state), row.recipients, words_counts(counts_kept(conn, row)), row.settled)


def mass_view(conn: Connection, row: Row[Any]) -> MassView:
    """The notice for whoever asks."""
    words = words_of(row)
    return MassView(
        mass=row.mass,
        version=row.version,
        name=row.name,
        purpose=row.purpose,
        state=MassState(row.state),
        since=row.since,
        settled=row.settled,
        zh=words.zh,
        en=words.en,
        zh_subject=words.zh_subject,
        en_subject=words.en_subject,
        channels=list(channels_of(row)),
        audience=msgspec.to_builtins(audience_of(row)),
        not_after=row.not_after,
        hands=row.hands.split("\n"),
        approved_by=row.approved_by,
        recipients=row.recipients,
        digest=row.digest,
        left_out=msgspec.json.decode(bytes(row.left_out)),
        counts=words_counts(counts_kept(conn, row)),
        reasons=[
            ReasonView(outcome.word, reason_words(reason, "zh"), reason_words(reason, "en"), people)
            for outcome, reason, people in reasons_of(conn, row.mass)
        ],
        reason=row.reason,
    )


def preview_view(found: Preview) -> PreviewView:
    """A preview for whoever asks."""
    return PreviewView(found.count, found.left_out, found.sample)


def outcome_view(row: Row[Any], *, whole: bool) -> OutcomeView:
    """One recipient; masked unless ``whole``."""
    channel = CHANNELS[row.channel]
    return OutcomeView(
        row.recipient if whole else masked(channel, row.recipient),
        channel,
        Outcome(row.outcome).word,
        row.since,
        row.ids,
        reason_words(row.reason, "zh"),
        reason_words(row.reason, "en"),
    )


def to_people(body: DraftBody, home: str) -> list[Person]:
    """The recipients of the body's list. Raises :class:`BadFieldError` naming the first that cannot be reached."""
    return [_person(one, place, body.channels, home) for place, one in enumerate(body.recipients)]


def _person(body: RecipientBody, place: int, channels: Sequence[Channel], home: str) -> Person:
    for channel in channels:
        text = {Channel.SMS: body.number, Channel.MAIL: body.mail, Channel.WEBHOOK: body.webhook}[channel]
        if not text:
            continue
        field = f"recipients[{place}].{'number' if channel is Channel.SMS else channel.value}"
        key = to_number(text, field, home, blank_allowed=False) if channel is Channel.SMS else text
        try:
            return Person(check_recipient(channel, key), CHANNELS.index(channel), body.language)
        except BadRecipientError as error:
            raise BadFieldError(field, error.zh, error.en) from error
    raise BadFieldError(f"recipients[{place}]", "没有可用渠道的收件人", "it names no recipient on any of the channels")


def to_draft(body: DraftBody, listed: str) -> Draft:
    """What the body drafts. Raises :class:`BadFieldError`."""
    if bool(body.recipients) == (body.audience is not None):
        raise BadFieldError(
            "audience", "请写明 audience 或 recipients,二者取一", "name an `audience` or `recipients`, one of the two"
        )
    asked = body.audience or AudienceBody(Source.LIST)
    if body.audience is not None and asked.source is Source.LIST:
        raise BadFieldError("audience.source", "名单请用 recipients 给出", "give a list as `recipients`")
    audience = Audience(
        source=asked.source,
        list=listed,
        holder=asked.holder,
        purpose=asked.purpose,
        classes=tuple(asked.classes),
        prefixes=tuple(asked.prefixes),
        countries=tuple(asked.countries),
        case=asked.case,
        campaign=asked.campaign,
        since=to_time(asked.since, 0),
        until=to_time(asked.until, 0),
        rungs=tuple(rung.value for rung in asked.rungs),
    )
    words = Words(body.zh, body.en, body.zh_subject, body.en_subject)
    return Draft(body.name, words, audience, to_time(body.not_after, 0), body.purpose, tuple(body.channels))
