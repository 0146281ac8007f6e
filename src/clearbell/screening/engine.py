"""One call, one decision: the checks in the pack's order, and one sum that adds up."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from clearbell.calls import Action, Answer, Call, CallEnd, Charge, Decision
from clearbell.policy.model import Pack
from clearbell.screening.case import Case
from clearbell.screening.checks import GLANCES, LOOKS, Look
from clearbell.screening.naming import shown_name
from clearbell.screening.outline import Glance, Limits, Traits
from clearbell.screening.traffic import Traffic
from clearbell.screening.views.views import Views

FAIL_OPEN = "fail-open"
CHECK_FAILED = "check-failed:"
STALE = "stale-views"
"""Mark of a decision that a node made which had lost sight of the ledger."""
TOTAL = "total"
"""What decided, where no symbol did by itself."""
MAX_PLANS = 4096
"""Outlines whose plan is kept; real traffic has some dozens."""


_LABEL, _CONTINUE = Action.LABEL, Answer.CONTINUE


def _sum(charges: Iterable[Charge]) -> float:
    return math.fsum(charge.points for charge in charges)


class Plan:
    """What is to be done with calls of one outline: which checks look, and what the others say unasked."""

    __slots__ = ("looked", "looks", "not_applicable")

    def __init__(self, outline: int, pack: Pack) -> None:
        looks: list[tuple[int, str, Look]] = []
        self.looked = (1 << len(pack.order)) - 1
        """Bits of all checks."""
        self.not_applicable = 0
        """Bits of those that do not apply, without looking."""
        for place, name in enumerate(pack.order):
            said = GLANCES[name](outline, pack)
            if said is Glance.LOOK:
                looks.append((1 << place, name, LOOKS[name]))
            elif said is Glance.NOT_APPLICABLE:
                self.not_applicable |= 1 << place
        self.looks = tuple(looks)
        """Bit, name and check of those that look, in the pack's order."""


class Engine:
    """Screens calls under one pack. Not safe for several threads at once."""

    def __init__(self, pack: Pack, views: Views, traffic: Traffic, ids: Callable[[], str]) -> None:
        self.pack = pack
        self.views = views
        self.traffic = traffic
        self._ids = ids
        self._version = pack.version
        self._limits = Limits(pack)
        self._of_numbers = Traits(pack.country)
        self._calm = pack.action_for(0.0)
        self._plans: dict[int, Plan] = {}
        """By outline; made when the first call of it comes."""

    def screen(self, call: Call) -> Decision:
        """Decide a call, then count the attempt: what it is judged by is what came before it.

        A check that fails is marked and passed over; this never raises for anything in the call.
        """
        case = Case(call, self.views, self.traffic, self.pack, self._limits, self._of_numbers)
        decision = self._judge(case)
        self._count(case)
        return decision

    def _plan(self, outline: int) -> Plan:
        if len(self._plans) >= MAX_PLANS:
            self._plans.clear()
        made = self._plans[outline] = Plan(outline, self.pack)
        return made

    def _judge(self, case: Case) -> Decision:
        plan = self._plans.get(case.outline) or self._plan(case.outline)
        if not plan.looks:
            calm = self._calm
            return self._decision(case, calm.action, calm.answer, (), TOTAL, plan.looked, plan.not_applicable, ())
        charges: list[Charge] = []
        marks: tuple[str, ...] = ()
        not_applicable = plan.not_applicable
        for bit, name, look in plan.looks:
            try:
                outcome = look(case)
            except Exception:  # noqa: BLE001 one check at fault must not keep the others from judging
                marks = (*marks, CHECK_FAILED + name)
                continue
            if outcome is None:
                not_applicable |= bit
                continue
            for symbol in outcome:
                price = self.pack.prices[symbol.name]
                charges.append(Charge(symbol.name, price.points, symbol.evidence))
                if price.decides is not None and price.answer is not None:
                    looked = 2 * bit - 1
                    said = tuple(charges)
                    applied = not_applicable & looked
                    return self._decision(case, price.decides, price.answer, said, symbol.name, looked, applied, marks)
        step = self.pack.action_for(_sum(charges)) if charges else self._calm
        said = tuple(charges)
        return self._decision(case, step.action, step.answer, said, TOTAL, plan.looked, not_applicable, marks)

    def _decision(
        self,
        case: Case,
        action: Action,
        answer: Answer,
        charges: tuple[Charge, ...],
        decided_by: str,
        looked: int,
        not_applicable: int,
        marks: tuple[str, ...],
    ) -> Decision:
        label = ""
        reporters = 0
        if action is _LABEL:
            label, reporters = "nuisance", 0
            if case.label is not None:
                label, reporters = case.label.category, case.label.reporters
        # In the order of their declaration: named, they would cost as much as a check.
        return Decision(
            self._ids(),
            case.call,
            action,
            answer,
            charges,
            _sum(charges) if charges else 0.0,
            decided_by,
            self._version,
            looked,
            not_applicable,
            marks,
            label,
            reporters,
            # Only the holder of a registered number can have been proven.
            shown_name(case) if case.holder and answer is _CONTINUE else None,
        )

    def _count(self, case: Case) -> None:
        call = case.call
        self.traffic.attempt(call, case.holder, case.emergency, not case.talked, case.found, case.called, case.tally)

    def ended(self, end: CallEnd) -> None:
        """Learn how a call ended."""
        resource = self.views.entitlements.resource_of(end.caller)
        self.traffic.ended(end, resource.holder if resource is not None else "")

    def remember(self, record: Decision | CallEnd) -> None:
        """Count what was decided or ended before this engine was made, from the record, in its order."""
        if isinstance(record, CallEnd):
            self.ended(record)
        else:
            self._count(Case(record.call, self.views, self.traffic, self.pack, self._limits, self._of_numbers))

    def fail_open(self, call: Call, why: str) -> Decision:
        """Let a call through without judging it, and say so in the record; ``why`` becomes a mark."""
        return Decision(
            id=self._ids(),
            call=call,
            action=Action.ALLOW,
            answer=Answer.CONTINUE,
            charges=(),
            total=0.0,
            decided_by=FAIL_OPEN,
            policy=self.pack.version,
            marks=(FAIL_OPEN, why) if why else (FAIL_OPEN,),
        )
