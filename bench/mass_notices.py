"""Many notices over SMPP to an SMS centre that delays its answers, drops its connections, and is killed and restarted.

    python -m bench.mass_notices [--notices 1000000] [--repeats] [--every 10] [--delay 0.01] [--kill-sender 120]

Everything goes by the command line, as an officer would do it: a CSV file is drafted, submitted, approved by another and
sent. The sender is a process of its own; with ``--kill-sender`` it gets SIGKILL again and again, and is started again.
The centre keeps each message in a file before it answers, and the counts are taken from that file: how often each
recipient stands in it, beside what the store says of that recipient. With ``--repeats`` the centre knows a repeated
message by its ``user_message_reference``. With ``--folder`` a run that was killed goes on where it was.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from clearbell.ledger import Store
from clearbell.notices.mass.model import Outcome
from clearbell.notices.mass.queries import mass_of, outcomes
from clearbell.policy.pack import builtin_pack_text
from clearbell.testing.smsc_process import SmscProcess

FIRST = 8613900000000
ZH = "系统将于今晚维护,期间服务可能中断。"
EN = "Service may be interrupted tonight for maintenance."
_MASS = 1


class Found(msgspec.Struct):
    """What came of it."""

    outcomes: dict[str, int]
    reasons: dict[str, int]
    accepted: int
    """Messages in the centre's file."""
    twice: int
    """Recipients that stand in it more than once."""
    untold: int
    """Recipients that the store calls accepted or delivered and that do not stand in it."""
    unexplained: int
    """Recipients without an outcome, or not told and without a reason."""
    state: str
    seconds: float = 0.0
    """From the first start of the sender to its end."""
    disturbed: Counter[str] = msgspec.field(default_factory=Counter)


class Disturber(threading.Thread):
    """Drops the connections of a centre and kills it, in turns, until told to stop."""

    def __init__(self, options: list[str], every: float, times: int) -> None:
        super().__init__()
        self._options, self._every, self._times = options, every, times
        self._ended = threading.Event()
        self.centre = SmscProcess(*options)
        self.port = self.centre.port
        self.done: Counter[str] = Counter()

    def run(self) -> None:
        """Disturb."""
        for turn in itertools.islice(itertools.count(), self._times):
            if self._ended.wait(self._every):
                return
            if turn % 3 == 2:
                self.centre.kill()
                self.centre = SmscProcess(*self._options, port=self.port)
                self.done["centre killed"] += 1
            else:
                self.centre.tell("drop")
                self.done["connections dropped"] += 1

    def stop(self) -> None:
        """Leave it alone, and end it."""
        self._ended.set()
        self.join()
        self.centre.stop()


def clearbell(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """Start a command on the folder."""
    return subprocess.Popen([sys.executable, "-m", "clearbell", *words, "--home", str(folder)])


def prepare(folder: Path, notices: int) -> None:
    """Draft a notice to so many, have it approved by another."""
    people = folder / "people.csv"
    with people.open("w") as file:
        file.write("number\n")
        file.writelines(f"+{FIRST + n}\n" for n in range(notices))
    until = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for words in (
        ["draft", "bench", str(people), "--zh", ZH, "--en", EN, "--until", until, "--officer", "one"],
        ["submit", str(_MASS), "--officer", "one"],
        ["approve", str(_MASS), "--officer", "two"],
    ):
        began = time.perf_counter()
        code = clearbell(folder, "notices", "mass", *words).wait()
        if code:
            raise SystemExit(code)
        print(f"{words[0]}: {time.perf_counter() - began:.1f} s", flush=True)


def run(
    folder: Path,
    notices: int,
    *,
    repeats: bool,
    every: float,
    delay: float,
    times: int = 10_000,
    kill_sender: float = 0.0,
    kills: int = 10_000,
) -> Found:
    """Send; ``every``: seconds between disturbances; ``kill_sender``: seconds after which the sender is killed."""
    if not (folder / "clearbell.toml").exists():
        prepare(folder, notices)
    record = folder / "smsc"
    options = ["--keep", str(record), "--delay", str(delay), *(["--repeats"] if repeats else [])]
    disturber = Disturber(options, every, times)
    (folder / "clearbell.toml").write_text(
        f"""[notices.sms]
address = "127.0.0.1:{disturber.port}"
system_id = "bell"
source = "10690001"
answer_seconds = 5.0
repeats = "{"reference" if repeats else "unknown"}"

[notices.mass]
binds = 2
per_second = 50000.0
window = 100
batch = 1000
"""
    )
    hours = '[hours.notices]\nstart = "08:00"\nend = "21:00"'
    pack = builtin_pack_text("cn")
    assert hours in pack
    (folder / "pack.toml").write_text(pack.replace(hours, '[hours.notices]\nstart = "00:00"\nend = "24:00"'))
    send = ["notices", "mass", "send", str(_MASS), "--receipts", "3", "--pack", str(folder / "pack.toml")]
    disturber.start()
    began = time.perf_counter()
    killed = 0
    try:
        while True:
            sender = clearbell(folder, *send, "--officer", "two")
            try:
                code = sender.wait(kill_sender if kill_sender and killed < kills else None)
            except subprocess.TimeoutExpired:
                sender.kill()
                sender.wait()
                killed += 1
                print(f"{time.perf_counter() - began:,.0f} s: the sender got SIGKILL", flush=True)
                continue
            if code:
                raise SystemExit(code)
            break
        took = time.perf_counter() - began
    finally:
        disturber.stop()
    found = judge(folder, record)
    found.seconds = took
    found.disturbed = disturber.done + Counter({"sender killed": killed})
    return found


def judge(folder: Path, record: Path) -> Found:
    """Compare what the store says with what the centre has."""
    with record.open() as file:
        times = Counter(line.split("\t")[2] for line in file)
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    untold = unexplained = 0
    store = Store.open(f"sqlite:///{folder / 'clearbell.db'}")
    with store.read() as conn:
        for row in outcomes(conn, _MASS):
            outcome = Outcome(row.outcome)
            counts[outcome.word] += 1
            told = outcome in (Outcome.ACCEPTED, Outcome.DELIVERED)
            untold += told and times[row.recipient] != 1
            unexplained += not told and not row.reason
            if not told:
                reasons[row.reason] += 1
        state = mass_of(conn, _MASS).state
    store.close()
    twice = sum(many > 1 for many in times.values())
    return Found(dict(counts), dict(reasons), times.total(), twice, untold, unexplained, state)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notices", type=int, default=1_000_000)
    parser.add_argument("--repeats", action="store_true", help="the centre knows repeated messages")
    parser.add_argument("--every", type=float, default=10.0, help="seconds between drops; every third is a kill")
    parser.add_argument("--delay", type=float, default=0.01, help="seconds before each answer")
    parser.add_argument("--kill-sender", type=float, default=0.0, help="seconds after which the sender gets SIGKILL")
    parser.add_argument("--folder", type=Path, help="keep everything here; a run that was killed goes on")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = given.folder or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        found = run(
            folder,
            given.notices,
            repeats=given.repeats,
            every=given.every,
            delay=given.delay,
            kill_sender=given.kill_sender,
        )
        size = (folder / "clearbell.db").stat().st_size / 1e6
    print(f"{given.notices:,} notices in {found.seconds:,.0f} s: {given.notices / found.seconds:,.0f} a second")
    print(f"meanwhile: {dict(found.disturbed)}")
    print(f"outcomes {found.outcomes}, {found.state}; reasons {found.reasons}")
    print(f"centre: {found.accepted:,} messages; {found.twice} recipients twice; {found.untold} told and not there")
    print(f"without outcome or reason: {found.unexplained}; database {size:,.0f} MB")


if __name__ == "__main__":
    main()
