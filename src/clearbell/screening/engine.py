"""One call, one decision: the checks in the pack's order, and one sum that adds up."""

from __future__ import annotations

import math
from collections.abc import Callable

from clearbell.calls import Action, Answer, Call, CallEnd, Charge, Decision
from clearbell.numbering import NumberClass
from clearbell.policy.model import Pack
from clearbell.screening.case import Case
from clearbell.screening.checks import LOOKS, Look
from clearbell.screening.naming import shown_name
from clearbell.screening.traffic import Traffic
from clearbell.screening.views import Views

FAIL_OPEN = "fail-open"
CHECK_FAILED = "check-failed:"
STALE = "stale-views"
"""Mark of a decision that a node made which had lost sight of the ledger."""


class Engine:
    """Screens calls under one pack. Not safe for several threads at once."""

    def __init__(self, pack: Pack, views: Views, traffic: Traffic, ids: Callable[[], str]) -> None:
        self.pack = pack
        self.views = views
        self.traffic = traffic
        self._ids = ids
        self._looks: tuple[tuple[int, str, Look], ...] = tuple(
            (1 << place, name, LOOKS[name]) for place, name in enumerate(pack.order)
        )

    def screen(self, call: Call) -> Decision:
        """Decide a call, then count the attempt: what it is judged by is what came before it.

        A check that fails is marked and passed over; this never raises for anything in the call.
        """
        case = Case(call, self.views, self.traffic, self.pack)
        decision = self._judge(case)
        self._count(case)
        return decision

    def _judge(self, case: Case) -> Decision:
        prices = self.pack.prices
        charges: list[Charge] = []
        marks: tuple[str, ...] = ()
        looked = 0
        not_applicable = 0
        for bit, name, look in self._looks:
            looked |= bit
            try:
                outcome = look(case)
            except Exception:  # noqa: BLE001 one check at fault must not keep the others from judging
                marks = (*marks, CHECK_FAILED + name)
                continue
            if outcome is None:
                not_applicable |= bit
                continue
            for symbol in outcome:
                price = prices[symbol.name]
                charges.append(Charge(symbol.name, price.points, symbol.evidence))
                if price.decides is not None and price.answer is not None:
                    return self._decision(
                        case, price.decides, price.answer, charges, symbol.name, looked, not_applicable, marks
                    )
        step = self.pack.action_for(math.fsum(charge.points for charge in charges) if charges else 0.0)
        return self._decision(case, step.action, step.answer, charges, "total", looked, not_applicable, marks)

    def _decision(
        self,
        case: Case,
        action: Action,
        answer: Answer,
        charges: list[Charge],
        decided_by: str,
        looked: int,
        not_applicable: int,
        marks: tuple[str, ...],
    ) -> Decision:
        label = ""
        reporters = 0
        if action is Action.LABEL:
            label, reporters = "nuisance", 0
            if case.label is not None:
                label, reporters = case.label.category, case.label.reporters
        return Decision(
            id=self._ids(),
            call=case.call,
            action=action,
            answer=answer,
            charges=tuple(charges),
            total=math.fsum(charge.points for charge in charges) if charges else 0.0,
            decided_by=decided_by,
            policy=self.pack.version,
            looked=looked,
            not_applicable=not_applicable,
            marks=marks,
            label=label,
            label_count=reporters,
            name=shown_name(case) if answer is Answer.CONTINUE else None,
        )

    def _count(self, case: Case) -> None:
        call = case.call
        self.traffic.attempt(
            call,
            case.holder,
            emergency=case.callee_class is NumberClass.EMERGENCY,
            stranger=not self.traffic.talked(call.caller, call.callee),
        )

    def ended(self, end: CallEnd) -> None:
        """Learn how a call ended."""
        resource = self.views.entitlements.resource_of(end.caller)
        self.traffic.ended(end, resource.holder if resource is not None else "")

    def remember(self, record: Decision | CallEnd) -> None:
        """Count what was decided or ended before this engine was made, from the record, in its order."""
        if isinstance(record, CallEnd):
            self.ended(record)
        else:
            self._count(Case(record.call, self.views, self.traffic, self.pack))

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
