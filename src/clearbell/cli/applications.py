"""``clearbell applications``: number applications from the form to the yearly re-check."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from clearbell.cli.context import actor, home_folder, language, open_store, refuse, say, words

if TYPE_CHECKING:
    from clearbell.ledger import Act
    from clearbell.registry.applications.checks import Problem
    from clearbell.registry.applications.service import Desk
    from clearbell.vault import Vault

app = App(name="applications", help="Applications for numbers. 码号申请。")
Class = Literal["trunk", "95", "96", "400", "1010"]
Officer = Annotated[str, Parameter(help="Who takes the step, where several share this login.")]


def open_desk(home: Path | None, pack: str) -> Desk:
    """What applications are judged by: the pack, its working days, and the key of identity digests."""
    from clearbell.cli.pack import open_pack
    from clearbell.policy.workdays import builtin_workdays
    from clearbell.registry.applications.service import Desk
    from clearbell.registry.identity import IdentityKey
    from clearbell.vault import load_secret

    rules = open_pack(pack)
    try:
        key = load_secret(home_folder(home) / "identity-key", os.urandom)
    except ValueError as error:
        refuse(str(error), str(error))
    return Desk(rules, builtin_workdays(rules.id), IdentityKey(key))


def open_vault(home: Path | None) -> Vault:
    """The data folder's vault."""
    from clearbell.vault import Vault, load_secret

    folder = home_folder(home)
    try:
        return Vault(folder / "documents", load_secret(folder / "document-key", os.urandom), os.urandom)
    except ValueError as error:
        refuse(str(error), str(error))


def _act(home: Path | None, officer: str, do: Callable[[Act], Any]) -> Any:
    from clearbell.lifecycles import IllegalStepError
    from clearbell.registry.errors import RegistryError

    who = f"{actor()}/{officer}" if officer else actor()
    try:
        with open_store(home).act(who) as act:
            return do(act)
    except (RegistryError, IllegalStepError) as error:
        refuse(error.zh, error.en)


def _fields(file: Path) -> dict[str, str]:
    import tomllib

    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        refuse(f"{file}: 读不出:{error}", f"{file}: cannot be read: {error}")
    for name, value in raw.items():
        if not isinstance(value, str):
            refuse(f"{file}: {name} 应为带引号的文字", f"{file}: {name} should be text in quotes")
    return raw


def _tell(problems: list[Problem]) -> None:
    zh = language() == "zh"
    if not problems:
        say("资料齐全、一致,已进入审核", "complete and consistent; it waits for review")
        return
    say(f"暂缓受理,有 {len(problems)} 处须补正:", f"held; {len(problems)} to be put right:")
    for problem in problems:
        sys.stdout.write(f"  {problem.field}: {problem.zh if zh else problem.en}\n")


@app.command
def form(line_class: Class) -> None:
    """Print the fields and documents that a class asks for.

    Parameters
    ----------
    line_class
        trunk, 95, 96, 400 or 1010.
    """
    from clearbell.cli.tables import show, table
    from clearbell.registry.applications.forms import FORMS
    from clearbell.registry.applications.model import LineClass

    asked = FORMS[LineClass(line_class)]
    zh = language() == "zh"
    head = ["名称", "内容", "必填", "依据"] if zh else ["name", "what", "needed", "source"]
    rows: list[tuple[object, ...]] = [
        (field.name, field.zh if zh else field.en, "" if field.optional else "✓", field.source)
        for field in asked.fields
    ]
    show(table(words("表单项", "Fields"), head, rows))
    papers: list[tuple[object, ...]] = [(d.kind, d.zh if zh else d.en, "✓", d.source) for d in asked.documents]
    show(table(words("材料", "Documents"), head, papers))


@app.command
def file(
    application: str,
    fields: Path,
    *,
    line_class: Class,
    officer: Officer = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """File an application from a TOML file of fields; says what holds it up.

    Parameters
    ----------
    application
        Id of the application.
    fields
        TOML file: one ``name = "value"`` a field of the form.
    line_class
        trunk, 95, 96, 400 or 1010.
    pack
        Rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.registry.applications.model import LineClass
    from clearbell.registry.applications.service import do_file

    desk, values = open_desk(home, pack), _fields(fields)
    _tell(_act(home, officer, lambda act: do_file(act, desk, application, LineClass(line_class), values)))


@app.command
def edit(application: str, fields: Path, *, officer: Officer = "", pack: str = "cn", home: Path | None = None) -> None:
    """Change fields of an application that waits, is held or was refused."""
    from clearbell.registry.applications.service import do_edit

    desk, values = open_desk(home, pack), _fields(fields)
    _tell(_act(home, officer, lambda act: do_edit(act, desk, application, values)))


@app.command
def attach(
    application: str, kind: str, document: Path, *, officer: Officer = "", pack: str = "cn", home: Path | None = None
) -> None:
    """Attach a document: PDF, PNG or JPEG, known by its content; kept encrypted.

    Parameters
    ----------
    application
        Id of the application.
    kind
        Which document, as ``clearbell applications form`` names it.
    document
        The file.
    pack
        Rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.registry.applications.service import do_attach
    from clearbell.vault import VaultError

    desk = open_desk(home, pack)
    try:
        kept = open_vault(home).put(document.read_bytes(), int(desk.pack.deadlines["document_bytes"].value or 0))
    except VaultError as error:
        refuse(f"{document}: {error.zh}", f"{document}: {error.en}")
    except OSError as error:
        refuse(f"{document}: 读不出:{error}", f"{document}: cannot be read: {error}")
    _tell(_act(home, officer, lambda act: do_attach(act, desk, application, kind, kept)))


@app.command
def document(application: str, kind: str, out: Path, *, home: Path | None = None) -> None:
    """Write an attached document, decrypted, to a file."""
    from clearbell.registry.applications.queries import documents_of
    from clearbell.vault import VaultError

    with open_store(home).read() as conn:
        found = {row.kind: row.digest for row in documents_of(conn, application)}
    if kind not in found:
        refuse(f"申请 {application} 没有材料「{kind}」", f"application {application} has no document `{kind}`")
    try:
        out.write_bytes(open_vault(home).get(found[kind]))
    except VaultError as error:
        refuse(error.zh, error.en)
    say(f"已写入 {out}", f"written to {out}")


@app.command
def show(application: str, *, home: Path | None = None) -> None:
    """Show an application as it stands."""
    import msgspec

    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table
    from clearbell.registry.applications.checks import Problem
    from clearbell.registry.applications.model import State
    from clearbell.registry.applications.queries import documents_of, hits_of
    from clearbell.registry.applications.service import application_row
    from clearbell.registry.errors import RegistryError

    zh = language() == "zh"
    store = open_store(home)
    try:
        with store.read() as conn:
            row = application_row(conn, application)
            open_ = State(row.state) in (State.PENDING, State.HELD, State.REVIEWED)
            on_list = hits_of(conn, row, store.clock.now()) if open_ else []
            papers = [d.kind for d in documents_of(conn, application)]
    except RegistryError as error:
        refuse(error.zh, error.en)
    fields = msgspec.json.decode(row.fields, type=dict[str, str])
    problems = msgspec.json.decode(row.problems, type=list[Problem])
    on = {
        "licence": words("黑名单:证照", "blacklist: licence"),
        "legal-person": words("黑名单:法定代表人", "blacklist: legal person"),
        "name": words("黑名单:同名", "blacklist: same name"),
    }
    rows = [
        (words("类别", "class"), row.line_class),
        (words("状态", "state"), row.state),
        (words("经办", "filed by"), row.filed_by),
        (words("初审", "reviewed by"), row.reviewed_by or "-"),
        (words("审批", "decided by"), row.decided_by or "-"),
        (words("有效期至", "valid until"), shown(row.valid_until)),
        (words("下次核验", "re-check"), shown(row.recheck_at)),
        (words("不予通过的原因", "reason"), row.reason or "-"),
        (words("材料", "documents"), ", ".join(papers) or "-"),
        *((name, "***" if "phone" in name or name.endswith("_id") else value) for name, value in fields.items()),
        *((f"! {p.field}", p.zh if zh else p.en) for p in problems),
        *((f"! {on[hit.by]}", f"{hit.breach} ({hit.entry}, {hit.source})") for hit in on_list),
    ]
    show_table(table(words(f"申请 {application}", f"Application {application}"), ["", ""], rows))


@app.command
def queue(*, home: Path | None = None) -> None:
    """List the applications that wait for a reviewer, longest waiting first."""
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table
    from clearbell.registry.applications.queries import queue as waiting

    with open_store(home).read() as conn:
        rows = [(a.application, a.line_class, a.state, shown(a.changed_at)) for a in waiting(conn)]
    head = words("申请 类别 状态 等待自", "application class state since").split()
    show_table(table(words("待审", "Waiting"), head, rows))


@app.command
def review(application: str, *, looked: str = "", officer: Officer = "", home: Path | None = None) -> None:
    """Pass an application on to a second reviewer; not for who filed it.

    Parameters
    ----------
    application
        Its id.
    looked
        What you found, where a name is on the shared blacklist: equal names are not equal people.
    officer
        Who takes the step.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.registry.applications.service import do_review

    _act(home, officer, lambda act: do_review(act, application, looked))
    say("初审通过,等待另一人审批", "passed; it waits for another reviewer")


@app.command
def approve(
    application: str, *, looked: str = "", officer: Officer = "", pack: str = "cn", home: Path | None = None
) -> None:
    """Approve a reviewed application and assign its numbers; not for who filed or reviewed it.

    Parameters
    ----------
    application
        Its id.
    looked
        What you found, where a name is on the shared blacklist: equal names are not equal people.
    officer
        Who takes the step.
    pack
        Rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.registry.applications.service import do_approve

    desk = open_desk(home, pack)
    resource = _act(home, officer, lambda act: do_approve(act, desk, application, looked))
    say(f"已批准,码号已核配(资源 {resource})", f"approved; the numbers are assigned (resource {resource})")


@app.command(name="refuse")
def refuse_(application: str, *, reason: str, officer: Officer = "", home: Path | None = None) -> None:
    """Refuse an application for a reason; it can be edited and comes back."""
    from clearbell.registry.applications.service import do_refuse

    _act(home, officer, lambda act: do_refuse(act, application, reason))
    say("已不予通过", "refused")


@app.command
def withdraw(application: str, *, officer: Officer = "", home: Path | None = None) -> None:
    """Take an application back."""
    from clearbell.registry.applications.service import do_withdraw

    _act(home, officer, lambda act: do_withdraw(act, application))
    say("已撤回", "withdrawn")


@app.command
def change(
    application: str, fields: Path, *, on: str, officer: Officer = "", pack: str = "cn", home: Path | None = None
) -> None:
    """File a change of an approved holder's data; late filing is recorded as a finding.

    Parameters
    ----------
    application
        Id of the application.
    fields
        TOML file with the changed fields.
    on
        Day of the change, such as 2026-11-02.
    pack
        Rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    import datetime

    from clearbell.registry.applications.service import do_change

    desk, values = open_desk(home, pack), _fields(fields)
    try:
        day = datetime.date.fromisoformat(on)
    except ValueError:
        refuse(f"on: 「{on}」应为日期,如 2026-11-02", f"on: `{on}` should be a date such as 2026-11-02")
    if _act(home, officer, lambda act: do_change(act, desk, application, values, day)):
        say("变更已备案", "the change is filed")
    else:
        say("变更已备案,但已超过期限,记为发现事项", "the change is filed, but too late, which is recorded as a finding")


@app.command
def recheck(application: str, *, officer: Officer = "", pack: str = "cn", home: Path | None = None) -> None:
    """Check an approved application again, as every year."""
    from clearbell.registry.applications.service import do_recheck

    desk = open_desk(home, pack)
    problems = _act(home, officer, lambda act: do_recheck(act, desk, application))
    if problems:
        _tell(problems)
        raise SystemExit(1)
    say("核验通过", "checked; it stands")


@app.command
def due(*, days: int = 30, pack: str = "cn", home: Path | None = None) -> None:
    """Let approvals lapse whose re-check is overdue or whose time is over, and list those to be checked in so many days.

    A served node lets them lapse by itself.
    """
    from clearbell.calls import DAY
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table
    from clearbell.desk.deadlines.passing import pass_deadlines
    from clearbell.desk.deadlines.sources import Works
    from clearbell.registry.applications.queries import due_for_recheck
    from clearbell.registry.applications.service import RECHECK, VALID

    store = open_store(home)
    pass_deadlines(store, Works(open_desk(home, pack).pack, open_vault(home)), (RECHECK, VALID), actor=actor())
    with store.read() as conn:
        rows = [
            (a.application, a.state, shown(a.recheck_at)) for a in due_for_recheck(conn, store.clock.now() + days * DAY)
        ]
    show_table(
        table(words("待核验", "To be checked again"), words("申请 状态 期限", "application state due").split(), rows)
    )


@app.command
def watch(*, days: int = 1, pack: str = "cn", home: Path | None = None) -> None:
    """Find numbers used against what was approved: in the node's record of the last days, and by their labels."""
    from clearbell.calls import DAY, Decision
    from clearbell.cli.pack import open_pack
    from clearbell.desk.watch import find_changed_purpose, find_misuse
    from clearbell.records.journal import read_journal

    rules = open_pack(pack)
    store = open_store(home)
    since = store.clock.now() - days * DAY
    folder = home_folder(home) / "journal"
    records = read_journal(folder, since) if folder.is_dir() else iter(())
    decisions = [record for record in records if isinstance(record, Decision)]
    with store.act(actor()) as act:
        new = find_misuse(act, decisions, rules.utc_offset_minutes)
        new += find_changed_purpose(act, rules.utc_offset_minutes)
    say(f"新发现 {new} 项", f"{new} new findings")


@app.command
def findings(*, resource: str = "", home: Path | None = None) -> None:
    """List findings, newest first."""
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table
    from clearbell.registry.applications.findings import findings as found

    with open_store(home).read() as conn:
        rows = [(f.day, f.rule, f.resource, f.evidence) for f in found(conn, resource)]
    head = words("日期 事项 资源 证据", "day finding resource evidence").split()
    show_table(table(words("发现事项", "Findings"), head, rows))


@app.command
def diagram() -> None:
    """Print the states of an application as a Mermaid diagram."""
    from clearbell.lifecycles import mermaid
    from clearbell.registry.applications.model import TRANSITIONS, State

    sys.stdout.write(mermaid(TRANSITIONS, State.PENDING))
