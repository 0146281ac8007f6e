"""What a SIP door counts, in words."""

from __future__ import annotations

COUNTS: dict[str, dict[str, str]] = {
    "received": {"zh": "收到的消息", "en": "messages received"},
    "invite": {"zh": "呼叫请求(INVITE)", "en": "calls asked about (INVITE)"},
    "ack": {"zh": "应答确认(ACK)", "en": "acknowledgements (ACK)"},
    "cancel": {"zh": "取消(CANCEL)", "en": "cancellations (CANCEL)"},
    "options": {"zh": "探测(OPTIONS)", "en": "probes (OPTIONS)"},
    "call end": {"zh": "通话结束通知", "en": "ends of calls told"},
    "bad call end": {"zh": "无法读取的结束通知", "en": "ends of calls that cannot be read"},
    "retransmission": {"zh": "重发", "en": "retransmissions"},
    "over limit": {"zh": "超出来源限速", "en": "over a source's limit"},
    "unknown source": {"zh": "未知来源", "en": "from unknown sources"},
    "fail open": {"zh": "判定失败,放行", "en": "let through, as judging failed"},
    "report code": {"zh": "拨码举报", "en": "reports by short code"},
    "report code of nobody": {"zh": "无主叫的拨码举报", "en": "reports by short code without a caller"},
    "answered continue": {"zh": "应答:放行", "en": "answered: go on"},
    "answered labelled": {"zh": "应答:加注标签", "en": "answered: go on with a label"},
    "answered challenge": {"zh": "应答:转入验证", "en": "answered: to a challenge"},
    "answered not-entitled": {"zh": "应答:无权呼叫(403)", "en": "answered: not entitled (403)"},
    "answered unwanted": {"zh": "应答:被叫不愿接听(607)", "en": "answered: unwanted (607)"},
    "answered network-blocked": {"zh": "应答:网络拦截(603)", "en": "answered: blocked by the network (603)"},
}
DECIDED: dict[str, dict[str, str]] = {
    "total": {"zh": "分值合计", "en": "the points added up"},
    "fail-open": {"zh": "未能判定而放行", "en": "it could not be judged, and was let through"},
}
"""What decided where no symbol did."""
_ANSWERED, _MALFORMED = "answered ", "malformed: "


def count_words(name: str, language: str) -> str:
    """The words of one count, by the name that the door has for it."""
    known = COUNTS.get(name)
    if known is not None:
        return known[language]
    zh = language == "zh"
    if name.startswith(_ANSWERED):
        return f"应答:{name.removeprefix(_ANSWERED)}" if zh else f"answered: {name.removeprefix(_ANSWERED)}"
    if name.startswith(_MALFORMED):
        return f"格式错误({name.removeprefix(_MALFORMED)})" if zh else name
    return name
