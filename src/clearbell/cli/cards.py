"""``clearbell labels cards``: business name cards from application to re-check."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from clearbell.cli.context import actor, home_folder, language, open_store, refuse, say, words

if TYPE_CHECKING:
    from clearbell.ledger import Act

app = App(name="cards", help="Business name cards. 来电名片。")
Officer = Annotated[str, Parameter(help="Who takes the step, where several share this login.")]
Step = Literal["review", "approve", "publish", "recheck", "resume", "suspend", "end", "refuse", "withdraw"]


def _act(home: Path | None, officer: str, do: Callable[[Act], Any]) -> Any:
    from clearbell.labels.cards.errors import CardError
    from clearbell.lifecycles import IllegalStepError

    who = f"{actor()}/{officer}" if officer else actor()
    try:
        with open_store(home).act(who) as act:
            return do(act)
    except (CardError, IllegalStepError) as error:
        refuse(error.zh, error.en)


@app.command
def apply(
    card: str,
    holder: str,
    *numbers: str,
    licence: str,
    name_zh: str,
    name_en: str,
    department_zh: str = "",
    department_en: str = "",
    logo: str = "",
    unit: str = "",
    legal_id: str = "",
    officer: Officer = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Apply for a card, or for the next version of its display.

    Parameters
    ----------
    card
        Id of the card.
    holder
        Whose numbers they are.
    numbers
        The numbers that it shall show on.
    licence
        Unified social credit code.
    name_zh
        Name in Chinese.
    name_en
        Name in English.
    department_zh
        Department or purpose of the calls, in Chinese.
    department_en
        The same in English.
    logo
        File of the logo, or its SHA-256.
    unit
        Branch or department that uses the numbers.
    legal_id
        Identity number of the legal person; only a digest is kept.
    pack
        Rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import digest
    from clearbell.cli.fields import number as read_number
    from clearbell.cli.pack import open_pack
    from clearbell.labels.cards.model import Texts
    from clearbell.labels.cards.service import do_apply, missing_papers, newest
    from clearbell.registry.identity import IdentityKey
    from clearbell.vault import load_secret

    rules = open_pack(pack)
    texts = Texts(name_zh, name_en, department_zh, department_en, digest(logo))
    wanted = [(read_number(one, "numbers"), unit) for one in numbers]
    try:
        key = IdentityKey(load_secret(home_folder(home) / "identity-key", os.urandom))
    except ValueError as error:
        refuse(str(error), str(error))

    def do(act: Act) -> Any:
        fact = do_apply(act, card, holder, licence, texts, wanted, rules.cards, key, legal_id=legal_id)
        return fact.revision, missing_papers(act.conn, newest(act.conn, card))

    revision, missing = _act(home, officer, do)
    say(f"名片 {card} 第 {revision} 版已受理", f"card {card}, version {revision}: taken in")
    _tell_missing(missing)


def _tell_missing(missing: list[Any]) -> None:
    zh = "、".join(f"{paper.zh}({paper.kind})" for paper in missing)
    en = ", ".join(f"{paper.en} (`{paper.kind}`)" for paper in missing)
    say(f"还需材料:{zh}" if missing else "材料齐全", f"documents still needed: {en}" if missing else "complete")


@app.command
def attach(
    card: str, kind: str, document: Path, *, officer: Officer = "", pack: str = "cn", home: Path | None = None
) -> None:
    """Attach a document to the newest version of a card; it is kept encrypted.

    Parameters
    ----------
    card
        Id of the card.
    kind
        licence, legal-id, agent-id, authority-letter, number-list, number-proof or brand-authorisation.
    document
        PDF, PNG or JPEG.
    pack
        Rules: they say how large a document may be.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.applications import open_vault
    from clearbell.cli.pack import open_pack
    from clearbell.labels.cards.service import do_attach
    from clearbell.vault import VaultError

    most = int(open_pack(pack).deadlines["document_bytes"].value or 0)
    try:
        kept = open_vault(home).put(document.read_bytes(), most)
    except OSError as error:
        refuse(f"{document}: 读不出:{error.strerror}", f"{document}: cannot be read: {error.strerror}")
    except VaultError as error:
        refuse(f"{document}: {error.zh}", f"{document}: {error.en}")
    _tell_missing(_act(home, officer, lambda act: do_attach(act, card, kind, kept)))


@app.command
def step(
    step: Step, card: str, *, reason: str = "", officer: Officer = "", pack: str = "cn", home: Path | None = None
) -> None:
    """Take a step: review, approve (another officer), publish, recheck, suspend, resume, end, refuse or withdraw.

    Parameters
    ----------
    step
        Which step.
    card
        Id of the card.
    reason
        Why; needed to suspend, end or refuse.
    pack
        Rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.pack import open_pack
    from clearbell.labels.cards import service
    from clearbell.labels.cards.model import Step as CardStep

    rules = open_pack(pack).cards
    by_name: dict[str, Callable[[Act], None]] = {
        "review": lambda act: service.do_review(act, card),
        "approve": lambda act: service.do_approve(act, card, rules),
        "publish": lambda act: service.do_publish(act, card, rules),
        "recheck": lambda act: service.do_recheck(act, card, rules),
        "resume": lambda act: service.do_resume(act, card),
    }
    do = by_name.get(step) or (lambda act: service.do_stop(act, card, CardStep(step), reason))
    _act(home, officer, do)
    say(f"名片 {card}:{step} 已办理", f"card {card}: {step} done")


@app.command
def waiting(*, home: Path | None = None) -> None:
    """List the versions that wait for a step, longest waiting first."""
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table
    from clearbell.labels.cards.queries import cards

    with open_store(home).read() as conn:
        rows = cards(conn)
    head = ["名片", "版本", "主体", "名称", "状态", "自"] if language() == "zh" else [
        "card", "version", "holder", "name", "state", "since",
    ]  # fmt: skip
    show_table(
        table(
            words("待办名片", "Cards that wait"),
            head,
            [(r.card, r.revision, r.holder, r.name_zh, r.state, shown(r.changed_at)) for r in rows],
        )
    )


@app.command
def show(number: str, *, home: Path | None = None) -> None:
    """Show the card in force on a number; a label hides it.

    Parameters
    ----------
    number
        The number, in any form.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import number as read_number
    from clearbell.cli.fields import shown
    from clearbell.labels.cards.queries import card_of
    from clearbell.numbering import format_e164

    key = read_number(number)
    store = open_store(home)
    with store.read() as conn:
        found = card_of(conn, key, store.clock.now())
    written = format_e164(key)
    if found is None:
        say(f"{written} 没有可展示的名片", f"{written}: no card to show")
        return
    say(
        f"{written}:{found.texts.shown('zh')}(名片 {found.card} 第 {found.revision} 版,至 {shown(found.until)})",
        f"{written}: {found.texts.shown('en')} (card {found.card}, version {found.revision}, until {shown(found.until)})",
    )


@app.command
def sweep(*, home: Path | None = None) -> None:
    """Clear what may not be shown any more, and show again what may. A running node does so by itself."""
    from clearbell.labels.cards.showing import sweep_cards

    changed = sweep_cards(open_store(home), actor=actor())
    say(f"变更 {changed} 项", f"{changed} changed")
