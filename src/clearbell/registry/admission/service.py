"""Lines issued and the shared blacklist: check, change the rows, append to the ledger, all in one act."""

from __future__ import annotations

import msgspec
from sqlalchemy import delete, select, update

from clearbell.ledger import Act
from clearbell.registry.admission.model import Blacklisted, LineEnded, LineIssued, Unlisted
from clearbell.registry.admission.tables import blacklist, line
from clearbell.registry.errors import RegistryError, UnknownError
from clearbell.registry.identity import is_credit_code, plain


class TakenError(RegistryError):
    """The id is in use."""

    def __init__(self, what_zh: str, what_en: str, name: str, column: str) -> None:
        super().__init__(f"已有{what_zh} {name}", f"there is a {what_en} {name} already", column)


class NobodyListedError(RegistryError):
    """A blacklist entry names neither licence nor person."""

    def __init__(self) -> None:
        super().__init__(
            "须写明证照号、法定代表人身份证号或姓名之一",
            "name the licence, the legal person's identity number, or the name",
            "licence",
        )


class BreachNeededError(RegistryError):
    """Nobody is listed without a breach."""

    def __init__(self) -> None:
        super().__init__("须写明违法违规情形和来源", "the breach and who reported it are needed", "breach")


class BadLicenceError(RegistryError):
    """The credit code's check sign does not fit."""

    def __init__(self) -> None:
        super().__init__("统一社会信用代码校验位不符", "the credit code's check sign does not fit", "licence")


def do_record_line(act: Act, fact: LineIssued) -> None:
    """Record that a SIM or line was issued. Raises :class:`TakenError` for an id in use."""
    if act.conn.execute(select(line.c.line).where(line.c.line == fact.line)).first():
        raise TakenError("线路", "line", fact.line, "line")
    act.conn.execute(line.insert().values(**msgspec.structs.asdict(fact), issued=act.at, ended=0))
    act.append("admission.issued", [fact], about=lambda f: f.number)


def do_end_line(act: Act, name: str) -> None:
    """Record that a SIM or line is no longer used. Raises :class:`UnknownError` when none is in use by that id."""
    ended = act.conn.execute(update(line).where(line.c.line == name, line.c.ended == 0).values(ended=act.at)).rowcount
    if not ended:
        raise UnknownError("使用中的线路", "line in use", name, "line")
    act.append("admission.ended", [LineEnded(name)])


def do_blacklist(act: Act, fact: Blacklisted) -> None:
    """Put a breach on the shared blacklist.

    Raises :class:`TakenError`, :class:`NobodyListedError`, :class:`BreachNeededError` and :class:`BadLicenceError`.
    """
    if not (fact.licence or fact.person or fact.name):
        raise NobodyListedError
    if not fact.breach.strip() or not fact.source.strip():
        raise BreachNeededError
    if fact.licence and not is_credit_code(fact.licence):
        raise BadLicenceError
    if act.conn.execute(select(blacklist.c.entry).where(blacklist.c.entry == fact.entry)).first():
        raise TakenError("黑名单条目", "blacklist entry", fact.entry, "entry")
    fact = msgspec.structs.replace(fact, licence=plain(fact.licence), name=plain(fact.name))
    act.conn.execute(blacklist.insert().values(**msgspec.structs.asdict(fact), listed=act.at, unlisted=0))
    act.append("admission.blacklisted", [fact], about=lambda f: f"blacklist:{f.entry}")


def do_unlist(act: Act, fact: Unlisted) -> None:
    """Take an entry off the blacklist. Raises :class:`UnknownError` and :class:`BreachNeededError` without a reason."""
    if not fact.reason.strip():
        raise RegistryError("须写明移出原因", "taking an entry off needs a reason", "reason")
    off = act.conn.execute(
        update(blacklist).where(blacklist.c.entry == fact.entry, blacklist.c.unlisted == 0).values(unlisted=act.at)
    ).rowcount
    if not off:
        raise UnknownError("黑名单条目", "blacklist entry", fact.entry, "entry")
    act.append("admission.unlisted", [fact])


def erase_person(act: Act, number: int) -> int:
    """Forget which lines a number was issued as; returns how many rows went."""
    return act.conn.execute(delete(line).where(line.c.number == number)).rowcount
