"""The words of the first run, in Chinese and English, under the same names."""

from __future__ import annotations

FIRST_RUN: dict[str, dict[str, str]] = {
    "zh": {
        "first_run": "首次启动",
        "word": "终端显示的一次性口令",
        "word_hint": "启动本节点的终端在「首次启动」一行显示它;重新启动会换新。",
        "word_wrong": "口令不对,或节点已重新启动;请看终端最新一行。",
        "language_step": "语言",
        "language_hint": "工作台以后按所选语言显示。",
        "pack_step": "规则包",
        "pack_is": "{name},版本 {version},时区 {zone}。",
        "pack_hint": "换规则包:在数据目录的 clearbell.toml 写明 pack 后重新启动,再继续。现有:",
        "account_step": "管理员账号",
        "account_hint": "管理员建立其他人的账号、照看节点,不办案。建好后请为办案人员各建一个账号。",
        "account_id": "账号(小写字母、数字、点、连字符)",
        "factor_step": "第二因素",
        "code": "它显示的 6 位数字",
        "found": "建立账号并登录",
        "founded": "账号已建立,您已登录。",
        "onward": "到工作台",
        "after_step": "接下来",
        "after_hint": "在「账号」页邀请同事。想先看看样子:「演示数据」页一键生成一座虚构的城市,与本节点的数据分开存放。",
    },
    "en": {
        "first_run": "First run",
        "word": "The word that the terminal shows",
        "word_hint": "The terminal that started this node shows it in the line “First run”; another start has another.",
        "word_wrong": "That is not the word, or the node was started again; see the newest line of the terminal.",
        "language_step": "Language",
        "language_hint": "The desk remembers it in this browser.",
        "pack_step": "Rules",
        "pack_is": "{name}, version {version}, time zone {zone}.",
        "pack_hint": "For other rules, name the pack in clearbell.toml of the data folder (pack = …), start again and go on. There are:",
        "account_step": "The administrator",
        "account_hint": "The administrator makes the accounts of others and looks after the node, and decides no case. Make an account for each "
        "officer afterwards.",
        "account_id": "Account (lower-case letters, digits, dots, hyphens)",
        "factor_step": "Second factor",
        "code": "The six digits that it shows",
        "found": "Make the account and sign in",
        "founded": "The account is made, and you are signed in.",
        "onward": "To the desk",
        "after_step": "What comes next",
        "after_hint": "Invite your colleagues on the page “Accounts”. To look around first, the page “Demo data” makes a made-up city by one "
        "press, apart from this node's data.",
    },
}
