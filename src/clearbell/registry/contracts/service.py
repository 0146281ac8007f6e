"""Changes to contracts: check, change the rows, append to the ledger, all in one act."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection, Row, select, update

from clearbell.ledger import Act
from clearbell.lifecycles import move
from clearbell.registry.contracts.errors import (
    BadTermsError,
    ContractTakenError,
    NoReasonError,
    NoSignerError,
    OtherTextError,
)
from clearbell.registry.contracts.model import (
    TRANSITIONS,
    ContractAccepted,
    ContractEnded,
    ContractOffered,
    ContractReinstated,
    ContractWithdrawn,
    State,
    Step,
    Terms,
)
from clearbell.registry.contracts.tables import contract, contract_step
from clearbell.registry.contracts.texts import digest_of, template
from clearbell.registry.errors import UnknownError
from clearbell.registry.queries import holder_name

_HOURS = re.compile(r"([01]\d|2[0-4]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d")


def do_offer(act: Act, name: str, holder: str, terms: Terms, *, kind: str = "outbound") -> str:
    """Put a contract before a holder; returns the text's digest, which the signer accepts.

    Raises :class:`UnknownError` for an unknown holder or template, :class:`BadTermsError`, and
    :class:`ContractTakenError` for an id in use.
    """
    if act.conn.execute(select(contract.c.contract).where(contract.c.contract == name)).first():
        raise ContractTakenError(name)
    full_name = holder_name(act.conn, holder)
    if not full_name:
        raise UnknownError("使用主体", "holder", holder, "holder")
    if not terms.purpose.strip() or not _HOURS.fullmatch(terms.hours) or min(terms.per_hour, terms.per_callee_day) < 1:
        raise BadTermsError
    form = template(kind)
    text = form.text(full_name, terms)
    digest = digest_of(text)
    act.conn.execute(
        contract.insert().values(
            contract=name,
            holder=holder,
            template=form.id,
            state=State.OFFERED.value,
            purpose=terms.purpose,
            hours=terms.hours,
            per_hour=terms.per_hour,
            per_callee_day=terms.per_callee_day,
            text=text,
            digest=digest,
            signer="",
            offered=act.at,
            accepted=0,
            ended=0,
            restriction="",
        )
    )
    fact = ContractOffered(name, holder, form.id, terms, digest)
    note_step(act, name, act.append("contract.offered", [fact]))
    return digest


def do_accept(act: Act, name: str, signer: str, digest: str) -> None:
    """Record that the holder signed exactly the text with this digest.

    Raises :class:`NoSignerError`, :class:`OtherTextError` when another text was put before the holder, and
    ``IllegalStepError``.
    """
    row = contract_row(act.conn, name)
    state = move(TRANSITIONS, State(row.state), Step.ACCEPT).to
    if not signer.strip():
        raise NoSignerError
    if digest != row.digest:
        raise OtherTextError(name)
    _set(act, name, state=state.value, signer=signer, accepted=act.at)
    fact = ContractAccepted(name, signer, digest)
    note_step(act, name, act.append("contract.accepted", [fact], about=lambda f: f"contract:{f.contract}"))


def do_withdraw_offer(act: Act, name: str) -> None:
    """Take an offer back. Raises ``IllegalStepError``."""
    row = contract_row(act.conn, name)
    state = move(TRANSITIONS, State(row.state), Step.WITHDRAW).to
    _set(act, name, state=state.value)
    note_step(act, name, act.append("contract.withdrawn", [ContractWithdrawn(name)]))


def do_end(act: Act, name: str, reason: str, restriction: str) -> str:
    """End a contract; returns its holder. ``restriction`` is the id of what its end puts in force.

    Raises :class:`NoReasonError` and ``IllegalStepError``.
    """
    row = contract_row(act.conn, name)
    state = move(TRANSITIONS, State(row.state), Step.END).to
    if not reason.strip():
        raise NoReasonError
    _set(act, name, state=state.value, ended=act.at, restriction=restriction)
    note_step(act, name, act.append("contract.ended", [ContractEnded(name, row.holder, reason)]))
    return str(row.holder)


def do_reinstate(act: Act, name: str, reason: str) -> str:
    """Take the end of a contract back; returns the restriction that its end had put in force.

    Raises :class:`NoReasonError` and ``IllegalStepError``.
    """
    row = contract_row(act.conn, name)
    state = move(TRANSITIONS, State(row.state), Step.REINSTATE).to
    if not reason.strip():
        raise NoReasonError
    _set(act, name, state=state.value, ended=0, restriction="")
    note_step(act, name, act.append("contract.reinstated", [ContractReinstated(name, row.holder, reason)]))
    return str(row.restriction)


def contract_row(conn: Connection, name: str) -> Row[Any]:
    """A contract as it stands. Raises :class:`UnknownError`."""
    row = conn.execute(select(contract).where(contract.c.contract == name)).first()
    if row is None:
        raise UnknownError("合同", "contract", name, "contract")
    return row


def note_step(act: Act, name: str, seq: int) -> None:
    """Remember that the ledger's entry ``seq`` belongs to the contract's story."""
    act.conn.execute(contract_step.insert().values(contract=name, seq=seq))


def _set(act: Act, name: str, **values: Any) -> None:
    act.conn.execute(update(contract).where(contract.c.contract == name).values(**values))
