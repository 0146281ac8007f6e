"""A place to queue notices in, a transport that is told what to answer, and a real SMS centre."""

from __future__ import annotations

import itertools

import pytest

from clearbell.calls import HOUR
from clearbell.notices.dispatch import Dispatcher
from clearbell.notices.keys import NoticeKey
from clearbell.notices.model import Channel, Priority
from clearbell.notices.queries import notice_of
from clearbell.notices.service import Notice, Outbox, do_queue_notice
from clearbell.notices.templates import builtin_templates
from clearbell.notices.transports.protocol import Accepted
from clearbell.testing import fresh_store
from clearbell.testing.smsc_process import running_smsc

NUMBER = 8613900000002
RETRY = (5, 30)


def bytes_from(seed):
    """Randomness that repeats from run to run."""
    import random

    return random.Random(seed).randbytes


class Obedient:
    """A transport that answers as it is told; by default it takes everything over."""

    def __init__(self):
        self.sent = []
        self.events = []
        self.answer = lambda message: [Accepted(message.notice, 1, 1, f"m{len(self.sent)}")]
        self.settlings = []
        self.width = 10

    def room(self):
        return self.width

    def busy(self):
        return bool(self.events)

    def send(self, message):
        self.sent.append(message)
        self.events += self.answer(message)

    def poll(self, seconds):
        told, self.events = self.events, []
        return told

    def settled(self, event, *, kept):
        self.settlings.append((event, kept))

    def close(self):
        pass


class Post:
    """A store with an outbox and a dispatcher that is stepped by hand."""

    def __init__(self, folder, clock=None):
        self.folder = folder
        self.store = fresh_store(folder, clock)
        self.key = NoticeKey(b"k" * 32, bytes_from(7))
        self.outbox = Outbox(frozenset(Channel), builtin_templates(), self.key)
        self.transport = Obedient()
        self.received = []
        self.dispatcher = self.dispatcher_of(self.transport)
        self._serial = itertools.count(1)

    def dispatcher_of(self, transport, owner="node", received=None):
        return Dispatcher(
            self.store,
            self.outbox,
            list(Channel),
            transport,
            owner=owner,
            retry_seconds=RETRY,
            received=received or (lambda act, message: self.received.append(message)),
        )

    def notice(self, **more):
        fields = {
            "key": f"k{next(self._serial)}",
            "channel": Channel.SMS,
            "recipient": NUMBER,
            "template": "report-answered",
            "arguments": {"report": "R1", "answer": "已核实"},
            "language": "zh",
            "purpose": "report",
            "not_after": self.now + HOUR,
            "priority": Priority.NORMAL,
        }
        return Notice(**{**fields, **more})

    def queue(self, **more):
        with self.store.act("test") as act:
            return do_queue_notice(act, self.outbox, self.notice(**more))

    def row(self, notice):
        with self.store.read() as conn:
            return notice_of(conn, notice)

    def state(self, notice):
        return self.row(notice).state

    def step(self, times=1):
        for _ in range(times):
            self.dispatcher.step(0)

    def kinds(self):
        return [entry.kind for entry in self.store.entries(0)]

    @property
    def now(self):
        return self.store.clock.now()


@pytest.fixture
def post(tmp_path):
    made = Post(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def smsc():
    with running_smsc("--password", "secret") as centre:
        yield centre
