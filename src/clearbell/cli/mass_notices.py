"""``clearbell notices mass``: one text to a list of people, approved by a second officer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cyclopts import App

from clearbell.cli.context import actor, language, open_store, refuse, say, words

app = App(name="mass", help="One text to many people. 群发公告。")


def _act(home: Path | None, do: Callable[[Any], Any]) -> Any:
    from clearbell.lifecycles import IllegalStepError
    from clearbell.notices.errors import NoticeError

    try:
        with open_store(home).act(actor()) as act:
            return do(act)
    except (NoticeError, IllegalStepError) as error:
        refuse(error.zh, error.en)


@app.command
def draft(
    name: str,
    file: Path,
    *,
    zh: str,
    en: str,
    until: str,
    officer: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Draft a notice by SMS to the numbers of a CSV file; bad rows are quarantined.

    Parameters
    ----------
    name
        What officers call it.
    file
        CSV file with the column ``number``, and ``language`` (zh, else en) where it is known.
    zh
        What it says in Chinese.
    en
        What it says in English.
    until
        From when it is of no use: a date, or a time with its zone.
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
    from clearbell.notices.mass.model import Audience, Source, Words
    from clearbell.notices.mass.service import Draft, do_draft
    from clearbell.notices.model import Channel

    if not file.is_file():
        refuse(f"{file}: 没有这个文件", f"{file}: there is no such file")
    with file.open("rb") as opened:
        listed = hashlib.file_digest(opened, "sha256").hexdigest()[:16]
    take_in(ListLoader(listed, [Channel.SMS]), file, home)
    rules = open_pack(pack).mass_notices
    new = Draft(name, Words(zh, en), Audience(Source.LIST, listed), moment(until, "--until"))
    number = _act(home, lambda act: do_draft(act, rules, new, officer=officer or actor()))
    say(f"已起草群发公告 {number};另一人审批前请提交", f"drafted mass notice {number}; submit it for approval")


@app.command
def submit(mass: int, *, officer: str = "", home: Path | None = None) -> None:
    """Ask for approval."""
    from clearbell.notices.mass.service import do_submit

    _act(home, lambda act: do_submit(act, mass, officer=officer or actor()))
    status(mass, home=home)


@app.command
def approve(mass: int, *, officer: str = "", home: Path | None = None) -> None:
    """Approve text and audience: by another officer. From now on the audience is fixed."""
    import secrets

    from clearbell.lifecycles import IllegalStepError
    from clearbell.notices.errors import NoticeError
    from clearbell.notices.mass.audience import approve as fix
    from clearbell.notices.mass.audience import from_list
    from clearbell.notices.mass.queries import mass_of
    from clearbell.notices.mass.service import audience_of

    store = open_store(home)
    try:
        with store.read() as conn:
            gathered = from_list(conn, audience_of(mass_of(conn, mass)))
        fix(store, mass, gathered, officer=officer or actor(), actor=actor(), token=secrets.token_hex(8))
    except (NoticeError, IllegalStepError) as error:
        refuse(error.zh, error.en)
    status(mass, home=home)


@app.command
def pause(mass: int, *, reason: str = "", officer: str = "", home: Path | None = None) -> None:
    """Let nothing more be sent for now."""
    from clearbell.notices.mass.service import do_pause

    _act(home, lambda act: do_pause(act, mass, reason, officer=officer or actor()))
    status(mass, home=home)


@app.command
def resume(mass: int, *, officer: str = "", home: Path | None = None) -> None:
    """Go on sending."""
    from clearbell.notices.mass.service import do_resume

    _act(home, lambda act: do_resume(act, mass, officer=officer or actor()))
    status(mass, home=home)


@app.command
def cancel(mass: int, reason: str, *, officer: str = "", home: Path | None = None) -> None:
    """Send no more of it, ever."""
    from clearbell.notices.mass.service import do_cancel

    _act(home, lambda act: do_cancel(act, mass, reason, officer=officer or actor()))
    status(mass, home=home)


@app.command
def status(mass: int, *, home: Path | None = None) -> None:
    """Show where a notice and its recipients stand."""
    from clearbell.notices.errors import NoticeError
    from clearbell.notices.mass.model import MassState
    from clearbell.notices.mass.queries import counts_of, mass_of
    from clearbell.notices.mass.wording import OUTCOMES, STATES

    at = 0 if language() == "zh" else 1
    try:
        with open_store(home).read() as conn:
            row = mass_of(conn, mass)
            counts = counts_of(conn, mass)
    except NoticeError as error:
        refuse(error.zh, error.en)
    told = ", ".join(f"{OUTCOMES[outcome][at]} {count}" for outcome, count in sorted(counts.items())) or words(
        "无", "-"
    )
    state = STATES[MassState(row.state)][at]
    say(f"群发公告 {mass}:{state};收件人:{told}", f"mass notice {mass}: {state}; recipients: {told}")


@app.command
def export(mass: int, out: Path, *, home: Path | None = None) -> None:
    """Write what became of each recipient to a CSV file."""
    import csv

    from clearbell.notices.mass.model import Outcome
    from clearbell.notices.mass.queries import outcomes

    with open_store(home).read() as conn, out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["recipient", "outcome", "since", "ids", "reason"])
        count = 0
        for row in outcomes(conn, mass):
            writer.writerow([row.recipient, Outcome(row.outcome).word, row.since, row.ids, row.reason])
            count += 1
    say(f"已写出 {count} 行", f"{count} rows written")


@app.command
def send(
    mass: int,
    *,
    receipts: float = 30,
    officer: str = "",
    pack: str = "cn",
    config: Path | None = None,
    home: Path | None = None,
) -> None:
    """Send an approved notice, or go on with one; interrupted, run it again.

    Parameters
    ----------
    mass
        Its number.
    receipts
        Seconds without a delivery receipt after which it ends; later ones are kept by the running node.
    officer
        Who acts (default: the login name).
    pack
        Name or file of the rules.
    config
        Configuration of the node (default: clearbell.toml in the data folder).
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    import secrets
    import signal
    import threading

    from clearbell.cli.context import home_folder
    from clearbell.cli.pack import open_pack
    from clearbell.cli.progress import progress_bar
    from clearbell.lifecycles import IllegalStepError
    from clearbell.notices.errors import ChannelOffError, NoticeError
    from clearbell.notices.mass.model import OPEN, MassState
    from clearbell.notices.mass.queries import mass_of
    from clearbell.notices.mass.service import do_start
    from clearbell.notices.model import Channel
    from clearbell.records.locking import turn_if_free
    from clearbell.serving.config import ConfigError, NodeConfig, read_config
    from clearbell.serving.mass_sending import mass_sender

    folder = home_folder(home)
    if config is None and (folder / "clearbell.toml").exists():
        config = folder / "clearbell.toml"
    store = open_store(home)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        settings = (read_config(config) if config else NodeConfig()).notices
        if not settings.sms.address:
            raise ChannelOffError(Channel.SMS)
        sender = mass_sender(store, open_pack(pack), settings, folder, mass, token=secrets.token_hex(8))
        with turn_if_free(folder / f"mass-{mass}.lock") as mine, progress_bar() as bar:
            if not mine:
                refuse("本机另一进程正在发送该公告", "another process of this machine is sending it")
            with store.act(actor()) as act:
                if mass_of(act.conn, mass).state == MassState.APPROVED.value:
                    do_start(act, mass, officer=officer or actor())
            task = bar.add_task(words("群发", "sending"), total=None)
            sender.run(
                stop,
                lambda counts: bar.update(
                    task,
                    total=counts.total(),
                    completed=counts.total() - sum(counts[outcome] for outcome in OPEN),
                ),
                receipts,
            )
    except (ConfigError, NoticeError, IllegalStepError) as error:
        refuse(error.zh, error.en)
    finally:
        store.close()
    status(mass, home=home)
