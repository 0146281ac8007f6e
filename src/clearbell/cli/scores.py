"""What ground truth says of a run, as tables."""

from __future__ import annotations

from clearbell.calls import Action
from clearbell.cli.context import language, say, words
from clearbell.cli.tables import show, table
from clearbell.simulation.truth import Score

_KINDS_ZH = {
    "person": "个人",
    "couple": "吵架的情侣",
    "clinic": "诊所",
    "courier": "快递员",
    "school": "学校",
    "bank": "银行",
    "ride": "网约车",
    "call-centre": "经同意的呼叫中心",
    "marketer": "未经同意的推销",
    "registered-marketer": "登记而未经同意的推销",
    "rotator": "换号推销",
    "wangiri": "响一声",
    "bomber": "呼死你",
    "debt-collector": "催收",
    "spoofer": "虚假 +86",
    "outbound-400": "400 外呼",
}


def print_score(score: Score) -> None:
    """Print calls by what decided, and by what ground truth says of them."""
    zh = language() == "zh"
    reasons = sorted(score.reasons.items(), key=lambda item: (list(Action).index(item[0][0]), -item[1]))
    show(
        table(
            words("呼叫:处理与原因", "Calls by action and reason"),
            ["处理", "决定因素", "呼叫"] if zh else ["action", "decided by", "calls"],
            [(action.value, reason, count) for (action, reason), count in reasons],
            numeric=(2,),
        )
    )
    rows = []
    for kind, wanted, actions in score.by_kind():
        name = _KINDS_ZH[kind.label] if zh else kind.label
        want = words("想接", "wanted") if wanted else words("不想接", "unwanted")
        rows.append((name, want, *(actions.get(action, 0) for action in Action)))
    show(
        table(
            words("真值", "What ground truth says"),
            ["来电者", "被叫意愿", "放行", "标注", "质询", "拒绝"]
            if zh
            else ["caller", "callee", "allow", "label", "challenge", "reject"],
            rows,
            numeric=(2, 3, 4, 5),
        )
    )
    stopped = score.share(Action.REJECT, wanted=False)
    labelled = score.share(Action.LABEL, wanted=False)
    wrong = score.share(Action.REJECT, wanted=True)
    marked = score.share(Action.LABEL, wanted=True)
    say(
        f"不想接的呼叫:拒绝 {stopped:.1%},标注 {labelled:.1%};想接的呼叫:误拒 {wrong:.2%},误标 {marked:.2%}",
        f"unwanted calls: {stopped:.1%} refused, {labelled:.1%} labelled; "
        f"wanted calls: {wrong:.2%} refused, {marked:.2%} labelled",
    )
