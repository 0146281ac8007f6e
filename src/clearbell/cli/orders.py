"""``clearbell orders``: orders of authorities, from receipt to reply."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cyclopts import App

from clearbell.cli.context import open_store, refuse, say, words
from clearbell.cli.must_dos import (
    acknowledge,
    act_on_order,
    cannot,
    confirm,
    do,
    keep_document,
    propose,
    prove,
    reopen,
    told_order,
    tongue,
)

if TYPE_CHECKING:
    from clearbell.desk.ordering import Asked
    from clearbell.sanctions.orders.model import Bears, Kind

app = App(name="orders", help="Orders of authorities. 监管指令。")
for command in (acknowledge, do, prove, cannot, reopen, propose, confirm):
    app.command(command)


def _asked(text: str, kind: Kind, bears: Bears, **more: Any) -> Asked:
    """``WHAT`` or ``WHAT@TIME``; what it bears on may be said first, as in ``holder:H1``."""
    from clearbell.cli.fields import moment
    from clearbell.cli.fields import number as read_number
    from clearbell.desk.ordering import Asked
    from clearbell.sanctions.orders.model import Bears

    what, _, due = text.rpartition("@")
    if not what or not re.match(r"\d{4}-\d\d-\d\d", due):
        what, due = text, ""
    prefix, colon, rest = what.partition(":")
    if colon and prefix in {one.value for one in Bears}:
        bears, what = Bears(prefix), rest
    ends = moment(due, "due")
    if bears is Bears.NUMBER:
        return Asked(kind, bears, read_number(what), due=ends, **more)
    if bears is Bears.NOTHING:
        return Asked(kind, bears, due=ends, detail=what)
    return Asked(kind, bears, name=what, due=ends, **more)


@app.command
def receive(
    order: str,
    *,
    authority: str,
    reference: str,
    text: str,
    issuer: str = "",
    received: str = "",
    due: str = "",
    document: Path | None = None,
    shut_off: list[str] | None = None,
    rung: Literal["outgoing_barred", "barred", "contract_ended", "blacklisted"] | None = None,
    until: str = "",
    lift: list[str] | None = None,
    label: list[str] | None = None,
    category: str = "",
    open_case: list[str] | None = None,
    hand_over: list[str] | None = None,
    stop: list[str] | None = None,
    remove: list[str] | None = None,
    other: list[str] | None = None,
    officer: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Put an order on file, with what must be done.

    Each must-do may be given several times, as a number or as ``holder:ID``, ``trunk:ID``, ``provider:ID``; with a due
    time of its own after ``@``: ``--shut-off 13800000001@2026-12-01T18:00:00+08:00``.

    Parameters
    ----------
    order
        Its id here.
    authority
        Who sent it, as the pack names it: miit, bureau, police …
    reference
        The authority's own number of the order (文号).
    text
        What it asks, in words.
    issuer
        Full name of who issued it (default: the pack's).
    received
        When: a date or ISO 8601 with a zone (default: now).
    due
        By when: a date or ISO 8601 with a zone (default: the pack's hours for each must-do).
    document
        The signed document: PDF, PNG or JPEG; kept encrypted.
    shut_off
        Shut off.
    rung
        How (default: outgoing calls barred; a provider: its contract ended).
    until
        Until when shut off (default: until it is lifted).
    lift
        Lift what restricts it.
    label
        Publish a label about a number.
    category
        Which category the label must say (default: any).
    open_case
        Open a case.
    hand_over
        Hand over records.
    stop
        Stop a number resource, by its id, or a number.
    remove
        Remove a listing, by its address.
    other
        Anything else, in words.
    officer
        Who takes it in (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import moment
    from clearbell.desk.ordering import Incoming, do_take_in
    from clearbell.sanctions.model import Rung
    from clearbell.sanctions.orders.model import Bears, Kind

    ends = moment(until, "until")
    asks = [
        *(
            _asked(one, Kind.SHUT_OFF, Bears.NUMBER, rung=Rung(rung) if rung else None, until=ends)
            for one in shut_off or ()
        ),
        *(_asked(one, Kind.LIFT, Bears.NUMBER) for one in lift or ()),
        *(_asked(one, Kind.LABEL, Bears.NUMBER, detail=category) for one in label or ()),
        *(_asked(one, Kind.OPEN_CASE, Bears.NUMBER) for one in open_case or ()),
        *(_asked(one, Kind.HAND_OVER_RECORDS, Bears.NUMBER) for one in hand_over or ()),
        *(_asked(one, Kind.STOP_RESOURCE, Bears.RESOURCE) for one in stop or ()),
        *(_asked(f"listing:{one}", Kind.REMOVE_LISTING, Bears.LISTING) for one in remove or ()),
        *(_asked(one, Kind.OTHER, Bears.NOTHING) for one in other or ()),
    ]
    kept = keep_document(document, pack, home) if document else None
    came = Incoming(
        order, authority, reference, text, tuple(asks), issuer, moment(received, "received"), moment(due, "due"), kept
    )
    act_on_order(home, pack, lambda act, rules, *_: do_take_in(act, came, rules, officer=officer))
    told_order(order, home)


@app.command(name="list")
def list_(
    *,
    state: str = "",
    everything: bool = False,
    overdue: bool = False,
    number: str = "",
    limit: int = 100,
    home: Path | None = None,
) -> None:
    """List the orders to be dealt with, the soonest due first.

    Parameters
    ----------
    state
        Only those in this state, such as ``in-work`` or ``done``.
    everything
        Ended ones too.
    overdue
        Only those of which a due time has passed.
    number
        Only those that bear on this number.
    limit
        How many at most.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import number as read_number
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show, table
    from clearbell.sanctions.orders.model import OPEN, State
    from clearbell.sanctions.orders.queries import must_dos_of, orders
    from clearbell.sanctions.orders.wording import STATES

    known = {one.value: one for one in State}
    if state and state not in known:
        options = ", ".join(known)
        refuse(f"--state {state}:没有此状态;可用:{options}", f"--state {state}: no such state; there are {options}")
    store = open_store(home)
    now = store.clock.now()
    key = read_number(number, "--number") if number else 0
    with store.read() as conn:
        rows = [
            (row, must_dos_of(conn, row.order))
            for row in orders(
                conn, state=known.get(state), everything=everything, overdue_at=now if overdue else 0, number=key,
                limit=limit,
            )
        ]  # fmt: skip
    late = words("已逾期", "overdue")
    show(
        table(
            words("指令", "Orders"),
            words("编号 机关 文号 状态 期限 未办", "order issuer reference state due open").split(),
            [
                (
                    row.order,
                    row.issuer,
                    row.reference,
                    STATES[State(row.state)][tongue()],
                    shown(row.due) + (f" ({late})" if State(row.state) in OPEN and 0 < row.due < now else ""),
                    f"{sum(one.state == 'open' for one in asks)}/{len(asks)}",
                )
                for row, asks in rows
            ],
        )
    )


@app.command(name="show")
def show_(order: str, *, pack: str = "cn", home: Path | None = None) -> None:
    """Show an order: what must be done by when, what was done, and with which proof. Numbers are masked.

    Parameters
    ----------
    order
        Its id.
    pack
        Name or file of the rules: they give the words.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.pack import open_pack
    from clearbell.desk.replying import page
    from clearbell.sanctions.orders.errors import OrderError

    store = open_store(home)
    try:
        with store.read() as conn:
            sys.stdout.write(page(conn, order, open_pack(pack), tongue(), store.clock.now()))
    except OrderError as error:
        refuse(error.zh, error.en)


@app.command
def reply(order: str, *, out: Path, officer: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """Write the reply to the authority, as ORDER-reply.txt and ORDER-reply.json, with the numbers that it named.

    Parameters
    ----------
    order
        Its id.
    out
        Folder to write into.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.desk.replying import do_reply

    made = act_on_order(
        home, pack, lambda act, rules, _d, look: do_reply(act, order, rules, look, tongue(), officer=officer)
    )
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{order}-reply.txt").write_text(made.text, encoding="utf-8")
        (out / f"{order}-reply.json").write_bytes(made.json)
    except OSError as error:
        refuse(f"写不了 {out}:{error}", f"cannot write to {out}: {error}")
    say(f"已写入 {out},JSON 摘要 {made.digest}", f"written to {out}; the digest of the JSON is {made.digest}")


@app.command
def follow(*, home: Path | None = None) -> None:
    """Tell due times that passed, each once. A running node does so by itself."""
    from clearbell.sanctions.orders.service import keep_up_orders

    for one in keep_up_orders(open_store(home)):
        say(f"已逾期:{one.what}(指令 {one.order})", f"overdue: {one.what} of order {one.order}")
