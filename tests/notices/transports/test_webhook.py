"""Webhooks, to a real HTTP server on this machine."""

from __future__ import annotations

import http.server
import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.notices.settings import WebhookSettings
from clearbell.notices.transports.protocol import Accepted, Message, Refused
from clearbell.notices.transports.webhook import NOTICE, SIGNATURE, TIME, WebhookTransport, is_signed, sign

SECRET = b"only we know"
NOW = 1_789_000_000


class Receiver:
    """Answers each request with the next status, the last one for ever."""

    def __init__(self):
        self.requests = []
        self.statuses = [200]
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.requests.append((self.path, dict(self.headers), body))
                status = receiver.statuses.pop(0) if len(receiver.statuses) > 1 else receiver.statuses[0]
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?a=1"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.stop()


def transport():
    return WebhookTransport(WebhookSettings(secret_file="-"), SECRET, now=lambda: NOW * 1_000_000)


def message(url, **more):
    fields = {
        "notice": "n1", "channel": "webhook", "recipient": url, "subject": "主题", "text": "已处理", "language": "zh",
        "purpose": "report", "template": "report-answered", "priority": 1, "created": 5, "not_after": 9, "attempt": 2,
    }  # fmt: skip
    return Message(**{**fields, **more})


def outcome(url):
    made = transport()
    made.send(message(url))
    return made.poll(0.1)


def test_the_receiver_can_tell_who_sent_it_and_that_nobody_changed_it(receiver):
    assert outcome(receiver.url) == [Accepted("n1", 1, 1, "n1", delivered=True)]
    [(path, headers, body)] = receiver.requests
    assert path == "/hook?a=1"
    assert json.loads(body) == {
        "notice": "n1", "purpose": "report", "template": "report-answered", "language": "zh", "subject": "主题",
        "text": "已处理", "created": 5, "attempt": 2,
    }  # fmt: skip
    assert headers[NOTICE] == "n1"
    given = headers[TIME], headers[SIGNATURE]
    assert is_signed(SECRET, *given, body, now=NOW + 300)
    assert not is_signed(SECRET, *given, body, now=NOW + 301)
    assert not is_signed(b"other", *given, body, now=NOW)
    assert not is_signed(SECRET, *given, body.replace(b"R", b"S") + b" ", now=NOW)
    assert not is_signed(SECRET, str(NOW + 1), headers[SIGNATURE], body, now=NOW)


def test_the_signature_is_the_plain_hmac_that_any_language_has():
    # printf '1789000000.{}' | openssl dgst -sha256 -hmac 'only we know'
    import hashlib
    import hmac

    assert sign(SECRET, NOW, b"{}") == "v1=" + hmac.new(SECRET, b"1789000000.{}", hashlib.sha256).hexdigest()


@given(st.text(max_size=30), st.text(max_size=80), st.binary(max_size=20))
def test_any_headers_are_judged_and_none_pass(at, signature, body):
    assert not is_signed(SECRET, at, signature, body, now=NOW)
    assert not is_signed(SECRET, str(NOW), signature, body, now=NOW)


@pytest.mark.parametrize(
    ("status", "for_good"),
    [(400, True), (404, True), (410, True), (302, True), (429, False), (408, False), (500, False), (503, False)],
)
def test_a_refusal_is_for_good_or_for_now_by_its_status(receiver, status, for_good):
    receiver.statuses = [status]
    assert outcome(receiver.url) == [Refused("n1", f"HTTP {status}", for_good=for_good)]
    # Nor is a redirect followed.
    assert len(receiver.requests) == 1


def test_nobody_there_is_for_now(free_port):
    [refused] = outcome(f"http://127.0.0.1:{free_port()}/")
    assert (refused.for_good, "refused" in refused.reason) == (False, True)


def test_a_queued_webhook_is_tried_until_it_is_taken(receiver, post):
    from clearbell.notices.model import Channel

    receiver.statuses = [500, 503, 200]
    made = post.queue(channel=Channel.WEBHOOK, recipient=receiver.url)
    dispatcher = post.dispatcher_of(transport())
    states = []
    for _ in range(3):
        dispatcher.step(0.1)
        states.append(post.state(made))
        post.store.clock.move(31_000_000)
    assert states == ["queued", "queued", "delivered"]
    assert [json.loads(body)["attempt"] for _, _, body in receiver.requests] == [1, 2, 3]
    assert len({headers[NOTICE] for _, headers, _ in receiver.requests}) == 1
