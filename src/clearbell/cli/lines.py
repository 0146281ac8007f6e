"""``clearbell verify``: what test calls are made with, lines answered by hand, and which node answers which."""

from __future__ import annotations

import os
import random
import signal
import socket
import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from clearbell.cli.context import actor, home_folder, open_store, refuse, say, words
from clearbell.verification.model import Doing

if TYPE_CHECKING:
    from clearbell.policy.model import Pack
    from clearbell.verification.calling import Caller
    from clearbell.verification.settings import LineSettings

_DOINGS = {
    Doing.WAITING: ("待接", "waiting"),
    Doing.IN_CALL: ("通话中", "in a call"),
    Doing.CALLING: ("拨测中", "calling"),
    Doing.UNANSWERED: ("无人接听", "unanswered"),
}


def open_calls(home: Path | None, config: Path | None) -> tuple[Caller, Pack]:
    """Everything that calls need."""
    from clearbell.cli.applications import open_vault
    from clearbell.cli.pack import open_pack
    from clearbell.serving.config import ConfigError, NodeConfig, read_config
    from clearbell.verification.rules import call_rules

    try:
        from clearbell.content.model import ModelError
        from clearbell.verification.opening import open_caller
        from clearbell.verification.transcriber import TranscriberError
    except ModuleNotFoundError as error:
        extra_missing(error)
    folder = home_folder(home)
    if config is None and (folder / "clearbell.toml").exists():
        config = folder / "clearbell.toml"
    try:
        settings = read_config(config) if config else NodeConfig()
    except ConfigError as error:
        refuse(error.zh, error.en)
    pack = open_pack(settings.pack)
    try:
        caller = open_caller(
            open_store(home), open_vault(home), call_rules(pack), pack.content, settings.verification, actor()
        )
    except (TranscriberError, ModelError) as error:
        refuse(error.zh, error.en)
    return caller, pack


def extra_missing(error: ModuleNotFoundError) -> NoReturn:
    """Refuse for want of a library of the extra ``voice``."""
    refuse(
        f"拨测需要 {error.name}:pip install 'clearbell[voice]'",
        f"test calls need {error.name}: pip install 'clearbell[voice]'",
    )


def chosen_line(caller: Caller, name: str) -> LineSettings:
    """The line of that name; refuses a name that the configuration does not have."""
    from clearbell.verification.settings import line_of

    line = line_of(caller.settings, name)
    if line is None:
        known = "、".join(line.name for line in caller.settings.line) or words("无", "none")
        refuse(
            f"节点配置中没有线路 {name};现有:{known}",
            f"the configuration has no line {name} under [[verification.line]]; there are: {known}",
        )
    return line


def listen(*, line: str, hours: float = 24.0, config: Path | None = None, home: Path | None = None) -> None:
    """Answer calls to a line late and silently, and record them, as a served node does that has the line.

    Parameters
    ----------
    line
        Line of the configuration with ``receives = true``.
    hours
        For how long.
    config
        Configuration of the node (default: clearbell.toml in the data folder).
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.verification.agent import AgentError
    from clearbell.verification.attending import Attendant
    from clearbell.verification.errors import VerificationError
    from clearbell.verification.lines import Holder, check_free

    caller, _ = open_calls(home, config)
    chosen = chosen_line(caller, line)
    if not chosen.receives:
        refuse(f"线路 {line} 未设 receives = true", f"the line {line} has no `receives = true`")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    attendant = Attendant(
        caller,
        chosen,
        Holder(f"{socket.gethostname()}:{os.getpid()}", uuid.uuid4().hex[:16]),
        new_id=lambda: uuid.uuid4().hex[:16],
        chance=random.SystemRandom().random,
        stopped=stop.is_set,
        dials=False,
        fails=True,
    )
    try:
        with caller.store.read() as conn:
            check_free(conn, caller.store.clock.now(), line, None)
        attendant.run(caller.now_ms() + int(hours * 3_600_000))
    except (AgentError, VerificationError) as error:
        refuse(error.zh, error.en)
    say(f"接到 {attendant.taken} 个电话", f"{attendant.taken} calls came in")


def lines(*, config: Path | None = None, home: Path | None = None) -> None:
    """Show which node answers each line that receives. Ends with exit code 1 when one is not answered.

    Parameters
    ----------
    config
        Configuration of the node (default: clearbell.toml in the data folder, where there is one).
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table
    from clearbell.serving.config import ConfigError, config_file, read_config
    from clearbell.verification.lines import lines_health

    file = config_file(home_folder(home), config)
    try:
        settings = read_config(file).verification if file is not None else None
    except ConfigError as error:
        refuse(error.zh, error.en)
    names = settings.receiving if settings is not None else ()
    store = open_store(home)
    with store.read() as conn:
        found = lines_health(conn, store.clock.now(), names)
    head = words(
        "线路 号码 池 节点 自 状态 一日来电 其中回拨 最近来电 待拨 故障",
        "line number pool node since doing calls-a-day back last-call planned fault",
    ).split()
    rows = [
        (
            one.line,
            one.number or "-",
            one.pool or "-",
            one.owner or words("无节点接听", "nobody"),
            shown(one.since) if one.since else "-",
            words(*_DOINGS[one.doing]),
            one.calls,
            one.back,
            shown(one.last) if one.last else "-",
            one.planned,
            one.fault or "-",
        )
        for one in found
    ]
    show_table(table(words("接听的线路", "Lines that are answered"), head, rows, numeric=(6, 7, 9)))
    if any(not one.well for one in found):
        raise SystemExit(1)
