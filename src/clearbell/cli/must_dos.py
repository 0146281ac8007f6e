"""``clearbell orders``: what officers do with an order and with what it asks for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from clearbell.cli.context import actor, language, open_store, refuse, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from clearbell.cases.service import Due
    from clearbell.ledger import Act
    from clearbell.policy.model import Pack
    from clearbell.sanctions.orders.service import Look
    from clearbell.vault import Kept

Tongue = Literal["zh", "en"]


def tongue() -> Tongue:
    """The operator's language."""
    return "zh" if language() == "zh" else "en"


def act_on_order(home: Path | None, pack: str, do: Callable[[Act, Pack, Due, Look], Any]) -> Any:
    """Do an act on the store by the pack's rules; what is refused is said in words."""
    from clearbell.cases.errors import CaseError
    from clearbell.cli.applications import open_vault
    from clearbell.cli.pack import open_pack
    from clearbell.desk.proving import looker
    from clearbell.lifecycles import IllegalStepError
    from clearbell.policy.deadlines import due_after
    from clearbell.policy.workdays import builtin_workdays
    from clearbell.registry.errors import RegistryError
    from clearbell.sanctions.orders.errors import OrderError
    from clearbell.sanctions.service import SanctionError

    rules = open_pack(pack)
    workdays = builtin_workdays(rules.id)
    look = looker(rules, open_vault(home))
    try:
        with open_store(home).act(actor()) as act:
            return do(act, rules, lambda at, name: due_after(at, name, rules, workdays), look)
    except (CaseError, IllegalStepError, OrderError, RegistryError, SanctionError) as error:
        refuse(error.zh, error.en)


def keep_document(document: Path, pack: str, home: Path | None) -> Kept:
    """Keep a document in the vault."""
    from clearbell.cli.applications import open_vault
    from clearbell.cli.pack import open_pack
    from clearbell.vault import VaultError

    most = int(open_pack(pack).deadlines["document_bytes"].value or 0)
    try:
        return open_vault(home).put(document.read_bytes(), most)
    except VaultError as error:
        refuse(f"{document}: {error.zh}", f"{document}: {error.en}")
    except OSError as error:
        refuse(f"{document}: 读不出:{error}", f"{document}: cannot be read: {error}")


def told_order(order: str, home: Path | None) -> None:
    """Say where an order stands."""
    from clearbell.cli.fields import shown
    from clearbell.sanctions.orders.model import State
    from clearbell.sanctions.orders.queries import order_of
    from clearbell.sanctions.orders.wording import STATES

    with open_store(home).read() as conn:
        row = order_of(conn, order)
    state = STATES[State(row.state)][tongue()]
    say(f"指令 {order}:{state},期限 {shown(row.due)}", f"order {order}: {state}, due {shown(row.due)}")


def acknowledge(order: str, *, officer: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """Say that the order was read and is being dealt with (签收).

    Parameters
    ----------
    order
        Its id.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.sanctions.orders.service import do_acknowledge

    act_on_order(home, pack, lambda act, *_: do_acknowledge(act, order, officer=officer))
    told_order(order, home)


def do(must_do: str, *, officer: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """Carry out a must-do that the system can: a shut-off, a lift, a case, the release of a resource.

    Parameters
    ----------
    must_do
        Its id, such as ``ORDER/1``.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.consent.codes import new_code
    from clearbell.desk.ordering import do_carry_out

    made = act_on_order(
        home,
        pack,
        lambda act, rules, due, look: do_carry_out(
            act, must_do, rules, due, look, new_case=new_code(os.urandom), officer=officer
        ),
    )
    if made.proven:
        say(f"事项 {must_do} 已办,已证明:{made.saw}", f"{must_do} is done and proven: {made.saw}")
    else:
        say(
            f"事项 {must_do} 已开始办理({made.reference});生效后请执行 prove",
            f"{must_do} was begun ({made.reference}); once it is in force, run `prove`",
        )


def prove(
    must_do: str,
    *,
    restriction: str = "",
    case: str = "",
    notice: str = "",
    file: Path | None = None,
    note: str = "",
    officer: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Prove a must-do; the proof is looked at. Without one: what was begun for it, or the store as it stands.

    Parameters
    ----------
    must_do
        Its id, such as ``ORDER/1``.
    restriction
        The sanction or restriction that is in force.
    case
        The case that was opened.
    notice
        The notice that was delivered.
    file
        A document, kept encrypted: PDF, PNG, JPEG or audio.
    note
        Words to it.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.desk.ordering import usual_proof
    from clearbell.sanctions.orders.model import Proof, ProofKind
    from clearbell.sanctions.orders.queries import must_do_of
    from clearbell.sanctions.orders.service import do_prove

    given = [
        (ProofKind.RESTRICTION, restriction),
        (ProofKind.CASE, case),
        (ProofKind.NOTICE, notice),
        (ProofKind.FILE, keep_document(file, pack, home).digest if file else ""),
    ]
    named = [Proof(kind, reference, note) for kind, reference in given if reference]
    if len(named) > 1:
        refuse("只能提交一种证明", "give one proof")

    def with_proof(act: Act, _pack: Pack, _due: Due, look: Look) -> Any:
        proof = named[0] if named else usual_proof(must_do_of(act.conn, must_do))
        return do_prove(act, must_do, proof, look, officer=officer)

    made = act_on_order(home, pack, with_proof)
    say(f"事项 {must_do} 已证明:{made.saw}", f"{must_do} is proven: {made.saw}")


def cannot(must_do: str, reason: str, *, officer: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """Say why a must-do cannot be done.

    Parameters
    ----------
    must_do
        Its id, such as ``ORDER/1``.
    reason
        Why.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.sanctions.orders.service import do_give_up

    act_on_order(home, pack, lambda act, *_: do_give_up(act, must_do, reason, officer=officer))
    say(f"事项 {must_do}:不能办理", f"{must_do} cannot be done")


def reopen(must_do: str, reason: str, *, officer: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """Take a must-do up again.

    Parameters
    ----------
    must_do
        Its id, such as ``ORDER/1``.
    reason
        Why.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.sanctions.orders.service import do_reopen

    act_on_order(home, pack, lambda act, *_: do_reopen(act, must_do, reason, officer=officer))
    say(f"事项 {must_do} 已重新办理", f"{must_do} is open again")


def propose(
    order: str,
    outcome: Literal["done", "returned", "refused", "withdrawn"] = "done",
    reason: str = "",
    *,
    officer: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Propose how an order ends; a second officer confirms it.

    Parameters
    ----------
    order
        Its id.
    outcome
        done: each must-do is proven; returned: something cannot be done; refused: nothing is done; withdrawn: the
        authority took it back.
    reason
        Why; needed for all but done.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.sanctions.orders.model import Outcome
    from clearbell.sanctions.orders.service import do_propose

    act_on_order(
        home, pack, lambda act, _p, _d, look: do_propose(act, order, Outcome(outcome), reason, look, officer=officer)
    )
    told_order(order, home)


def confirm(
    order: str,
    outcome: Literal["agree", "return"] = "agree",
    reason: str = "",
    *,
    officer: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Second officer: end the order as proposed, or send it back to work.

    Parameters
    ----------
    order
        Its id.
    outcome
        ``agree`` or ``return``.
    reason
        Why; needed to send it back.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.sanctions.orders.service import do_confirm

    agrees = outcome == "agree"
    act_on_order(
        home, pack, lambda act, _p, _d, look: do_confirm(act, order, reason, look, agrees=agrees, officer=officer)
    )
    told_order(order, home)
