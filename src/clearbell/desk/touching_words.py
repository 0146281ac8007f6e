"""What a sanction would touch, in words."""

from __future__ import annotations

import datetime
from typing import Literal

from clearbell.desk.touching import Numbers, Touched
from clearbell.numbering import mask
from clearbell.policy.model import Pack
from clearbell.sanctions.model import Rung, Target

_MOST_TOLD = 5
_NOTHING = ("-", "0")
_TARGETS = {Target.NUMBER: "号码", Target.HOLDER: "使用主体", Target.TRUNK: "中继", Target.PROVIDER: "接入方"}


def lines(found: Touched, pack: Pack, language: Literal["zh", "en"], *, brief: bool = False) -> list[str]:
    """What would follow, for an officer; numbers masked. ``brief``: without what would not."""
    zh = language == "zh"
    fact = found.announced
    zone = datetime.timezone(datetime.timedelta(minutes=pack.utc_offset_minutes))

    def rung(name: Rung) -> str:
        words = pack.rungs[name.value]
        return words.zh if zh else words.en

    def at(time: int) -> str:
        if not time:
            return "解除为止" if zh else "it is lifted"
        return datetime.datetime.fromtimestamp(time / 1e6, zone).isoformat(" ", "minutes")

    def some(numbers: Numbers) -> str:
        shown = [mask(one) for one in numbers.some[:_MOST_TOLD]]
        more = ["…"] if numbers.count > len(shown) else []
        return f"{numbers.count}" + (f" ({', '.join(shown + more)})" if shown else "")

    yes, no = ("是", "否") if zh else ("yes", "no")
    told = [
        ("应处", "due", f"{rung(found.proposal.rung)}: {found.proposal.zh if zh else found.proposal.en}"),
        ("处置", "sanction", "; ".join(f"{rung(one.rung)} → {at(one.until)}" for one in fact.stages)),
        ("对象", "on", f"{_TARGETS[fact.target] if zh else fact.target.value} {mask(fact.number) if fact.number else fact.name}"),
        ("使用主体", "holder", f"{found.holder} {found.holder_name}".strip() or "-"),
        ("涉及号码", "numbers", some(found.numbers)),
        ("同一主体的其他号码(不受影响)", "the holder's other numbers (not touched)", some(found.other_numbers)),
        ("停止呼出", "outgoing calls stop", yes if found.outgoing else no),
        ("停止呼入", "incoming calls stop", yes if found.incoming else no),
        ("新增标注", "labels", some(found.labelled)),
        ("现有标注", "labelled today", str(found.labels_now)),
        ("解除合同", "contracts ended", ", ".join(found.contracts) or "-"),
        ("列入黑名单", "on the blacklist", str(found.listed)),
        ("接入方的中继(呼叫照常)", "the provider's trunks (calls go on)", ", ".join(found.trunks) or "-"),
        ("告知渠道", "told by", ", ".join(one.value for one in found.ways) or "-"),
        ("生效", "takes effect", (f"立即 {at(fact.start)}" if zh else f"at once, {at(fact.start)}")
            if fact.at_once
            else (f"告知后 {at(fact.start)} 起,最迟 {at(fact.latest)}" if zh else f"once told, from {at(fact.start)}, at the latest {at(fact.latest)}")),
        ("未结的其他处置", "other sanctions not over", ", ".join(found.standing) or "-"),
    ]  # fmt: skip
    if found.few:
        told.append(
            (
                "注意",
                "mind",
                "联系方式不足,将等到最迟时间" if zh else "too few ways to be told: it waits until the latest",
            )
        )
    return [
        f"{chinese}:{text}" if zh else f"{english}: {text}"
        for chinese, english, text in told
        if not (brief and text in _NOTHING)
    ]
