"""``clearbell contracts``: offer, sign, end and reinstate contracts with holders."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import App

from clearbell.cli.context import actor, language, open_store, refuse, say, words

if TYPE_CHECKING:
    from clearbell.ledger import Act

app = App(name="contracts", help="Contracts with liability clauses. 合同与违约责任。")


def _act(home: Path | None, do: Callable[[Act], Any]) -> Any:
    from clearbell.lifecycles import IllegalStepError
    from clearbell.registry.errors import RegistryError

    try:
        with open_store(home).act(actor()) as act:
            return do(act)
    except (RegistryError, IllegalStepError) as error:
        refuse(error.zh, error.en)


@app.command
def offer(
    contract: str,
    holder: str,
    *,
    purpose: str,
    hours: str = "08:00-21:00",
    per_hour: int = 60,
    per_callee_day: int = 5,
    template: str = "outbound",
    home: Path | None = None,
) -> None:
    """Put a contract before a holder; prints the digest of its text, which the signer accepts.

    Parameters
    ----------
    contract
        Id of the contract.
    holder
        Who will be bound.
    purpose
        What lines and numbers are used for, in words.
    hours
        When calls are made.
    per_hour
        Most calls an hour of one number.
    per_callee_day
        Most calls in 24 hours to one callee.
    template
        Name of the template.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.registry.contracts.model import Terms
    from clearbell.registry.contracts.service import do_offer

    terms = Terms(purpose, hours, per_hour, per_callee_day)
    digest = _act(home, lambda act: do_offer(act, contract, holder, terms, kind=template))
    say(
        f"合同 {contract} 已出示;全文见 clearbell contracts text {contract},文本摘要 {digest}",
        f"contract {contract} offered; read it with `clearbell contracts text {contract}`; its digest is {digest}",
    )


@app.command
def text(contract: str, *, home: Path | None = None) -> None:
    """Print the whole text of a contract, as it was offered."""
    from clearbell.registry.contracts.service import contract_row
    from clearbell.registry.errors import RegistryError

    try:
        with open_store(home).read() as conn:
            sys.stdout.write(contract_row(conn, contract).text)
    except RegistryError as error:
        refuse(error.zh, error.en)


@app.command
def accept(contract: str, *, signer: str, digest: str, home: Path | None = None) -> None:
    """Record that the holder signed.

    Parameters
    ----------
    contract
        Id of the contract.
    signer
        Who signed.
    digest
        Digest of the text that was signed; another text is refused.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.registry.contracts.service import do_accept

    _act(home, lambda act: do_accept(act, contract, signer, digest))
    say("合同已生效", "the contract is in force")


@app.command
def withdraw(contract: str, *, home: Path | None = None) -> None:
    """Take an offer back."""
    from clearbell.registry.contracts.service import do_withdraw_offer

    _act(home, lambda act: do_withdraw_offer(act, contract))
    say("已撤回", "withdrawn")


@app.command
def end(contract: str, *, reason: str, home: Path | None = None) -> None:
    """End a contract; every number of its holder is barred at once."""
    from clearbell.desk.contracts import end_contract

    restriction = _act(home, lambda act: end_contract(act, contract, reason))
    say(
        f"合同已解除,其全部号码已限制呼出(处置 {restriction})",
        f"the contract ended; all numbers of its holder are barred (restriction {restriction})",
    )


@app.command
def reinstate(contract: str, *, reason: str, home: Path | None = None) -> None:
    """Take the end of a contract back; what its end restricted is lifted at once."""
    from clearbell.desk.contracts import reinstate_contract

    _act(home, lambda act: reinstate_contract(act, contract, reason))
    say("合同已恢复,限制已解除", "the contract is in force again, and the restriction is lifted")


@app.command(name="list")
def list_(*, holder: str = "", home: Path | None = None) -> None:
    """List contracts, of a holder or of all."""
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show, table
    from clearbell.registry.contracts.queries import contracts

    with open_store(home).read() as conn:
        rows = [
            (c.contract, c.holder, c.template, c.state, shown(c.accepted), shown(c.ended))
            for c in contracts(conn, holder)
        ]
    zh = language() == "zh"
    show(
        table(
            words("合同", "Contracts"),
            ["合同", "使用主体", "模板", "状态", "签署", "解除"]
            if zh
            else ["contract", "holder", "template", "state", "signed", "ended"],
            rows,
        )
    )


@app.command
def story(contract: str, *, home: Path | None = None) -> None:
    """Show everything the ledger holds of a contract, in its order."""
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show, table
    from clearbell.registry.contracts.queries import steps_of

    store = open_store(home)
    with store.read() as conn:
        steps = steps_of(conn, contract)
    rows = []
    for seq in steps:
        entry = store.entries(seq - 1, limit=1)[0]
        fact = (entry.facts[0] or b"-").decode()
        rows.append((entry.seq, shown(entry.at), entry.kind, entry.actor, fact))
    zh = language() == "zh"
    show(
        table(
            words(f"合同 {contract} 的经过", f"What happened to contract {contract}"),
            ["账本", "时间", "事项", "经办", "内容"] if zh else ["ledger", "when", "what", "who", "fact"],
            rows,
            numeric=(0,),
        )
    )


@app.command
def diagram() -> None:
    """Print the states of a contract as a Mermaid diagram."""
    from clearbell.lifecycles import mermaid
    from clearbell.registry.contracts.model import TRANSITIONS, State

    sys.stdout.write(mermaid(TRANSITIONS, State.OFFERED))
