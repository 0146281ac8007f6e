"""The words of the demo: making and removing it, and looking at it as someone."""

from __future__ import annotations

DEMO: dict[str, dict[str, str]] = {
    "zh": {
        "demo": "演示数据",
        "what": "一座虚构的城市:通话、举报、各种状态的案件与证据、处置、申诉、指令、一家企业和一位用户,九天里发生的事。",
        "apart": "它放在自己的文件夹里,有自己的账本和账号,交换机不向它询问,也不会给任何人发短信。本节点的数据不会因它增加或改变一行。",
        "nobody": "其中的号码都不存在:号码规划没有分配这些号段(154、160、161、163、164、168、169,固话首位为 0,国家码 999)。",
        "do_make": "生成演示数据",
        "making": "正在生成,约需半分钟。页面会自己更新。",
        "look_again": "刷新",
        "failed": "上次生成没有完成;再按一次即可。",
        "ready": "演示数据已生成:{calls} 个呼叫,{reports} 件举报,{cases} 个案件。",
        "go_in": "进入演示",
        "do_remove": "删除演示数据",
        "remove_hint": "删除它的整个文件夹。本节点自己的数据不动。",
        "removed": "演示数据已删除。",
        "no_demo": "没有演示数据。",
        "first_hint": "想先看看样子?",
        "as": "以谁的身份看",
        "as_hint": "这里没有密码。选一个身份,随时可从页首换成另一个。",
        "as_subscriber": "用户 {number}:我的来电、意愿、名单、同意",
        "as_public": "任何人:首页、查号、举报、申诉、公开数字",
        "closed": "请从本节点的「演示数据」页或首次启动页进入。",
        "name": "演示",
        "mark": "演示:此页一切均为虚构,不是真实数据",
        "others": "换个身份",
        "leave": "离开演示",
    },
    "en": {
        "demo": "Demo data",
        "what": "A made-up city: calls, reports, cases in every state with their evidence, sanctions, appeals, orders, an enterprise and a "
        "subscriber, as they come about in nine days.",
        "apart": "It stands in a folder of its own with its own ledger and accounts; no switch asks it, and it sends nobody a message. No row of "
        "this node's data is added or changed for it.",
        "nobody": "None of its numbers exists: the numbering plan allots none of these ranges (154, 160, 161, 163, 164, 168, 169; fixed numbers "
        "that begin with 0; country code 999).",
        "do_make": "Make the demo data",
        "making": "It is being made, which takes about half a minute. The page follows.",
        "look_again": "Look again",
        "failed": "The last time it was not finished; press once more.",
        "ready": "The demo data is there: {calls} calls, {reports} reports, {cases} cases.",
        "go_in": "Go in",
        "do_remove": "Remove the demo data",
        "remove_hint": "Its whole folder is removed. This node's own data stays as it is.",
        "removed": "The demo data is removed.",
        "no_demo": "There is no demo data.",
        "first_hint": "A look around first?",
        "as": "Look as",
        "as_hint": "There are no passwords here. Choose who you are; the head of each page leads back to this choice.",
        "as_subscriber": "Subscriber {number}: my calls, wishes, list, consents",
        "as_public": "Anyone: front page, looking a number up, reporting, appealing, open figures",
        "closed": "Come in by this node's page “Demo data”, or by its first run.",
        "name": "Demo",
        "mark": "Demo: everything on this page is made up, none of it is real",
        "others": "Look as someone else",
        "leave": "Leave the demo",
    },
}


def marks(language: str) -> dict[str, str]:
    """What every page of the demo begins with."""
    return DEMO[language]
