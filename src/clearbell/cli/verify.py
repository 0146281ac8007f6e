"""``clearbell verify``: test calls to suspected numbers, and lines that only receive."""

from __future__ import annotations

import os
import random
import sys
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import App

from clearbell.cli.context import actor, language, open_store, refuse, say, words
from clearbell.cli.lines import chosen_line, extra_missing, lines, listen, open_calls
from clearbell.verification.model import Outcome, Script, Side, Speaker, State, Told

if TYPE_CHECKING:
    from clearbell.verification.calling import Caller

app = App(name="verify", help="Test calls to suspected numbers. 拨测。")
app.command(listen)
app.command(lines)

_STATES = {
    State.PLANNED: ("待拨", "planned"),
    State.CALLING: ("拨打中", "calling"),
    State.DONE: ("完成", "done"),
    State.FAILED: ("未成", "failed"),
    State.CANCELLED: ("取消", "cancelled"),
}
_SIDES = {Side.NOBODY: ("-", "-"), Side.US: ("我方", "us"), Side.THEM: ("对方", "them")}
_SPEAKERS = {
    Speaker.PERSON: ("真人", "a person"),
    Speaker.MACHINE: ("录音或机器人", "a machine"),
    Speaker.ANNOUNCEMENT: ("提示音", "an announcement"),
    Speaker.NOBODY: ("无人说话", "nobody"),
    Speaker.UNKNOWN: ("不能判定", "not known"),
}
_TOLD = {
    Told.NOTHING: ("-", "-"),
    Told.SILENT: ("无声", "silence"),
    Told.TONES: ("只有信号音", "tones only"),
    Told.REPEATS: ("内容重复", "it repeats itself"),
    Told.BEEP: ("说话后有提示音", "a beep after speech"),
    Told.MONOLOGUE: ("连续说话不等回应", "it speaks on without waiting"),
    Told.GREETING: ("短句问候后等待", "a few words, then a wait"),
    Told.KNOWN: ("与已有录音相同", "a recording heard before"),
}


def _outcome(outcome: str) -> str:
    from clearbell.cases.wording import OUTCOMES

    return words(OUTCOMES[outcome]["zh"], OUTCOMES[outcome]["en"]) if outcome else "-"


@app.command
def call(
    number: str,
    *,
    line: str,
    case: str = "",
    why: str = "",
    script: Script = Script.SILENT,
    later: bool = False,
    config: Path | None = None,
    home: Path | None = None,
) -> None:
    """Call a suspected number now, let it ring, record it, and say what was found.

    Parameters
    ----------
    number
        The number, in any form.
    line
        Line of the configuration ([[verification.line]]) to call from.
    case
        Case that the call serves.
    why
        Why it is called.
    script
        silent: say nothing and listen; talk: play the configured WAV file.
    later
        Do not call now: plan it for a time drawn at random within the pack's hours; ``verify run`` makes it.
    config
        Configuration of the node (default: clearbell.toml in the data folder).
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cases.errors import CaseError
    from clearbell.cli.fields import number as read_number
    from clearbell.cli.fields import shown
    from clearbell.verification.errors import VerificationError
    from clearbell.verification.service import Plan, do_plan

    caller, pack = open_calls(home, config)
    chosen = chosen_line(caller, line)
    plan = Plan(uuid.uuid4().hex[:16], read_number(number), chosen.name, chosen.key, chosen.pool, script, why, case)
    chance = random.SystemRandom().random if later else None
    try:
        with caller.store.act(caller.actor) as act:
            due = do_plan(act, caller.rules, plan, chance)
    except (VerificationError, CaseError) as error:
        refuse(error.zh, error.en)
    if later:
        at = shown(due, zone=pack.timezone)
        say(f"拨测 {plan.call} 定于 {at}", f"test call {plan.call} is due {at}")
        return
    if not _make(caller, plan.call):
        _give_up(caller, plan.call)
        raise SystemExit(1)
    show(plan.call, home=home)


def _give_up(caller: Caller, call_id: str) -> None:
    """A call for now that may not be made now is not left for later."""
    from clearbell.lifecycles import IllegalStepError
    from clearbell.verification.service import do_cancel

    try:
        with caller.store.act(caller.actor) as act:
            do_cancel(act, call_id, "not allowed now")
    except IllegalStepError:
        return


def _make(caller: Caller, call_id: str) -> bool:
    """Make a planned call; says why on standard error when it may not or cannot be made."""
    from clearbell.lifecycles import IllegalStepError
    from clearbell.verification.agent import AgentError
    from clearbell.verification.calling import make_call
    from clearbell.verification.errors import VerificationError

    try:
        make_call(caller, call_id)
    except (VerificationError, IllegalStepError, AgentError) as error:
        sys.stderr.write(words(f"拨测 {call_id}:{error.zh}", f"test call {call_id}: {error.en}") + "\n")
        return False
    return True


@app.command
def run(*, once: bool = False, config: Path | None = None, home: Path | None = None) -> None:
    """Make the planned calls whose time has come, one after another, until interrupted.

    Parameters
    ----------
    once
        End when none is due.
    config
        Configuration of the node (default: clearbell.toml in the data folder).
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.verification.calling import make_due_calls

    caller, _ = open_calls(home, config)
    chance = random.SystemRandom().random
    made = 0
    while True:
        for call_id, found in make_due_calls(caller, chance):
            if isinstance(found, Outcome):
                made += 1
                zh = en = _outcome(found.value)
            else:
                zh, en = getattr(found, "zh", str(found)), getattr(found, "en", str(found))
            say(f"拨测 {call_id}:{zh}", f"test call {call_id}: {en}")
        if once:
            break
        time.sleep(10)
    say(f"已拨测 {made} 次", f"{made} test calls made")


@app.command
def cancel(call: str, *, reason: str, home: Path | None = None) -> None:
    """Give up a call that is planned.

    Parameters
    ----------
    call
        Its id.
    reason
        Why.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.lifecycles import IllegalStepError
    from clearbell.verification.errors import VerificationError
    from clearbell.verification.service import do_cancel

    try:
        with open_store(home).act(actor()) as act:
            do_cancel(act, call, reason)
    except (VerificationError, IllegalStepError) as error:
        refuse(error.zh, error.en)
    say(f"拨测 {call} 已取消", f"test call {call} is cancelled")


@app.command(name="list")
def list_(
    *, number: str = "", case: str = "", state: State | None = None, limit: int = 50, home: Path | None = None
) -> None:
    """List the newest test calls.

    Parameters
    ----------
    number
        Only those to this number.
    case
        Only those for this case.
    state
        Only those in this state.
    limit
        How many.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import number as read_number
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table
    from clearbell.verification.queries import calls_like

    key = read_number(number) if number else 0
    with open_store(home).read() as conn:
        rows = calls_like(conn, number=key, case=case, state=state, limit=limit)
    heads = (
        ["编号", "号码", "线路", "案件", "状态", "结果", "计划时间", "拨打时间"]
        if language() == "zh"
        else ["call", "number", "line", "case", "state", "outcome", "due", "made"]
    )
    lines = [
        (
            row.call,
            row.number,
            row.line,
            row.case_id or "-",
            words(*_STATES[State(row.state)]),
            _outcome(row.outcome),
            shown(row.due),
            shown(row.started),
        )
        for row in rows
    ]
    show_table(table(words("拨测", "test calls"), heads, lines))


@app.command
def show(call: str, *, home: Path | None = None) -> None:
    """Show a test call: what it found, what that rests on, and who called the line back.

    Parameters
    ----------
    call
        Its id.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table
    from clearbell.verification.errors import UnknownCallError
    from clearbell.verification.queries import call_of, calls_to_lines

    with open_store(home).read() as conn:
        row = call_of(conn, call)
        backs = calls_to_lines(conn, answers=call)
    if row is None:
        error = UnknownCallError(call)
        refuse(error.zh, error.en)
    fields: list[tuple[object, ...]] = [
        (words("号码", "number"), row.number),
        (words("线路", "line"), f"{row.line} ({row.own})"),
        (words("案件", "case"), row.case_id or "-"),
        (words("缘由", "why"), row.why or "-"),
        (words("状态", "state"), words(*_STATES[State(row.state)])),
        (words("结果", "outcome"), _outcome(row.outcome)),
        (words("计划时间", "due"), shown(row.due)),
        (words("拨打时间", "made"), shown(row.started)),
    ]
    if row.reason:
        fields.append((words("原因", "reason"), row.reason))
    show_table(table(call, [words("项", "field"), words("值", "value")], fields + _evidence(row)))
    if backs:
        heads = ["编号", "主叫", "同一号码", "时间"] if language() == "zh" else ["call", "caller", "same number", "at"]
        lines = [
            (back.received, back.caller or back.caller_text or "-", "✓" if back.same_number else "-", shown(back.at))
            for back in backs
        ]
        show_table(table(words("此后打来线路的电话", "calls to the line that followed"), heads, lines))


def _evidence(row: Any) -> list[tuple[object, ...]]:
    from clearbell.verification.queries import evidence_of

    evidence = evidence_of(row)

    def seconds(ms: int) -> str:
        return f"{ms / 1000:.1f} s"

    found: list[tuple[object, ...]] = [
        (words("SIP 应答", "SIP answer"), f"{evidence.status or '-'} {evidence.phrase}".strip()),
        (words("振铃", "rang"), seconds(evidence.ring_ms)),
        (words("通话", "connected"), seconds(evidence.talk_ms)),
        (words("挂机方", "ended by"), words(*_SIDES[evidence.ended_by])),
        (words("有声", "voice"), f"{seconds(evidence.voice_ms)} / {seconds(evidence.length_ms)}"),
        (words("首次出声前", "before the first voice"), seconds(evidence.lead_ms)),
        (words("听到", "heard"), words(*_SPEAKERS[evidence.speaker])),
        (words("依据", "told by"), words(*_TOLD[evidence.told])),
        (words("录音摘要", "recording"), row.heard or "-"),
    ]
    if evidence.same_as:
        found.append((words("同一录音", "same recording as"), f"{evidence.same_as} ({evidence.votes})"))
    if evidence.text:
        sure = "" if evidence.confidence is None else f" ({evidence.confidence:.2f})"
        found.append((words("转写", "words"), evidence.text + sure))
    return found


@app.command
def recording(call: str, out: Path, *, home: Path | None = None) -> None:
    """Write what was heard in a test call, decrypted, to a WAV file.

    Parameters
    ----------
    call
        Its id.
    out
        The file.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.applications import open_vault
    from clearbell.vault import VaultError
    from clearbell.verification.errors import UnknownCallError
    from clearbell.verification.queries import call_of

    with open_store(home).read() as conn:
        row = call_of(conn, call)
    if row is None:
        error = UnknownCallError(call)
        refuse(error.zh, error.en)
    if not row.heard:
        refuse(f"拨测 {call} 没有录音,或已过保存期", f"the test call {call} has no recording, or its time is over")
    try:
        data = open_vault(home).get(row.heard)
    except VaultError as gone:
        refuse(gone.zh, gone.en)
    handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    say(f"已写入 {out}", f"written to {out}")


@app.command
def match(file: Path, *, pack: str = "cn", home: Path | None = None) -> None:
    """Find the test call in which the recording in a WAV file was heard.

    Parameters
    ----------
    file
        The recording: a few seconds are enough.
    pack
        Rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.pack import open_pack
    from clearbell.verification.queries import call_of
    from clearbell.verification.rules import call_rules

    try:
        from clearbell.verification.calling import recognise
        from clearbell.verification.fingerprint import landmarks
        from clearbell.verification.sound import SoundError, load
    except ModuleNotFoundError as error:
        extra_missing(error)
    try:
        marks = landmarks(load(file))
    except SoundError as error:
        refuse(error.zh, error.en)
    with open_store(home).read() as conn:
        known, found = recognise(conn, marks, call_rules(open_pack(pack)))
        row = call_of(conn, known) if known else None
    if row is None:
        say("没有听到过此录音", "this recording was not heard before")
        return
    say(
        f"拨测 {known}(号码 {row.number})中听到过此录音,{found.votes} 处吻合",
        f"heard in the test call {known} to {row.number}; {found.votes} pairs agree",
    )


@app.command
def expire(*, pack: str = "cn", home: Path | None = None) -> None:
    """Remove recordings that are past the pack's time; a served node does so every hour."""
    from clearbell.cli.applications import open_vault
    from clearbell.cli.pack import open_pack
    from clearbell.verification.rules import call_rules
    from clearbell.verification.service import do_remove_expired

    rules = call_rules(open_pack(pack))
    with open_store(home).act(actor()) as act:
        removed = do_remove_expired(act, open_vault(home), rules)
    say(f"已删除 {removed} 份录音", f"{removed} recordings removed")
