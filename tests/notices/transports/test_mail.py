"""Mail, to a real SMTP server on this machine."""

from __future__ import annotations

import email
import email.policy

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from clearbell.notices.model import Channel
from clearbell.notices.settings import MailSettings
from clearbell.notices.transports.mail import MailTransport
from clearbell.notices.transports.protocol import Accepted, Message, Refused

pytestmark = pytest.mark.process

TO = "li@example.net"


class Relay:
    """Keeps what it takes; answers recipients and data as it is told."""

    def __init__(self):
        self.mails = []
        self.at_recipient = "250 OK"
        self.at_data = "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 aiosmtpd calls it so
        if self.at_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.at_recipient

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 aiosmtpd calls it so
        if self.at_data.startswith("250"):
            self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return self.at_data


@pytest.fixture
def relay(free_port):
    handler = Relay()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    handler.port = controller.port
    yield handler
    controller.stop()


def transport(port, **more):
    return MailTransport(
        MailSettings(host="127.0.0.1", port=port, security="none", sender="bell@example.org", **more), "pw"
    )


def message(**more):
    fields = {
        "notice": "n1", "channel": "mail", "recipient": TO, "subject": "举报 R1 已处理", "text": "您的举报 R1 已处理:已核实。",
        "language": "zh", "purpose": "report", "template": "t", "priority": 1, "created": 5, "not_after": 9, "attempt": 1,
    }  # fmt: skip
    return Message(**{**fields, **more})


def outcome(made, sent=None):
    made.send(sent or message())
    return made.poll(0.5)


def test_a_chinese_mail_arrives_with_subject_text_and_marks_of_a_machine(relay):
    [accepted] = outcome(transport(relay.port))
    [(sender, recipients, content)] = relay.mails
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert (sender, recipients) == ("bell@example.org", [TO])
    assert (mail["Subject"], mail["From"], mail["To"]) == ("举报 R1 已处理", "bell@example.org", TO)
    assert mail.get_content().strip() == "您的举报 R1 已处理:已核实。"
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", "zh")
    assert mail["Date"]
    assert accepted == Accepted("n1", 1, 1, mail["Message-ID"])


def test_a_mail_sent_twice_can_be_told_as_one(relay):
    made = transport(relay.port)
    ids = {outcome(made)[0].message_id for _ in range(2)}
    assert ids == {"<n1@example.org>"}


@pytest.mark.parametrize(
    ("where", "answer", "for_good"),
    [
        ("at_recipient", "550 no such user", True), ("at_recipient", "451 later", False), ("at_data", "554 spam", True),
        ("at_data", "452 full", False),
    ],
)  # fmt: skip
def test_a_refusal_is_for_good_or_for_now_by_its_code(relay, where, answer, for_good):
    setattr(relay, where, answer)
    assert outcome(transport(relay.port)) == [Refused("n1", f"SMTP {answer}", for_good=for_good)]
    assert relay.mails == []


def test_nobody_there_is_for_now(free_port):
    [refused] = outcome(transport(free_port()))
    assert (refused.for_good, refused.reason.startswith("mail relay: ")) == (False, True)


def test_a_relay_without_encryption_gets_no_mail_when_encryption_is_asked_for(relay):
    made = MailTransport(MailSettings(host="127.0.0.1", port=relay.port, sender="bell@example.org"), "")
    [refused] = outcome(made)
    assert (refused.for_good, relay.mails) == (False, [])


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_relay_that_does_not_take_our_password_is_no_fault_of_the_message(free_port):
    handler = Relay()
    controller = Controller(
        handler, hostname="127.0.0.1", port=free_port(), auth_require_tls=False, auth_required=True,
        authenticator=lambda *_: AuthResult(success=False, handled=False),
    )  # fmt: skip
    controller.start()
    try:
        [refused] = outcome(transport(controller.port, username="bell"))
    finally:
        controller.stop()
    assert (refused.for_good, refused.reason[:8]) == (False, "SMTP 535")


def test_a_queued_mail_is_sent_and_stays_sent_since_nobody_tells_more(relay, post):
    made = post.queue(channel=Channel.MAIL, recipient=TO)
    dispatcher = post.dispatcher_of(transport(relay.port))
    dispatcher.step(0.5)
    assert post.state(made) == "sent"
    mail = email.message_from_bytes(relay.mails[0][2], policy=email.policy.default)
    assert mail["Subject"] == "举报 R1 已处理"
