"""Cases, sanctions, orders and the clock together: whatever is tried in whatever order, only what the tables allow happens."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from cases.conftest import EVE, PACK, RULES, due, report_matched
from clearbell.appeals.errors import AppealError
from clearbell.calls import DAY, HOUR
from clearbell.cases import model as cases
from clearbell.cases.errors import CaseError
from clearbell.cases.evidence import Content, Evidence
from clearbell.cases.files import case_of, unit_of
from clearbell.cases.model import Opened, Source, Verdict
from clearbell.cases.queries import category_of
from clearbell.cases.service import do_add_evidence, do_appeal, do_close, do_note, do_open, do_reopen, do_verify
from clearbell.desk.effects import do_lift_sanction, do_put_in_force, effects_of
from clearbell.desk.ladder import Asked, do_announce_sanction, propose
from clearbell.desk.ordering import Asked as OrderAsked
from clearbell.desk.ordering import Incoming, do_carry_out, do_take_in
from clearbell.desk.proving import looker
from clearbell.desk.verdicts import TARGETS, do_confirm, do_find, do_settle_appeal
from clearbell.ledger import Store
from clearbell.ledger.tables import metadata
from clearbell.ledger.verify import verify
from clearbell.lifecycles import IllegalStepError
from clearbell.registry.contacts.model import Contact, ContactOf, Way
from clearbell.registry.contacts.service import do_name_contact
from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose, TrunkOpened
from clearbell.registry.service import do_assign_numbers, do_open_trunk, do_register_holder, do_register_party
from clearbell.sanctions.life import do_pass
from clearbell.sanctions.model import ALIVE, RESTRICTING, TRANSITIONS, Lifted, Rung, Stage, State, Step, Target
from clearbell.sanctions.orders.errors import OrderError
from clearbell.sanctions.orders.model import Bears, Kind
from clearbell.sanctions.orders.service import do_acknowledge
from clearbell.sanctions.queries import restrictions, restrictions_on, sanction_of
from clearbell.sanctions.service import SanctionError
from clearbell.screening.views import Views
from clearbell.screening.views.restrictions import in_force
from clearbell.serving.follower import load_views
from clearbell.testing import MovableClock, fresh_store
from desk.conftest import delivered, keep_up, unit

HELD, FREE, REACHED = 8613800000066, 8613800000077, 8613900000001
ABOUT = {"c1": HELD, "c2": "H", "c3": FREE}
OPENER, ONE, TWO, THREE, FOUR = "opener", "one", "two", "three", "four"
STANDING = (State.IN_FORCE, State.STEPPED_DOWN)
CASES = st.sampled_from(sorted(ABOUT))
WORDS = st.sampled_from(["", "they sell flats", "again and again"])


@dataclass
class Expected:
    """What the manual says that a sanction is at."""

    case: str
    stages: tuple[Stage, ...]
    start: int
    latest: int
    channels: int
    state: State = State.ANNOUNCED
    rung: Rung = Rung.REMINDER
    until: int = 0
    trunk: bool = False
    sent: bool = False
    through: frozenset[str] = frozenset()

    def stage_at(self, now):
        return next((one for one in self.stages if not one.until or now < one.until), None)

    def pass_on(self, now):
        """Take the one step that a node takes at this time."""
        stage = self.stage_at(now)
        if self.state is State.ANNOUNCED and stage is not None:
            if now >= self.start and (len(self.through) >= self.channels or now >= self.latest):
                self.state, self.rung, self.until = State.IN_FORCE, stage.rung, stage.until
        elif self.state in ALIVE and stage is None:
            self.state = State.EXPIRED
        elif self.state in STANDING and self.until and now >= self.until:
            self.state, self.rung, self.until = State.STEPPED_DOWN, stage.rung, stage.until


class Desk(RuleBasedStateMachine):
    """Officers and a node act on three cases and what follows from them, rightly and wrongly."""

    template = None

    def __init__(self):
        super().__init__()
        folder = Path(tempfile.mkdtemp(dir=self.template.parent))
        shutil.copy(self.template / "clearbell.db", folder)
        self.clock = MovableClock(EVE)
        self.store = Store.open(f"sqlite:///{folder / 'clearbell.db'}", clock=self.clock)
        self.views = Views()
        self.cases = dict.fromkeys(ABOUT, cases.State.OPENED)
        self.verdicts = dict.fromkeys(ABOUT)
        self.proposers = dict.fromkeys(ABOUT, "")
        self.sanctions = {}
        self.orders = itertools.count(1)

    @initialize(begun=st.sets(CASES, min_size=1))
    def some_are_confirmed(self, begun):
        for case in sorted(begun):
            self.verify(case)
            self.find(case, Verdict.CONFIRMED, ONE, "they sell flats")
            self.second(case, agrees=True, who=TWO, words="")
            assert self.cases[case] is cases.State.CONFIRMED

    # ---- what every step is held to

    def picture(self):
        with self.store.read() as conn:
            # Tests of other rooms add tables of their own to the metadata.
            ours = [table for table in metadata.sorted_tables if not table.name.startswith("test_")]
            rows = {table.name: conn.execute(select(table)).all() for table in ours}
        return rows, self.store.head()

    def tried(self, do, *, right, names=()):
        """A right act is taken; a wrong one is refused in both languages, names what was tried, and changes nothing."""
        if right:
            with self.store.act("test") as act:
                return do(act)
        before = self.picture()
        with (
            pytest.raises((IllegalStepError, CaseError, SanctionError, OrderError, AppealError)) as refusal,
            self.store.act("test") as act,
        ):
            do(act)
        error = refusal.value
        assert error.zh
        assert error.en
        assert error.zh != error.en
        if isinstance(error, IllegalStepError):
            assert any(f"`{name}`" in error.en for name in names), (error.en, names)
        else:
            assert error.column
        assert self.picture() == before
        return None

    def catch_up(self):
        for entry in self.store.entries(self.views.seq, Views.KINDS, 10_000):
            self.views.apply(entry)

    # ---- cases

    @rule(
        case=CASES,
        step=st.sampled_from(["verify", "find", "second"]),
        verdict=st.sampled_from([*Verdict, Verdict.CONFIRMED]),
        who=st.sampled_from([ONE, TWO]),
        agrees=st.sampled_from([True, True, False]),
        words=WORDS,
    )
    def judge(self, case, step, verdict, who, agrees, words):
        if step == "verify":
            self.verify(case)
        elif step == "find":
            self.find(case, verdict, who, words)
        else:
            self.second(case, agrees, who, words)

    def verify(self, case):
        right = self.cases[case] is cases.State.OPENED
        self.tried(lambda act: do_verify(act, case, due, officer=ONE), right=right, names=["verify"])
        if right:
            self.cases[case] = cases.State.VERIFYING

    def find(self, case, verdict, who, words):
        right = self.cases[case] is cases.State.VERIFYING and bool(words)
        step = "propose" if verdict.value in RULES.four_eyes else cases.STEP_OF[verdict].value
        names = [step, "propose"]
        self.tried(lambda act: do_find(act, case, verdict, words, RULES, due, officer=who), right=right, names=names)
        if right:
            self.proposers[case], self.verdicts[case] = who, verdict
            self.cases[case] = cases.State.PROPOSED if step == "propose" else cases.State(verdict.value)
            self.followed(case)

    def second(self, case, agrees, who, words):
        proposed = self.cases[case] is cases.State.PROPOSED
        right = proposed and who != self.proposers[case] and (agrees or bool(words))
        names = ["confirm", "clear", "leave-open", "return"]
        self.tried(lambda act: do_confirm(act, case, words, due, agrees=agrees, officer=who), right=right, names=names)
        if right:
            self.cases[case] = cases.State(self.verdicts[case].value) if agrees else cases.State.VERIFYING
            self.followed(case)

    @precondition(lambda self: self.sanctions)
    @rule(
        case=CASES,
        step=st.sampled_from(["appeal", "decide", cases.Step.REOPEN, cases.Step.CLOSE]),
        upheld=st.booleans(),
        own=st.booleans(),
        words=WORDS,
    )
    def go_on_with(self, case, step, upheld, own, words):
        if step == "appeal":
            self.appeal(case, words)
        elif step == "decide":
            self.decide_appeal(case, upheld, own, words)
        else:
            self.reopen_or_close(case, step, words)

    def appeal(self, case, words):
        right = self.cases[case] is cases.State.SANCTIONED and bool(words)
        self.tried(lambda act: do_appeal(act, case, words, due, officer=ONE), right=right, names=["appeal"])
        if right:
            self.cases[case] = cases.State.APPEALED

    def decide_appeal(self, case, upheld, own, words):
        right = self.cases[case] is cases.State.APPEALED and not own and bool(words)
        who = self.proposers[case] if own and self.proposers[case] else FOUR
        right = right or (self.cases[case] is cases.State.APPEALED and who == FOUR and bool(words))
        self.tried(
            lambda act: do_settle_appeal(act, case, words, due, upheld=upheld, officer=who),
            right=right,
            names=["overturn" if upheld else "dismiss"],
        )
        if right:
            self.cases[case] = cases.State.CLEARED if upheld else cases.State.SANCTIONED
            self.followed(case)

    def reopen_or_close(self, case, step, words):
        to = cases.TRANSITIONS.get((self.cases[case], step))
        do = do_reopen if step is cases.Step.REOPEN else do_close
        right = to is not None and bool(words)
        self.tried(lambda act: do(act, case, words, due, officer=ONE), right=right, names=[step.value])
        if right:
            self.cases[case] = to.to

    def followed(self, case):
        """A cleared case takes back everything that it did."""
        if self.cases[case] is cases.State.CLEARED:
            for one in self.sanctions.values():
                if one.case == case and one.state in ALIVE:
                    one.state = State.WITHDRAWN if one.state is State.ANNOUNCED else State.LIFTED

    # ---- sanctions

    @rule(
        case=CASES,
        rung=st.sampled_from([None, None, *Rung]),
        who=st.sampled_from([THREE, THREE, THREE, OPENER]),
        start=st.sampled_from([None, None, None, -1, 1, 96 * HOUR]),
        until=st.sampled_from([None, None, None, -DAY, 0, 97 * HOUR, 400 * DAY]),
        limit=st.sampled_from([0, 0, 0, 0, 5, 50]),
        reason=st.sampled_from(["selling without consent"] * 4 + [" "]),
        words=WORDS,
    )
    def announce(self, case, rung, who, start, until, limit, reason, words):
        now = self.clock.now()
        begin, end = 0 if start is None else now + start, 0 if until is None else now + until
        with self.store.read() as conn:
            about = unit_of(case_of(conn, case))
            category = category_of(conn, case)
            proposed = propose(conn, about, category, PACK, now)
        target, ladder = TARGETS[about.kind], PACK.ladder
        level = rung or proposed.rung
        rules = ladder.rungs[level.value]
        at_once = rules.at_once and category in ladder.urgent and begin <= now
        earliest = now if at_once or not rules.notice else now + rules.notice_hours * HOUR
        starts = begin or earliest
        ends = end or (starts + rules.days * DAY if rules.days else 0)
        order = list(ladder.rungs)
        harsher = (
            order.index(level.value) > order.index(proposed.rung.value)
            or (bool(rules.days) and ends > starts + rules.days * DAY)
            or (level is Rung.RATE_LIMIT and 0 < limit < rules.limit)
        )
        right = (
            self.cases[case] in (cases.State.CONFIRMED, cases.State.SANCTIONED)
            and who != OPENER
            and target.value in rules.units
            and starts >= now
            and starts >= earliest
            and (not ends or ends > starts)
            and (level is Rung.RATE_LIMIT or not limit)
            and bool(reason.strip())
            and (not harsher or bool(words))
        )
        asked = Asked(reason, rung, begin, end, limit, None, "", words)
        fact = self.tried(lambda act: do_announce_sanction(act, case, asked, PACK, due, officer=who), right=right)
        if right:
            made = Expected(
                case, fact.stages, starts, fact.latest, 0 if at_once or not rules.notice else ladder.channels
            )
            made.rung, made.until = fact.stages[0].rung, fact.stages[0].until
            assert (fact.rung, fact.start, made.until, fact.channels) == (level, starts, ends, made.channels)
            if at_once:
                made.state = State.IN_FORCE
            self.sanctions[fact.sanction] = made
            self.cases[case] = cases.State.SANCTIONED

    @rule(case=CASES, rung=st.sampled_from([None, *Rung]))
    def announce_soundly(self, case, rung):
        self.announce(case, rung, THREE, None, None, 0, "selling without consent", "again and again")

    @precondition(lambda self: self.sanctions)
    @rule(times=st.integers(1, 4), channels=st.sets(st.sampled_from(["sms", "mail"])))
    def tell_and_wait(self, times, channels):
        """Some are told, and the next times that matter come."""
        self.a_node_keeps_up()
        for channel in sorted(channels):
            self.delivered(channel)
        for _ in range(times):
            self.move_to(min(self.bounds(), default=self.clock.now()))
            self.a_node_keeps_up()

    @precondition(lambda self: self.sanctions)
    @rule(data=st.data(), reason=st.sampled_from(["put right", "put right", " "]))
    def take_back(self, data, reason):
        name = data.draw(st.sampled_from([*sorted(self.sanctions), "c9/1"]))
        known = self.sanctions.get(name)
        right = known is not None and known.state in ALIVE and bool(reason.strip())
        self.tried(lambda act: do_lift_sanction(act, Lifted(name, reason)), right=right)
        if right:
            step = Step.WITHDRAW if known.state is State.ANNOUNCED else Step.LIFT
            known.state = TRANSITIONS[known.state, step].to

    @precondition(lambda self: self.sanctions)
    @rule(data=st.data())
    def bite_by_hand(self, data):
        """A node that wants to put in force what is not due, or is in force already."""
        name = data.draw(st.sampled_from(sorted(self.sanctions)))
        known, now = self.sanctions[name], self.clock.now()
        right = known.state is State.ANNOUNCED and now >= known.start and known.stage_at(now) is not None
        self.tried(lambda act: do_put_in_force(act, name), right=right, names=["bite"])
        if right:
            stage = known.stage_at(now)
            known.state, known.rung, known.until = State.IN_FORCE, stage.rung, stage.until
        elif known.state not in ALIVE or not known.until or now < known.until:
            before = self.picture()
            with self.store.act("test") as act:
                assert not do_pass(act, name)
            assert self.picture() == before

    # ---- orders: a trunk is shut off and opened again, past every case

    @rule(
        authority=st.sampled_from(["police", "bureau"]),
        step=st.sampled_from(["shut off", "shut off", "early", "twice", "lift"]),
        days=st.sampled_from([0, 3, 40]),
    )
    def order(self, authority, step, days):
        name, now = f"O{next(self.orders)}", self.clock.now()
        look = looker(PACK, None)
        until = now + days * DAY if days else 0
        alive = [one for one in self.sanctions.values() if one.trunk and one.state in ALIVE]
        kind = Kind.LIFT if step == "lift" else Kind.SHUT_OFF
        asks = (OrderAsked(kind, Bears.TRUNK, name="t1", until=until if kind is Kind.SHUT_OFF else 0),)
        with self.store.act("test") as act:
            do_take_in(act, Incoming(name, authority, f"no. {name}", "see to it", asks), PACK)

        def carry_out(act):
            do_carry_out(act, f"{name}/1", PACK, due, look, new_case=name, officer=ONE)

        self.tried(carry_out, right=False, names=[name])
        if step == "early":
            return
        with self.store.act("test") as act:
            do_acknowledge(act, name, officer=ONE)
        self.tried(lambda act: do_acknowledge(act, name, officer=ONE), right=False, names=["acknowledge"])
        self.tried(carry_out, right=True)
        if step == "lift":
            for one in alive:
                one.state = State.WITHDRAWN if one.state is State.ANNOUNCED else State.LIFTED
            return
        rules = PACK.ladder.rungs["outgoing_barred"]
        ends = now + PACK.orders.kinds["shut_off"].hours * HOUR
        at_once = rules.at_once and PACK.orders.authorities[authority].at_once
        start = now if at_once else min(now + rules.notice_hours * HOUR, ends)
        latest = max(start, min(start + PACK.ladder.wait_hours * HOUR, ends))
        made = Expected(
            "", (Stage(Rung.OUTGOING_BARRED, until),), start, latest, 0 if at_once else PACK.ladder.channels
        )
        made.state = State.IN_FORCE if at_once else State.ANNOUNCED
        made.rung, made.until, made.trunk = Rung.OUTGOING_BARRED, until, True
        self.sanctions[f"{name}/1"] = made
        if step == "twice":
            self.tried(carry_out, right=False, names=["prove", name])

    # ---- time

    def a_node_keeps_up(self):
        keep_up(self.store)
        now = self.clock.now()
        for one in self.sanctions.values():
            one.sent = True
            one.pass_on(now)

    def delivered(self, channel):
        delivered(self.store, channel)
        for one in self.sanctions.values():
            if one.sent:
                one.through |= {channel}

    @precondition(lambda self: self.bounds())
    @rule(data=st.data(), late=st.sampled_from([-1, 0, 0, 1]), kept_up=st.booleans())
    def time_passes(self, data, late, kept_up):
        """Whether a node is there or not."""
        now = self.clock.now()
        self.move_to(data.draw(st.sampled_from([*self.bounds(), now + DAY, now + 400 * DAY])) + late)
        if kept_up:
            self.a_node_keeps_up()

    def bounds(self):
        """Times to come at which something is due."""
        alive = [one for one in self.sanctions.values() if one.state in ALIVE]
        found = {at for one in alive for at in (one.start, one.latest, one.until, *(s.until for s in one.stages))}
        return sorted(at for at in found if at > self.clock.now())

    def move_to(self, at):
        self.clock.move(max(0, at - self.clock.now()))

    # ---- what holds at all times

    @invariant()
    def each_is_where_the_table_says(self):
        with self.store.read() as conn:
            for name, one in self.sanctions.items():
                row = sanction_of(conn, name)
                assert (State(row.state), Rung(row.current), row.until) == (one.state, one.rung, one.until), name
            for case, state in self.cases.items():
                assert cases.State(case_of(conn, case).state) is state

    @invariant()
    def a_restriction_is_in_force_if_and_only_if_a_sanction_says_so(self):
        now = self.clock.now()
        expected = set()
        with self.store.read() as conn:
            for name, one in self.sanctions.items():
                if one.state in STANDING and one.rung in RESTRICTING and (not one.until or now < one.until):
                    expected.add((name, one.rung.value))
                row, effects = sanction_of(conn, name), effects_of(conn, name)
                assert bool(effects.labelled) == (one.state in STANDING and one.rung is Rung.LABEL), name
                listed = one.state in STANDING and one.rung is Rung.BLACKLISTED
                assert bool(effects.entries) == listed or one.state is State.EXPIRED, name
                assert not row.restriction or one.rung in RESTRICTING
            assert {(row.sanction, row.rung) for row in restrictions(conn, now, 1_000)} == expected

    @invariant()
    def what_is_screened_by_equals_a_rebuild(self):
        self.catch_up()
        assert self.views.fingerprint() == load_views(self.store).fingerprint()
        now = self.clock.now()
        with self.store.read() as conn:
            for number in (HELD, FREE):
                seen = in_force(self.views.restrictions.numbers.get(number), now)
                there = [row for row in restrictions_on(conn, Target.NUMBER, number, "", now) if row.start <= now]
                assert {one.restriction for one in seen} == {row.restriction for row in there}
            seen = in_force(self.views.restrictions.trunks.get("t1"), now)
            there = [row for row in restrictions_on(conn, Target.TRUNK, 0, "t1", now) if row.start <= now]
            assert {one.restriction for one in seen} == {row.restriction for row in there}
            seen = in_force(self.views.restrictions.holders.get("H"), now)
            there = [row for row in restrictions_on(conn, Target.HOLDER, 0, "H", now) if row.start <= now]
            assert {one.restriction for one in seen} == {row.restriction for row in there}

    def teardown(self):
        with contextlib.closing(self.store):
            assert verify(self.store).fault is None


@pytest.fixture
def template(tmp_path):
    """A store with three cases, a person who holds one of the numbers, and two ways to tell each."""
    folder = tmp_path / "template"
    folder.mkdir()
    with contextlib.closing(fresh_store(folder, MovableClock(EVE))) as store:
        with store.act("test") as act:
            do_register_party(act, PartyRegistered("p", PartyKind.PERSON, "Zhang San"))
            do_register_holder(act, HolderRegistered("H", "p"))
            do_assign_numbers(act, [NumbersAssigned("r", "H", HELD, HELD + 1, Purpose.SERVICE)])
            do_open_trunk(act, TrunkOpened("t1", "p"))
            for kind, name in ((ContactOf.NUMBER, str(FREE)), (ContactOf.PARTY, "p")):
                do_name_contact(act, Contact(kind, name, Way.SMS, str(REACHED)))
                do_name_contact(act, Contact(kind, name, Way.MAIL, "zhang@example.net"))
        report_matched(store, FREE, range(8613900000101, 8613900000106), category="fraud")
        for case, what in ABOUT.items():
            with store.act("test") as act:
                do_open(act, case, Opened(Source.OFFICER, unit(what), (), "a look"), RULES, due, officer=OPENER)
                do_note(act, case, "they sell flats", RULES, officer=ONE)
        with store.act("test") as act:
            do_add_evidence(act, "c3", Evidence(Content("fraud", 0.98), act.at, "content"), RULES)
    return folder


def test_any_walk_takes_the_steps_of_the_tables_and_no_other(template):
    Desk.template = template
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=30,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # What went wrong is printed as it went: to shorten it takes minutes.
            phases=[Phase.explicit, Phase.generate],
        ),
    )
