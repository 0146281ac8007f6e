"""The calls of a case as a vCon (draft-ietf-vcon-vcon-core), a JSON container for conversations, in its unsigned form.

The package around it is signed. Recordings are inline, so that the file stands by itself; the same recordings lie
beside it as they were kept.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from clearbell.dossier.model import Conversation, Judged, Talk

SYNTAX = "0.4.0"
"""Of the draft (its section on the ``vcon`` parameter)."""
_VENDOR = "Clearbell"
_US, _THEM = 1, 0
_ENDINGS = {"audio/wav": ".wav", "audio/ogg": ".ogg", "audio/mpeg": ".mp3"}
_DISPOSITIONS = {
    "no-answer": "no-answer",
    "busy": "busy",
    "refused": "hung-up",
    "immediate-hang-up": "hung-up",
    "not-in-service": "failed",
    "failed": "failed",
    "unreachable": "failed",
}
"""Of calls without a conversation, in the draft's words."""


def uuid8(at: int, name: str, serial: str) -> str:
    """A version 8 UUID as the draft asks: time first, then the high 62 bits of the SHA-1 of a host name.

    ``at`` µs UTC; ``serial`` keeps those of one millisecond apart.
    """
    host = int.from_bytes(hashlib.sha1(name.encode(), usedforsecurity=False).digest()[:8], "big") >> 2
    apart = int.from_bytes(hashlib.sha256(serial.encode()).digest()[:2], "big") & 0xFFF
    value = ((at // 1000) & (1 << 48) - 1) << 80 | 8 << 76 | apart << 64 | 2 << 62 | host
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def content_hash(data: bytes) -> str:
    """The digest of a file as the draft writes it."""
    return f"sha512-{_url64(hashlib.sha512(data).digest())}"


def write_vcon(talk: Conversation, beside: Mapping[str, tuple[bytes, str]]) -> bytes:
    """The container as JSON; ``beside``: files of the package that belong to it, content and media type by path.

    An attachment belongs to a dialog by the draft, so without one there is none.
    """
    them: dict[str, Any] = {}
    if talk.number:
        them["tel"] = f"tel:{talk.number}"
    if talk.name:
        them["name"] = talk.name
    dialog = [_dialog(one) for one in talk.talks]
    analysis = [one for place, call in enumerate(talk.talks) for one in _transcript(place, call)]
    analysis += [_category(one, talk.talks) for one in talk.judged]
    analysis.append(
        {
            "type": "report",
            "vendor": _VENDOR,
            "product": "case",
            "schema": "clearbell-case-story-1",
            "mediatype": "application/json",
            "body": list(talk.report),
            "encoding": "json",
            **({"dialog": list(range(len(dialog)))} if dialog else {}),
        }
    )
    container = {
        "vcon": SYNTAX,
        "uuid": talk.uuid,
        "created_at": _time(talk.created),
        "subject": talk.subject,
        "parties": [them or {"name": "?"}, {"name": "Clearbell verification line"}],
        "dialog": dialog,
        "analysis": analysis,
        "attachments": [
            {
                "purpose": "case file",
                "start": _time(talk.created),
                "party": _US,
                "dialog": 0,
                "mediatype": media,
                "filename": path,
                "content_hash": content_hash(data),
            }
            for path, (data, media) in beside.items()
            if dialog
        ],
    }
    return msgspec.json.format(msgspec.json.encode(container), indent=1) + b"\n"


def _dialog(one: Talk) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "recording",
        "start": _time(one.start),
        "duration": one.seconds,
        "parties": [_THEM, _US],
        "originator": _US,
    }
    if one.reference:
        found["message_id"] = one.reference
    if not one.digest and not one.seconds:
        return {**found, "type": "incomplete", "disposition": _DISPOSITIONS.get(one.outcome, "failed")}
    if one.audio:
        found |= {
            "filename": recording_name(one.digest, one.media),
            "mediatype": one.media,
            "body": _url64(one.audio),
            "encoding": "base64url",
            "content_hash": content_hash(one.audio),
        }
    return found


def recording_name(digest: str, media: str) -> str:
    """Name of a recording in the package."""
    return f"recordings/{digest}{_ENDINGS.get(media, '')}"


def _transcript(place: int, call: Talk) -> list[dict[str, Any]]:
    if not call.text:
        return []
    body: dict[str, Any] = {"text": call.text}
    if call.confidence is not None:
        body["confidence"] = call.confidence
    return [
        {
            "type": "transcript",
            "dialog": place,
            "vendor": _VENDOR,
            "product": "transcriber",
            "schema": "clearbell-transcript-1",
            "mediatype": "application/json",
            "body": body,
            "encoding": "json",
        }
    ]


def _category(one: Judged, talks: tuple[Talk, ...]) -> dict[str, Any]:
    heard = [place for place, call in enumerate(talks) if one.digest and call.digest == one.digest]
    return {
        "type": "category",
        "vendor": _VENDOR,
        "product": one.model or "officer",
        "schema": "clearbell-category-1",
        "mediatype": "application/json",
        "body": {
            "category": one.category,
            "confidence": one.confidence,
            "doubt": one.doubt,
            "because": list(one.spoke),
        },
        "encoding": "json",
        **({"dialog": heard[0]} if heard else {}),
    }


def _time(at: int) -> str:
    return datetime.datetime.fromtimestamp(at / 1e6, datetime.UTC).isoformat(timespec="milliseconds")


def _url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
