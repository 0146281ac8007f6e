"""How urgent a case is. Pure; every weight is the pack's.

Each kind of reason that brought the case adds its points once. Distinct reporters past the line add a few each, up to
a bound, so that a crowd does not outweigh an order. A grave category (fraud) adds its points when most reports name
one, or the content of a call does, then in proportion to the confidence. So does each deadline that passed.
"""

from __future__ import annotations

from collections.abc import Iterable

from clearbell.cases.evidence import Content, Reports, What
from clearbell.cases.model import Source
from clearbell.policy.model import CaseRules


def urgency(sources: Iterable[Source], entries: Iterable[What], rules: CaseRules, late: int = 0) -> int:
    """Points of a case with these reasons and this evidence; ``late``: how many of its deadlines passed."""
    weights = rules.urgency
    by_source = {
        Source.REPORTS: weights.reports,
        Source.FINDING: weights.finding,
        Source.DETECTOR: weights.detector,
        Source.ORDER: weights.order,
        Source.OFFICER: weights.officer,
    }
    total = sum(by_source[source] for source in set(sources))
    grave = 0.0
    reporters = 0
    for what in entries:
        if isinstance(what, Reports):
            reporters = max(reporters, what.reporters)
            named = sum(what.categories.values())
            if named and 2 * sum(what.categories.get(code, 0) for code in rules.grave) > named:
                grave = 1.0
        elif isinstance(what, Content) and what.category in rules.grave and not what.doubt:
            grave = max(grave, what.confidence)
    past = max(0, reporters - rules.reporters)
    total += late * weights.late
    total += min(weights.reporters_most, past * weights.per_reporter)
    return total + round(weights.grave * grave)
