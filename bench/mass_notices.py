"""Many notices over SMPP to an SMS centre that delays its answers, drops its connections, and is killed and restarted.

    python -m bench.mass_notices [--notices 1000000] [--repeats] [--every 5] [--delay 0.01]

The centre keeps each message in a file before it answers, and the counts are taken from that file: how often each
recipient stands in it, beside what the store says of that recipient. With ``--repeats`` the centre knows a repeated
message by its ``user_message_reference``.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import msgspec

from clearbell.calls import DAY
from clearbell.ledger import Store
from clearbell.notices.mass.audience import Gathered, Person, approve
from clearbell.notices.mass.model import Audience, Outcome, Words
from clearbell.notices.mass.queries import mass_of, outcomes
from clearbell.notices.mass.sender import MassSender
from clearbell.notices.mass.sending import reference_of
from clearbell.notices.mass.service import Draft, do_draft, do_start, do_submit
from clearbell.notices.mass.texts import coded
from clearbell.notices.settings import MassSettings, SmsSettings
from clearbell.notices.transports.smpp_bulk import BulkWire, Text
from clearbell.policy.pack import builtin_pack
from clearbell.testing.smsc_process import SmscProcess

FIRST = 8613900000000
WORDS = Words("系统将于今晚维护,期间服务可能中断。", "Service may be interrupted tonight for maintenance.")


class Found(msgspec.Struct):
    """What came of it."""

    rate: float
    approving: float
    outcomes: dict[str, int]
    accepted: int
    """Messages in the centre's file."""
    twice: int
    """Recipients that stand in it more than once."""
    untold: int
    """Recipients that the store calls accepted or delivered and that do not stand in it."""
    unexplained: int
    """Recipients without an outcome, or not told and without a reason."""
    megabytes: float
    state: str


def run(folder: Path, notices: int, *, repeats: bool, every: float, delay: float, times: int = 1_000) -> Found:
    pack = builtin_pack("cn")
    store = Store.open(f"sqlite:///{folder / 'clearbell.db'}")
    store.create()
    began = time.perf_counter()
    with store.act("bench") as act:
        draft = Draft("bench", WORDS, Audience(), act.at + DAY)
        number = do_draft(act, pack.mass_notices, draft, officer="one")
        do_submit(act, number, officer="one")
    people = (Person(str(FIRST + n)) for n in range(notices))
    approve(store, number, Gathered(people, {}), officer="two", actor="bench", token="approval")
    with store.act("bench") as act:
        do_start(act, number, officer="two")
    approving = time.perf_counter() - began
    record = folder / "smsc"
    options = ["--keep", str(record), "--delay", str(delay), *(["--repeats"] if repeats else [])]
    centre = SmscProcess(*options)
    port, stop, ended = centre.port, threading.Event(), threading.Event()

    def disturb() -> None:
        nonlocal centre
        for turn in itertools.islice(itertools.count(), times):
            if ended.wait(every):
                return
            if turn % 3 == 2:
                centre.kill()
                centre = SmscProcess(*options, port=port)
            else:
                centre.tell("drop")

    texts = {
        language: Text(text.data_coding, text.has_header, text.parts, (reference_of(number, 1),))
        for language in ("zh", "en")
        for text in [coded(WORDS, language, "", 0)]
    }
    sms = SmsSettings(
        address=f"127.0.0.1:{port}",
        system_id="bell",
        source="10690001",
        answer_seconds=5.0,
        repeats="reference" if repeats else "unknown",
    )
    settings = MassSettings(binds=2, per_second=50_000, window=100, batch=1000)
    now = store.clock.now
    wire = BulkWire(sms, settings, "", texts, now() + DAY, now=now)
    hours = msgspec.structs.replace(pack.hours["notices"], start=0, end=1440)
    sender = MassSender(
        store,
        wire,
        number,
        dict.fromkeys(texts, 1),
        sms,
        settings,
        pack.mass_notices,
        hours,
        utc_offset_minutes=0,
        owner="bench",
        token="sending",
    )
    disturber = threading.Thread(target=disturb)
    disturber.start()
    began = time.perf_counter()
    sender.run(stop, lambda _counts: None, receipts_seconds=3.0)
    took = time.perf_counter() - began
    ended.set()
    disturber.join()
    centre.stop()
    found = judge(store, number, record)
    found.rate, found.approving = notices / took, approving
    store.close()
    return found


def judge(store: Store, number: int, record: Path) -> Found:
    with record.open() as file:
        times = Counter(line.split("\t")[2] for line in file)
    counts: Counter[str] = Counter()
    untold = unexplained = 0
    with store.read() as conn:
        for row in outcomes(conn, number):
            outcome = Outcome(row.outcome)
            counts[outcome.word] += 1
            told = outcome in (Outcome.ACCEPTED, Outcome.DELIVERED)
            untold += told and times[row.recipient] != 1
            unexplained += not told and not row.reason
        state = mass_of(conn, number).state
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    twice = sum(many > 1 for many in times.values())
    return Found(0, 0, dict(counts), times.total(), twice, untold, unexplained, peak, state)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notices", type=int, default=1_000_000)
    parser.add_argument("--repeats", action="store_true", help="the centre knows repeated messages")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between drops; every third is a kill")
    parser.add_argument("--delay", type=float, default=0.01, help="seconds before each answer")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = run(folder, given.notices, repeats=given.repeats, every=given.every, delay=given.delay)
        size = (folder / "clearbell.db").stat().st_size / 1e6
    print(f"{given.notices:,} notices: {found.rate:,.0f} a second; audience fixed in {found.approving:.1f} s")
    print(f"outcomes {found.outcomes}, {found.state}")
    print(f"centre: {found.accepted:,} messages; {found.twice} recipients twice; {found.untold} told and not there")
    print(f"without outcome or reason: {found.unexplained}; {found.megabytes:,.0f} MB peak; database {size:,.0f} MB")


if __name__ == "__main__":
    main()
