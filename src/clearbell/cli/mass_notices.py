"""``clearbell notices mass``: one text to many people, approved by a second officer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import App, Parameter

from clearbell.cli.context import actor, language, open_store, refuse, say, words
from clearbell.notices.mass.model import Audience, MassState, Source
from clearbell.notices.model import Channel
from clearbell.numbering import NumberClass

if TYPE_CHECKING:
    from clearbell.desk.audiences import Sources
    from clearbell.policy.model import Pack

app = App(name="mass", help="One text to many people. 群发公告。")
app.command("clearbell.cli.mass_sending:send", name="send")
app.command("clearbell.cli.mass_opt_outs:opt_out", name="opt-out")
app.command("clearbell.cli.mass_opt_outs:opt_in", name="opt-in")
app.command("clearbell.cli.mass_opt_outs:opted_out", name="opted-out")


@Parameter(name="*")
@dataclasses.dataclass(frozen=True)
class Who:
    """Who is meant: a query, or else a file."""

    source: Source | None = None
    """The query: ``subscribers``, ``consent``, ``settings``, ``holder``, ``called``, ``reporters``, ``waiting``, ``restricted``."""
    holder: str = ""
    """Of this holder (``consent``, ``holder``)."""
    consented: str = ""
    """Consent for this purpose (``consent``)."""
    case: str = ""
    """Numbers of this case (``called``, ``reporters``, ``waiting``)."""
    campaign: str = ""
    """Numbers of this campaign (``called``, ``reporters``, ``waiting``)."""
    since: str | None = None
    """Calls from here on: a date, or a time with its zone (``called``)."""
    until_call: str | None = None
    """Calls before this (``called``)."""
    rung: tuple[str, ...] = ()
    """Restrictions of this degree (``restricted``); may be given several times."""
    number_class: tuple[NumberClass, ...] = ()
    """Only numbers of this class; may be given several times."""
    prefix: tuple[str, ...] = ()
    """Only numbers that begin so, in digits of E.164 such as 86139; may be given several times."""
    country: tuple[int, ...] = ()
    """Only numbers of this calling code; may be given several times."""

    def audience(self, listed: str) -> Audience:
        """As it is drafted; ``listed``: the list that a file became, empty for none."""
        from clearbell.cli.fields import moment

        if bool(listed) == (self.source is not None):
            refuse("请写明名单文件或 --source,二者取一", "name a file of recipients or a --source, one of the two")
        return Audience(
            source=self.source or Source.LIST,
            list=listed,
            holder=self.holder,
            purpose=self.consented,
            classes=self.number_class,
            prefixes=self.prefix,
            countries=self.country,
            case=self.case,
            campaign=self.campaign,
            since=moment(self.since, "--since"),
            until=moment(self.until_call, "--until-call"),
            rungs=self.rung,
        )


@contextmanager
def refusals() -> Iterator[None]:
    """Say on standard error what was refused, and end."""
    from clearbell.cases.errors import CaseError
    from clearbell.lifecycles import IllegalStepError
    from clearbell.notices.errors import NoticeError

    try:
        yield
    except (NoticeError, CaseError, IllegalStepError) as error:
        refuse(error.zh, error.en)


def _act(home: Path | None, do: Callable[[Any], Any]) -> Any:
    store = open_store(home)
    try:
        with refusals(), store.act(actor()) as act:
            return do(act)
    finally:
        store.close()


def _sources(home: Path | None, pack: Pack) -> Sources:
    from clearbell.cli.records import open_lake
    from clearbell.desk.audiences import Sources
    from clearbell.discovery.campaigns.queries import numbers_of

    return Sources(lambda: open_lake(home, "", pack), numbers_of)


@app.command
def draft(
    name: str,
    file: Path | None = None,
    *,
    zh: str,
    en: str,
    until: str,
    who: Who | None = None,
    channel: tuple[Channel, ...] = (Channel.SMS,),
    zh_subject: str = "",
    en_subject: str = "",
    purpose: str = "announcement",
    officer: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Draft a notice to the recipients of a CSV file, or to those whom a query finds; bad rows are quarantined.

    Parameters
    ----------
    name
        What officers call it.
    file
        CSV file with the columns ``number``, ``mail`` or ``webhook``, and ``language`` (zh, else en) where it is known.
    zh
        What it says in Chinese.
    en
        What it says in English.
    until
        From when it is of no use: a date, or a time with its zone.
    channel
        sms, mail or webhook; given several times, the preferred one first.
    zh_subject
        Subject of a mail in Chinese.
    en_subject
        Subject of a mail in English.
    purpose
        One of the pack's; what is mandatory goes also to those who opted out.
    officer
        Who acts (default: the login name).
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    import hashlib

    from clearbell.cli.bulk import take_in
    from clearbell.cli.fields import moment
    from clearbell.cli.pack import open_pack
    from clearbell.notices.mass.audience import ListLoader
    from clearbell.notices.mass.drafting import Draft
    from clearbell.notices.mass.model import Words
    from clearbell.notices.mass.service import do_draft

    listed = ""
    if file is not None:
        if not file.is_file():
            refuse(f"{file}: 没有这个文件", f"{file}: there is no such file")
        with file.open("rb") as opened:
            listed = hashlib.file_digest(opened, "sha256").hexdigest()[:16]
    audience = (who or Who()).audience(listed)
    rules = open_pack(pack).mass_notices
    new = Draft(name, Words(zh, en, zh_subject, en_subject), audience, moment(until, "--until"), purpose, channel)
    if file is not None:
        take_in(ListLoader(listed, channel), file, home)
    number = _act(home, lambda act: do_draft(act, rules, new, officer=officer or actor()))
    say(f"已起草群发公告 {number};另一人审批前请提交", f"drafted mass notice {number}; submit it for approval")


@app.command
def preview(mass: int, *, pack: str = "cn", home: Path | None = None) -> None:
    """Count whom a notice would reach now, and show some of them, masked; nothing is fixed before the approval."""
    import random

    from clearbell.cli.pack import open_pack
    from clearbell.cli.progress import progress_bar
    from clearbell.desk.audiences import gather
    from clearbell.desk.audiences import preview as count
    from clearbell.notices.mass.queries import mass_of
    from clearbell.notices.mass.service import audience_of, channels_of
    from clearbell.notices.mass.wording import LEFT_OUT, SOURCES, counted

    rules = open_pack(pack)
    store = open_store(home)
    with refusals(), store.read() as conn, progress_bar() as bar:
        bar.add_task(words("计数", "counting"), total=None)
        row = mass_of(conn, mass)
        audience = audience_of(row)
        gathered = gather(
            conn, audience, channels_of(row), rules.mass_notices, row.purpose, _sources(home, rules), store.clock.now()
        )
        found = count(gathered, rules.mass_notices.sample, random.Random())  # noqa: S311 a sample to look at
    store.close()
    zh, en = SOURCES[audience.source]
    say(f"受众({zh}):{found.count:,} 人", f"audience ({en}): {found.count:,} people")
    left_out = counted(found.left_out, LEFT_OUT, language())
    say(f"未列入:{left_out}", f"left out: {left_out}")
    for one in found.sample:
        say(one, one)


@app.command
def submit(mass: int, *, config: Path | None = None, officer: str = "", home: Path | None = None) -> None:
    """Ask for approval; refused when the configuration has a channel off that it needs."""
    from clearbell.cli.context import home_folder
    from clearbell.notices.mass.service import do_submit
    from clearbell.serving.config import ConfigError, config_file, read_config

    file = config_file(home_folder(home), config)
    try:
        on = read_config(file).notices.on() if file else None
    except ConfigError as error:
        refuse(error.zh, error.en)
    _act(home, lambda act: do_submit(act, mass, officer=officer or actor(), on=on))
    status(mass, home=home)


@app.command(name="return")
def return_(mass: int, reason: str, *, officer: str = "", home: Path | None = None) -> None:
    """Give a notice back to be changed: by another officer, with the reason."""
    from clearbell.notices.mass.service import do_return

    _act(home, lambda act: do_return(act, mass, reason, officer=officer or actor()))
    status(mass, home=home)


@app.command
def approve(mass: int, *, officer: str = "", pack: str = "cn", home: Path | None = None) -> None:
    """Approve text and audience: by another officer. From now on the audience is fixed."""
    import secrets

    from clearbell.cli.pack import open_pack
    from clearbell.cli.progress import progress_bar
    from clearbell.desk.audiences import gather
    from clearbell.notices.mass.audience import approve as fix
    from clearbell.notices.mass.queries import mass_of
    from clearbell.notices.mass.service import audience_of, channels_of, may_approve

    rules = open_pack(pack)
    who = officer or actor()
    store = open_store(home)
    with refusals(), store.read() as conn, progress_bar() as bar:
        row = mass_of(conn, mass)
        may_approve(row, who)
        gathered = gather(
            conn, audience_of(row), channels_of(row), rules.mass_notices, row.purpose, _sources(home, rules),
            store.clock.now(),
        )  # fmt: skip
        task = bar.add_task(words("确定受众", "fixing the audience"), total=None)
        token = secrets.token_hex(8)
        fix(
            store, mass, gathered, officer=who, actor=actor(), token=token,
            told=lambda count: bar.update(task, completed=count),
        )  # fmt: skip
    store.close()
    status(mass, home=home)


@app.command
def start(mass: int, *, officer: str = "", home: Path | None = None) -> None:
    """Let an approved notice be sent: by the running node, or by ``send``."""
    from clearbell.notices.mass.service import do_start

    _act(home, lambda act: do_start(act, mass, officer=officer or actor()))
    status(mass, home=home)


@app.command
def pause(mass: int, *, reason: str = "", officer: str = "", home: Path | None = None) -> None:
    """Let nothing more be sent for now."""
    from clearbell.notices.mass.service import do_pause

    _act(home, lambda act: do_pause(act, mass, reason, officer=officer or actor()))
    status(mass, home=home)


@app.command
def resume(mass: int, *, officer: str = "", home: Path | None = None) -> None:
    """Let it be sent again; ``send`` sends it."""
    from clearbell.notices.mass.service import do_resume

    _act(home, lambda act: do_resume(act, mass, officer=officer or actor()))
    status(mass, home=home)


@app.command(name=("cancel", "stop"))
def cancel(mass: int, reason: str, *, officer: str = "", home: Path | None = None) -> None:
    """Send no more of it, ever; what was sent cannot be called back."""
    from clearbell.notices.mass.service import do_cancel

    _act(home, lambda act: do_cancel(act, mass, reason, officer=officer or actor()))
    status(mass, home=home)


@app.command(name="list")
def list_(*, state: MassState | None = None, limit: int = 50, home: Path | None = None) -> None:
    """List the newest notices.

    Parameters
    ----------
    state
        Only those in this state.
    limit
        How many.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table
    from clearbell.notices.mass.queries import masses
    from clearbell.notices.mass.service import audience_of
    from clearbell.notices.mass.wording import SOURCES, STATES

    with open_store(home).read() as conn:
        rows = masses(conn, state, limit)
    heads = (
        ["编号", "名称", "状态", "时间", "受众", "收件人", "渠道", "截止"]
        if language() == "zh"
        else ["number", "name", "state", "since", "audience", "recipients", "channels", "not after"]
    )
    lines = [
        (
            row.mass,
            row.name,
            words(*STATES[MassState(row.state)]),
            shown(row.since),
            words(*SOURCES[audience_of(row).source]),
            f"{row.recipients:,}",
            row.channels,
            shown(row.not_after),
        )
        for row in rows
    ]
    show_table(table(words("群发公告", "mass notices"), heads, lines, numeric=[0, 5]))


@app.command
def status(mass: int, *, home: Path | None = None) -> None:
    """Show where a notice and its recipients stand."""
    from clearbell.notices.mass.queries import counts_of, mass_of
    from clearbell.notices.mass.wording import OUTCOMES, STATES

    at = 0 if language() == "zh" else 1
    with refusals(), open_store(home).read() as conn:
        row = mass_of(conn, mass)
        counts = counts_of(conn, mass)
    told = ", ".join(f"{OUTCOMES[outcome][at]} {count}" for outcome, count in sorted(counts.items())) or words(
        "无", "-"
    )
    state = STATES[MassState(row.state)][at]
    say(f"群发公告 {mass}:{state};收件人:{told}", f"mass notice {mass}: {state}; recipients: {told}")


@app.command
def show(mass: int, *, pack: str = "cn", home: Path | None = None) -> None:
    """Show what a notice says, to whom, who had a hand in it, what became of it, and whether its audience is as approved.

    Parameters
    ----------
    mass
        Its number.
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    import msgspec

    from clearbell.cli.fields import shown
    from clearbell.cli.pack import open_pack
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table
    from clearbell.notices.mass.audience import audience_digest
    from clearbell.notices.mass.queries import mass_of, reasons_of
    from clearbell.notices.mass.service import audience_of, words_of
    from clearbell.notices.mass.wording import LEFT_OUT, OUTCOMES, SOURCES, counted, reason_words

    rules = open_pack(pack).mass_notices
    with refusals(), open_store(home).read() as conn:
        row = mass_of(conn, mass)
        reasons = reasons_of(conn, mass)
        count, digest = audience_digest(conn, mass) if row.digest else (0, "")
    said, audience = words_of(row), audience_of(row)
    purpose = rules.purposes.get(row.purpose)
    narrowed = msgspec.to_builtins(audience)
    narrowed.pop("source", None)
    if digest == row.digest:
        fixed = words("与批准时一致", "as approved")
    else:
        gone = row.recipients - count
        fixed = words(f"与批准时不同:少 {gone:,} 人(已抹除?)", f"not as approved: {gone:,} fewer (erased?)")
    fields = [
        (words("名称", "name"), row.name),
        (words("事由", "purpose"), words(purpose.zh, purpose.en) if purpose else row.purpose),
        ("zh", said.zh),
        ("en", said.en),
        (words("渠道", "channels"), row.channels),
        (words("受众", "audience"), f"{words(*SOURCES[audience.source])} {msgspec.json.encode(narrowed).decode()}"),
        (words("未列入", "left out"), counted(msgspec.json.decode(bytes(row.left_out)), LEFT_OUT, language())),
        (words("收件人", "recipients"), f"{row.recipients:,}, {row.digest[:16]}, {fixed}" if row.digest else "-"),
        (words("经手", "hands"), row.hands.replace("\n", ", ")),
        (words("批准", "approved by"), row.approved_by or "-"),
        (words("截止", "not after"), shown(row.not_after)),
        (words("说明", "reason"), row.reason or "-"),
    ]
    show_table(table(f"M{mass}", [words("项", "field"), words("值", "value")], fields))
    if reasons:
        heads = [words("结果", "outcome"), words("原因", "reason"), words("人数", "people")]
        lines = [
            (words(*OUTCOMES[outcome]), reason_words(reason, language()), f"{many:,}")
            for outcome, reason, many in reasons
        ]
        show_table(table(words("原因", "reasons"), heads, lines, numeric=[2]))
    status(mass, home=home)


@app.command
def settle(*, pack: str = "cn", home: Path | None = None) -> None:
    """Give up the delivery receipts that did not come within the pack's time; a running node does so by itself.

    Parameters
    ----------
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.pack import open_pack
    from clearbell.notices.mass.settling import settle as give_up

    store = open_store(home)
    try:
        count = give_up(store, open_pack(pack).mass_notices, actor())
    finally:
        store.close()
    say(f"{count:,} 条无回执,已了结", f"{count:,} without a receipt were closed")


@app.command
def export(mass: int, out: Path, *, home: Path | None = None) -> None:
    """Write what became of each recipient to a CSV file."""
    import csv

    from clearbell.notices.mass.model import Outcome
    from clearbell.notices.mass.queries import mass_of, outcomes

    with refusals(), open_store(home).read() as conn:
        mass_of(conn, mass)
        with out.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["recipient", "outcome", "since", "ids", "reason"])
            count = 0
            for row in outcomes(conn, mass):
                writer.writerow([row.recipient, Outcome(row.outcome).word, row.since, row.ids, row.reason])
                count += 1
    say(f"已写出 {count} 行", f"{count} rows written")
