"""What was heard for a case: its recordings with their picture, player and transcript, and the campaign that it is about."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlalchemy import Connection

from clearbell.cases.errors import UnknownCaseError
from clearbell.cases.evidence import Content, Recording, VerificationCall
from clearbell.cases.files import case_of, evidence_in, part_of
from clearbell.cases.model import Unit, UnitKind
from clearbell.cases.wording import OUTCOMES, content_words
from clearbell.discovery.campaigns.queries import campaign_of
from clearbell.discovery.campaigns.queries import story as chapters_of
from clearbell.discovery.reporting.drawing import graph
from clearbell.discovery.reporting.drawing import story as life
from clearbell.policy.model import Pack
from clearbell.vault import Vault, VaultError
from clearbell.verification.picture import waveform
from clearbell.verification.queries import calls_like, evidence_of
from clearbell.verification.sound import RATE, SoundError, read_wav
from clearbell.web.doors import need_session
from clearbell.web.feeds import ServedGate
from clearbell.web.officers.page import Language
from clearbell.web.officers.texts import DESK

DRAWN = 6
"""Recordings that a page draws; of the others it has the player."""
_LISTED = 50


class Sound(msgspec.Struct):
    """A recording of a case."""

    digest: str
    address: str
    at: int
    """When the call was, or when it was noted, µs UTC."""
    outcome: str
    seconds: int
    text: str
    """What was said, as a transcriber wrote it down."""
    confidence: float | None
    category: str
    svg: str
    gone: bool
    """It is past its time, or is not kept here."""


def sounds_of(conn: Connection, case: str, vault: Vault, pack: Pack, language: Language) -> list[Sound]:
    """The recordings of a case and of those merged into it, the newest first."""
    found: dict[str, Sound] = {}
    for part in part_of(conn, case):
        for row in calls_like(conn, case=part, limit=_LISTED):
            evidence = evidence_of(row)
            digest = row.heard or evidence.heard
            if digest:
                outcome = OUTCOMES[row.outcome][language] if row.outcome in OUTCOMES else row.outcome
                found[digest] = _sound(case, digest, row.started, outcome)
                found[digest].text, found[digest].confidence = evidence.text, evidence.confidence
    for one in evidence_in(conn, case):
        what = one.what
        if isinstance(what, Recording):
            found.setdefault(what.digest, _sound(case, what.digest, one.at, ""))
        elif isinstance(what, VerificationCall) and what.recording:
            outcome = OUTCOMES[what.outcome][language] if what.outcome in OUTCOMES else what.outcome
            sound = found.setdefault(what.recording, _sound(case, what.recording, one.at, outcome))
            if not sound.text:
                sound.text, sound.confidence = what.text, what.confidence
        elif isinstance(what, Content) and what.recording in found:
            found[what.recording].category = f"{content_words(what.category, pack, language)} {what.confidence:.0%}"
    sounds = sorted(found.values(), key=lambda sound: (-sound.at, sound.digest))[:_LISTED]
    for place, sound in enumerate(sounds):
        _draw(sound, vault, DESK[language]["wave_of"], whole=place < DRAWN)
    return sounds


def _sound(case: str, digest: str, at: int, outcome: str) -> Sound:
    address = f"/desk/cases/{quote(case)}/recordings/{digest}"
    return Sound(digest, address, at, outcome, 0, "", None, "", "", gone=False)


def _draw(sound: Sound, vault: Vault, label: str, *, whole: bool) -> None:
    try:
        if not whole:
            sound.gone = not vault.has(sound.digest)
            return
        samples = read_wav(vault.get(sound.digest), sound.digest)
    except (VaultError, SoundError):
        sound.gone = True
        return
    sound.seconds = round(len(samples) / RATE)
    sound.svg = waveform(samples, label.format(seconds=sound.seconds))


def campaign_pictures(conn: Connection, unit: Unit, language: Language) -> tuple[str, str]:
    """The graph of the campaign that a case is about, and its life by day; empty where it is about none that is known."""
    if unit.kind is not UnitKind.CAMPAIGN:
        return "", ""
    campaign = campaign_of(conn, unit.name)
    if campaign is None:
        return "", ""
    words = DESK[language]
    told = words["campaign_graph"].format(count=len(campaign.numbers))
    return graph(campaign, told), life(chapters_of(conn, unit.name), campaign.last_day, words["campaign_life"])


@get(
    "/desk/cases/{case:str}/recordings/{digest:str}",
    sync_to_thread=True,
    guards=[need_session],
    include_in_schema=False,
)
def recording(case: FromPath[str], digest: FromPath[str], gate: ServedGate) -> Response[bytes]:
    """A recording of the case, as it was kept."""
    with gate.store.read() as conn:
        try:
            case_of(conn, case)
        except UnknownCaseError:
            raise NotFoundException from None
        ours = digest in _digests(conn, case)
    if not ours:
        raise NotFoundException
    try:
        data = gate.vault.get(digest)
    except VaultError:
        raise NotFoundException from None
    headers = {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": f'inline; filename="{digest[:16]}.wav"',
    }
    return Response(data, media_type="audio/wav", headers=headers)


def _digests(conn: Connection, case: str) -> set[str]:
    found: set[str] = set()
    for part in part_of(conn, case):
        for row in calls_like(conn, case=part, limit=_LISTED):
            found |= {row.heard, row.said}
    for one in evidence_in(conn, case):
        what: Any = one.what
        if isinstance(what, Recording):
            found.add(what.digest)
        elif isinstance(what, VerificationCall):
            found.add(what.recording)
    return found - {""}


def sound_handlers() -> list[HTTPRouteHandler]:
    """The handler of recordings."""
    return [recording]
