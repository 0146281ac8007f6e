"""Making the demo: two days of a made-up city are told to a node of its own, and made-up officers do their work.

Everything goes through the services that everyone uses, at the story's own times, so that the ledger of the demo is as
sound as any. Nothing of it is ever in the store of the real node: it has its own folder, and no switch asks it.
"""

from __future__ import annotations

import datetime
import threading
import time
import zoneinfo
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from clearbell.access.keys import AccessKey
from clearbell.calls import DAY, HOUR, MINUTE
from clearbell.ledger import Store
from clearbell.notices.settings import NoticesSettings
from clearbell.policy.model import Pack
from clearbell.policy.pack import builtin_pack, load_pack
from clearbell.policy.workdays import builtin_workdays
from clearbell.registry.applications.service import Desk
from clearbell.registry.identity import IdentityKey
from clearbell.reports.model import Duration, Reported
from clearbell.serving.demo.officers import CaseWork, code_of
from clearbell.serving.demo.people import do_make_accounts, firm_work, order_work, subscriber_work
from clearbell.serving.demo.words import DEMO
from clearbell.serving.node import Node
from clearbell.serving.notifying import Notifying
from clearbell.serving.telling import Telling
from clearbell.serving.upkeep import Upkeep
from clearbell.simulation import PRESETS, City, Event
from clearbell.simulation.founding import found
from clearbell.simulation.renumbering import events_of_nobody, founding_of_nobody
from clearbell.vault import Vault, load_secret
from clearbell.verification.settings import VerificationSettings

SEED = 12_321
SIZE = msgspec.structs.replace(
    PRESETS["tiny"], calls_per_person_day=3.0, marketers=2, rotators=0, wangiri=1, spoofers=1, report_share=0.02
)
DATABASE = "clearbell.db"
MADE = "made.json"
"""What is in it, as a :class:`Made`."""
NOTICES = NoticesSettings(outbox="folder")
"""Messages become files in the demo's folder; nobody is told anything."""
_BACK = 8
"""Days between the first day of the city and the second: so long do notices and appeals of the first take."""


class StoryClock:
    """The story's time while it is told."""

    def __init__(self) -> None:
        self.told = 0
        """µs UTC; 0: the machine's."""

    def now(self) -> int:
        """Return the time, µs UTC."""
        return self.told or time.time_ns() // 1000


class Made(msgspec.Struct, frozen=True):
    """What there is to look at, when it is done."""

    calls: int
    reports: int
    cases: int
    at: int
    """When it was made, µs UTC."""
    pack: str
    subscriber: int
    """Whose calls, wishes and consents stand at the subscriber's door."""


def demo_pack(name: str) -> Pack:
    """The rules of the demo: those of a pack by name or file, without the check for numbers that nobody has, as all of its are."""
    pack = load_pack(Path(name).read_text(encoding="utf-8"), name) if name.endswith(".toml") else builtin_pack(name)
    prices = {symbol: price for symbol, price in pack.prices.items() if symbol != "CALLER_UNALLOCATED"}
    order = tuple(check for check in pack.order if check != "unallocated")
    return msgspec.structs.replace(pack, version=f"{pack.version}-demo", prices=prices, order=order)


class _Teller:
    """A city whose story is told under numbers of nobody's."""

    def __init__(self, city: City, mark: str) -> None:
        self.start, self.end = city.start, city.end
        self._city, self._mark = city, mark

    def events(self) -> Iterator[Event]:
        """What happens."""
        return events_of_nobody(self._city, self._mark)


def make_demo(
    folder: Path,
    pack_name: str,
    language: str,
    randomness: Callable[[int], bytes],
    told: Callable[[float], None] = lambda _share: None,
) -> Made:
    """Fill an empty folder with the demo; ``told`` hears how far it came, 0 to 1."""
    words = DEMO[language]
    pack = demo_pack(pack_name)
    clock = StoryClock()
    zone = zoneinfo.ZoneInfo(pack.timezone)
    today = datetime.datetime.fromtimestamp(clock.now() / 1e6, zone).date()
    second = int(datetime.datetime.combine(today, datetime.time(), zone).timestamp()) * 1_000_000 - DAY
    first = second - _BACK * DAY
    folder.mkdir(parents=True)
    now, clock.told = clock.now(), first
    store = Store.open(f"sqlite:///{(folder / DATABASE).absolute()}", clock=clock)
    store.create()
    city = City(SIZE, SEED, first)
    founding = founding_of_nobody(city.founding, words["mark"])
    found(store, founding)
    key = AccessKey(load_secret(folder / "access-key", randomness), randomness)
    with store.act("demo") as act:
        do_make_accounts(act, key, words)
    node = Node(store, pack, folder, randomness=randomness)
    vault = Vault(folder / "documents", load_secret(folder / "document-key", randomness), randomness)
    desk = Desk(pack, builtin_workdays(pack.id), IdentityKey(load_secret(folder / "identity-key", randomness)))
    notifying = Notifying(node, NOTICES)
    upkeep = Upkeep(node, vault, notifying.outbox, VerificationSettings())
    notifying.start()
    try:
        reports = 0
        rounds = 0

        def said(one: Reported) -> Reported:
            """Some say more than that, and some want it passed on."""
            if int(one.report[-2:], 16) % 8:
                return one
            forward = int(one.report[-2:], 16) % 16 == 0
            replace = msgspec.structs.replace
            return replace(one, duration=Duration.UNDER_3, description=words["report"], automatic=True, forward=forward)

        def tell(one: City, mark: str, begun: float, share: float) -> None:
            nonlocal reports, rounds
            telling = Telling(_Teller(one, mark), node, store, clock, said=said, records=True, due=desk.due)
            for at in telling.tell(0.0, threading.Event()):
                rounds += 1
                if rounds % 6 == 0:
                    upkeep.go_round(rounds)
                told(begun + share * (at - one.start) / (one.end - one.start))
            reports += telling.reports
            # Calls that were under way end within the hour; then reports of them can be matched.
            clock.told = one.end + HOUR
            for more in range(3):
                clock.told += MINUTE
                upkeep.go_round(20 * more)

        tell(city, "a-", 0.05, 0.4)
        work = CaseWork(store, pack, desk.due, words, code_of)
        work.take_first()
        told(0.5)
        for _ in range(5):
            clock.told += DAY
            upkeep.go_round(20)
        work.appeal()
        clock.told += DAY
        work.decide_appeal()
        upkeep.go_round(20)
        firm_work(store, desk, words)
        order_work(store, pack, desk.due, vault, words)
        told(0.55)
        clock.told = max(clock.told, second)
        tell(City(SIZE, SEED, second), "b-", 0.55, 0.35)
        clock.told = max(clock.told, min(now, time.time_ns() // 1000))
        subscriber = subscriber_work(store, node, founding)
        work.take_second()
        upkeep.go_round(20)
        told(0.98)
        calls = node.counts.calls
        made = Made(calls, reports, work.count(), clock.now(), pack_name, subscriber)
    finally:
        notifying.stop()
        node.stop()
        store.close()
    (folder / MADE).write_bytes(msgspec.json.encode(made))
    told(1.0)
    return made
