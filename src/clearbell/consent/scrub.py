"""Scrubbing: a calling list held against what subscribers said, before anyone dials."""

from __future__ import annotations

import enum
from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import Connection, text

from clearbell.calls import DAY
from clearbell.consent.hours import next_change, quiet_at, read_hours, zone_of
from clearbell.consent.tables import consent
from clearbell.ledger.bulk import stage_rows
from clearbell.numbering import NumberClass, class_of

ALWAYS = 0


class Why(enum.Enum):
    """Why a number may be called, or may not; in the order of judgement, first met first said."""

    NO_NUMBER = ("no-number", "不是号码", "it is no number")
    EMERGENCY = ("emergency", "紧急号码", "it is an emergency number")
    BARRED = ("barred", "使用主体受限", "the holder is restricted")
    OWN_ALLOW = ("own-allow", "用户白名单允许该主叫", "the subscriber's own list allows the caller")
    OWN_BLOCK = ("own-block", "用户黑名单拒绝该主叫", "the subscriber's own list blocks the caller")
    REFUSED = ("refused", "用户已拒绝该使用主体", "the subscriber refused the holder")
    REFUSED_NUMBER = ("refused-number", "用户已拒绝该主叫号码", "the subscriber refused the calling number")
    WISH = ("wish", "用户不愿接听此类电话", "the subscriber wishes no calls of this category")
    WISH_HOURS = (
        "wish-hours",
        "用户在此时段不愿接听此类电话",
        "the subscriber wishes no calls of this category at this hour",
    )
    WITHDRAWN = ("withdrawn", "同意已撤回", "the consent was withdrawn")
    LAPSED = ("lapsed", "同意已到期", "the consent has lapsed")
    NO_CONSENT = ("no-consent", "没有同意", "there is no consent")
    CONSENTED = ("consented", "同意有效", "a consent is in force")
    MAY = ("may", "可以呼叫", "it may be called")
    MAY_NOT = ("may-not", "不得呼叫", "it may not be called")

    def __init__(self, code: str, zh: str, en: str) -> None:
        self.code = code
        self.zh = zh
        self.en = en


class Question(msgspec.Struct, frozen=True):
    """Who wants to call, what for, and when."""

    holder: str
    purpose: str
    at: int
    """µs UTC."""
    caller: int = 0
    """Number shown; 0: not known, then lists and refusals by number cannot be held against it."""
    consent_days: float | None = None
    """Days after which a consent without a stated period lapses (the pack's ``consent_days``); None: never."""
    barred: bool = False
    """The holder may not call at all."""
    zone: str = "UTC"
    """Time zone of subscribers who named none: the pack's."""


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What was found about one number."""

    why: Why
    until: int = ALWAYS
    """Until when it may be called, µs UTC; 0: no end is known, or it may not be called."""
    again: int = 0
    """From when it may be called again where only the hour keeps it from it, µs UTC; 0: nobody knows."""

    @property
    def may(self) -> bool:
        """Whether it may be called."""
        return self.why in (Why.CONSENTED, Why.OWN_ALLOW, Why.MAY)

    def told(self, tells: Collection[str]) -> Verdict:
        """As far as someone may learn it who may be told the reasons ``tells``, by their codes."""
        if self.why.code in tells:
            return self
        return Verdict(Why.MAY, self.until) if self.may else Verdict(Why.MAY_NOT)


def scrub(conn: Connection, question: Question, callees: Sequence[int]) -> dict[int, Verdict]:
    """Hold each of the numbers (keys; 0 is no number) against lists, refusals, wishes and consents.

    A number that stands twice has one verdict. A million numbers take seconds.
    """
    found: dict[int, Verdict] = dict.fromkeys(callees, Verdict(Why.NO_CONSENT))
    if 0 in found:
        found[0] = Verdict(Why.NO_NUMBER)
    numbers = sorted(number for number in found if number)
    if question.barred:
        found.update(dict.fromkeys(numbers, Verdict(Why.BARRED)))
    else:
        staged = stage_rows(conn, consent, ("callee",), [(number,) for number in numbers])
        # From the last reason to the first: what is met earlier in the order of judgement is written over it.
        _consents(conn, staged, question, found)
        _hours(conn, staged, question, found)
        for number in _matching(conn, staged, "wish", "owner", _WISH, {"p": f"% {question.purpose} %"}):
            found[number] = Verdict(Why.WISH)
        if question.caller:
            for number in _matching(
                conn, staged, "refusal", "callee", _BY_NUMBER, {"c": question.caller, "h": question.holder}
            ):
                found[number] = Verdict(Why.REFUSED_NUMBER)
        for number in _matching(conn, staged, "refusal", "callee", "r.holder = :h", {"h": question.holder}):
            found[number] = Verdict(Why.REFUSED)
        if question.caller:
            for why, verdict in ((Why.OWN_BLOCK, "block"), (Why.OWN_ALLOW, "allow")):
                values: dict[str, object] = {"c": question.caller, "v": verdict}
                for number in _matching(conn, staged, "own_list", "owner", _LISTED, values):
                    found[number] = Verdict(why)
    for number in numbers:
        # Only short numbers can be emergency numbers; the class of the others need not be asked.
        if number < _SHORT and class_of(number) is NumberClass.EMERGENCY:
            found[number] = Verdict(Why.EMERGENCY)
    return found


_WISH = "' ' || r.refuse || ' ' LIKE :p"
# As in screening, a consent that the holder got after the refusal of its number ends that refusal.
_BY_NUMBER = (
    "r.caller = :c AND NOT EXISTS (SELECT 1 FROM consent AS c WHERE c.callee = r.callee AND c.holder = :h "
    "AND c.given > r.at AND c.withdrawn = 0)"
)
_LISTED = "r.first <= :c AND r.last >= :c AND r.verdict = :v"
_SHORT = 10_000_000


def _each(staged: str) -> str:
    """For each of the numbers, whatever stands after it is looked up by the number.

    SQLite keeps to the order of a CROSS JOIN. Left to choose, it goes through all that a holder has, and through all
    numbers for each of these.
    """
    return f"{staged} AS s CROSS JOIN"


def _matching(
    conn: Connection, staged: str, table: str, owner: str, where: str, values: dict[str, object]
) -> Sequence[int]:
    query = f'SELECT DISTINCT r."{owner}" FROM {_each(staged)} "{table}" AS r WHERE r."{owner}" = s.callee AND {where}'  # noqa: S608 names are our own
    return conn.execute(text(query), values).scalars().all()


def _hours(conn: Connection, staged: str, question: Question, found: dict[int, Verdict]) -> None:
    """What wishes by the hour change: not now, or not for as long as the consent would allow."""
    query = f"SELECT r.owner, r.quiet, r.zone FROM {_each(staged)} wish AS r WHERE r.owner = s.callee AND r.quiet <> ''"  # noqa: S608 names are our own
    # Most people wish one of a few things, and what follows from it is worked out once.
    known: dict[tuple[str, str], tuple[bool, int]] = {}
    for owner, quiet, name in conn.execute(text(query)):
        if (quiet, name) not in known:
            hours, zone = read_hours(quiet), zone_of(name, question.zone)
            known[quiet, name] = (
                quiet_at(hours, question.purpose, question.at, zone) is not None,
                next_change(hours, question.purpose, question.at, zone),
            )
        now_quiet, change = known[quiet, name]
        verdict = found[owner]
        if now_quiet:
            found[owner] = Verdict(Why.WISH_HOURS, again=change)
        elif verdict.may and change and (not verdict.until or change < verdict.until):
            found[owner] = Verdict(verdict.why, change)


def _consents(conn: Connection, staged: str, question: Question, found: dict[int, Verdict]) -> None:
    query = (
        'SELECT c.callee, c."until", c.given, c.withdrawn, c.purpose '  # noqa: S608 names are our own
        f"FROM {_each(staged)} consent AS c WHERE c.callee = s.callee "
        "AND c.holder = :holder AND c.purpose IN (:purpose, '*')"
    )
    lapse = None if question.consent_days is None else int(question.consent_days * DAY)
    at = question.at
    endless = Verdict(Why.CONSENTED)
    withdrawn = Verdict(Why.WITHDRAWN)
    lapsed = Verdict(Why.LAPSED)
    for callee, until, given, withdrawn_at, purpose in conn.execute(
        text(query), {"holder": question.holder, "purpose": question.purpose}
    ):
        end = until or (given + lapse if lapse is not None else 0)
        if withdrawn_at:
            verdict = withdrawn
        elif end and end <= at:
            verdict = lapsed
        else:
            verdict = Verdict(Why.CONSENTED, end) if end else endless
        before = found[callee]
        # The consent for that very purpose speaks, unless it was withdrawn and one for every purpose is there.
        if before.why is Why.NO_CONSENT or (
            before.why is Why.WITHDRAWN if purpose == "*" else verdict is not withdrawn
        ):
            found[callee] = verdict
