"""A sender of mass notices, put together from the node's configuration. It is a process of its own: no call waits for it."""

from __future__ import annotations

import functools
import socket
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from clearbell.calls import HOUR
from clearbell.desk.answers import consent_gone, do_take_message
from clearbell.ledger import Store
from clearbell.notices.errors import ChannelOffError
from clearbell.notices.mass.lanes import Lane, Sending
from clearbell.notices.mass.letter_lane import LetterLane
from clearbell.notices.mass.queries import mass_of
from clearbell.notices.mass.sender import MassSender
from clearbell.notices.mass.sending import Barred, Doubtful, none_barred, opted_out, reference_of
from clearbell.notices.mass.service import audience_of, channels_of, words_of
from clearbell.notices.mass.sms_lane import SmsLane
from clearbell.notices.mass.texts import coded
from clearbell.notices.model import Channel
from clearbell.notices.service import Outbox
from clearbell.notices.settings import NoticesSettings
from clearbell.notices.templates import LANGUAGES
from clearbell.notices.transports.letters import MailPost, WebhookPost
from clearbell.notices.transports.mail import MailTransport
from clearbell.notices.transports.smpp_bulk import BulkWire, Text
from clearbell.notices.transports.webhook import WebhookTransport
from clearbell.policy.model import Pack
from clearbell.serving.notifying import first_line


def mass_sender(
    store: Store, pack: Pack, settings: NoticesSettings, outbox: Outbox, home: Path, number: int, *, token: str
) -> MassSender:
    """Build it, with a lane for each channel of the notice.

    Raises :class:`~clearbell.serving.config.ConfigError`, ``UnknownMassError`` and ``ChannelOffError``.
    """
    with store.read() as conn:
        row = mass_of(conn, number)
    for channel in channels_of(row):
        if channel not in settings.on():
            raise ChannelOffError(channel)
    rules = pack.mass_notices
    sending = Sending(
        store, number, token, rules, pack.hours["notices"], pack.utc_offset_minutes, _barred(store, pack, row)
    )
    again = {Channel.WEBHOOK} | (set(Channel) if rules.in_doubt == "again" else set())
    if settings.sms.repeats == "reference":
        again.add(Channel.SMS)
    since = store.clock.now() - int(settings.sms.repeats_hours * HOUR) if rules.in_doubt == "end" else 0
    return MassSender(
        sending,
        [_lane(store, pack, settings, outbox, row, channel, again=channel in again) for channel in channels_of(row)],
        Doubtful(frozenset(again), since),
        f"{socket.gethostname()}:{home.absolute()}",
    )


def _barred(store: Store, pack: Pack, row: Row[Any]) -> Barred:
    if pack.mass_notices.is_commercial(row.purpose):
        audience = audience_of(row)
        return functools.partial(consent_gone, holder=audience.holder, purpose=audience.purpose, now=store.clock.now)
    return none_barred if pack.mass_notices.is_mandatory(row.purpose) else opted_out


def _lane(
    store: Store,
    pack: Pack,
    settings: NoticesSettings,
    outbox: Outbox,
    row: Row[Any],
    channel: Channel,
    *,
    again: bool,
) -> Lane:
    if channel is Channel.MAIL:
        password = first_line(settings.mail.password_file, "notices.mail.password_file")
        mail = MailPost(MailTransport(settings.mail, password))
        return LetterLane(mail, settings.mail.per_second, again=again)
    if channel is Channel.WEBHOOK:
        secret = first_line(settings.webhook.secret_file, "notices.webhook.secret_file").encode()
        webhook = WebhookPost(WebhookTransport(settings.webhook, secret, now=store.clock.now))
        return LetterLane(webhook, settings.webhook.per_second, again=again)
    texts = {}
    for language in LANGUAGES:
        text = coded(words_of(row), language, settings.sms.signature, row.mass % 256)
        references = tuple(reference_of(row.mass, part) for part in range(1, len(text.parts) + 1))
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
    return SmsLane(
        wire,
        {language: len(text.parts) for language, text in texts.items()},
        settings.sms,
        settings.mass,
        again=again,
        received=functools.partial(do_take_message, rules=pack.mass_notices, outbox=outbox),
    )
