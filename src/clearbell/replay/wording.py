"""What a replay says, in Chinese and English."""

from __future__ import annotations

from clearbell.replay.model import MOST_CALLERS, Cause, Found, Kind, Moved, Replay, State

HOLDERS_SHOWN = 10

STATES: dict[State, dict[str, str]] = {
    State.RUNNING: {"zh": "进行中", "en": "running"},
    State.STOPPED: {"zh": "已停,可继续", "en": "stopped, can go on"},
    State.DONE: {"zh": "已完成", "en": "done"},
    State.FAILED: {"zh": "未能完成", "en": "failed"},
}
KINDS: dict[Kind, dict[str, str]] = {
    Kind.TOUCHED: {"zh": "原放行,会被处置", "en": "went through, would be touched"},
    Kind.RELEASED: {"zh": "原被处置,会放行", "en": "was touched, would go through"},
    Kind.HARDER: {"zh": "处置会更重", "en": "would be touched harder"},
    Kind.SOFTER: {"zh": "处置会更轻", "en": "would be touched more softly"},
}
CAUSES: dict[Cause, dict[str, str]] = {
    Cause.FAIL_OPEN: {"zh": "当时未判定即放行", "en": "let through unjudged at the time"},
    Cause.STALE: {"zh": "当时节点读不到账本", "en": "the node had lost sight of the ledger"},
    Cause.CHECK_FAILED: {"zh": "有检查出错", "en": "a check failed"},
    Cause.JUST_CHANGED: {
        "zh": "此前数秒内有事实变更,节点当时是否已知不得而知",
        "en": "facts changed within seconds before; whether the node knew is not on record",
    },
    Cause.NOT_REPRODUCED: {
        "zh": "按生效规则重放与记录不符:当时所知已抹除,或节点的计数更早开始",
        "en": "the pack in force comes to something else than the record: what was known was erased, or the counters went further back",
    },
}


def sentences(found: Found, language: str) -> list[str]:
    """How many calls were replayed, how many could not be, and why."""
    zh = language == "zh"
    passed = sum(found.causes.values())
    said = [
        f"窗口内有记录的呼叫 {found.calls:,} 个,重放 {found.replayed:,} 个,不能重放 {passed:,} 个。"
        if zh
        else f"{found.calls:,} calls on record in the window: {found.replayed:,} replayed, {passed:,} could not be."
    ]
    counted = [(found.causes.get(cause.value, 0), CAUSES[cause][language]) for cause in Cause]
    said += [f"{count:,}:{words}。" if zh else f"{count:,}: {words}." for count, words in counted if count]
    if found.earlier_version:
        said.append(
            f"重放的呼叫中 {found.earlier_version:,} 个当时按另一版规则判定;对它们比较的是生效规则与试用规则,不是当时的结果。"
            if zh
            else f"{found.earlier_version:,} of those replayed were decided under another version; for them the pack in force is compared with the "
            "candidate, not what was done."
        )
    if found.unreadable:
        said.append(
            f"另有 {found.unreadable:,} 条其他版本的记录读不出。"
            if zh
            else f"{found.unreadable:,} more records are of another version and cannot be read."
        )
    moved = sum(one.calls for one in found.moved)
    if found.replayed:
        said.append(
            (f"{moved:,} 个会改变处理;" if zh else f"{moved:,} would be treated otherwise; ")
            + (
                f"{found.other_reason:,} 个处理不变、理由不同。"
                if zh
                else f"{found.other_reason:,} would be treated the same for another reason."
            )
        )
    said.append(
        "仅本节点的记录;计数器自窗口前一天起累计。"
        if zh
        else "The record of this node only; counters begin a day before the window."
    )
    return said


def in_order(found: Found) -> list[Moved]:
    """What moved, by what it means, the most calls first."""
    kinds = list(Kind)
    return sorted(found.moved, key=lambda one: (kinds.index(one.kind), -one.calls, one.rule))


def progress_words(replay: Replay, language: str) -> str:
    """State, and how far it is."""
    state = STATES[replay.state][language]
    return f"{state} {replay.share:.0%}" if replay.state in (State.RUNNING, State.STOPPED) else state


def whom_words(found: Found, language: str) -> list[str]:
    """Whom each change meets: how many calls of how many callers."""
    said = []
    for kind in Kind:
        whom = found.whom.get(kind.value)
        if whom is None:
            continue
        more = ("至少 " if language == "zh" else "at least ") if len(whom.callers) == MOST_CALLERS else ""
        callers = f"{more}{len(whom.callers):,}"
        said.append(
            f"{KINDS[kind]['zh']}:{whom.calls:,} 个呼叫,{callers} 个主叫号码,另有 {whom.withheld:,} 个未显示号码。"
            if language == "zh"
            else f"{KINDS[kind]['en'].capitalize()}: {whom.calls:,} calls of {callers} numbers, {whom.withheld:,} more without a number."
        )
    return said


def holder_words(found: Found, language: str) -> list[str]:
    """The holders that each change meets most."""
    said = []
    for kind in Kind:
        whom = found.whom.get(kind.value)
        if whom is not None:
            nobody = "未登记" if language == "zh" else "not registered"
            holders = sorted(whom.holders.items(), key=lambda item: (-item[1], item[0]))[:HOLDERS_SHOWN]
            named = (", " if language == "en" else "、").join(f"{name or nobody} {calls:,}" for name, calls in holders)
            said.append(f"{KINDS[kind][language]}{': ' if language == 'en' else ':'}{named}")
    return said
