"""``clearbell registry disconnects``: numbers that change hands, and the date query."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cyclopts import App

from clearbell.cli.context import actor, open_store, refuse, say

if TYPE_CHECKING:
    from clearbell.desk.reassignment import Freed
    from clearbell.ledger import Act

app = App(name="disconnects", help="Numbers that change hands. 号码停用与二次放号。")


def _day(text: str, field: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        refuse(f"{field}: 「{text}」应为日期,如 2026-01-31", f"{field}: `{text}` should be a day such as 2026-01-31")


def _act(home: Path | None, do: Callable[[Act], Freed]) -> Freed:
    from clearbell.registry.errors import RegistryError

    try:
        with open_store(home).act(actor()) as act:
            return do(act)
    except RegistryError as error:
        refuse(error.zh, error.en)


def _tell(number: str, freed: Freed) -> None:
    if not freed.new:
        say(f"{number}:此前已登记,未作更改", f"{number}: recorded before; nothing changed")
        return
    ended = freed.ended
    say(
        f"{number}:已登记;终止同意 {ended.consents},拒绝 {ended.refusals},名单 {ended.lines} 行,意愿 {ended.wishes},"
        f"名片 {int(freed.card)}",
        f"{number}: recorded; ended {ended.consents} consents, {ended.refusals} refusals, {ended.lines} list lines, "
        f"{ended.wishes} wishes, {int(freed.card)} name cards",
    )


@app.command
def add(number: str, date: str, *, source: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """Record a permanent disconnect; everything of the former user ends in the same act.

    Parameters
    ----------
    number
        The number, in any form.
    date
        Last day of its user.
    source
        Who said so.
    pack
        Rules: they give the ageing.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import number as read_number
    from clearbell.cli.pack import open_pack
    from clearbell.desk.reassignment import disconnect_number, rules_of

    key, day, rules = read_number(number), _day(date, "date"), rules_of(open_pack(pack))
    _tell(number, _act(home, lambda act: disconnect_number(act, key, day, rules, source=source)))


@app.command
def reassign(
    number: str,
    date: str,
    *,
    holder: str = "",
    resource: str = "",
    purpose: Literal["personal", "service", "notice", "commercial"] = "personal",
    trunks: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Record a number's next user, once it has aged.

    Parameters
    ----------
    number
        The number, in any form.
    date
        First day of its next user.
    holder
        The holder, where it is one of the registry.
    resource
        Id of the holder's resource.
    purpose
        What it is registered for.
    trunks
        Trunks it may appear on, separated by spaces; none: any.
    pack
        Rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import number as read_number
    from clearbell.cli.pack import open_pack
    from clearbell.desk.reassignment import reassign_number, rules_of
    from clearbell.registry.model import NumbersAssigned, Purpose

    key, day, rules = read_number(number), _day(date, "date"), rules_of(open_pack(pack))
    given = None
    if holder:
        name = resource or f"number:{key}:{day}"
        given = NumbersAssigned(name, holder, key, key, Purpose(purpose), tuple(trunks.split()))
    _tell(number, _act(home, lambda act: reassign_number(act, key, day, rules, given)))


@app.command(name="import")
def import_(file: Path, *, pack: str = "cn", home: Path | None = None) -> None:
    """Take in a CSV file of disconnects: columns number, date, and source where known; bad rows are quarantined.

    Parameters
    ----------
    file
        CSV file.
    pack
        Rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.bulk import take_in
    from clearbell.cli.pack import open_pack
    from clearbell.desk.reassignment import DisconnectLoader, rules_of

    take_in(DisconnectLoader(rules_of(open_pack(pack))), file, home, chunk=1_000)


@app.command
def since(first: str, *, pack: str = "cn", home: Path | None = None) -> None:
    """Declare that every disconnect since a day is recorded, so that absence means that there was none.

    Parameters
    ----------
    first
        The day.
    pack
        Rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.pack import open_pack
    from clearbell.desk.reassignment import rules_of
    from clearbell.registry.errors import RegistryError
    from clearbell.registry.reassignment.service import do_cover

    day, zone = _day(first, "first"), rules_of(open_pack(pack)).zone
    try:
        with open_store(home).act(actor()) as act:
            do_cover(act, day, zone)
    except RegistryError as error:
        refuse(error.zh, error.en)
    say(f"停用数据自 {day} 起完整", f"disconnects are complete since {day}")


@app.command
def ask(number: str, date: str, *, pack: str = "cn", home: Path | None = None) -> None:
    """Has the number changed hands since a day on which someone is known to have had it?

    Parameters
    ----------
    number
        The number, in any form.
    date
        Last day it is known to have been theirs.
    pack
        Rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import number as read_number
    from clearbell.cli.pack import open_pack
    from clearbell.desk.reassignment import rules_of
    from clearbell.registry.errors import RegistryError
    from clearbell.registry.reassignment.queries import held_since

    key, day, zone = read_number(number), _day(date, "date"), rules_of(open_pack(pack)).zone
    store = open_store(home)
    try:
        with store.read() as conn:
            [one] = held_since(conn, [(key, day)], zone.day_of(store.clock.now()))
    except RegistryError as error:
        refuse(error.zh, error.en)
    if one.reassigned is None:
        say(
            f"{number}:无数据(记录始于 {one.data_since or '未声明'})",
            f"{number}: no data (records since {one.data_since or 'nobody said'})",
        )
    elif one.reassigned:
        say(f"{number}:是,{day} 当日或之后已停用", f"{number}: yes, disconnected on {day} or later")
    else:
        say(f"{number}:否,{day} 起未停用", f"{number}: no, not disconnected on {day} or later")
