"""The words of an application whose applicant is, or may be, on the shared blacklist."""

from __future__ import annotations

APPLICATION: dict[str, dict[str, str]] = {
    "zh": {
        "on_blacklist": "共享黑名单",
        "by_licence": "证照在列",
        "by_legal-person": "法定代表人在列",
        "by_name": "名称相同",
        "stays": "在列期间不予通过;可不予批准,申请人可提出申诉。",
        "namesake": "条目只写明名称。同名未必同一主体:请核对证照与身份证件,写明核实结果后再继续。",
        "looked": "与黑名单条目是否同一主体(核实结果)",
    },
    "en": {
        "on_blacklist": "On the shared blacklist",
        "by_licence": "the licence",
        "by_legal-person": "the legal person",
        "by_name": "the same name",
        "stays": "While the entry stands the application cannot pass. Refuse it; the applicant may appeal.",
        "namesake": "The entry tells a name only, and equal names are not equal people. Compare the licence and the "
        "identity card, and write down what you found before you go on.",
        "looked": "Is it the one on the blacklist? What you found",
    },
}
