"""Signed webhooks to a real receiver: keys that are changed, retries, and answers that come twice."""

from __future__ import annotations

import http.server
import itertools
import json
import threading

import pytest
from litestar.testing import TestClient
from tests.web.world import ServedWorld

from clearbell.enforcement.adapters.webhook import WebhookAdapter
from clearbell.enforcement.model import How
from clearbell.enforcement.settings import WebhookTarget, keys_of
from clearbell.notices.transports.webhook import SIGNATURE, TIME, is_signed, sign
from clearbell.web.app import create_app
from clearbell.web.enforcement import Signing

from .conftest import RULES, THEIRS

OLD, NEW = b"the key of last year", b"the key of this year"


class Receiver:
    """A carrier's receiver, which knows some keys, and answers as it is told."""

    def __init__(self, clock):
        self.keys = (OLD,)
        self.status = 200
        self.acknowledges = True
        self.posts = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                head = (self.headers[TIME], self.headers[SIGNATURE])
                known = any(is_signed(key, *head, body, now=clock.now() // 1_000_000) for key in outer.keys)
                status = outer.status if known else 401
                said = json.loads(body)
                outer.posts.append((clock.now(), said["operation"], said["message"], status))
                answer = {"acknowledged": said["message"]} if outer.acknowledges and status == 200 else {}
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver(world):
    made = Receiver(world.clock)
    yield made
    made.stop()


@pytest.fixture
def keys(tmp_path):
    """File of the keys: the first signs first."""
    file = tmp_path / "keys"
    file.write_bytes(OLD + b"\n")
    return file


@pytest.fixture
def settings(receiver, keys):
    url = f"http://127.0.0.1:{receiver.server.server_address[1]}/restrictions"
    return WebhookTarget(name="hook", provider="ap2", url=url, secret_file=str(keys))


@pytest.fixture
def worker(world, settings):
    adapter = WebhookAdapter(settings, lambda: keys_of(settings, {}), now=world.clock.now)
    return world.worker(settings, adapter, (settings,))


def tell(world, worker, name):
    world.restrict(name, THEIRS)
    worker.step()
    return world.state("hook", name=name)


def test_a_key_is_changed_without_a_message_lost_on_either_side(world, worker, receiver, keys):
    assert tell(world, worker, "A") == "acknowledged"
    # We sign with both from now on; the receiver still knows the old one only.
    keys.write_bytes(NEW + b"\n" + OLD + b"\n")
    assert tell(world, worker, "B") == "acknowledged"
    receiver.keys = (OLD, NEW)
    assert tell(world, worker, "C") == "acknowledged"
    receiver.keys = (NEW,)
    assert tell(world, worker, "D") == "acknowledged"
    keys.write_bytes(NEW + b"\n")
    assert tell(world, worker, "E") == "acknowledged"
    receiver.keys = (OLD,)
    assert tell(world, worker, "F") == "failed"
    assert world.task("hook", name="F").fault == "HTTP 401"


def test_a_key_that_cannot_be_read_is_a_fault_and_the_message_waits(world, worker, keys):
    keys.rename(keys.with_suffix(".away"))
    assert tell(world, worker, "A") == "failed"
    assert "hook" in world.task("hook", name="A").fault
    keys.with_suffix(".away").rename(keys)
    world.clock.move(RULES.retry_seconds[0] * 1_000_000)
    worker.step()
    assert world.state("hook", name="A") == "acknowledged"


def test_it_is_tried_again_after_the_packs_waits_and_no_sooner(world, worker, receiver):
    receiver.status = 503
    world.restrict("A", THEIRS)
    began = world.clock.now()
    for _ in range(3000):
        worker.step()
        world.clock.move(1_000_000)
    last = RULES.retry_seconds[-1]
    tries = [at for at, *_ in receiver.posts]
    waits = [(after - before) // 1_000_000 for before, after in itertools.pairwise(tries)]
    expected = [*RULES.retry_seconds, last, last, last]
    assert waits == expected[: len(waits)]
    assert (tries[0], len(waits) >= len(RULES.retry_seconds) - 1) == (began, True)
    assert len({message for _, _, message, _ in receiver.posts}) == 1
    receiver.status = 200
    world.clock.move(last * 1_000_000)
    worker.step()
    assert world.state("hook", name="A") == "acknowledged"


@pytest.fixture
def client(world, settings, tmp_path):
    app = create_app(ServedWorld(world.store, tmp_path), signing=Signing([settings], {}))
    with TestClient(app) as client:
        yield client


def acknowledge(client, world, message, key=OLD, at=None):
    body = json.dumps({"acknowledged": message}).encode()
    seconds = world.clock.now() // 1_000_000 if at is None else at
    head = {TIME: str(seconds), SIGNATURE: sign(key, seconds, body), "Content-Type": "application/json"}
    return client.post("/v1/enforcement/hook/acknowledgements", content=body, headers=head)


def test_a_receiver_that_acknowledges_later_and_twice_has_acknowledged_once(world, worker, receiver, client):
    receiver.acknowledges = False
    assert tell(world, worker, "A") == "sent"
    message = receiver.posts[-1][2]
    first, second = acknowledge(client, world, message), acknowledge(client, world, message)
    assert (first.status_code, first.json()) == (200, {"acknowledged": message, "again": False})
    assert (second.status_code, second.json()) == (200, {"acknowledged": message, "again": True})
    [fact] = world.facts("enforcement.acknowledged")
    assert fact.how is How.SIGNED


def test_one_that_answers_and_then_acknowledges_again_has_acknowledged_once(world, worker, receiver, client):
    assert tell(world, worker, "A") == "acknowledged"
    again = acknowledge(client, world, receiver.posts[-1][2])
    assert again.json()["again"]
    assert len(world.facts("enforcement.acknowledged")) == 1
    worker.step()
    assert len(receiver.posts) == 1


def test_an_acknowledgement_is_signed_with_the_old_key_or_the_new_one_and_no_other(
    world, worker, receiver, client, keys
):
    receiver.acknowledges = False
    receiver.keys = (OLD, NEW)
    keys.write_bytes(NEW + b"\n" + OLD + b"\n")
    for name, key, good in (("A", OLD, True), ("B", NEW, True), ("C", b"a guess", False)):
        assert tell(world, worker, name) == "sent"
        reply = acknowledge(client, world, receiver.posts[-1][2], key)
        assert (reply.status_code == 200) == good, reply.text
        assert (world.state("hook", name=name) == "acknowledged") == good
    assert (reply.json()["where"], "签名" in reply.json()["zh"]) == ("signature", True)
    keys.write_bytes(NEW + b"\n")
    assert tell(world, worker, "D") == "sent"
    assert acknowledge(client, world, receiver.posts[-1][2], OLD).status_code == 422
    stale = world.clock.now() // 1_000_000 - 301
    assert acknowledge(client, world, receiver.posts[-1][2], NEW, stale).status_code == 422
    assert acknowledge(client, world, receiver.posts[-1][2], NEW).status_code == 200


def test_a_message_that_was_never_sent_and_a_target_that_there_is_not_are_refused(world, worker, receiver, client):
    receiver.acknowledges = False
    tell(world, worker, "A")
    assert acknowledge(client, world, "hook:99").status_code == 404
    other = client.post("/v1/enforcement/nobody/acknowledgements", content=b"{}")
    assert other.status_code == 422
    assert world.state("hook", name="A") == "sent"
