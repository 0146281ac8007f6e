"""Cases in words: states, steps, reasons, evidence, and the evidence page."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Literal

from sqlalchemy import Connection

from clearbell.cases.evidence import (
    Calls,
    Content,
    Finding,
    Note,
    Order,
    Recording,
    Reports,
    Sanction,
    VerificationCall,
    What,
)
from clearbell.cases.files import case_of, unit_of
from clearbell.cases.model import (
    CaseLate,
    CaseMerged,
    CaseMoved,
    CaseOpened,
    CaseTended,
    Source,
    State,
    Step,
    Unit,
    UnitKind,
    Verdict,
)
from clearbell.cases.queries import Line, Reported, Taken, story
from clearbell.content.doubt import Doubt
from clearbell.numbering import format_e164
from clearbell.policy.deadlines import DEADLINES
from clearbell.policy.model import Pack
from clearbell.reports.wording import STANDINGS

Language = Literal["zh", "en"]
Words = dict[str, str]

STATES: dict[State, Words] = {
    State.OPENED: {"zh": "已立案", "en": "opened"},
    State.VERIFYING: {"zh": "核查中", "en": "being verified"},
    State.PROPOSED: {"zh": "待复核", "en": "waiting for a second officer"},
    State.CONFIRMED: {"zh": "已认定违规", "en": "confirmed"},
    State.CLEARED: {"zh": "已排除", "en": "cleared"},
    State.INCONCLUSIVE: {"zh": "无法认定", "en": "inconclusive"},
    State.SANCTIONED: {"zh": "已处置", "en": "sanctioned"},
    State.APPEALED: {"zh": "申诉中", "en": "appealed against"},
    State.CLOSED: {"zh": "已结案", "en": "closed"},
}
STEPS: dict[Step, Words] = {
    Step.VERIFY: {"zh": "开始核查", "en": "verification began"},
    Step.PROPOSE: {"zh": "提出结论", "en": "a verdict was proposed"},
    Step.RETURN: {"zh": "复核退回", "en": "the second officer sent it back"},
    Step.CONFIRM: {"zh": "认定违规", "en": "confirmed"},
    Step.CLEAR: {"zh": "排除违规", "en": "cleared"},
    Step.LEAVE_OPEN: {"zh": "无法认定", "en": "left inconclusive"},
    Step.SANCTION: {"zh": "实施处置", "en": "sanctioned"},
    Step.APPEAL: {"zh": "受理申诉", "en": "an appeal was taken in"},
    Step.DISMISS: {"zh": "申诉不成立", "en": "the appeal was dismissed"},
    Step.OVERTURN: {"zh": "申诉成立", "en": "the appeal was upheld"},
    Step.CLOSE: {"zh": "结案", "en": "closed"},
    Step.REOPEN: {"zh": "重新核查", "en": "taken up again"},
}
VERDICTS: dict[Verdict, Words] = {
    Verdict.CONFIRMED: {"zh": "认定违规", "en": "confirmed"},
    Verdict.CLEARED: {"zh": "排除违规", "en": "cleared"},
    Verdict.INCONCLUSIVE: {"zh": "无法认定", "en": "inconclusive"},
}
SOURCES: dict[Source, Words] = {
    Source.REPORTS: {"zh": "举报", "en": "reports"},
    Source.FINDING: {"zh": "码号使用发现", "en": "a finding of the registry"},
    Source.DETECTOR: {"zh": "检测发现", "en": "a detector"},
    Source.ORDER: {"zh": "监管指令", "en": "the regulator's order"},
    Source.OFFICER: {"zh": "工作人员", "en": "an officer"},
}
_UNITS: dict[UnitKind, Words] = {
    UnitKind.NUMBER: {"zh": "号码", "en": "number"},
    UnitKind.HOLDER: {"zh": "使用主体", "en": "holder"},
    UnitKind.CAMPAIGN: {"zh": "呼叫活动", "en": "campaign"},
}
OUTCOMES: dict[str, Words] = {
    "no-answer": {"zh": "无人接听", "en": "no answer"},
    "busy": {"zh": "占线", "en": "busy"},
    "refused": {"zh": "被拒", "en": "refused"},
    "not-in-service": {"zh": "空号或停机", "en": "not in service"},
    "announcement": {"zh": "网络提示音", "en": "announcement"},
    "human": {"zh": "真人", "en": "human"},
    "machine": {"zh": "录音或机器人", "en": "machine"},
    "immediate-hang-up": {"zh": "接通即挂", "en": "hung up at once"},
    "silent": {"zh": "接通无声", "en": "answered, silent"},
    "unclear": {"zh": "接通,不能判定", "en": "answered, unclear"},
    "failed": {"zh": "未能接续", "en": "failed"},
    "call-back": {"zh": "该号码回拨拨测线路", "en": "it called the line of the test call back"},
    "call-from-another": {"zh": "另一号码呼入拨测线路", "en": "another number called the line of the test call"},
    # As an officer may enter it.
    "answered": {"zh": "接通", "en": "answered"},
    "unreachable": {"zh": "无法接通", "en": "not reachable"},
}
"""What test calls find."""
_LAWFUL = {"zh": "正常来电", "en": "lawful call"}
_BUSIEST = 3


def content_words(category: str, pack: Pack, language: Language) -> str:
    """What a call is about: a category of the pack, or a lawful call."""
    return _LAWFUL[language] if category == "lawful" else _category(pack, category, language)


def unit_words(unit: Unit, language: Language) -> str:
    """What a case is about."""
    shown = format_e164(unit.number) if unit.kind is UnitKind.NUMBER else unit.name
    return f"{_UNITS[unit.kind][language]} {shown}"


def page(conn: Connection, case: str, pack: Pack, language: Language) -> str:
    """The evidence page of a case: where it stands, what opened it, and everything that was seen and done, by time.

    Raises :class:`~clearbell.cases.errors.UnknownCaseError`.
    """
    row = case_of(conn, case)
    zh = language == "zh"
    at = _times(pack)
    urgent = row.urgency >= pack.cases.urgency.urgent_at
    heads = [
        (f"案件 {case}" if zh else f"Case {case}") + f": {unit_words(unit_of(row), language)}",
        ("状态:" if zh else "state: ") + STATES[State(row.state)][language],
        ("紧急程度:" if zh else "urgency: ") + f"{row.urgency}" + ((" 紧急" if zh else " urgent") if urgent else ""),
    ]
    if row.due:
        heads.append(("期限:" if zh else "due: ") + at(row.due))
    if row.assignee:
        heads.append(("经办人:" if zh else "with: ") + row.assignee)
    if row.snoozed:
        heads.append(("延后至:" if zh else "put off until: ") + at(row.snoozed))
    if row.merged_into:
        heads.append(("已并入案件 " if zh else "merged into case ") + row.merged_into)
    lines = story(conn, case)
    opened = [line for line in lines if line.joins is not None]
    heads += ["", "立案缘由" if zh else "What opened it", *(_shown(line, pack, language, at) for line in opened)]
    heads += ["", "经过" if zh else "What happened", *(_shown(line, pack, language, at) for line in lines)]
    return "\n".join(heads) + "\n"


def _times(pack: Pack) -> Callable[[int], str]:
    zone = datetime.timezone(datetime.timedelta(minutes=pack.utc_offset_minutes))
    return lambda at: datetime.datetime.fromtimestamp(at / 1e6, zone).isoformat(" ", "minutes")


def _shown(line: Line, pack: Pack, language: Language, at: Callable[[int], str]) -> str:
    said = line_words(line, pack, language)
    return f"  {at(line.at)}  {said}" + (f" [{line.source}]" if line.source else "")


def line_words(line: Line, pack: Pack, language: Language) -> str:
    """One line of a story."""
    if isinstance(line.what, Taken):
        return _taken(line.what.fact, pack, language)
    if isinstance(line.what, Reported):
        one = line.what
        standing = STANDINGS[one.standing][language]
        about = _category(pack, one.category, language)
        if language == "zh":
            return f"举报 {one.report}:{about or '未说明类别'},{standing}"
        return f"report {one.report}: {about or 'no category'}, {standing}"
    return evidence_words(line.what, pack, language)


def evidence_words(what: What, pack: Pack, language: Language) -> str:
    """A piece of evidence."""
    zh = language == "zh"
    match what:
        case Reports():
            kinds = ", ".join(f"{_category(pack, code, language)} {count}" for code, count in what.categories.items())
            told = f" ({kinds})" if kinds else ""
            if zh:
                return f"经核实的不同举报人 {what.reporters} 名,新增举报 {what.new} 件{told}"
            return f"{what.reporters} distinct proven reporters; {what.new} new reports{told}"
        case Calls():
            return _calls(what, language)
        case Finding():
            saw = ", ".join(f"{name} = {value}" for name, value in what.saw.items())
            sure = f"{what.confidence:.0%}"
            return f"发现 {what.rule}(置信度 {sure}):{saw}" if zh else f"finding {what.rule} ({sure} sure): {saw}"
        case VerificationCall():
            kept = _kept(what.recording, language)
            outcome = OUTCOMES[what.outcome][language] if what.outcome in OUTCOMES else what.outcome
            heard = _heard(what, language)
            if zh:
                return f"拨测:{outcome},通话 {what.talk} 秒{kept}{heard}"
            return f"test call: {outcome}, {what.talk} s of talk{kept}{heard}"
        case Recording():
            return f"录音 {what.digest},{what.talk} 秒" if zh else f"recording {what.digest}, {what.talk} s"
        case Content():
            return _content(what, pack, language)
        case Sanction():
            rung = pack.rungs.get(what.rung)
            name = what.rung if rung is None else rung.zh if zh else rung.en
            return f"处置 {what.restriction}:{name}" if zh else f"restriction {what.restriction}: {name}"
        case Order():
            return f"监管指令 {what.order}" if zh else f"order {what.order}"
        case Note():
            return f"说明:{what.words}" if zh else f"note: {what.words}"


def _calls(what: Calls, language: Language) -> str:
    zh = language == "zh"
    busiest = sorted((-count, hour) for hour, count in enumerate(what.hours) if count)[:_BUSIEST]
    when = ("、" if zh else ", ").join(
        f"{hour:02d}:00 ({-count})" for count, hour in sorted(busiest, key=lambda one: one[1])
    )
    told = "" if not when else f";集中于 {when}" if zh else f"; mostly at {when}"
    short, refused = ("", "") if not what.hours else _ways(what, language)
    if zh:
        return (
            f"通话记录:呼叫 {what.calls} 次,接通 {what.answered} 次{short}{refused},被叫 {what.callees} 个,"
            f"通话共 {what.talk} 秒{told}"
        )
    return (
        f"call records: {what.calls} calls, {what.answered} answered{short}{refused}, to {what.callees} numbers, "
        f"{what.talk} s of talk{told}"
    )


def _ways(what: Calls, language: Language) -> tuple[str, str]:
    if language == "zh":
        return f"(短通 {what.short} 次)", f",拦截 {what.refused} 次"
    return f" ({what.short} short)", f", {what.refused} turned away"


def _heard(what: VerificationCall, language: Language) -> str:
    if not what.text:
        return ""
    sure = "" if what.confidence is None else f" ({what.confidence:.0%})"
    return f",听到「{what.text}」{sure}" if language == "zh" else f', heard "{what.text}"{sure}'


def _content(what: Content, pack: Pack, language: Language) -> str:
    about = content_words(what.category, pack, language)
    kept = _kept(what.recording, language)
    by = ""
    if what.spoke:
        by = f",依据「{'」「'.join(what.spoke)}」" if language == "zh" else f", because of {', '.join(what.spoke)}"
    if what.doubt:
        doubt = next((one for one in Doubt if one.value == what.doubt), None)
        why = what.doubt if doubt is None else doubt.zh if language == "zh" else doubt.en
        if language == "zh":
            return f"通话内容:未定({why});最可能为{about},置信度 {what.confidence:.0%}{by}{kept}"
        return f"content: undecided ({why}); likeliest {about}, {what.confidence:.0%} sure{by}{kept}"
    if language == "zh":
        return f"通话内容:{about},置信度 {what.confidence:.0%}{by}{kept}"
    return f"content: {about}, {what.confidence:.0%} sure{by}{kept}"


def _kept(digest: str, language: Language) -> str:
    if not digest:
        return ""
    return f",录音 {digest}" if language == "zh" else f", recording {digest}"


def _category(pack: Pack, code: str, language: Language) -> str:
    known = pack.categories.get(code)
    return code if known is None else known.zh if language == "zh" else known.en


def _taken(fact: CaseOpened | CaseMoved | CaseTended | CaseMerged | CaseLate, pack: Pack, language: Language) -> str:
    zh = language == "zh"
    match fact:
        case CaseOpened():
            why = SOURCES[fact.source][language]
            return f"立案,缘由:{why}" if zh else f"opened by {why}"
        case CaseMoved():
            verdict = f" ({VERDICTS[fact.verdict][language]})" if fact.step is Step.PROPOSE and fact.verdict else ""
            return STEPS[fact.step][language] + verdict + _said(fact.words, language)
        case CaseTended():
            if fact.snoozed:
                until = _times(pack)(fact.snoozed)
                return (f"延后至 {until}" if zh else f"put off until {until}") + _said(fact.words, language)
            if fact.assignee:
                return f"由 {fact.assignee} 经办" if zh else f"with {fact.assignee}"
            return "待分派" if zh else "with nobody"
        case CaseLate():
            terms = DEADLINES[fact.deadline]
            when = _times(pack)(fact.due)
            return f"期限已过:{terms.zh}({when})" if zh else f"a deadline passed: {terms.en} ({when})"
        case CaseMerged():
            if fact.into:
                return (f"并入案件 {fact.into}" if zh else f"merged into case {fact.into}") + _said(
                    fact.words, language
                )
            return ("恢复独立办理" if zh else "goes on by itself again") + _said(fact.words, language)


def _said(words: str, language: Language) -> str:
    if not words:
        return ""
    return f":{words}" if language == "zh" else f": {words}"
