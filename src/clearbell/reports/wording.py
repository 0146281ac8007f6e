"""What a report counts for, and where a complaint stands, in words for whoever made it."""

from __future__ import annotations

from clearbell.reports.complaints.model import State
from clearbell.reports.model import Standing, Why

STANDINGS: dict[Standing, dict[str, str]] = {
    Standing.WAITING: {"zh": "正在查找通话记录", "en": "the call is being looked for on record"},
    Standing.COUNTED: {"zh": "已计入", "en": "it counts"},
    Standing.ASIDE: {"zh": "已搁置", "en": "it was set aside"},
}
WITHDRAWN = {"zh": "已撤回", "en": "it was taken back"}
VOID = {"zh": "因恶意举报作废", "en": "it is void for bad faith"}
WHYS: dict[Why, dict[str, str]] = {
    Why.NO_CALL: {"zh": "通话记录中没有这次来电", "en": "there is no such call on record"},
    Why.PRIVATE: {
        "zh": "双方互有通话,可能是私人纠纷,由工作人员核查",
        "en": "the two call each other, so it may be a private dispute: an officer looks at it",
    },
    Why.CONTACT: {
        "zh": "举报人曾主动联系该号码且未曾拒绝其来电",
        "en": "the reporter had called the number himself and had not refused its calls",
    },
    Why.STALE: {"zh": "来电距今过久", "en": "the call was too long ago"},
    Why.BURST: {
        "zh": "当日已有多起无法核实的同类举报",
        "en": "there were several reports that day which cannot be verified",
    },
    Why.OFFICER: {"zh": "经工作人员核查不予计入", "en": "an officer looked at it and it does not count"},
}
STATES: dict[State, dict[str, str]] = {
    State.RECEIVED: {"zh": "已受理,待转办", "en": "received, to be passed on"},
    State.FORWARDED: {"zh": "已转接入方核查", "en": "with the access provider, being looked into"},
    State.HANDLED: {"zh": "已有处理结果,待答复", "en": "handled, to be answered"},
    State.ANSWERED: {"zh": "已答复", "en": "answered"},
    State.WITHDRAWN: {"zh": "已撤回", "en": "taken back"},
}


def standing_words(standing: Standing, why: Why, language: str, *, withdrawn: bool, void: bool) -> str:
    """What a report counts for, with the reason where it does not."""
    if withdrawn:
        return WITHDRAWN[language]
    if void:
        return VOID[language]
    said = STANDINGS[standing][language]
    return f"{said}{':' if language == 'zh' else ': '}{WHYS[why][language]}" if why in WHYS else said
