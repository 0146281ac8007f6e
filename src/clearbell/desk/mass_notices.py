"""Mass notices as officers deal with them: who would be told, a list taken in, the approval that fixes the audience."""

from __future__ import annotations

import hashlib
import random
import secrets
from collections.abc import Callable, Sequence

import msgspec

from clearbell.desk.audiences import Preview, Sources, gather, preview
from clearbell.ledger import Act, Store
from clearbell.notices.mass.audience import ListLoader, Person, approve
from clearbell.notices.mass.queries import mass_of
from clearbell.notices.mass.service import (
    audience_of,
    channels_of,
    do_cancel,
    do_pause,
    do_resume,
    do_return,
    do_start,
    do_submit,
    may_approve,
)
from clearbell.notices.model import Channel
from clearbell.policy.model import Pack


class MassDesk(msgspec.Struct, frozen=True):
    """What mass notices need of the node, besides its store and pack."""

    sources: Sources
    on: frozenset[Channel]
    """Channels that really send."""
    signature: str = ""
    """What stands before each SMS."""


def preview_of(store: Store, number: int, pack: Pack, desk: MassDesk, chance: random.Random) -> Preview:
    """Whom a notice would reach now, with a masked sample. Raises a :class:`NoticeError` or ``CaseError``."""
    rules = pack.mass_notices
    with store.read() as conn:
        row = mass_of(conn, number)
        found = gather(conn, audience_of(row), channels_of(row), rules, row.purpose, desk.sources, store.clock.now())
        return preview(found, rules.sample, chance)


def approve_notice(
    store: Store,
    number: int,
    pack: Pack,
    desk: MassDesk,
    *,
    officer: str,
    actor: str,
    told: Callable[[int], None] = lambda _count: None,
) -> tuple[int, dict[str, int]]:
    """Find the audience, fix it and approve; returns how many there are and who was left out. Raises as :func:`approve`."""
    with store.read() as conn:
        row = mass_of(conn, number)
        may_approve(row, officer)
        found = gather(
            conn, audience_of(row), channels_of(row), pack.mass_notices, row.purpose, desk.sources, store.clock.now()
        )
        return approve(store, number, found, officer=officer, actor=actor, token=secrets.token_hex(8), told=told)


def do_take_list(act: Act, people: Sequence[Person], channels: Sequence[Channel]) -> str:
    """Take recipients in as a list; returns its name, the same for the same people."""
    told = "".join(f"{person.channel}\t{person.recipient}\t{person.language}\n" for person in people)
    name = hashlib.sha256(told.encode()).hexdigest()[:16]
    ListLoader(name, channels).store(act, people)
    return name


def do_mass_step(act: Act, number: int, step: str, reason: str, on: frozenset[Channel], *, officer: str) -> None:
    """Take one of :data:`STEPS`, all that an officer does but to draft and to approve. Raises ``NoticeError``, ``IllegalStepError``."""
    if step == "submit":
        do_submit(act, number, officer=officer, on=on)
    elif step == "return":
        do_return(act, number, reason, officer=officer)
    elif step == "start":
        do_start(act, number, officer=officer)
    elif step == "pause":
        do_pause(act, number, reason, officer=officer)
    elif step == "resume":
        do_resume(act, number, officer=officer)
    elif step == "cancel":
        do_cancel(act, number, reason, officer=officer)
    else:
        raise ValueError(step)


STEPS = ("submit", "return", "start", "pause", "resume", "cancel")
