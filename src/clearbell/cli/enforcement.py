"""``clearbell enforcement``: who carries restrictions out, and how each of them does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from clearbell.cli.context import actor, home_folder, language, open_store, refuse, say, words

app = App(name="enforcement", help="Who carries restrictions out, and how they do. 限制的执行。")


def _configured(home: Path | None, config: Path | None) -> tuple[str, ...]:
    """Names of the targets in the node's configuration, where there is one."""
    from clearbell.serving.config import ConfigError, read_config

    file = config or home_folder(home) / "clearbell.toml"
    if config is None and not file.exists():
        return ()
    try:
        return tuple(one.name for one in read_config(file).enforcement.targets)
    except ConfigError as error:
        refuse(error.zh, error.en)


@app.default
def health(*, config: Path | None = None, home: Path | None = None) -> None:
    """Show how each target does. Ends with exit code 1 when one does not do well.

    Parameters
    ----------
    config
        Configuration of the node (default: clearbell.toml in the data folder, where there is one).
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show, table
    from clearbell.enforcement.health import health_of
    from clearbell.enforcement.model import Kind
    from clearbell.enforcement.wording import KINDS

    tongue = language()
    names = _configured(home, config)
    store = open_store(home)
    now = store.clock.now()
    with store.read() as conn:
        found = health_of(conn, now, names)
    head = words(
        "执行方 方式 责任方 节点 账本位置 落后 未确认 逾期 下次尝试 最近应答 最近故障",
        "target kind provider node cursor behind unacknowledged overdue next-try last-answer last-fault",
    ).split()
    rows = [
        (
            one.target,
            KINDS[Kind(one.kind)][tongue] if one.kind else "-",
            one.provider or "-",
            one.owner or words("无节点负责", "nobody"),
            one.cursor,
            f"{one.behind} ({one.lag / 1e6:.0f} s)" if one.behind else "0",
            one.unacknowledged,
            one.overdue,
            shown(one.next_try) if one.next_try else "-",
            shown(one.seen) if one.seen else "-",
            one.fault or "-",
        )
        for one in found
    ]
    show(table(words("执行方", "Targets of enforcement"), head, rows, numeric=(4, 6, 7)))
    if any(not one.well for one in found):
        raise SystemExit(1)


app.command(health, name="targets")


@app.command
def status(
    *,
    target: str = "",
    restriction: str = "",
    state: str = "",
    alarmed: bool = False,
    limit: int = 100,
    home: Path | None = None,
) -> None:
    """List what targets were told, and what of it they acknowledged; the newest first.

    Parameters
    ----------
    target
        Only of this target.
    restriction
        Only about this restriction.
    state
        Only those in this state, such as ``sent`` or ``overdue``.
    alarmed
        Only those that were not acknowledged in time.
    limit
        How many at most.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show, table
    from clearbell.enforcement.model import How, Operation, State
    from clearbell.enforcement.queries import tasks
    from clearbell.enforcement.wording import HOWS, OPERATIONS, STATES

    tongue = language()
    known = {one.value: one for one in State}
    if state and state not in known:
        options = ", ".join(known)
        refuse(f"--state {state}:没有此状态;可用:{options}", f"--state {state}: no such state; there are {options}")
    store = open_store(home)
    with store.read() as conn:
        rows: Any = tasks(
            conn, name=target, restriction_id=restriction, state=known.get(state), alarmed=alarmed, limit=limit
        )
    head = words(
        "执行方 处置 操作 状态 始于 期限 次数 确认 故障",
        "target restriction operation state since due attempts acknowledged fault",
    ).split()
    show(
        table(
            words("执行情况", "Enforcement"),
            head,
            [
                (
                    row.target,
                    row.restriction,
                    OPERATIONS[Operation(row.operation)][tongue],
                    STATES[State(row.state)][tongue],
                    shown(row.since),
                    shown(row.deadline),
                    row.attempts,
                    f"{shown(row.acknowledged)} {HOWS[How(row.how)][tongue]}" if row.acknowledged else "-",
                    row.fault or "-",
                )
                for row in rows
            ],
            numeric=(6,),
        )
    )


@app.command
def acknowledge(
    target: str,
    restriction: str,
    *,
    note: Annotated[str, Parameter(name="--words")],
    operation: str = "",
    home: Path | None = None,
) -> None:
    """Record that a target acknowledged in another way, such as by telephone.

    Parameters
    ----------
    target
        Who acknowledged.
    restriction
        Id of the restriction.
    note
        Who acknowledged it, and in which way.
    operation
        ``put`` or ``remove`` (default: the one that is waited for).
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.enforcement.errors import EnforcementError
    from clearbell.enforcement.model import Operation
    from clearbell.enforcement.service import do_acknowledge
    from clearbell.enforcement.wording import OPERATIONS

    known = {one.value: one for one in Operation}
    if operation and operation not in known:
        refuse(f"--operation {operation}:应为 put 或 remove", f"--operation {operation}: should be put or remove")
    try:
        with open_store(home).act(actor()) as act:
            done = do_acknowledge(act, target, restriction, known.get(operation), words=note)
    except EnforcementError as error:
        refuse(error.zh, error.en)
    did = OPERATIONS[done]
    say(f"已记录:「{target}」{did['zh']} {restriction}", f"recorded: {target} {did['en']} {restriction}")


@app.command
def resync(target: str, *, home: Path | None = None) -> None:
    """Have the whole list given to a target anew.

    Parameters
    ----------
    target
        Name of the target.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.enforcement.errors import EnforcementError
    from clearbell.enforcement.service import do_ask_resync

    try:
        with open_store(home).act(actor()) as act:
            do_ask_resync(act, target)
    except EnforcementError as error:
        refuse(error.zh, error.en)
    say(f"将向「{target}」重新下发全部限制", f"{target} will be given the whole list")
