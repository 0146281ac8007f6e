"""Which rung a unit is due, and announcing a sanction by the ladder."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select

from clearbell.calls import DAY, HOUR
from clearbell.cases.evidence import Evidence, Sanction
from clearbell.cases.model import Unit
from clearbell.cases.queries import category_of
from clearbell.cases.service import Due, do_record_sanction
from clearbell.desk.effects import check_effects, do_put_in_force
from clearbell.desk.subjects import Subject, subject_of
from clearbell.desk.verdicts import on_whom
from clearbell.ledger import Act
from clearbell.policy.model import Pack
from clearbell.registry.queries import holder_of, spans_of, trunks_of
from clearbell.reports.tables import reputation_reset
from clearbell.sanctions.errors import PastStartError
from clearbell.sanctions.life import do_announce
from clearbell.sanctions.model import Announced, Rung, Stage, State, Target
from clearbell.sanctions.queries import sanctions_on, sanctions_within
from clearbell.sanctions.service import SanctionError


class Proposal(msgspec.Struct, frozen=True):
    """The rung that is due, and why."""

    rung: Rung
    category: str
    zh: str
    en: str
    earlier: tuple[str, ...] = ()
    """Sanctions that count, oldest first."""


class Asked(msgspec.Struct, frozen=True):
    """The sanction that an officer wants."""

    reason: str
    rung: Rung | None = None
    """None: the one proposed."""
    start: int = 0
    """µs UTC; 0: as soon as the ladder allows."""
    until: int = 0
    """End of the rung, µs UTC; 0: as the ladder says. What it steps down to comes after it."""
    limit: int = 0
    """Calls an hour, for a rate limit; 0: the ladder's."""
    on: Unit | Subject | None = None
    """On whom it falls; None: what the case is about."""
    order: str = ""
    words: str = ""
    """Why it is harsher than proposed."""


def propose(conn: Connection, on: Unit | Subject, category: str, pack: Pack, at: int) -> Proposal:
    """The rung that is due at ``at`` (µs UTC), from the category and what there was before.

    A number is judged with its holder and the holder's other numbers, a holder with its numbers, an access provider with
    its trunks. What was undone, withdrawn, or fell on a number's former user counts nothing.
    """
    subject = subject_of(on) if isinstance(on, Unit) else on
    ladder = pack.ladder
    order = [name for name, rung in ladder.rungs.items() if subject.target.value in rung.units]
    first = ladder.first_by_category.get(category, ladder.first)
    names = list(ladder.rungs)
    known = pack.categories.get(category)
    zh, en = (f"类别「{known.zh}」", f"the category is {known.en}") if known else ("类别未定", "no category is known")
    least = next((name for name in order if names.index(name) >= names.index(first)), order[-1])
    zh += f",起步为「{pack.rungs[least].zh}」"
    en += f": a first sanction is `{pack.rungs[least].en}`"
    earlier = _earlier(conn, subject, at - ladder.look_back_days * DAY)
    if not earlier:
        days = ladder.look_back_days
        return Proposal(Rung(least), category, f"{zh};{days} 天内无处置", f"{en}; none within {days} days")
    worst, name = max(((rung, name) for name, rung in earlier), key=lambda one: names.index(one[0]))
    above = next((one for one in order if names.index(one) > names.index(worst)), order[-1])
    due = max(least, above, key=names.index)
    zh += f";{ladder.look_back_days} 天内曾受「{pack.rungs[worst].zh}」({name}),升一级为「{pack.rungs[due].zh}」"
    en += (
        f"; within {ladder.look_back_days} days there was `{pack.rungs[worst].en}` ({name}), "
        f"so one rung up: `{pack.rungs[due].en}`"
    )
    return Proposal(Rung(due), category, zh, en, tuple(one for one, _ in earlier))


def _earlier(conn: Connection, on: Subject, since: int) -> list[tuple[str, str]]:
    """Sanctions since then on the subject and on what goes with it: another number, or another trunk, is no way out."""
    held = holder_of(conn, on.number) if on.number else on.name if on.target is Target.HOLDER else ""
    targets = [(on.target, on.number, on.name)]
    targets += [(Target.HOLDER, 0, held)] if held else []
    if on.target is Target.PROVIDER:
        targets += [(Target.TRUNK, 0, name) for name in trunks_of(conn, on.name)]
    rows = {row.sanction: row for row in sanctions_on(conn, targets, since)}
    rows |= {row.sanction: row for row in sanctions_within(conn, spans_of(conn, held), since)} if held else {}
    counted = [row for row in rows.values() if not row.undone and row.state != State.WITHDRAWN.value]
    numbers = {row.number for row in counted if row.number}
    resets = select(reputation_reset.c.number, reputation_reset.c.before).where(reputation_reset.c.number.in_(numbers))
    before = {row.number: row.before for row in conn.execute(resets)}
    counted.sort(key=lambda row: (row.announced, row.sanction))
    return [(row.sanction, row.rung) for row in counted if row.announced >= before.get(row.number, 0)]


def plan(rung: Rung, asked: Asked, target: Target, start: int, pack: Pack) -> tuple[Stage, ...]:
    """The rungs of a sanction that begins at ``start`` (µs UTC), down to its end."""
    rules = pack.ladder.rungs[rung.value]
    until = asked.until or (start + rules.days * DAY if rules.days else 0)
    limit = (asked.limit or rules.limit) if rung is Rung.RATE_LIMIT else asked.limit
    stages = [Stage(rung, until, limit)]
    while until and rules.then:
        name, days = rules.then, rules.then_days
        rules = pack.ladder.rungs[name]
        if target.value not in rules.units:
            continue
        until += days * DAY
        stages.append(Stage(Rung(name), until, rules.limit))
    return tuple(stages)


def do_announce_sanction(act: Act, case: str, asked: Asked, pack: Pack, due: Due, *, officer: str = "") -> Announced:
    """Announce a sanction of a confirmed case; it bites when its subject was told, by :mod:`clearbell.desk.sanctioning`.

    A milder rung than proposed is the officer's choice; a harsher one, a longer time or a lower limit needs words. An
    urgent one bites at once where the ladder says so. Raises as :func:`~clearbell.desk.verdicts.do_sanction`.
    """
    on, name, who = on_whom(act, case, asked.on, officer)
    target, ladder = on.target, pack.ladder
    proposed = propose(act.conn, on, category_of(act.conn, case), pack, act.at)
    rung = asked.rung or proposed.rung
    rules = ladder.rungs.get(rung.value)
    if rules is None or target.value not in rules.units:
        raise SanctionError("此级处置不适用于该对象", "the ladder has no such rung for what it falls on", "rung")
    order = list(ladder.rungs)
    # What is put off leaves time to be told of.
    at_once = rules.at_once and proposed.category in ladder.urgent and asked.start <= act.at
    earliest = act.at if at_once or not rules.notice else act.at + rules.notice_hours * HOUR
    start = asked.start or earliest
    if start < act.at:
        raise PastStartError(start)
    if start < earliest:
        raise SanctionError(
            f"须提前 {rules.notice_hours} 小时告知", f"its subject is told {rules.notice_hours} hours ahead", "start"
        )
    check_effects(act.conn, rung, target, on.name)
    stages = plan(rung, asked, target, start, pack)
    longer = bool(rules.days) and stages[0].until > start + rules.days * DAY
    tighter = rung is Rung.RATE_LIMIT and 0 < asked.limit < rules.limit
    if (order.index(rung.value) > order.index(proposed.rung.value) or longer or tighter) and not asked.words.strip():
        raise SanctionError(
            f"重于建议的「{pack.rungs[proposed.rung.value].zh}」须说明理由({proposed.zh})",
            f"harsher than the proposed `{pack.rungs[proposed.rung.value].en}` needs words ({proposed.en})",
            "words",
        )
    fact = Announced(
        name,
        case,
        target,
        asked.reason,
        start,
        start + ladder.wait_hours * HOUR,
        stages,
        on.number,
        on.name,
        asked.order,
        who,
        proposed.rung,
        asked.words,
        0 if at_once or not rules.notice else ladder.channels,
        ladder.different_channels,
        at_once,
    )
    do_announce(act, fact)
    if fact.at_once:
        do_put_in_force(act, name)
    one = Evidence(Sanction(name, rung.value, fact.until), act.at, who, name)
    do_record_sanction(act, case, asked.reason, due, one, pack.cases, who)
    return fact
