"""换号(主体不明): numbers of one trunk that share habits and no callee, and are strangers to everyone they call."""

from clearbell.discovery.detectors.model import UNWELCOME, Detector, Subject, high, low

MEMBER = (
    "member_attempts",
    "member_attempts_most",
    "member_in_share",
    "member_callee_share",
    "member_first_callee_share",
    "member_odds",
)
"""Limits that a number has to keep to be looked at as one of several."""

DETECTOR = Detector(
    name="rotation_unknown",
    subject=Subject.GROUP,
    needs=(*high("callers", "disjoint_share"), *low("attempts_per_number", "answer_share")),
    tells=(*UNWELCOME, *high("callee_hangup_share")),
    extra=MEMBER,
    zh="中继相同、习惯相近、被叫互不重复的 {callers} 个号码,共 {attempts} 次;接通率 {answer_share},被叫挂断占 {callee_hangup_share}",
    en="{callers} numbers of one trunk with the same habits and no callee in common, {attempts} calls; {answer_share} answered, {callee_hangup_share} hung up by the callee",
)
