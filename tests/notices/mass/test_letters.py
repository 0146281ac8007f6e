"""Mail and webhooks of a mass notice: each recipient once, by a key that stays the same."""

from __future__ import annotations

import http.server
import threading
from collections import Counter

import pytest
from aiosmtpd.controller import Controller

from clearbell.notices.mass.lanes import Sending
from clearbell.notices.mass.letter_lane import LetterLane, key_of
from clearbell.notices.mass.model import Outcome
from clearbell.notices.mass.queries import counts_of, mass_of, outcomes, reasons_of
from clearbell.notices.mass.sender import MassSender
from clearbell.notices.mass.sending import Doubtful, do_begin, do_claim, opted_out
from clearbell.notices.model import Channel
from clearbell.notices.settings import MailSettings, WebhookSettings
from clearbell.notices.transports.letters import MailPost, WebhookPost
from clearbell.notices.transports.mail import MailTransport
from clearbell.notices.transports.webhook import NOTICE, WebhookTransport
from clearbell.policy.model import Window
from clearbell.policy.pack import builtin_pack

pytestmark = pytest.mark.process

RULES = builtin_pack("cn").mass_notices
ALWAYS = Window(0, 1440, "", "ours")
MAILS = [f"p{n:02}@example.net" for n in range(20)]


def send(mass, number, *lanes, again=frozenset({Channel.WEBHOOK})):
    sending = Sending(mass.store, number, "t", RULES, ALWAYS, 480, opted_out)
    MassSender(sending, lanes, Doubtful(again), "me").run(threading.Event(), lambda _counts: None, 0)


def result(mass, number):
    with mass.store.read() as conn:
        return counts_of(conn, number), mass_of(conn, number).state


class Relay:
    """A mail relay that keeps what it takes, and breaks off when it is told to."""

    def __init__(self):
        self.names = Counter()
        self.connections = 0
        self.answer = lambda _to: "250 OK"
        self.break_after_data = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802 aiosmtpd calls it so
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        envelope.rcpt_tos.append(address)
        return self.answer(address)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        line = next(line for line in envelope.content.splitlines() if line.startswith(b"Message-ID"))
        self.names[(envelope.rcpt_tos[0], line.split(b" ")[1].decode())] += 1
        if self.break_after_data:
            self.break_after_data -= 1
            server.transport.abort()
        return "250 OK"


@pytest.fixture
def relay(free_port):
    handler = Relay()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings = MailSettings(host="127.0.0.1", port=controller.port, security="none", sender="bell@example.org")
    handler.lane = lambda **more: LetterLane(MailPost(MailTransport(settings, "")), 500, **{"again": False, **more})
    yield handler
    controller.stop()


def test_each_gets_one_mail_under_its_key_over_one_connection(mass, relay):
    number = mass.started(MAILS, Channel.MAIL)
    send(mass, number, relay.lane())
    assert result(mass, number) == ({Outcome.ACCEPTED: 20}, "finished")
    assert relay.names == {(to, f"<{key_of(number, to)}@example.org>"): 1 for to in MAILS}
    assert relay.connections == 1


def test_what_the_relay_refuses_for_good_has_its_words_as_reason_and_keeps_nobody_up(mass, relay):
    relay.answer = lambda to: "550 no such user" if to == MAILS[3] else "250 OK"
    number = mass.started(MAILS, Channel.MAIL)
    send(mass, number, relay.lane())
    assert result(mass, number)[0] == {Outcome.ACCEPTED: 19, Outcome.FAILED: 1}
    with mass.store.read() as conn:
        assert reasons_of(conn, number) == [(Outcome.FAILED, "SMTP 550 no such user", 1)]


def test_a_mail_whose_answer_was_lost_is_not_sent_again(mass, relay):
    relay.break_after_data = 1
    number = mass.started(MAILS, Channel.MAIL)
    send(mass, number, relay.lane())
    assert result(mass, number)[0] == {Outcome.ACCEPTED: 19, Outcome.DOUBT: 1}
    assert set(relay.names.values()) == {1}


def test_where_the_pack_says_again_it_goes_again_under_the_same_name(mass, relay):
    relay.break_after_data = 1
    number = mass.started(MAILS, Channel.MAIL)
    send(mass, number, relay.lane(again=True))
    assert result(mass, number)[0] == {Outcome.ACCEPTED: 20}
    assert sorted(relay.names.values()) == [1] * 19 + [2]
    assert len(relay.names) == 20


class Receiver:
    """Takes each key once, and answers the first request of each with the next status."""

    def __init__(self):
        self.seen = Counter()
        self.statuses = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                receiver.seen[(self.path, self.headers[NOTICE])] += 1
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def urls(self, count):
        return [f"http://127.0.0.1:{self.server.server_port}/{n}" for n in range(count)]

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.stop()


def webhooks(mass):
    settings = WebhookSettings(secret_file="-")
    return LetterLane(WebhookPost(WebhookTransport(settings, b"k", now=mass.clock.now)), 500, again=True)


def test_a_webhook_that_answered_is_delivered_and_one_that_refused_has_its_status(mass, receiver):
    receiver.statuses = [200, 410]
    number = mass.started(receiver.urls(4), Channel.WEBHOOK)
    send(mass, number, webhooks(mass))
    assert result(mass, number) == ({Outcome.DELIVERED: 3, Outcome.FAILED: 1}, "finished")
    assert set(receiver.seen.values()) == {1}


def test_what_a_killed_sender_had_claimed_goes_again_under_the_same_key(mass, receiver):
    number = mass.started(receiver.urls(4), Channel.WEBHOOK)
    with mass.store.act("t") as act:
        do_begin(act, number, "gone", "me", act.at + 1)
        do_claim(act, number, [Channel.WEBHOOK], "", 2, {"zh": 1})
    send(mass, number, webhooks(mass))
    assert result(mass, number)[0] == {Outcome.DELIVERED: 4}
    assert {key for _, key in receiver.seen} == {key_of(number, url) for url in receiver.urls(4)}


def test_a_mail_that_a_killed_sender_had_claimed_is_in_doubt(mass, relay):
    number = mass.started(MAILS, Channel.MAIL)
    with mass.store.act("t") as act:
        do_begin(act, number, "gone", "me", act.at + 1)
        do_claim(act, number, [Channel.MAIL], "", 1, {"zh": 1})
    send(mass, number, relay.lane())
    assert result(mass, number)[0] == {Outcome.ACCEPTED: 19, Outcome.DOUBT: 1}
    with mass.store.read() as conn:
        [doubtful] = [row for row in outcomes(conn, number) if row.outcome == Outcome.DOUBT]
    assert (doubtful.recipient, doubtful.reason) == (MAILS[0], "the sender was killed before an answer was kept")
    assert sum(relay.names.values()) == 19
