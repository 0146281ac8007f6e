"""Names of states and outcomes, in Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Mapping

from clearbell.notices.mass.model import MassState, Outcome, Source

STATES = {
    MassState.DRAFT: ("草稿", "draft"),
    MassState.SUBMITTED: ("待审批", "submitted"),
    MassState.APPROVED: ("已批准", "approved"),
    MassState.SENDING: ("发送中", "sending"),
    MassState.PAUSED: ("已暂停", "paused"),
    MassState.FINISHED: ("已完成", "finished"),
    MassState.CANCELLED: ("已取消", "cancelled"),
}
OUTCOMES = {
    Outcome.WAITING: ("待发", "waiting"),
    Outcome.TAKEN: ("正在发送", "being sent"),
    Outcome.POSTPONED: ("稍后重试", "postponed"),
    Outcome.ACCEPTED: ("已受理", "accepted"),
    Outcome.DELIVERED: ("已送达", "delivered"),
    Outcome.FAILED: ("失败", "failed"),
    Outcome.DOUBT: ("结果不明,未重发", "in doubt, not sent again"),
    Outcome.EXCLUDED: ("未发:已退订或无同意", "not told: opted out or no consent"),
    Outcome.LAPSED: ("过期未发", "lapsed"),
    Outcome.CANCELLED: ("已取消", "cancelled"),
    Outcome.NO_RECEIPT: ("已受理,无回执", "accepted, no receipt"),
}
LEFT_OUT = {
    "opted-out": ("已退订", "opted out"),
    "takes-no-sms": ("号码不能接收短信", "takes no SMS"),
    "other-channel": ("渠道不符", "on another channel"),
    "no-contact": ("无联系方式", "no contact is known"),
    "pseudonym": ("话单中为化名", "known by a pseudonym only"),
    "duplicate": ("重复", "named twice"),
}
"""Why someone is not among the recipients."""
SOURCES = {
    Source.SUBSCRIBERS: ("用户", "subscribers"),
    Source.CONSENT: ("同意有效的用户", "subscribers with a consent in force"),
    Source.SETTINGS: ("有名单或意愿设置的用户", "subscribers with settings"),
    Source.HOLDER: ("使用主体的号码", "numbers of a holder"),
    Source.CALLED: ("被涉案号码呼叫的用户", "subscribers called by numbers of a case or campaign"),
    Source.REPORTERS: ("举报涉案号码的用户", "reporters of numbers of a case or campaign"),
    Source.WAITING: ("等待答复的举报人", "reporters who wait for an answer"),
    Source.RESTRICTED: ("受限号码与主体的联系方式", "contacts of restricted numbers and holders"),
    Source.LIST: ("名单", "a list"),
}

_REASONS = (
    (r"opted out", "已退订"),
    (r"the consent is not in force any more", "同意已失效"),
    (r"its time was over", "已过截止时间"),
    (r"cancelled", "已取消"),
    (r"the sender was killed before an answer was kept", "发送进程被终止,未记下答复"),
    (r"not sent again, the SMS centre may have it: (.*)", r"未重发,短信中心可能已收到:\1"),
    (r"not sent again, the relay may have it: (.*)", r"未重发,邮件中继可能已收到:\1"),
    (r"accepted, no receipt within (\d+) hours", r"已受理,\1 小时内无回执"),
    (r"accepted by the mail relay, which tells no more", "邮件中继已受理,之后不再有消息"),
)
"""Reasons as the store keeps them, and in Chinese. What the other side said stands as it came."""


def reason_words(reason: str, language: str) -> str:
    """Why someone was not told, or what is not known of it."""
    if language == "zh":
        for pattern, words in _REASONS:
            if found := re.fullmatch(pattern, reason):
                return found.expand(words)
    return reason


def counted(counts: Mapping[str, int], words: Mapping[str, tuple[str, str]], language: str) -> str:
    """Counts by reason in words, the largest first; a dash for none."""
    at = 0 if language == "zh" else 1
    order = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    parts = [f"{words[name][at] if name in words else name} {count:,}" for name, count in order]
    return ("、" if language == "zh" else ", ").join(parts) or "-"
