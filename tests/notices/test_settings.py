"""Settings are checked when they are read, each fault with its key and in both languages."""

from __future__ import annotations

import pytest

from clearbell.notices.model import Channel
from clearbell.notices.settings import MailSettings, NoticesSettings, SmsSettings, WebhookSettings, problems_of

SMS = {"address": "192.0.2.1:2775", "system_id": "bell", "source": "10690001"}
MAIL = {"host": "mail.example.net", "sender": "bell@example.net"}


def test_nothing_is_on_unless_it_is_told():
    assert (NoticesSettings().on(), NoticesSettings().usable()) == (frozenset(), frozenset())
    assert problems_of(NoticesSettings()) == []


def test_what_is_on_is_what_has_an_address():
    settings = NoticesSettings(sms=SmsSettings(**SMS), webhook=WebhookSettings(secret_file="key"))
    assert settings.on() == settings.usable() == {Channel.SMS, Channel.WEBHOOK}
    assert problems_of(settings) == []


def test_with_the_folder_every_channel_is_usable_and_no_more_are_on():
    settings = NoticesSettings(outbox="folder", mail=MailSettings(**MAIL))
    assert (settings.on(), settings.usable()) == ({Channel.MAIL}, set(Channel))


@pytest.mark.parametrize(
    ("settings", "key", "en"),
    [
        (NoticesSettings(outbox="files"), "outbox", 'should be "" or "folder"'),
        (NoticesSettings(retry_seconds=()), "retry_seconds", "needs at least one wait, each above 0"),
        (NoticesSettings(sms=SmsSettings(**{**SMS, "address": "192.0.2.1"})), "sms.address", "`192.0.2.1` should be HOST:PORT"),
        (NoticesSettings(sms=SmsSettings(**{**SMS, "system_id": "x" * 16})), "sms.system_id", "needs 1 to 15 ASCII characters"),
        (NoticesSettings(sms=SmsSettings(**{**SMS, "source": ""})), "sms.source", "needs a number or name of 1 to 20 ASCII characters"),
        (NoticesSettings(sms=SmsSettings(**SMS, window=0)), "sms.window", "should be at least 1"),
        (NoticesSettings(sms=SmsSettings(**SMS, per_second=0)), "sms.per_second", "should be above 0"),
        (NoticesSettings(mail=MailSettings(**MAIL, security="ssl")), "mail.security", "should be starttls, tls or none"),
        (NoticesSettings(mail=MailSettings(**{**MAIL, "sender": "bell"})), "mail.sender", "needs a mail address"),
        (NoticesSettings(mail=MailSettings(**MAIL, security="none", username="bell")), "mail.username",
         "a password must not travel in the clear; set security"),
    ],
)  # fmt: skip
def test_each_fault_has_its_key_and_its_words(settings, key, en):
    [problem] = problems_of(settings)
    assert (problem.key, problem.en) == (key, en)
    assert problem.zh
    assert problem.zh != en
