"""Orders in words."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Row

from clearbell.numbering import format_e164, mask
from clearbell.policy.model import Pack
from clearbell.sanctions.orders.model import Bears, MustDoState, Outcome, ProofKind, State

Language = Literal["zh", "en"]
Words = dict[str, str]

STATES: dict[State, Words] = {
    State.RECEIVED: {"zh": "已收到,待签收", "en": "received"},
    State.ACKNOWLEDGED: {"zh": "已签收", "en": "acknowledged"},
    State.IN_WORK: {"zh": "办理中", "en": "in work"},
    State.PROPOSED: {"zh": "待复核", "en": "waiting for a second officer"},
    State.DONE: {"zh": "已办结", "en": "done"},
    State.RETURNED: {"zh": "已退回", "en": "returned"},
    State.REFUSED: {"zh": "不予办理", "en": "refused"},
    State.WITHDRAWN: {"zh": "已撤销", "en": "withdrawn by the authority"},
}
OUTCOMES: dict[Outcome, Words] = {
    Outcome.DONE: STATES[State.DONE],
    Outcome.RETURNED: STATES[State.RETURNED],
    Outcome.REFUSED: STATES[State.REFUSED],
    Outcome.WITHDRAWN: STATES[State.WITHDRAWN],
}
MUST_DO_STATES: dict[MustDoState, Words] = {
    MustDoState.OPEN: {"zh": "未办", "en": "open"},
    MustDoState.DONE: {"zh": "已办,已证明", "en": "done and proven"},
    MustDoState.CANNOT: {"zh": "不能办理", "en": "cannot be done"},
}
BEARS_WORDS: dict[Bears, Words] = {
    Bears.NUMBER: {"zh": "号码", "en": "number"},
    Bears.HOLDER: {"zh": "使用主体", "en": "holder"},
    Bears.TRUNK: {"zh": "中继", "en": "trunk"},
    Bears.PROVIDER: {"zh": "接入方", "en": "access provider"},
    Bears.RESOURCE: {"zh": "码号资源", "en": "number resource"},
    Bears.LISTING: {"zh": "发布页面", "en": "listing"},
    Bears.NOTHING: {"zh": "", "en": ""},
}
PROOF_WORDS: dict[ProofKind, Words] = {
    ProofKind.RESTRICTION: {"zh": "处置", "en": "restriction"},
    ProofKind.LIFTED: {"zh": "已无限制", "en": "nothing restricts it"},
    ProofKind.LABEL: {"zh": "标注", "en": "label"},
    ProofKind.CASE: {"zh": "案件", "en": "case"},
    ProofKind.RELEASED: {"zh": "已收回", "en": "released"},
    ProofKind.NOTICE: {"zh": "通知回执", "en": "notice receipt"},
    ProofKind.FILE: {"zh": "文件", "en": "file"},
}


def issuer_words(row: Row[Any], pack: Pack, language: Language) -> str:
    """Who gave an order: the pack's name for the authority in the reader's language, or what it called itself."""
    rules = pack.orders.authorities.get(row.authority)
    if rules is not None and row.issuer in ("", rules.zh, rules.en):
        return rules.zh if language == "zh" else rules.en
    return str(row.issuer or row.authority)


def bears_words(row: Row[Any], language: Language, *, masked: bool = True) -> str:
    """On what a must-do bears; the number masked, but for the authority that named it."""
    bears = Bears(row.bears)
    if bears is Bears.NOTHING:
        return "-"
    if bears is not Bears.NUMBER:
        shown = row.name
    elif not row.number:
        shown = "(已抹除)" if language == "zh" else "(erased)"
    else:
        shown = mask(row.number) if masked else format_e164(row.number)
    return f"{BEARS_WORDS[bears][language]} {shown}"
