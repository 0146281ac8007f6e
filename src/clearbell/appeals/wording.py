"""Appeals in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from sqlalchemy import Row

from clearbell.appeals.model import Appellant, Filed, Ground, Late, Moved, Paper, State, Step, Subject, Undone
from clearbell.appeals.queries import Line
from clearbell.numbering import mask

Language = Literal["zh", "en"]
Words = dict[str, str]

SUBJECTS: dict[Subject, Words] = {
    Subject.DECISION: {"zh": "判定", "en": "decision"},
    Subject.LABEL: {"zh": "标注", "en": "label"},
    Subject.SANCTION: {"zh": "处置", "en": "sanction"},
    Subject.RESTRICTION: {"zh": "限制", "en": "restriction"},
    Subject.BLACKLIST: {"zh": "黑名单条目", "en": "blacklist entry"},
    Subject.VERDICT: {"zh": "案件结论", "en": "verdict of case"},
}
APPELLANTS: dict[Appellant, Words] = {
    Appellant.SUBSCRIBER: {"zh": "用户", "en": "subscriber"},
    Appellant.HOLDER: {"zh": "使用主体", "en": "holder"},
    Appellant.MISLABELLED: {"zh": "被误标号码的使用人", "en": "user of a mislabelled number"},
}
GROUNDS: dict[Ground, Words] = {
    Ground.MISTAKEN: {"zh": "与事实不符", "en": "it is a mistake"},
    Ground.WRONG_NAME: {"zh": "标注名不符", "en": "wrong name"},
    Ground.RECYCLED: {"zh": "二次放号", "en": "recycled number"},
}
STATES: dict[State, Words] = {
    State.RECEIVED: {"zh": "已受理", "en": "received"},
    State.REVIEWING: {"zh": "审核中", "en": "under review"},
    State.PAPERS_ASKED: {"zh": "待补材料", "en": "waiting for papers"},
    State.UPHELD: {"zh": "申诉成立", "en": "upheld"},
    State.REJECTED: {"zh": "申诉不成立", "en": "rejected"},
    State.WITHDRAWN: {"zh": "已撤回", "en": "withdrawn"},
}
STEPS: dict[Step, Words] = {
    Step.REVIEW: {"zh": "开始审核", "en": "review began"},
    Step.ASK_PAPERS: {"zh": "要求补充材料", "en": "papers were asked for"},
    Step.SEND_PAPERS: {"zh": "提交材料", "en": "papers were handed in"},
    Step.LAPSE: {
        "zh": "逾期未补材料,按现有材料审核",
        "en": "the papers did not come in time; decided by what there is",
    },
    Step.UPHOLD: {"zh": "申诉成立", "en": "upheld"},
    Step.REJECT: {"zh": "申诉不成立", "en": "rejected"},
    Step.WITHDRAW: {"zh": "撤回申诉", "en": "withdrawn"},
}
DOORS: dict[str, Words] = {
    "page": {"zh": "网页", "en": "page"},
    "api": {"zh": "接口", "en": "API"},
    "desk": {"zh": "工作人员", "en": "desk"},
}


def against_words(row: Row[Any], language: Language) -> str:
    """What an appeal is against; a number is masked."""
    shown = mask(row.number) if row.subject == Subject.LABEL.value else row.id
    return f"{SUBJECTS[Subject(row.subject)][language]} {shown}"


def page(row: Row[Any], language: Language, at: Callable[[int], str]) -> list[str]:
    """The head of an appeal's page, line by line. ``at``: a time (µs UTC) as it is shown."""
    zh = language == "zh"
    found = [
        (f"申诉 {row.appeal}:" if zh else f"Appeal {row.appeal}: ") + against_words(row, language),
        ("状态:" if zh else "state: ") + STATES[State(row.state)][language],
        ("申诉人:" if zh else "appellant: ") + APPELLANTS[Appellant(row.appellant)][language],
        ("理由:" if zh else "ground: ") + GROUNDS[Ground(row.ground)][language],
    ]
    if row.since:
        found.append(("启用日期:" if zh else "theirs since: ") + at(row.since))
    if row.number:
        found.append(("号码:" if zh else "number: ") + mask(row.number))
    if row.name:
        found.append(("使用主体、中继或接入方:" if zh else "holder, trunk or provider: ") + row.name)
    if row.case_id:
        found.append(("案件:" if zh else "case: ") + row.case_id)
    if row.statement:
        found.append(("陈述:" if zh else "statement: ") + row.statement)
    found.append(("提交:" if zh else "filed: ") + at(row.filed))
    if not row.decided and row.state == State.PAPERS_ASKED.value:
        found.append(("待补材料:" if zh else "papers asked for: ") + row.papers_words)
        found.append(("材料期限:" if zh else "papers due: ") + at(row.papers_due))
    elif not row.decided:
        found.append(
            ("期限:" if zh else "due: ") + at(row.due) + ((" 已逾期" if zh else " overdue") if row.late else "")
        )
    else:
        found.append(("决定:" if zh else "decided: ") + at(row.decided) + f" {row.officer}")
    if row.reason:
        found.append(("决定理由:" if zh else "reason: ") + row.reason)
    return found


def undone_lines(undone: Undone, language: Language) -> list[str]:
    """What upholding undoes, line by line."""
    zh = language == "zh"
    found: list[str] = []

    def told(value: object, in_zh: str, in_en: str) -> None:
        if value:
            found.append(in_zh if zh else in_en)

    def joined(names: tuple[str, ...]) -> str:
        return ("、" if zh else ", ").join(names)

    told(undone.verdict, f"案件 {undone.verdict} 的结论改为排除违规", f"verdict of case {undone.verdict}: cleared")
    names = joined(undone.sanctions)
    told(undone.sanctions, f"解除处置:{names}", f"lifted: {names}")
    names = joined(undone.annulled)
    told(undone.annulled, f"已结束的处置不再计入:{names}", f"over, and counts no more: {names}")
    names = joined(undone.targets)
    told(undone.targets, f"通知执行方解除:{names}", f"told to lift it: {names}")
    told(undone.labels, f"撤下标注:{undone.labels} 个号码", f"labels withdrawn: {undone.labels} numbers")
    told(undone.reports, f"举报不再计分:{undone.reports} 件", f"complaints that count no more: {undone.reports}")
    names = joined(undone.contracts)
    told(undone.contracts, f"恢复合同:{names}", f"contracts in force again: {names}")
    names = joined(undone.entries)
    told(undone.entries, f"移出黑名单:{names}", f"off the blacklist: {names}")
    told(undone.notices, f"取消待发通知:{undone.notices} 条", f"notices not sent: {undone.notices}")
    names = joined(undone.orders)
    told(undone.orders, f"涉及监管指令:{names}", f"orders of authorities that it carried out: {names}")
    return found


def line_words(line: Line, language: Language) -> str:
    """One line of an appeal's story."""
    zh = language == "zh"
    match line.fact:
        case Filed():
            who = APPELLANTS[line.fact.appellant][language]
            door = DOORS.get(line.fact.door, {}).get(language, line.fact.door)
            proven = ("号码已核实" if zh else "number proven") if line.fact.proven else ""
            more = "、".join(one for one in (door, proven) if one) if zh else ", ".join(filter(None, (door, proven)))
            return (f"{who}提出申诉" if zh else f"filed by the {who}") + (f"({more})" if zh else f" ({more})")
        case Paper():
            return f"材料 {line.fact.name or line.fact.digest[:12]}({line.fact.media})" if zh else (
                f"paper {line.fact.name or line.fact.digest[:12]} ({line.fact.media})"
            )  # fmt: skip
        case Moved():
            said = (f":{line.fact.words}" if zh else f": {line.fact.words}") if line.fact.words else ""
            return STEPS[line.fact.step][language] + said
        case Late():
            return "逾期未决" if zh else "it was not decided in time"
