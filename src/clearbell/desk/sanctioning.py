"""What a node does about sanctions: tells their subjects, puts them in force, steps them down, ends them.

Everything is decided inside an act, from what is in the store then: of two nodes one does it, and a node that starts
again goes on where it stopped.
"""

from __future__ import annotations

import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, case, distinct, func, select

from clearbell.calls import HOUR
from clearbell.desk.effects import do_pass_on, do_put_in_force
from clearbell.ledger import Act, Store
from clearbell.ledger.followers import advance_all
from clearbell.ledger.model import Entry
from clearbell.notices.errors import NoticeError
from clearbell.notices.model import Channel
from clearbell.notices.model import State as Sent
from clearbell.notices.queries import notice_of
from clearbell.notices.service import Notice, Outbox, do_queue_notice, notice_id
from clearbell.notices.tables import notice
from clearbell.policy.model import Pack
from clearbell.registry.contacts.model import Contact, ContactOf, Way
from clearbell.registry.contacts.queries import (
    contacts_of_holder,
    contacts_of_number,
    contacts_of_provider,
    contacts_of_trunk,
)
from clearbell.sanctions.life import do_tell, stages_of
from clearbell.sanctions.model import FACTS, RESTRICTING, Announced, Moved, Rung, State, Step, Target, Told
from clearbell.sanctions.queries import due_sanctions, notices_about, sanction_of, sanctions
from clearbell.sanctions.tables import sanction, sanction_notice

FOLLOWER = "sanction-notices"
ACTOR = "system:sanctions"
AHEAD = "ahead"
KINDS = ("sanctions.announced", "sanctions.moved", "registry.contact")


def keep_up_sanctions(store: Store, pack: Pack, outbox: Outbox, appeal_page: str = "") -> list[str]:
    """Tell what is new, and do what time asks for; returns the sanctions that took a step.

    ``appeal_page``: address of the page where one appeals, which notices then name.
    """
    pack = _naming(pack, appeal_page)
    advance_all(store, FOLLOWER, KINDS, lambda act, entries: _tell_new(act, entries, pack, outbox))
    with store.read() as conn:
        now = store.clock.now()
        due = due_sanctions(conn, now)
        due += [name for name in _told(conn, now) if name not in due]
    moved = []
    for name in due:
        with store.act(ACTOR) as act:
            if _do_due(act, name):
                moved.append(name)
    if moved:
        advance_all(store, FOLLOWER, KINDS, lambda act, entries: _tell_new(act, entries, pack, outbox))
    return moved


def _naming(pack: Pack, page: str) -> Pack:
    """The pack, whose words on appeals name the page too."""
    if not page:
        return pack
    rules = pack.ladder
    said = msgspec.structs.replace(
        rules, appeal_zh=f"{rules.appeal_zh};网上申诉 {page}", appeal_en=f"{rules.appeal_en}; online at {page}"
    )
    return msgspec.structs.replace(pack, ladder=said)


def _told(conn: Connection, now: int) -> list[str]:
    """Announced sanctions whose time has come and whose subjects were told: one question, however many wait."""
    ways = func.count(distinct(case((sanction.c.different, sanction_notice.c.channel), else_=sanction_notice.c.notice)))
    query = (
        select(sanction.c.sanction)
        .join(sanction_notice, sanction_notice.c.sanction == sanction.c.sanction)
        .join(notice, notice.c.notice == sanction_notice.c.notice)
        .where(
            sanction.c.state == State.ANNOUNCED.value,
            sanction.c.start <= now,
            sanction_notice.c.event == AHEAD,
            sanction_notice.c.counts,
            sanction_notice.c.fault == "",
            (notice.c.state == Sent.DELIVERED.value)
            | ((notice.c.state == Sent.SENT.value) & (notice.c.channel == Channel.MAIL.value)),
        )
        .group_by(sanction.c.sanction, sanction.c.channels)
        .having(ways >= sanction.c.channels)
        .order_by(sanction.c.sanction)
    )
    return list(conn.execute(query).scalars())


def _do_due(act: Act, name: str) -> bool:
    row = sanction_of(act.conn, name)
    if row is None:
        return False
    if row.state != State.ANNOUNCED.value or (row.ends and act.at >= row.ends):
        return do_pass_on(act, name)
    if act.at < row.start:
        return False
    if is_told(act.conn, row):
        do_put_in_force(act, name)
        return True
    if act.at < row.latest:
        return False
    do_put_in_force(act, name, faults_of(act.conn, row))
    return True


def is_told(conn: Connection, row: Row[Any]) -> bool:
    """Whether the notice ahead was delivered by as many channels as the sanction asks for."""
    through = {
        (one.channel, "" if row.different else one.notice)
        for one in notices_about(conn, row.sanction, AHEAD)
        if one.counts and is_through(conn, one)
    }
    return bool(len(through) >= row.channels)


def is_through(conn: Connection, one: Row[Any]) -> bool:
    """Whether a notice is proven: a receipt, or for mail that the relay took it over, for SMTP tells no more."""
    known = notice_of(conn, one.notice) if not one.fault else None
    if known is None:
        return False
    taken = one.channel == Channel.MAIL.value and known.state == Sent.SENT.value
    return bool(taken or known.state == Sent.DELIVERED.value)


def faults_of(conn: Connection, row: Row[Any]) -> tuple[str, ...]:
    """What kept the notice ahead from being proven, way by way."""
    found = []
    for one in notices_about(conn, row.sanction, AHEAD):
        if one.counts and not is_through(conn, one):
            known = notice_of(conn, one.notice)
            why = one.fault or (f"{known.state} {known.reason}".strip() if known is not None else "gone")
            found.append(f"{one.channel} {one.notice}: {why}")
    return tuple(found) or ("联系方式不足 / too few contacts",)


def _tell_new(act: Act, entries: list[Entry], pack: Pack, outbox: Outbox) -> None:
    if any(entry.kind == "registry.contact" for entry in entries):
        # Whoever can be reached from now on is told of what has not bitten yet.
        for row in sanctions(act.conn, state=State.ANNOUNCED, limit=None):
            _do_tell_all(act, row, AHEAD, pack, outbox)
    for entry in entries:
        if entry.kind == "registry.contact":
            continue
        for fact in entry.decode(FACTS):
            known = sanction_of(act.conn, fact.sanction)
            if known is not None and (event := _event(act.conn, fact, known)):
                _do_tell_all(act, known, event, pack, outbox)


def _event(conn: Connection, fact: Announced | Moved, row: Row[Any]) -> str:
    """What a fact is told as; empty: nobody need be told of it."""
    if not isinstance(fact, Moved):
        # Taken back before anybody was told: then nobody is.
        return AHEAD if row.state != State.WITHDRAWN.value else ""
    if fact.step is Step.BITE:
        return Step.BITE.value if Rung(row.rung) in RESTRICTING and not row.at_once else ""
    if fact.step is Step.WITHDRAW and not notices_about(conn, fact.sanction, AHEAD):
        return ""
    return fact.step.value if fact.step is not Step.STEP_DOWN else f"{fact.step.value} {fact.rung.value}"


def contacts_for(conn: Connection, target: Target, number: int, name: str) -> list[Contact]:
    """Who is told of a sanction on the target, but for the line that it bars."""
    match target:
        case Target.NUMBER:
            return contacts_of_number(conn, number)
        case Target.HOLDER:
            return contacts_of_holder(conn, name)
        case Target.TRUNK:
            return contacts_of_trunk(conn, name)
        case Target.PROVIDER:
            return contacts_of_provider(conn, name)


def _do_tell_all(act: Act, row: Row[Any], event: str, pack: Pack, outbox: Outbox) -> None:
    for one in contacts_for(act.conn, Target(row.target), row.number, row.name):
        _do_tell_one(act, row, event, one, pack, outbox, counts=True)
    if row.number:
        own = Contact(ContactOf.NUMBER, str(row.number), Way.SMS, str(row.number))
        _do_tell_one(act, row, event, own, pack, outbox, counts=False)


def _do_tell_one(act: Act, row: Row[Any], event: str, to: Contact, pack: Pack, outbox: Outbox, *, counts: bool) -> None:
    template, arguments = _said(row, event, to.language, pack)
    key = f"sanction:{row.sanction}:{event}:{to.way.value}:{to.address}"
    new = Notice(
        key,
        Channel(to.way.value),
        int(to.address) if to.way is Way.SMS else to.address,
        template,
        arguments,
        to.language,
        "sanction",
        max(row.latest, act.at) + pack.ladder.wait_hours * HOUR,
    )
    fault = ""
    try:
        do_queue_notice(act, outbox, new)
    except NoticeError as error:
        if not counts:
            return
        fault = f"{error.zh} / {error.en}"
    do_tell(act, Told(row.sanction, event, to.way.value, notice_id(key), row.number, counts, fault))


def _said(row: Row[Any], event: str, language: str, pack: Pack) -> tuple[str, dict[str, str]]:
    zh = language == "zh"
    name = {"sanction": row.sanction}
    what = f"+{row.number}" if row.number else row.name
    if event in (Step.EXPIRE.value, Step.LIFT.value, Step.WITHDRAW.value):
        return "sanction-over", {**name, "subject": what}
    rules = pack.ladder.rungs[row.rung]
    told = {
        **name,
        "subject": what,
        "reason": " ".join(row.reason.split()),
        "remedy": rules.remedy_zh if zh else rules.remedy_en,
        "papers": rules.papers_zh if zh else rules.papers_en,
        "appeal": pack.ladder.appeal_zh if zh else pack.ladder.appeal_en,
    }
    if event.startswith(Step.STEP_DOWN.value):
        rung = pack.rungs[row.current]
        return "sanction-milder", {
            **told,
            "rung": rung.zh if zh else rung.en,
            "until": _time(row.until, pack, language),
        }
    steps = []
    for stage in stages_of(row):
        words = pack.rungs[stage.rung.value]
        limit = "" if not stage.limit else f"({stage.limit} 次/时)" if zh else f" ({stage.limit} calls an hour)"
        end = _time(stage.until, pack, language)
        steps.append(f"{words.zh}{limit}至 {end}" if zh else f"{words.en}{limit} until {end}")
    joined = (",其后" if zh else ", then ").join(steps)
    return (
        "sanction-ahead" if event == AHEAD else "sanction-begun",
        {**told, "rung": joined, "from": _time(row.bitten or row.start, pack, language)},
    )


def _time(at: int, pack: Pack, language: str) -> str:
    if not at:
        return "解除" if language == "zh" else "it is lifted"
    zone = datetime.timezone(datetime.timedelta(minutes=pack.utc_offset_minutes))
    return datetime.datetime.fromtimestamp(at / 1e6, zone).strftime("%Y-%m-%d %H:%M %z")
