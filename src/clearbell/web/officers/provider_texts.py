"""The words of the pages of access providers, in Chinese and English, under the same names."""

from __future__ import annotations

PROVIDERS: dict[str, dict[str, str]] = {
    "zh": {
        "title": "接入方排名",
        "one": "接入方",
        "hint": "谁接入谁负责。{first} 至 {last};呼叫按到达的中继与日期汇总,投诉按通话记录所示的中继计入。点按数字可看它由什么构成。",
        "as_of": "截至 {at}。",
        "nobody": "未登记的中继",
        "no_trunk": "无中继(其他运营商)",
        "last_days": "近 {days} 天",
        "alarm": "告警",
        "alarms": "有 {count} 项处置逾期未获确认。",
        "alarms_show": "查看",
        "trunks": "中继",
        "calls": "每日呼叫",
        "day": "日期",
        "action": "结果",
        "count": "呼叫数",
        "no_calls": "这段时间没有呼叫。",
        "unacknowledged": "逾期未确认的处置",
        "unacknowledged_hint": "执行方未在规定时间内确认的每一项,后来补确认的也在其中。",
        "back": "返回排名",
    },
    "en": {
        "title": "Access providers",
        "one": "Access provider",
        "hint": "Whoever connects it answers for it. {first} to {last}; calls are added up by the trunk and day that they came in on, complaints by "
        "the trunk that the call records saw. A press on a figure shows what it counts.",
        "as_of": "As of {at}.",
        "nobody": "trunks that nobody registered",
        "no_trunk": "no trunk (another carrier)",
        "last_days": "last {days} days",
        "alarm": "alarm",
        "alarms": "Restrictions not acknowledged in time: {count}.",
        "alarms_show": "Show them",
        "trunks": "Trunks",
        "calls": "Calls by day",
        "day": "Day",
        "action": "What became of them",
        "count": "Calls",
        "no_calls": "There were no calls in this time.",
        "unacknowledged": "Restrictions not acknowledged in time",
        "unacknowledged_hint": "Each one that a switch or carrier did not acknowledge in the pack's time, those acknowledged late too.",
        "back": "Back to all",
    },
}
