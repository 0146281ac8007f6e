"""A sender of mass notices, put together from the node's configuration. It is a process of its own: no call waits for it."""

from __future__ import annotations

import socket
from pathlib import Path

from clearbell.ledger import Store
from clearbell.notices.mass.queries import mass_of
from clearbell.notices.mass.sender import MassSender
from clearbell.notices.mass.sending import reference_of
from clearbell.notices.mass.service import words_of
from clearbell.notices.mass.texts import coded
from clearbell.notices.settings import NoticesSettings
from clearbell.notices.templates import LANGUAGES
from clearbell.notices.transports.smpp_bulk import BulkWire, Text
from clearbell.policy.model import Pack
from clearbell.serving.notifying import first_line


def mass_sender(
    store: Store, pack: Pack, settings: NoticesSettings, home: Path, number: int, *, token: str
) -> MassSender:
    """Build it. Raises :class:`~clearbell.serving.config.ConfigError` and ``UnknownMassError``."""
    with store.read() as conn:
        row = mass_of(conn, number)
    texts = {}
    for language in LANGUAGES:
        text = coded(words_of(row), language, settings.sms.signature, number % 256)
        references = tuple(reference_of(number, part) for part in range(1, len(text.parts) + 1))
        texts[language] = Text(text.data_coding, text.has_header, text.parts, references)
    wire = BulkWire(
        settings.sms,
        settings.mass,
        first_line(settings.sms.password_file, "notices.sms.password_file"),
        texts,
        row.not_after,
        now=store.clock.now,
        utc_offset_minutes=pack.utc_offset_minutes,
    )
    return MassSender(
        store,
        wire,
        number,
        {language: len(text.parts) for language, text in texts.items()},
        settings.sms,
        settings.mass,
        pack.mass_notices,
        pack.hours["notices"],
        utc_offset_minutes=pack.utc_offset_minutes,
        owner=f"{socket.gethostname()}:{home.absolute()}",
        token=token,
    )
