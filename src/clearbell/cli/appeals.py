"""``clearbell appeals``: appeals taken in, looked into and decided."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from clearbell.appeals.model import Appellant, Ground, State
from clearbell.cli.context import actor, home_folder, language, open_store, refuse, say, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from clearbell.appeals.service import Due
    from clearbell.ledger import Act
    from clearbell.policy.model import Pack
    from clearbell.vault import Kept

app = App(name="appeals", help="Appeals against what was decided. 申诉。")
Tongue = Literal["zh", "en"]
Papers = Annotated[list[Path] | None, Parameter(name="--paper", negative="")]


def tongue() -> Tongue:
    """The operator's language."""
    return "zh" if language() == "zh" else "en"


def _act(home: Path | None, pack: str, do: Callable[[Act, Pack, Due], Any]) -> Any:
    """Do an act on the store by the pack's rules; what is refused is said in words."""
    from clearbell.appeals.errors import AppealError
    from clearbell.cases.errors import CaseError
    from clearbell.cli.pack import open_pack
    from clearbell.lifecycles import IllegalStepError
    from clearbell.policy.deadlines import due_after
    from clearbell.policy.workdays import builtin_workdays
    from clearbell.registry.errors import RegistryError
    from clearbell.reports.refusals import RefusedReportError
    from clearbell.sanctions.errors import SanctionError

    rules = open_pack(pack)
    workdays = builtin_workdays(rules.id)
    try:
        with open_store(home).act(actor()) as act:
            return do(act, rules, lambda at, name: due_after(at, name, rules, workdays))
    except (AppealError, CaseError, IllegalStepError, RefusedReportError, RegistryError, SanctionError) as error:
        refuse(error.zh, error.en)


def _kept(papers: list[Path] | None, pack: str, home: Path | None) -> tuple[tuple[str, Kept], ...]:
    from clearbell.cli.applications import open_vault
    from clearbell.cli.pack import open_pack
    from clearbell.vault import VaultError

    most = int(open_pack(pack).deadlines["document_bytes"].value or 0)
    found = []
    for paper in papers or ():
        try:
            found.append((paper.name, open_vault(home).put(paper.read_bytes(), most)))
        except VaultError as error:
            refuse(f"{paper}: {error.zh}", f"{paper}: {error.en}")
        except OSError as error:
            refuse(f"{paper}: 读不出:{error}", f"{paper}: cannot be read: {error}")
    return tuple(found)


def _told(appeal: str, home: Path | None) -> None:
    """Say where an appeal stands."""
    from clearbell.appeals.queries import appeal_of
    from clearbell.appeals.wording import STATES, against_words
    from clearbell.cli.fields import shown

    with open_store(home).read() as conn:
        row = appeal_of(conn, appeal)
    state = STATES[State(row.state)][tongue()]
    against = against_words(row, tongue())
    due = row.papers_due if row.state == State.PAPERS_ASKED.value else 0 if row.decided else row.due
    until = words(f",期限 {shown(due)}", f", due {shown(due)}") if due else ""
    say(f"申诉 {appeal}({against}):{state}{until}", f"appeal {appeal} against {against}: {state}{until}")


@app.command(name="file")
def file_(
    id: str,  # noqa: A002 it is what every notice and answer calls it
    statement: str,
    *,
    ground: Ground = Ground.MISTAKEN,
    since: str = "",
    appellant: Appellant | None = None,
    contact: str = "",
    paper: Papers = None,
    officer: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Take in an appeal.

    Parameters
    ----------
    id
        Of a decision, sanction, restriction, blacklist entry or case; or the number that has a label.
    statement
        What the appellant says.
    ground
        ``mistaken``; ``wrong-name``: the label says what its user is not; ``recycled``: another used the number before.
    since
        Day since which the number is the appellant's (recycled).
    appellant
        Who appeals (default: as it follows from what it is against).
    contact
        Number by which the appellant is told.
    paper
        PDF, PNG, JPEG or recording; again for more.
    officer
        Who takes it in (default: who is logged in); whoever that is may not decide it.
    pack
        Name or file of the rules: they give the deadline.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import moment
    from clearbell.cli.fields import number as read_number
    from clearbell.consent.codes import new_code
    from clearbell.desk.appeals.deciding import Asked, do_take_in
    from clearbell.records.journal import find_decision

    asked = Asked(
        id,
        statement,
        ground,
        moment(since, "--since"),
        appellant,
        read_number(contact, "--contact") if contact else 0,
        tongue(),
        officer,
        papers=_kept(paper, pack, home),
    )
    journal = home_folder(home) / "journal"
    name = new_code(os.urandom)
    _act(
        home,
        pack,
        lambda act, rules, due: do_take_in(act, name, asked, lambda one: find_decision(journal, one), rules, due),
    )
    _told(name, home)


@app.command(name="list")
def list_(
    *,
    state: State | None = None,
    everything: bool = False,
    overdue: bool = False,
    number: str = "",
    limit: int = 100,
    home: Path | None = None,
) -> None:
    """List the appeals that are not decided, the most pressing first.

    Parameters
    ----------
    state
        Only those in this state.
    everything
        Decided ones too.
    overdue
        Only those that were not decided in time.
    number
        Only those about this number.
    limit
        How many at most.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.appeals.queries import appeals
    from clearbell.appeals.wording import GROUNDS, STATES, against_words
    from clearbell.cli.fields import number as read_number
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show, table

    store = open_store(home)
    now = store.clock.now()
    key = read_number(number, "--number") if number else 0
    with store.read() as conn:
        rows = appeals(
            conn, state=state, everything=everything, overdue_at=now if overdue else 0, number=key, limit=limit
        )
    late = words("已逾期", "overdue")
    heads = words("受理编号 对象 理由 状态 提交 期限", "appeal against ground state filed due").split()
    lines = [
        (
            row.appeal,
            against_words(row, tongue()),
            GROUNDS[Ground(row.ground)][tongue()],
            STATES[State(row.state)][tongue()],
            shown(row.filed),
            shown(row.due) + (f" ({late})" if not row.decided and 0 < row.due <= now else ""),
        )
        for row in rows
    ]
    show(table(words("申诉", "Appeals"), heads, lines))


@app.command(name="show")
def show_(appeal: str, *, home: Path | None = None) -> None:
    """Show an appeal: what it is against, its papers and its way; and what upholding it would undo, or undid.

    Parameters
    ----------
    appeal
        Its id.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.appeals.errors import UnknownAppealError
    from clearbell.appeals.model import OPEN
    from clearbell.appeals.queries import appeal_of, papers_of, story, undone_of
    from clearbell.appeals.wording import line_words, undone_lines
    from clearbell.appeals.wording import page as head
    from clearbell.cli.fields import shown
    from clearbell.consent.codes import plain_code
    from clearbell.desk.appeals.deciding import barred_from, preview

    name = plain_code(appeal)
    store = open_store(home)
    try:
        with store.read() as conn:
            row = appeal_of(conn, name)
            papers = papers_of(conn, name)
            lines = story(conn, name)
            waiting = State(row.state) in OPEN
            undone = preview(conn, name, store.clock.now()) if waiting else undone_of(row)
            barred = barred_from(conn, name, store.clock.now()) if waiting else {}
    except UnknownAppealError as error:
        refuse(error.zh, error.en)
    tell = [*head(row, tongue(), shown), ""]
    tell += [words("材料:", "paper: ") + f"{paper.name} {paper.digest} {paper.media}" for paper in papers]
    tell.append(words("若成立将撤销:", "If upheld:") if waiting else words("已撤销:", "Undone:"))
    tell += [f"  {line}" for line in undone_lines(undone, tongue())] or [words("  无", "  nothing")]
    if barred:
        tell.append(words("不得由以下人员决定:", "Not to be decided by: ") + ", ".join(sorted({*barred, row.filer})))
    tell += ["", *(f"  {shown(line.at)}  {line_words(line, tongue())} [{line.actor}]" for line in lines)]
    sys.stdout.write("\n".join(tell) + "\n")


@app.command
def review(appeal: str, *, officer: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """Begin to look into an appeal.

    Parameters
    ----------
    appeal
        Its id.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.appeals.service import do_review
    from clearbell.consent.codes import plain_code

    name = plain_code(appeal)
    _act(home, pack, lambda act, *_: do_review(act, name, officer=officer))
    _told(name, home)


@app.command
def ask_papers(appeal: str, papers: str, *, officer: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """Ask the appellant for papers; until they come, or their time is over, the time to decide does not run.

    Parameters
    ----------
    appeal
        Its id.
    papers
        Which, in words.
    officer
        Who does (default: who is logged in).
    pack
        Name or file of the rules: they give the deadline.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.appeals.service import do_ask_papers
    from clearbell.consent.codes import plain_code

    name = plain_code(appeal)
    _act(home, pack, lambda act, _, due: do_ask_papers(act, name, papers, due, officer=officer))
    _told(name, home)


@app.command
def hand_in(
    appeal: str, *, paper: Papers = None, officer: str = "", pack: str = "cn", home: Path | None = None
) -> None:
    """Hand in papers that the appellant brought.

    Parameters
    ----------
    appeal
        Its id.
    paper
        PDF, PNG, JPEG or recording; again for more.
    officer
        Who takes them (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.appeals.service import do_send_papers
    from clearbell.consent.codes import plain_code

    name = plain_code(appeal)
    kept = _kept(paper, pack, home)
    _act(home, pack, lambda act, *_: do_send_papers(act, name, kept, sender=officer))
    _told(name, home)


@app.command
def decide(
    appeal: str,
    outcome: Literal["uphold", "reject"],
    reason: str,
    *,
    officer: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Decide an appeal; upheld, every effect of what it is against is undone at once.

    Neither who took it in decides it, nor who decided the sanction or the verdict. ``clearbell appeals show`` tells
    what would be undone.

    Parameters
    ----------
    appeal
        Its id.
    outcome
        ``uphold`` or ``reject``.
    reason
        Why; the appellant is told.
    officer
        Who decides (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.appeals.wording import undone_lines
    from clearbell.consent.codes import plain_code
    from clearbell.desk.appeals.deciding import do_decide

    name = plain_code(appeal)
    upheld = outcome == "uphold"
    _, undone = _act(
        home, pack, lambda act, rules, due: do_decide(act, name, reason, rules, due, upheld=upheld, officer=officer)
    )
    _told(name, home)
    for line in undone_lines(undone, tongue()):
        sys.stdout.write(f"  {line}\n")


@app.command
def withdraw(appeal: str, *, reason: str = "", officer: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """Take an appeal back, as its appellant wishes; what was done stands.

    Parameters
    ----------
    appeal
        Its id.
    reason
        Why.
    officer
        Who keeps it (default: who is logged in).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.consent.codes import plain_code
    from clearbell.desk.appeals.deciding import do_take_back

    name = plain_code(appeal)
    _act(home, pack, lambda act, _, due: do_take_back(act, name, due, who=officer, words=reason))
    _told(name, home)
