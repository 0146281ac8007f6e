"""What starts each deadline that a room passes by itself, when it is over by the pack, and the facts that say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cases.conftest import EVE, PACK
from clearbell.calls import DAY, HOUR
from clearbell.desk.deadlines.model import FACTS as CLOCK
from clearbell.desk.ordering import Asked, Incoming, do_take_in
from clearbell.desk.sanctioning import keep_up_sanctions
from clearbell.enforcement.model import FACTS as TOLD
from clearbell.enforcement.model import How, Operation
from clearbell.enforcement.queries import task_of
from clearbell.enforcement.worker import Worker
from clearbell.labels import publish_labels
from clearbell.labels.cards.model import FACTS as CARDS
from clearbell.labels.cards.model import Texts
from clearbell.labels.cards.service import do_apply, do_approve, do_attach, do_publish, do_review
from clearbell.labels.cards.showing import sweep_cards
from clearbell.labels.model import FACTS as LABELS
from clearbell.labels.settings import label_settings
from clearbell.registry.identity import IdentityKey
from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose
from clearbell.registry.service import do_assign_numbers, do_register_holder, do_register_party
from clearbell.reports import do_file_reports
from clearbell.reports.model import Reported
from clearbell.reports.settings import reputation_settings
from clearbell.sanctions.life import do_announce
from clearbell.sanctions.model import FACTS as SANCTIONS
from clearbell.sanctions.model import Announced, Restricted, Rung, Stage, Target
from clearbell.sanctions.orders.model import FACTS as ORDERS
from clearbell.sanctions.orders.model import Bears, Kind
from clearbell.sanctions.orders.service import keep_up_orders
from clearbell.sanctions.service import do_restrict
from clearbell.testing.identities import credit_code
from clearbell.vault import Kept
from desk.conftest import OUTBOX
from enforcement.conftest import EDGE, OTHER, Peer

DECODE = {**CLOCK, **ORDERS, **SANCTIONS, **TOLD, **LABELS, **CARDS}
LADDER = PACK.ladder


class Chores:
    """What a served node does of itself as time passes, on one store."""

    def __init__(self, world, store):
        self.store = store
        self.world = world
        self.peers = {"edge": Peer(how=None), "other": Peer(how=None)}
        self.workers = [
            Worker(store, one, (EDGE, OTHER), self.peers[one.name], PACK.enforcement, owner=f"node-{id(store)}")
            for one in (EDGE, OTHER)
        ]

    def run(self):
        keep_up_sanctions(self.store, PACK, OUTBOX)
        keep_up_orders(self.store)
        publish_labels(self.store, label_settings(PACK))
        sweep_cards(self.store)
        for worker in self.workers:
            worker.step()
        self.world.passing_on(self.store)


@dataclass(frozen=True)
class Walk:
    """A deadline of the pack, from its beginning."""

    path: str
    """Time of the pack that sets it."""
    kind: str
    start: Any
    """Called with the world and a name; returns which facts are about it: a function of a fact."""
    due: int
    """µs UTC, worked out from the pack."""


def take_in(kind, *, silent=False):
    def start(world, name):
        asked = Asked(kind, Bears.NUMBER if kind is not Kind.OTHER else Bears.NOTHING, world.number())
        if kind in (Kind.REMOVE_LISTING, Kind.OTHER):
            asked = Asked(kind, Bears.LISTING, name="https://example.net/a")
        if kind is Kind.STOP_RESOURCE:
            asked = Asked(kind, Bears.NUMBER, world.number())
        world.act(do_take_in, Incoming(name, "miit", f"no. {name}", "do it", (asked,)), PACK)
        what = {"acknowledge": "acknowledge", "must": f"{name}/1", "order": "order"}[silent or "must"]
        return lambda fact: fact.order == name and fact.what == what

    return start


def announce(stages, *, start=0, latest=0, channels=0):
    def begin(world, name):
        now = world.clock.now()
        made = tuple(Stage(rung, now + until if until else 0, limit) for rung, until, limit in stages)
        fact = Announced(
            name, "", Target.NUMBER, "cold calls", now + start, now + max(start, latest), made, world.number(),
            channels=channels,
        )  # fmt: skip
        world.act(do_announce, fact)
        return lambda fact: fact.sanction == name and fact.step.value == step

    step = "expire" if not (start or latest) else "bite"
    return begin


def stage(name, until):
    return Rung(name), until, LADDER.rungs[name].limit


def ladder():
    for name, rules in LADDER.rungs.items():
        path = f"ladder.rungs.{name}"
        if rules.notice_hours:
            ahead = rules.notice_hours * HOUR
            stages = [stage(name, ahead + rules.days * DAY if rules.days else 0)]
            yield Walk(f"{path}.notice_hours", "sanction_bites", announce(stages, start=ahead), EVE + ahead)
        if rules.days:
            yield Walk(
                f"{path}.days", "sanction_ends", announce([stage(name, rules.days * DAY)]), EVE + rules.days * DAY
            )
        if rules.then_days:
            whole = (rules.days + rules.then_days) * DAY
            stages = [stage(name, rules.days * DAY), stage(rules.then, whole)]
            yield Walk(f"{path}.then_days", "sanction_ends", announce(stages), EVE + whole)
    wait = LADDER.wait_hours * HOUR
    yield Walk(
        "ladder.wait_hours",
        "sanction_bites",
        announce([stage("warning", 180 * DAY)], latest=wait, channels=2),
        EVE + wait,
    )


def restricted(*, lines, silent):
    """A restriction that a carrier does not acknowledge: the caller's own (``T1``), or another one."""

    def start(world, name):
        world.carriers()
        fact = Restricted(
            name, Target.NUMBER, Rung.BARRED, "cold calls", world.clock.now(), 0, number=world.line(lines)
        )
        world.act(do_restrict, fact)
        other = world.chores.peers["other"]
        other.fault = "no route" if silent == "untold" else ""
        target = "edge" if silent == "own" else "other"
        return lambda fact: (fact.restriction, fact.target, fact.operation) == (name, target, Operation.PUT)

    return start


def acted_hours(world, name):
    """The own carrier acknowledges at once, so the others are told now and have their own hours from then."""
    world.chores.peers["edge"].how = How.ANSWER
    about = restricted(lines="T1", silent="told")(world, name)
    for _ in range(2):
        world.chores.run()
    with world.store.read() as conn:
        assert task_of(conn, name, "edge", Operation.PUT).state == "acknowledged"
        assert task_of(conn, name, "other", Operation.PUT).state == "sent"
    return about


def label(world, _name):
    number, at = world.number(), world.clock.now()
    made = [Reported(f"l{number}-{n}", "csv", number, at, at, 8613700000000 + n, "loans") for n in range(8)]
    world.act(do_file_reports, made, reputation_settings(PACK))
    return lambda fact: fact.number == number and not fact.category


def card(world, name):
    holder, title = f"H-{name}", "示例快递有限公司"
    world.act(do_register_party, PartyRegistered(f"p-{name}", PartyKind.COMPANY, title))
    world.act(do_register_holder, HolderRegistered(holder, f"p-{name}"))
    number = world.number()
    world.act(do_assign_numbers, [NumbersAssigned(f"r-{name}", holder, number, number, Purpose.NOTICE)])
    texts = Texts(title, title, "派送通知", "deliveries")
    key = IdentityKey(b"k" * 32)
    world.act(do_apply, name, holder, credit_code(1), texts, [(number, "")], PACK.cards, key, who="clerk")
    for kind in ("licence", "legal-id", "number-list", "number-proof"):
        world.act(do_attach, name, kind, Kept("0" * 64, "application/pdf", 9), who="clerk")
    world.act(do_review, name, who="first")
    world.act(do_approve, name, PACK.cards, who="second")
    world.act(do_publish, name, PACK.cards, who="second")
    return lambda fact: fact.card == name and fact.step.value == "end"


def orders():
    for name, rules in PACK.orders.kinds.items():
        due = EVE + rules.hours * HOUR
        yield Walk(f"orders.kinds.{name}.hours", "must_do_due", take_in(Kind(name)), due)
        yield Walk(f"orders.kinds.{name}.hours", "order_due", take_in(Kind(name), silent="order"), due)
    hours = PACK.orders.acknowledge_hours
    yield Walk(
        "orders.acknowledge_hours",
        "order_acknowledge",
        take_in(Kind.OTHER, silent="acknowledge"),
        EVE + hours * HOUR,
    )


def enforcement():
    rules, kind = PACK.enforcement, "enforcement_acknowledge"
    own = EVE + rules.acknowledge_hours * HOUR
    yield Walk("enforcement.acknowledge_hours", kind, restricted(lines="T1", silent="own"), own)
    # The others could not even be told.
    spread = EVE + rules.spread_hours * HOUR
    yield Walk("enforcement.spread_hours", kind, restricted(lines="T1", silent="untold"), spread)
    yield Walk("enforcement.act_hours", kind, acted_hours, EVE + rules.act_hours * HOUR)


WALKS = [
    *ladder(),
    *orders(),
    *enforcement(),
    Walk("label.days", "label_ends", label, EVE + PACK.label.days * DAY),
    Walk("cards.days", "card_ends", card, EVE + PACK.cards.days * DAY),
]
