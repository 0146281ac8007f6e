"""Cases that turn out to be one: a pointer from one to the other, which can be taken back."""

from __future__ import annotations

from clearbell.cases.errors import AnotherOpenError, MergeError, WordsNeededError
from clearbell.cases.files import case_of, change, count_urgency, open_case, own_case, unit_of
from clearbell.cases.model import CaseMerged, State, Step, Tending
from clearbell.ledger import Act
from clearbell.lifecycles import IllegalStepError
from clearbell.policy.model import CaseRules


def do_merge(act: Act, case: str, into: str, words: str, rules: CaseRules, *, officer: str = "") -> None:
    """Let a case go on as part of another; both keep their evidence and their past.

    Only a case without a verdict can become part of another: a verdict that was found is not overruled in passing.
    Appends ``cases.merged``. Raises :class:`MergeError`, :class:`WordsNeededError`,
    :class:`~clearbell.lifecycles.IllegalStepError`, and as :func:`~clearbell.cases.files.own_case`.
    """
    if case == into:
        raise MergeError("案件不能并入自身", "a case cannot be merged into itself", "into")
    row, target = own_case(act.conn, case), own_case(act.conn, into)
    for one in (row, target):
        if one.state == State.CLOSED.value:
            raise IllegalStepError(State.CLOSED, Tending.MERGE, [Step.REOPEN.value])
    if State(row.state) not in (State.OPENED, State.VERIFYING):
        raise MergeError(
            f"案件 {case} 已有结论或待复核的结论,不能并入他案;可将 {into} 并入 {case}",
            f"case {case} has a verdict or one that waits; merge {into} into it instead",
            "case",
        )
    if not words.strip():
        raise WordsNeededError
    change(act, case, merged_into=into)
    change(act, into, urgency=count_urgency(act.conn, into, rules))
    _append(act, CaseMerged(case, unit_of(row), officer or act.actor, into, words))


def do_part(act: Act, case: str, words: str, rules: CaseRules, *, officer: str = "") -> None:
    """Let a merged case go on by itself, as it stood before; what was added meanwhile stays with the other.

    Appends ``cases.merged``. Raises :class:`MergeError` (it is not merged), :class:`AnotherOpenError` (a newer case
    about the same is open), :class:`WordsNeededError` and :class:`~clearbell.cases.errors.UnknownCaseError`.
    """
    row = case_of(act.conn, case)
    if not row.merged_into:
        raise MergeError(f"案件 {case} 未并入他案", f"case {case} is not merged into another", "case")
    if not words.strip():
        raise WordsNeededError
    former = row.merged_into
    change(act, case, merged_into="", state=State.CLOSED.value)
    other = open_case(act.conn, unit_of(row))
    if other is not None:
        raise AnotherOpenError(other.case)
    change(act, case, state=row.state, urgency=count_urgency(act.conn, case, rules))
    change(act, former, urgency=count_urgency(act.conn, former, rules))
    _append(act, CaseMerged(case, unit_of(row), officer or act.actor, "", words))


def _append(act: Act, fact: CaseMerged) -> None:
    act.append("cases.merged", [fact], about=lambda f: f.unit.name)
