"""The form in which a mass notice is drafted and changed."""

from __future__ import annotations

import datetime
import zoneinfo
from typing import Any

import msgspec
from sqlalchemy import Row

from clearbell.desk.mass_notices import do_take_list
from clearbell.ledger import Act
from clearbell.notices.mass.drafting import Draft
from clearbell.notices.mass.model import Audience, Source
from clearbell.notices.mass.service import audience_of, words_of
from clearbell.notices.mass.wording import SOURCES
from clearbell.notices.model import Channel
from clearbell.web.gate import Gate
from clearbell.web.mass_bodies import AudienceBody, DraftBody, RecipientBody, to_draft, to_people
from clearbell.web.officers.mass_texts import MASS
from clearbell.web.officers.page import Language, field
from clearbell.web.schemas import BadFieldError

_LIST_MOST = 200_000
_FIELDS = (
    "name", "zh", "en", "zh_subject", "en_subject", "until", "purpose", "source", "holder", "case", "campaign", "prefix",
)  # fmt: skip


def choices(gate: Gate, language: Language) -> dict[str, Any]:
    """What the form lets one choose from."""
    at = 0 if language == "zh" else 1
    sources = (Source.LIST, *(one for one in Source if one is not Source.LIST))
    purposes = gate.pack.mass_notices.purposes
    return {
        "m": MASS[language],
        "sources": [(one.value, SOURCES[one][at]) for one in sources],
        "purposes": [(name, one.zh if at == 0 else one.en) for name, one in purposes.items()],
        "channels": [(one.value, MASS[language][one.value]) for one in Channel],
    }


def values_of(data: dict[str, Any]) -> dict[str, str]:
    """What was typed."""
    values = {name: field(data, name) for name in _FIELDS}
    values["recipients"] = field(data, "recipients", _LIST_MOST)
    values["channels"] = " ".join(one.value for one in Channel if field(data, f"channel_{one.value}"))
    return values


def values_from(row: Row[Any], gate: Gate) -> dict[str, str]:
    """A draft as the form shows it, but for the list, which may be long."""
    words, audience = words_of(row), audience_of(row)
    until = datetime.datetime.fromtimestamp(row.not_after / 1e6, zoneinfo.ZoneInfo(gate.pack.timezone))
    return {
        "name": row.name,
        "purpose": row.purpose,
        "zh": words.zh,
        "en": words.en,
        "zh_subject": words.zh_subject,
        "en_subject": words.en_subject,
        "until": until.strftime("%Y-%m-%dT%H:%M"),
        "channels": row.channels,
        "source": audience.source.value,
        "holder": audience.holder,
        "case": audience.case,
        "campaign": audience.campaign,
        "prefix": ",".join(audience.prefixes),
        "recipients": "",
    }


def do_read_form(act: Act, values: dict[str, str], gate: Gate, before: Audience | None = None) -> Draft:
    """The draft that the form says, its list taken in; an empty list leaves the one ``before``.

    Raises :class:`BadFieldError`.
    """
    listed = before is not None and before.source is Source.LIST and values["source"] == Source.LIST.value
    if before is not None and listed and not values["recipients"].strip():
        kept = to_draft(_body({**values, "source": Source.SUBSCRIBERS.value}, gate), "")
        return msgspec.structs.replace(kept, audience=before)
    body = _body(values, gate)
    people = to_people(body, gate.pack.home)
    return to_draft(body, do_take_list(act, people, body.channels) if people else "")


def _body(values: dict[str, str], gate: Gate) -> DraftBody:
    try:
        local = datetime.datetime.fromisoformat(values["until"]).replace(tzinfo=zoneinfo.ZoneInfo(gate.pack.timezone))
    except ValueError:
        raise BadFieldError("not_after", MASS["zh"]["bad_time"], MASS["en"]["bad_time"]) from None
    listed = values["source"] == Source.LIST.value
    recipients = [_recipient(line.strip()) for line in values["recipients"].splitlines() if line.strip()]
    source = Source(values["source"]) if values["source"] in {one.value for one in Source} else Source.LIST
    query = AudienceBody(
        source,
        holder=values["holder"],
        prefixes=[one for one in values["prefix"].replace(",", ",").replace(" ", "").split(",") if one],
        case=values["case"],
        campaign=values["campaign"],
    )
    return DraftBody(
        name=values["name"],
        zh=values["zh"],
        en=values["en"],
        not_after=int(local.timestamp() * 1_000_000),
        zh_subject=values["zh_subject"],
        en_subject=values["en_subject"],
        purpose=values["purpose"],
        channels=[Channel(name) for name in values["channels"].split()],
        audience=None if listed else query,
        recipients=recipients if listed else [],
    )


def _recipient(text: str) -> RecipientBody:
    if "://" in text:
        return RecipientBody(webhook=text)
    return RecipientBody(mail=text) if "@" in text else RecipientBody(number=text)
