"""A sender that is interrupted or killed goes on where it was; throttle and hours are held; on SQLite and PostgreSQL.

The sender is ``clearbell notices mass send``, the SMS centre a process of its own; everything is counted from what the centre says.
"""

from __future__ import annotations

import datetime
import http.server
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest
from aiosmtpd.controller import Controller

from clearbell.ledger import Store
from clearbell.ledger.verify import verify
from clearbell.notices.mass.audience import CHANNELS, Gathered, Person, approve
from clearbell.notices.mass.counting import counts_kept
from clearbell.notices.mass.drafting import Draft
from clearbell.notices.mass.model import Audience, Outcome, Source, Words
from clearbell.notices.mass.opting import opted_out_since
from clearbell.notices.mass.queries import counts_of, mass_of
from clearbell.notices.mass.service import do_draft, do_pause, do_resume, do_submit
from clearbell.notices.model import Channel
from clearbell.notices.transports.webhook import NOTICE
from clearbell.policy.pack import builtin_pack, builtin_pack_text
from clearbell.testing.smsc_process import running_smsc

pytestmark = pytest.mark.process

RULES = builtin_pack("cn").mass_notices
FIRST = 8613900000000
HOURS = '[hours.notices]\nstart = "08:00"\nend = "21:00"'
CHINA = datetime.timezone(datetime.timedelta(hours=8))


class Sending:
    """A notice that was approved, and senders of it."""

    def __init__(self, home, centre, people, url="", per_second=2000, more="", others=()):
        self.home, self.url, self.people = home, url or f"sqlite:///{home / 'clearbell.db'}", people + len(others)
        self.store = Store.open(self.url)
        self.store.create()
        with self.store.act("t") as act:
            until = act.at + 3600 * 1_000_000
            words = Words("今晚停机维护。", "Down tonight.", "停机", "Down")
            channels = tuple(dict.fromkeys([Channel.SMS, *(channel for channel, _ in others)]))
            draft = Draft("n", words, Audience(Source.LIST, list="x"), until, channels=channels)
            self.number = do_draft(act, RULES, draft, officer="li")
            do_submit(act, self.number, officer="li")
        named = [Person(str(FIRST + n)) for n in range(people)]
        named += [Person(one, CHANNELS.index(channel)) for channel, one in others]
        approve(self.store, self.number, Gathered(named, {}), officer="wang", actor="t", token="x")
        self.configure(centre.port, per_second, more)
        self.hours("00:00", "24:00")

    def configure(self, port, per_second, more):
        (self.home / "clearbell.toml").write_text(
            f"""[notices.sms]
address = "127.0.0.1:{port}"
system_id = "bell"
source = "10690001"
answer_seconds = 3.0
[notices.mass]
per_second = {per_second}.0
window = 50
batch = 100
{more}"""
        )

    def hours(self, start, end):
        text = builtin_pack_text("cn")
        assert HOURS in text
        (self.home / "pack.toml").write_text(text.replace(HOURS, f'[hours.notices]\nstart = "{start}"\nend = "{end}"'))

    def begin(self):
        words = ["notices", "mass", "send", str(self.number), "--receipts", "1", "--officer", "wang"]
        words += ["--home", str(self.home), "--pack", str(self.home / "pack.toml")]
        return subprocess.Popen(
            [sys.executable, "-m", "clearbell", *words],
            env={**os.environ, "CLEARBELL_DATABASE": self.url},
            stdout=subprocess.DEVNULL,
        )

    def until(self, wanted, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if wanted(self.counts()):
                return
            time.sleep(0.05)
        raise AssertionError(f"{self.counts()} within {seconds} s")

    def counts(self):
        with self.store.read() as conn:
            return counts_kept(conn, mass_of(conn, self.number))

    def is_opted_out(self, recipient):
        with self.store.read() as conn:
            return opted_out_since(conn, recipient) > 0

    def told(self, at_least):
        """Wait until so many were told, whatever became of them then."""
        waits = (Outcome.WAITING, Outcome.TAKEN, Outcome.POSTPONED)
        self.until(lambda counts: self.people - sum(counts[one] for one in waits) >= at_least)

    def end(self):
        sender = self.begin()
        assert sender.wait(90) == 0
        with self.store.read() as conn:
            row, counts = mass_of(conn, self.number), Counter(counts_of(conn, self.number))
            assert counts_kept(conn, row) == counts, "what is kept beside the notice is what its rows say"
        assert row.state == "finished"
        assert verify(self.store).fault is None
        self.store.close()
        return counts


def taken(centre):
    """How often the centre took a message to each."""
    return Counter(line["to"] for line in centre.events("part"))


def test_a_sender_interrupted_again_and_again_goes_on_and_leaves_nothing_in_doubt(tmp_path):
    with running_smsc() as centre:
        sending = Sending(tmp_path, centre, 2000, per_second=800)
        for share in (400, 900):
            sender = sending.begin()
            sending.told(share)
            sender.send_signal(signal.SIGINT)
            assert sender.wait(30) == 0, "an interrupted sender ends well"
            assert len(taken(centre)) < 2000
            assert sending.counts()[Outcome.TAKEN] == 0, "it lets go of what has not left"
        counts = sending.end()
        assert counts[Outcome.ACCEPTED] + counts[Outcome.DELIVERED] == 2000
        assert taken(centre) == {str(FIRST + n): 1 for n in range(2000)}


def test_on_postgresql_a_sender_killed_in_the_middle_goes_on_and_nobody_is_told_twice(tmp_path, postgresql_url):
    with running_smsc("--delay", "0.02") as centre:
        sending = Sending(tmp_path, centre, 2000, postgresql_url, per_second=800)
        for share in (400, 900):
            sender = sending.begin()
            sending.told(share)
            sender.kill()
            sender.wait()
        counts = sending.end()
        found = taken(centre)
        assert set(found.values()) == {1}, "nobody got it twice"
        told = counts[Outcome.ACCEPTED] + counts[Outcome.DELIVERED]
        assert told + counts[Outcome.DOUBT] == 2000
        assert told <= len(found)
        assert counts[Outcome.DOUBT] <= 2 * 100, "no more than a killed sender had claimed"


def test_a_pause_holds_it_at_once_and_whoever_opts_out_meanwhile_is_not_told(tmp_path):
    last = str(FIRST + 999)
    with running_smsc() as centre:
        sending = Sending(tmp_path, centre, 1000, per_second=400)
        sender = sending.begin()
        sending.told(100)
        # No node runs: the sender's own bind takes it in, and the answer that waits for a node holds nothing up.
        centre.tell("send", **{"from": last, "to": "10690001", "text": "TD"})
        sending.until(lambda _counts: sending.is_opted_out(last), 10)
        with sending.store.act("t") as act:
            do_pause(act, sending.number, "a storm", officer="wang")
        assert sender.wait(30) == 0
        assert len(taken(centre)) < 1000
        with sending.store.act("t") as act:
            do_resume(act, sending.number, officer="wang")
        counts = sending.end()
        assert counts[Outcome.EXCLUDED] == 1
        assert taken(centre) == {str(FIRST + n): 1 for n in range(999)}


def test_in_no_second_more_leave_than_the_node_may_send(tmp_path):
    with running_smsc() as centre:
        sending = Sending(tmp_path, centre, 600, per_second=250)
        began = time.monotonic()
        sending.end()
        took = time.monotonic() - began
        times = sorted(line["at"] for line in centre.events("part"))
    assert len(times) == 600
    most = max(sum(1 for at in times if start <= at < start + 1.0) for start in times)
    # A twentieth of a second may be made up for, and the centre's own clock is not ours.
    assert most <= 250 * 1.15, f"{most} within a second"
    assert took >= 600 / 250 - 0.1


def test_where_the_centre_wants_less_it_is_given_less_and_all_get_theirs_once(tmp_path):
    with running_smsc() as centre:
        centre.tell("throttle", per_second=150)
        sending = Sending(tmp_path, centre, 300, per_second=1000)
        counts = sending.end()
        refused = len(centre.events("refused"))
        assert counts[Outcome.ACCEPTED] + counts[Outcome.DELIVERED] == 300
        assert taken(centre) == {str(FIRST + n): 1 for n in range(300)}
    assert refused, "the centre had to say so"


def test_outside_the_packs_hours_nothing_leaves(tmp_path):
    now = datetime.datetime.now(CHINA)
    # A quarter of the day that is as far from now as can be.
    start = (now.hour + 12) % 18
    with running_smsc() as centre:
        sending = Sending(tmp_path, centre, 100)
        sending.hours(f"{start:02}:00", f"{start + 3:02}:00")
        sender = sending.begin()
        centre.events("bound", 1, 20)
        time.sleep(1.5)
        assert sending.counts() == {Outcome.WAITING: 100}
        assert centre.events("part") == []
        sender.send_signal(signal.SIGTERM)
        assert sender.wait(30) == 0
        sending.hours("00:00", "24:00")
        sending.end()
        assert taken(centre) == {str(FIRST + n): 1 for n in range(100)}


class Post:
    """A mail relay and a receiver of webhooks that write down whom they heard of, and take a key once."""

    def __init__(self, port):
        self.mails, self.hooks, self.keys = Counter(), Counter(), set()
        post = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers[NOTICE] not in post.keys:
                    post.keys.add(self.headers[NOTICE])
                    post.hooks[self.path] += 1
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}).start()
        self.relay = Controller(self, hostname="127.0.0.1", port=port)
        self.relay.start()

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 aiosmtpd calls it so
        self.mails.update(envelope.rcpt_tos)
        return "250 OK"

    def url(self, n):
        return f"http://127.0.0.1:{self.server.server_port}/{n}"

    def stop(self):
        self.relay.stop()
        self.server.shutdown()
        self.server.server_close()


def test_on_three_channels_at_once_a_killed_sender_goes_on_and_each_is_told_once(tmp_path, free_port):
    port = free_port()
    post = Post(port)
    (tmp_path / "secret").write_text("only we know\n")
    more = (
        f'[notices.mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "bell@example.org"\n'
        f'per_second = 100.0\n[notices.webhook]\nsecret_file = "{tmp_path / "secret"}"\nper_second = 100.0\n'
    )
    mails = [f"p{n:03}@example.net" for n in range(120)]
    others = [(Channel.MAIL, one) for one in mails] + [(Channel.WEBHOOK, post.url(n)) for n in range(120)]
    try:
        with running_smsc() as centre:
            sending = Sending(tmp_path, centre, 200, per_second=150, more=more, others=others)
            sender = sending.begin()
            sending.told(150)
            sender.kill()
            sender.wait()
            assert sending.counts()[Outcome.WAITING], "it was killed in the middle"
            counts = sending.end()
            assert set(taken(centre).values()) == {1}
            doubtful = counts[Outcome.DOUBT]
            assert len(taken(centre)) + len(post.mails) >= 200 + 120 - doubtful
        assert set(post.mails.values()) == {1}, "no mail twice"
        assert post.hooks == {f"/{n}": 1 for n in range(120)}, "each webhook once"
        assert doubtful <= 100 + 20, "no more than SMS and mail had claimed"
        assert counts.total() == 440
    finally:
        post.stop()
