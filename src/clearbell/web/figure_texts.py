"""The words of the page of open figures, in Chinese and English, under the same names."""

from __future__ import annotations

FIGURES: dict[str, dict[str, str]] = {
    "zh": {
        "title": "公开数据",
        "what": "每月判定了多少来电、收到多少举报、立案、处置和申诉成立多少。只有整月的总数,不含任何号码或个人。",
        "small_why": "1 至 {most} 的数目不公布,显示为「少于 {least}」;能由此推算出小数目的合计也不公布。月份按 {zone} 时间。",
        "since": "自 {since} 起统计。",
        "none": "还没有整月的数据;一个月结束后在此公布。",
        "small": "少于 {least}",
        "month": "月份",
        "calls": "判定来电",
        "calls_allow": "放行",
        "calls_label": "标注后放行",
        "calls_challenge": "质询",
        "calls_reject": "拒绝",
        "reports": "举报",
        "cases": "立案",
        "sanctions": "处置",
        "appeals": "申诉",
        "granted": "申诉成立",
        "take": "供程序读取",
        "year": "年份",
        "back": "回到首页",
    },
    "en": {
        "title": "Open figures",
        "what": "How many calls were decided each month, how many were reported, how many cases, sanctions and appeals there were. "
        "Only the sums of whole months; no number and no person is in them.",
        "small_why": "Counts from 1 to {most} are not published and shown as “fewer than {least}”, nor are sums from which one "
        "could be reckoned. Months are those of {zone}.",
        "since": "Counted since {since}.",
        "none": "There is no whole month yet; figures come when one has ended.",
        "small": "fewer than {least}",
        "month": "Month",
        "calls": "Calls decided",
        "calls_allow": "let through",
        "calls_label": "let through with a label",
        "calls_challenge": "challenged",
        "calls_reject": "refused",
        "reports": "Reports",
        "cases": "Cases opened",
        "sanctions": "Sanctions",
        "appeals": "Appeals",
        "granted": "upheld",
        "take": "For programs",
        "year": "Year",
        "back": "To the front page",
    },
}
