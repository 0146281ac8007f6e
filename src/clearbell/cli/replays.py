"""``clearbell pack replay``: what another policy would have done with the calls on record."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from clearbell.cli.context import home_folder, language, open_store, refuse, say, words

if TYPE_CHECKING:
    from clearbell.policy.model import Pack
    from clearbell.replay.model import Asked, Change, Replay

Named = Annotated[list[str] | None, Parameter(negative="")]


def replay(
    *,
    hours: float = 24,
    since: str = "",
    until: str = "",
    candidate: Path | None = None,
    points: Named = None,
    decides: Named = None,
    total: Named = None,
    threshold: Named = None,
    leave_out: Named = None,
    resume: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Judge calls on record anew with the facts of their time, under the pack and under a candidate. No rule is changed.

    Interrupted (Ctrl-C), it is kept as far as it is and goes on with --resume.

    Parameters
    ----------
    hours
        The last so many hours.
    since
        Instead: from this time on, 2026-11-24 or 2026-11-24T08:00, in the pack's zone.
    until
        Up to this time, not included (default: now).
    candidate
        File of the pack to try (default: the pack in force).
    points
        SYMBOL=POINTS; give it again for more.
    decides
        SYMBOL=ACTION to let it decide by itself (allow, label, challenge, reject), SYMBOL=points to let it only count.
    total
        ACTION=TOTAL from which on it is taken.
    threshold
        NAME=VALUE, or NAME=off.
    leave_out
        A check that is not to be asked.
    resume
        Name of a replay that was stopped; all else stays as it was asked then.
    pack
        The pack in force: name or file.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    import os
    import time

    from clearbell.cli.pack import open_pack
    from clearbell.cli.progress import progress_bar
    from clearbell.policy.problems import PackError
    from clearbell.replay.candidate import ChangeError, candidate_of
    from clearbell.replay.files import ReplayFolder
    from clearbell.replay.model import State
    from clearbell.replay.running import run_replay
    from clearbell.replay.wording import progress_words
    from clearbell.vault import load_secret

    rules = open_pack(pack)
    store = open_store(home)
    folder = ReplayFolder(home_folder(home))
    if resume:
        found = folder.find(resume)
        if found is None or found.state is State.FAILED:
            refuse(f"没有可继续的重放 {resume}", f"there is no replay {resume} that could go on")
    else:
        change = _change(points, decides, total, threshold, leave_out)
        asked = _asked(store.clock.now(), rules, hours, since, until, change, candidate)
        try:
            candidate_of(rules, asked.change, asked.pack_text)
        except (ChangeError, PackError) as error:
            refuse(_fault(error, "zh"), _fault(error, "en"))
        found = folder.new(asked, os.urandom)
    with progress_bar() as bar, folder.turn(found.replay) as mine:
        if not mine:
            refuse(f"重放 {found.replay} 正在进行", f"replay {found.replay} is running already")
        task = bar.add_task(words("重放", "replaying"), total=1.0)

        def keep(now: Replay) -> None:
            folder.put(now)
            bar.update(task, completed=now.share)

        try:
            run_replay(
                store,
                home_folder(home) / "journal",
                rules,
                found,
                load_secret(home_folder(home) / "replay-key", os.urandom),
                keep=keep,
                is_to_stop=lambda: folder.is_to_stop(found.replay),
                clock=time.monotonic,
            )
        except KeyboardInterrupt:
            # Kept last a moment ago; from there it goes on.
            say(
                f"已停;继续:clearbell pack replay --resume {found.replay}",
                f"stopped; to go on: clearbell pack replay --resume {found.replay}",
            )
            raise SystemExit(130) from None
    say(f"重放 {found.replay}:{progress_words(found, 'zh')}", f"replay {found.replay}: {progress_words(found, 'en')}")
    _show(found)


def replays(name: str = "", *, home: Path | None = None) -> None:
    """List the replays that are kept, or show one.

    Parameters
    ----------
    name
        The one to show.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table
    from clearbell.replay.files import ReplayFolder
    from clearbell.replay.wording import progress_words

    folder = ReplayFolder(home_folder(home))
    if name:
        found = folder.find(name)
        if found is None:
            refuse(f"没有重放 {name}", f"there is no replay {name}")
        say(f"重放 {name}:{progress_words(found, 'zh')}", f"replay {name}: {progress_words(found, 'en')}")
        _show(found)
        return
    rows = [
        (
            one.replay,
            progress_words(one, language()),
            _time(one.asked.since),
            _time(one.asked.until),
            f"{one.found.replayed:,}",
            f"{sum(moved.calls for moved in one.found.moved):,}",
            one.asked.by,
        )
        for one in folder.newest()
    ]
    head = words("编号 状态 自 至 已重放 会改变 请求人", "replay state since until replayed otherwise by").split()
    show_table(table(words("规则重放", "Replays"), head, rows, numeric=(4, 5)))


def _show(found: Replay) -> None:
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table
    from clearbell.replay.wording import KINDS, holder_words, in_order, sentences, whom_words

    spoken = "zh" if language() == "zh" else "en"
    for line in [*sentences(found.found, spoken), *whom_words(found.found, spoken)]:
        say(line, line)
    rows = [
        (
            KINDS[one.kind][spoken],
            one.rule,
            one.before.value,
            one.after.value,
            f"{one.calls:,}",
            " ".join(example.decision for example in one.examples),
        )
        for one in in_order(found.found)
    ]
    if rows:
        head = words("变化|规则|原处理|会处理|呼叫|判定编号", "change|rule|was|would be|calls|decisions").split("|")
        show_table(table(words("会改变的判定", "What would be otherwise"), head, rows, numeric=(4,)))
    for line in holder_words(found.found, spoken):
        say(line, line)


def _asked(
    now: int, rules: Pack, hours: float, since: str, until: str, change: Change, candidate: Path | None
) -> Asked:
    from clearbell.calls import HOUR
    from clearbell.cli.context import actor
    from clearbell.replay.model import Asked

    end = _moment(until, rules) if until else now
    begin = _moment(since, rules) if since else end - int(hours * HOUR)
    if not 0 < begin < end:
        refuse("时段须先始后止", "the window must begin before it ends")
    text = ""
    if candidate is not None:
        try:
            text = candidate.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            refuse(f"{candidate}: 读不出规则包:{error}", f"{candidate}: cannot read the pack: {error}")
    return Asked(begin, end, change, text, actor(), now)


def _moment(text: str, rules: Pack) -> int:
    import zoneinfo

    try:
        at = datetime.datetime.fromisoformat(text)
    except ValueError:
        refuse(
            f"时间 {text} 无效;例:2026-11-24T08:00", f"{text} is no time; write it as 2026-11-24 or 2026-11-24T08:00"
        )
    if at.tzinfo is None:
        at = at.replace(tzinfo=zoneinfo.ZoneInfo(rules.timezone))
    return int(at.timestamp()) * 1_000_000


def _change(points: Named, decides: Named, total: Named, threshold: Named, leave_out: Named) -> Change:
    from clearbell.replay.model import Change

    return Change(
        {name: _number(name, value) for name, value in map(_pair, points or ())},
        {name: "" if value == "points" else value for name, value in map(_pair, decides or ())},
        {name: _number(name, value) for name, value in map(_pair, total or ())},
        {name: None if value == "off" else _number(name, value) for name, value in map(_pair, threshold or ())},
        tuple(leave_out or ()),
    )


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        refuse(f"须写作 名称=值,不是 {text}", f"write NAME=VALUE, not {text}")
    return name.strip(), value.strip()


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        refuse(f"{name}:{text} 不是数", f"{name}: {text} is no number")


def _fault(error: Exception, spoken: str) -> str:
    from clearbell.policy.problems import PackError
    from clearbell.replay.candidate import ChangeError

    if isinstance(error, ChangeError):
        return error.zh if spoken == "zh" else error.en
    return error.text("zh" if spoken == "zh" else "en") if isinstance(error, PackError) else str(error)


def _time(at: int) -> str:
    return datetime.datetime.fromtimestamp(at / 1e6, datetime.UTC).isoformat(timespec="minutes")
