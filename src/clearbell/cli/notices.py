"""``clearbell notices``: messages to people, and the proof that they arrived."""

from __future__ import annotations

import os
from pathlib import Path

from cyclopts import App

from clearbell.cli.context import actor, home_folder, language, open_store, refuse, say, words
from clearbell.notices.model import Channel, State

app = App(name="notices", help="Messages to people, and their proof. 通知与送达凭证。")

app.command("clearbell.cli.mass_notices:app", name="mass", help="One text to many people. 群发公告。")

_STATES = {
    State.QUEUED: ("排队", "queued"),
    State.SENDING: ("发送中", "sending"),
    State.SENT: ("已发出", "sent"),
    State.DELIVERED: ("已送达", "delivered"),
    State.FAILED: ("失败", "failed"),
    State.EXPIRED: ("过期未发", "expired"),
    State.WITHDRAWN: ("已取消", "withdrawn"),
}


@app.command(name="list")
def list_(*, state: State | None = None, to: str = "", limit: int = 50, home: Path | None = None) -> None:
    """List the newest notices; recipients are masked.

    Parameters
    ----------
    state
        Only those in this state.
    to
        Only those to this number, mail address or URL.
    limit
        How many.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import number, shown
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table
    from clearbell.notices.queries import notices_like
    from clearbell.notices.recipients import masked

    recipient = to if "@" in to or "://" in to or not to else str(number(to, "--to"))
    with open_store(home).read() as conn:
        rows = notices_like(conn, state=state, recipient=recipient, limit=limit)
    heads = (
        ["编号", "渠道", "收件人", "模板", "用途", "状态", "次数", "时间", "原因"]
        if language() == "zh"
        else ["notice", "channel", "recipient", "template", "purpose", "state", "attempts", "since", "reason"]
    )
    lines = [
        (
            row.notice,
            row.channel,
            masked(Channel(row.channel), row.recipient),
            row.template,
            row.purpose,
            words(*_STATES[State(row.state)]),
            row.attempts,
            shown(row.since),
            row.reason,
        )
        for row in rows
    ]
    show_table(table(words("通知", "notices"), heads, lines, numeric=[6]))


@app.command
def show(notice: str, *, home: Path | None = None) -> None:
    """Show a notice with what acknowledges each part of it: the proof of delivery.

    Parameters
    ----------
    notice
        Its id.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table
    from clearbell.notices.errors import UnknownNoticeError
    from clearbell.notices.queries import notice_of, parts_of, receipts_of
    from clearbell.notices.recipients import masked

    with open_store(home).read() as conn:
        row = notice_of(conn, notice)
        parts = parts_of(conn, notice)
        receipts = receipts_of(conn, notice)
    if row is None:
        error = UnknownNoticeError(notice)
        refuse(error.zh, error.en)
    fields = [
        (words("收件人", "recipient"), masked(Channel(row.channel), row.recipient)),
        (words("渠道", "channel"), row.channel),
        (words("模板", "template"), f"{row.template} ({row.language})"),
        (words("用途", "purpose"), row.purpose),
        (words("状态", "state"), f"{words(*_STATES[State(row.state)])}, {shown(row.since)}"),
        (words("原因", "reason"), row.reason or "-"),
        (words("次数", "attempts"), row.attempts),
        (words("登记", "queued"), shown(row.created)),
        (words("截止", "not after"), shown(row.not_after)),
    ]
    show_table(table(notice, [words("项", "field"), words("值", "value")], fields))
    heads = (
        ["分段", "对方编号", "接收", "回执", "回执时间", "错误"]
        if language() == "zh"
        else ["part", "message id", "taken over", "receipt", "at", "error"]
    )
    lines: list[tuple[object, ...]] = []
    for part in parts:
        place = f"{part.part}/{part.parts}"
        found = [receipt for receipt in receipts if receipt.part == part.part]
        lines.extend(
            (place, part.message_id, shown(part.accepted), receipt.state, shown(receipt.at), receipt.error or "-")
            for receipt in found
        )
        if not found:
            lines.append((place, part.message_id, shown(part.accepted), "-", "-", "-"))
    show_table(table(words("送达凭证", "proof of delivery"), heads, lines))


@app.command
def retry(notice: str, *, hours: float = 24, config: Path | None = None, home: Path | None = None) -> None:
    """Have a failed or expired notice sent again by the running node.

    Parameters
    ----------
    notice
        Its id.
    hours
        For how long it is tried.
    config
        Configuration of the node (default: clearbell.toml in the data folder): it tells which channels are on.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.calls import HOUR
    from clearbell.lifecycles import IllegalStepError
    from clearbell.notices.errors import NoticeError
    from clearbell.notices.keys import NoticeKey
    from clearbell.notices.service import do_retry_notice
    from clearbell.serving.config import ConfigError, NodeConfig, read_config
    from clearbell.serving.notifying import open_outbox
    from clearbell.vault import load_secret

    folder = home_folder(home)
    if config is None and (folder / "clearbell.toml").exists():
        config = folder / "clearbell.toml"
    try:
        settings = read_config(config) if config else NodeConfig()
        outbox = open_outbox(settings.notices, NoticeKey(load_secret(folder / "notice-key", os.urandom), os.urandom))
        with open_store(home).act(actor()) as act:
            do_retry_notice(act, outbox, notice, act.at + int(hours * HOUR))
    except (ConfigError, NoticeError, IllegalStepError) as error:
        refuse(error.zh, error.en)
    say(f"通知 {notice} 已重新排队", f"notice {notice} is queued again")
