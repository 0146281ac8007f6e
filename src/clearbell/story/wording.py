"""What each fact says, in Chinese and English. Nobody who reported is named, and recipients are masked.

To tell a further kind: its function under ``WORDS``, with the lane it belongs to, and its struct in ``FACTS``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from clearbell.appeals.model import FACTS as APPEALS
from clearbell.appeals.model import Step as AppealStep
from clearbell.appeals.wording import APPELLANTS, GROUNDS, SUBJECTS, undone_lines
from clearbell.appeals.wording import STEPS as APPEAL_STEPS
from clearbell.cases.model import FACTS as CASES
from clearbell.cases.model import EvidenceAdded, State, Step, Verdict
from clearbell.cases.queries import Line, Taken
from clearbell.cases.wording import OUTCOMES, evidence_words, line_words
from clearbell.desk.deadlines.model import FACTS as DEADLINE_FACTS
from clearbell.enforcement.model import FACTS as ENFORCEMENT
from clearbell.enforcement.model import Operation
from clearbell.labels.model import FACTS as LABELS
from clearbell.notices.model import FACTS as NOTICES
from clearbell.policy.deadlines import terms_of
from clearbell.policy.model import Pack
from clearbell.reports.complaints.model import FACTS as COMPLAINTS
from clearbell.reports.model import FACTS as REPORTS
from clearbell.reports.model import Match
from clearbell.reports.wording import STATES as COMPLAINT_STATES
from clearbell.reports.wording import standing_words
from clearbell.sanctions.model import FACTS as SANCTIONS
from clearbell.sanctions.model import Step as SanctionStep
from clearbell.sanctions.wording import stages_words
from clearbell.story.model import Lane, Tone
from clearbell.verification.model import FACTS as VERIFICATION

FACTS: dict[str, type[msgspec.Struct]] = {
    **CASES,
    **REPORTS,
    **COMPLAINTS,
    **VERIFICATION,
    **SANCTIONS,
    **{kind: fact for kind, fact in NOTICES.items() if kind not in {"notices.received", "notices.code-sent", "notices.code-checked"}},
    **LABELS,
    **{kind: fact for kind, fact in ENFORCEMENT.items() if kind != "enforcement.resynced"},
    **DEADLINE_FACTS,
    # By which number an appellant is told is nobody's business here.
    **{kind: fact for kind, fact in APPEALS.items() if kind != "appeals.appellant"},
}  # fmt: skip
"""The kinds that a story is told from."""

MATCHES: dict[Match, tuple[str, str]] = {
    Match.MATCHED: ("与通话记录相符", "its call is on record"),
    Match.LOOSE: ("通话记录中有相近的一次", "a call much like it is on record"),
    Match.NONE: ("通话记录中没有", "no such call is on record"),
    Match.NO_RECORDS: ("该用户的来电不在本处记录中", "calls to the reporter are not on record here"),
}
SANCTION_STEPS: dict[SanctionStep, tuple[str, str]] = {
    SanctionStep.BITE: ("生效", "came into force"),
    SanctionStep.STEP_DOWN: ("降级", "stepped down"),
    SanctionStep.EXPIRE: ("到期", "expired"),
    SanctionStep.LIFT: ("提前解除", "was lifted before its time"),
    SanctionStep.WITHDRAW: ("生效前撤销", "was taken back before it came into force"),
}
CHANNELS = {"sms": ("短信", "SMS"), "mail": ("邮件", "mail"), "webhook": ("回调", "webhook")}
_EVENTS = {"ahead": ("事先告知", "told ahead")}
_OPERATIONS = {Operation.PUT: ("执行", "put it in force"), Operation.REMOVE: ("解除", "removed it")}

Said = tuple[str, str, Tone]


class Words(msgspec.Struct, frozen=True):
    """What the words of a fact need beside it."""

    pack: Pack
    shown: Callable[[int], str]
    """A time as it is shown."""
    recipient: Callable[[str], tuple[str, str]]
    """Channel and masked recipient of a notice, by its id."""


def said_of(kind: str, fact: Any, words: Words) -> Said:
    """What a fact says."""
    return WORDS[kind][1](fact, words)


def lane_of(kind: str) -> Lane:
    """Where a kind is told."""
    return WORDS[kind][0]


def _both(line: Line, words: Words) -> tuple[str, str]:
    return line_words(line, words.pack, "zh"), line_words(line, words.pack, "en")


_CASE_TONES = {Step.CONFIRM: Tone.AGAINST, Step.SANCTION: Tone.AGAINST, Step.CLEAR: Tone.FOR, Step.OVERTURN: Tone.FOR}


def _case(fact: Any, words: Words) -> Said:
    zh, en = _both(Line(0, "", Taken(fact)), words)
    tone = _CASE_TONES[fact.step] if getattr(fact, "step", None) in _CASE_TONES else Tone.PLAIN
    if getattr(fact, "state", None) is State.PROPOSED:
        tone = Tone.AGAINST if fact.verdict is Verdict.CONFIRMED else Tone.PLAIN
    return zh, en, tone


def _late(fact: Any, words: Words) -> Said:
    return (*_both(Line(0, "", Taken(fact)), words), Tone.LATE)


def _evidence(fact: EvidenceAdded, words: Words) -> Said:
    tag = fact.what.__struct_config__.tag
    tone = Tone.AGAINST if tag in {"reports", "finding", "sanction"} else Tone.PLAIN
    zh, en = (evidence_words(fact.what, words.pack, language) for language in ("zh", "en"))
    return f"证据:{zh}", f"evidence: {en}", tone


def _category(code: str, words: Words) -> tuple[str, str]:
    known = words.pack.categories.get(code)
    return (known.zh, known.en) if known else (code or "未说明类别", code or "no category")


def _reported(fact: Any, words: Words) -> Said:
    zh, en = _category(fact.category, words)
    when = words.shown(fact.at)
    if fact.wanted:
        return (
            f"有人表示愿意接听其来电({when})",
            f"somebody says that its calls are wanted (the call of {when})",
            Tone.FOR,
        )
    machine = ("(自动语音)", " (a machine)") if fact.automatic else ("", "")
    return f"收到举报:{zh}{machine[0]},来电 {when}", f"reported: {en}{machine[1]}, the call of {when}", Tone.AGAINST


def _weighed(fact: Any, words: Words) -> Said:
    zh, en = (standing_words(fact.standing, fact.why, lang, withdrawn=False, void=fact.void) for lang in ("zh", "en"))
    found = MATCHES.get(fact.match)
    matched = (f",{found[0]}", f"; {found[1]}") if found else ("", "")
    why = (f":{fact.reason}", f": {fact.reason}") if fact.reason else ("", "")
    return f"举报{zh}{matched[0]}{why[0]}", f"a report: {en}{matched[1]}{why[1]}", Tone.PLAIN


def _complaint(fact: Any, words: Words) -> Said:
    more = ":".join(one for one in (fact.provider, fact.words) if one)
    zh, en = COMPLAINT_STATES[fact.state]["zh"], COMPLAINT_STATES[fact.state]["en"]
    return (
        f"投诉{zh}" + (f"({more})" if more else ""),
        f"a complaint: {en}" + (f" ({more})" if more else ""),
        Tone.PLAIN,
    )


def _learned(fact: Any, words: Words) -> Said:
    if fact.nuisance:
        return "举报属实,计入举报人信誉", "reporters were right, and are believed more", Tone.PLAIN
    return "举报有误,计入举报人信誉", "reporters were wrong, and are believed less", Tone.FOR


def _planned(fact: Any, words: Words) -> Said:
    due = words.shown(fact.due)
    return (
        f"安排拨测 {fact.call}:线路 {fact.line},{due} 起",
        f"test call {fact.call} planned on line {fact.line}, from {due} on",
        Tone.PLAIN,
    )


def _done(fact: Any, words: Words) -> Said:
    found = OUTCOMES.get(fact.outcome.value, {"zh": fact.outcome.value, "en": fact.outcome.value})
    seen = fact.evidence
    ring, talk = seen.ring_ms / 1000, seen.talk_ms / 1000
    heard = (f",听到「{seen.text}」", f', heard "{seen.text}"') if seen.text else ("", "")
    same = (
        (f",与拨测 {seen.same_as} 的录音相同", f", the same recording as in test call {seen.same_as}")
        if seen.same_as
        else ("", "")
    )
    return (
        f"拨测 {fact.call}:{found['zh']},振铃 {ring:.1f} 秒,通话 {talk:.0f} 秒{heard[0]}{same[0]}",
        f"test call {fact.call}: {found['en']}, rang {ring:.1f} s, {talk:.0f} s of talk{heard[1]}{same[1]}",
        Tone.PLAIN,
    )


def _received(fact: Any, words: Words) -> Said:
    if fact.same_number:
        return (
            f"该号码回拨线路 {fact.line}(拨测 {fact.answers} 之后)",
            f"the number called the line {fact.line} back, after test call {fact.answers}",
            Tone.AGAINST,
        )
    after = (f"(拨测 {fact.answers} 之后)", f", after test call {fact.answers}") if fact.answers else ("", "")
    return f"线路 {fact.line} 接到来电{after[0]}", f"the line {fact.line} was called{after[1]}", Tone.PLAIN


def _rung(name: str, words: Words) -> tuple[str, str]:
    known = words.pack.rungs.get(name)
    return (known.zh, known.en) if known else (name, name)


def _until(at: int, words: Words) -> tuple[str, str]:
    return (f"至 {words.shown(at)}", f"until {words.shown(at)}") if at else ("至解除为止", "until it is lifted")


def _announced(fact: Any, words: Words) -> Said:
    stages = {language: stages_words(fact.stages, words.pack, words.shown, language) for language in ("zh", "en")}
    ways = (
        (
            f",须经 {fact.channels} 种渠道送达告知后生效",
            f"; it takes effect once {fact.channels} channels have delivered the notice",
        )
        if fact.channels
        else ("", "")
    )
    if fact.at_once:
        ways = (",即时生效", "; it takes effect at once")
    why = (f";重于建议的理由:{fact.words}", f"; harsher than due because: {fact.words}") if fact.words else ("", "")
    return (
        f"公告处置 {fact.sanction}:{stages['zh']},理由:{fact.reason}{ways[0]}{why[0]}",
        f"sanction {fact.sanction} announced: {stages['en']}, because: {fact.reason}{ways[1]}{why[1]}",
        Tone.AGAINST,
    )


def _moved(fact: Any, words: Words) -> Said:
    zh, en = SANCTION_STEPS[fact.step]
    rung = _rung(fact.rung.value, words)
    why = (f":{fact.words}", f": {fact.words}") if fact.words else ("", "")
    failed = (
        (f";未送达:{'、'.join(fact.undelivered)}", f"; not delivered: {', '.join(fact.undelivered)}")
        if fact.undelivered
        else ("", "")
    )
    back = fact.step in {SanctionStep.LIFT, SanctionStep.WITHDRAW, SanctionStep.EXPIRE}
    tone = Tone.LATE if fact.undelivered else Tone.FOR if back else Tone.AGAINST
    return (
        f"处置 {fact.sanction}({rung[0]}){zh}{why[0]}{failed[0]}",
        f"sanction {fact.sanction} ({rung[1]}) {en}{why[1]}{failed[1]}",
        tone,
    )


def _restricted(fact: Any, words: Words) -> Said:
    zh, en = _rung(fact.rung.value, words)
    ends = _until(fact.until, words)
    return (
        f"限制 {fact.restriction} 生效:{zh},{ends[0]}",
        f"restriction {fact.restriction} in force: {en}, {ends[1]}",
        Tone.AGAINST,
    )


def _lifted(fact: Any, words: Words) -> Said:
    return (
        f"复通:限制 {fact.restriction} 解除,{fact.reason}",
        f"reinstated: restriction {fact.restriction} is lifted, {fact.reason}",
        Tone.FOR,
    )


def _told(fact: Any, words: Words) -> Said:
    zh, en = CHANNELS.get(fact.channel, (fact.channel, fact.channel))
    known = {step.value: text for step, text in SANCTION_STEPS.items()}
    event = _EVENTS.get(fact.event) or known.get(fact.event.partition(" ")[0], (fact.event, fact.event))
    if fact.fault:
        return (
            f"无法以{zh}告知({event[0]}):{fact.fault}",
            f"cannot be told by {en} ({event[1]}): {fact.fault}",
            Tone.LATE,
        )
    own = ("", "") if fact.counts else (",受限号码本身,不计入送达", "; to the barred line itself, which proves nothing")
    return (
        f"以{zh}告知当事人({event[0]}){own[0]}",
        f"its subject is being told by {en} ({event[1]}){own[1]}",
        Tone.PLAIN,
    )


def _notice(zh: str, en: str, tone: Tone = Tone.PLAIN) -> Callable[[Any, Words], Said]:
    def say(fact: Any, words: Words) -> Said:
        channel, to = words.recipient(fact.notice)
        way = CHANNELS.get(channel, (channel, channel))
        why = getattr(fact, "reason", "")
        more = (f":{why}", f": {why}") if why else ("", "")
        return f"{way[0]}告知 {to} {zh}{more[0]}", f"notice by {way[1]} to {to} {en}{more[1]}", tone

    return say


def _labelled(fact: Any, words: Words) -> Said:
    if not fact.category:
        return "标注撤销", "the label is taken back", Tone.FOR
    zh, en = _category(fact.category, words)
    ends = _until(fact.until, words)
    return (
        f"标注「{zh}」({fact.reporters} 人次),{ends[0]}",
        f"labelled {en} ({fact.reporters} complaints), {ends[1]}",
        Tone.AGAINST,
    )


def _imposed(fact: Any, words: Words) -> Said:
    zh, en = _category(fact.category, words)
    return f"因处置 {fact.sanction} 标注「{zh}」", f"labelled {en} by sanction {fact.sanction}", Tone.AGAINST


def _appealed(fact: Any, words: Words) -> Said:
    zh, en = SUBJECTS[fact.subject]["zh"], SUBJECTS[fact.subject]["en"]
    who, why = APPELLANTS[fact.appellant], GROUNDS[fact.ground]
    # A label is named by its number, which the page names already.
    name = "" if fact.id.lstrip("+").isdigit() else f" {fact.id}"
    return (
        f"{who['zh']}对{zh}{name} 提出申诉 {fact.appeal}({why['zh']}):{fact.statement}",
        f"appeal {fact.appeal} of the {who['en']} against the {en}{name} ({why['en']}): {fact.statement}",
        Tone.FOR,
    )


def _appeal_moved(fact: Any, words: Words) -> Said:
    said = {language: APPEAL_STEPS[fact.step][language] for language in ("zh", "en")}
    why = (f":{fact.words}", f": {fact.words}") if fact.words else ("", "")
    undone = {language: undone_lines(fact.undone, language) if fact.undone else [] for language in ("zh", "en")}
    tone = {AppealStep.UPHOLD: Tone.FOR, AppealStep.REJECT: Tone.AGAINST}.get(fact.step, Tone.PLAIN)
    return (
        f"申诉 {fact.appeal}:{said['zh']}{why[0]}" + "".join(f";{one}" for one in undone["zh"]),
        f"appeal {fact.appeal}: {said['en']}{why[1]}" + "".join(f"; {one}" for one in undone["en"]),
        tone,
    )


def _passed(fact: Any, words: Words) -> Said:
    terms = terms_of(fact.kind)
    when = words.shown(fact.due)
    return f"期限已过:{terms.zh}({when})", f"a deadline passed: {terms.en} ({when})", Tone.LATE


def _target(said: Callable[[Any], tuple[str, str]], tone: Tone = Tone.PLAIN) -> Callable[[Any, Words], Said]:
    def say(fact: Any, words: Words) -> Said:
        return (*said(fact), tone)

    return say


def _plain(zh: str, en: str, tone: Tone = Tone.PLAIN) -> Callable[[Any, Words], Said]:
    def say(fact: Any, words: Words) -> Said:
        # What these facts have of their own: an id, and a reason or words.
        more = [str(getattr(fact, name)) for name in ("call", "sanction", "reason", "words") if getattr(fact, name, "")]
        return f"{zh} {':'.join(more)}".strip(), f"{en} {': '.join(more)}".strip(), tone

    return say


WORDS: dict[str, tuple[Lane, Callable[[Any, Words], Said]]] = {
    "cases.opened": (Lane.CASE, _case),
    "cases.evidence": (Lane.CASE, _evidence),
    "cases.moved": (Lane.CASE, _case),
    "cases.tended": (Lane.CASE, _case),
    "cases.merged": (Lane.CASE, _case),
    "cases.late": (Lane.CASE, _late),
    "reports.received": (Lane.REPORTS, _reported),
    "reports.weighed": (Lane.REPORTS, _weighed),
    "reports.withdrawn": (Lane.REPORTS, _plain("举报撤回", "a report was taken back", Tone.FOR)),
    "reports.reset": (Lane.REPORTS, _plain("此前的举报不再计入", "complaints of before count no more", Tone.FOR)),
    "reports.verdict": (Lane.REPORTS, _learned),
    "reports.complaint": (Lane.REPORTS, _complaint),
    "verification.planned": (Lane.VERIFICATION, _planned),
    "verification.postponed": (Lane.VERIFICATION, _plain("拨测改期", "postponed: test call")),
    "verification.started": (Lane.VERIFICATION, _plain("开始拨测", "calling: test call")),
    "verification.done": (Lane.VERIFICATION, _done),
    "verification.failed": (Lane.VERIFICATION, _plain("拨测失败", "failed: test call", Tone.LATE)),
    "verification.cancelled": (Lane.VERIFICATION, _plain("取消拨测", "given up: test call")),
    "verification.received": (Lane.VERIFICATION, _received),
    "sanctions.announced": (Lane.SANCTION, _announced),
    "sanctions.moved": (Lane.SANCTION, _moved),
    "sanctions.restricted": (Lane.SANCTION, _restricted),
    "sanctions.lifted": (Lane.SANCTION, _lifted),
    "sanctions.told": (Lane.NOTICES, _told),
    "notices.queued": (Lane.NOTICES, _notice("待发", "queued")),
    "notices.sent": (Lane.NOTICES, _notice("已发出", "sent")),
    "notices.delivered": (Lane.NOTICES, _notice("已送达", "delivered")),
    "notices.failed": (Lane.NOTICES, _notice("未能送达", "failed", Tone.LATE)),
    "notices.expired": (Lane.NOTICES, _notice("逾期未发", "expired", Tone.LATE)),
    "notices.withdrawn": (Lane.NOTICES, _notice("未发即撤回", "taken back before it was sent")),
    "notices.retried": (Lane.NOTICES, _notice("重新发送", "tried again")),
    "labels.published": (Lane.LABEL, _labelled),
    "labels.imposed": (Lane.LABEL, _imposed),
    "labels.freed": (Lane.LABEL, _plain("处置所加标注撤销", "the label of the sanction is taken off:", Tone.FOR)),
    "enforcement.sent": (
        Lane.ENFORCEMENT,
        _target(lambda fact: (f"通知 {fact.target} {_OPERATIONS[fact.operation][0]}", f"{fact.target} is told that we {_OPERATIONS[fact.operation][1]}")),
    ),
    "enforcement.acknowledged": (
        Lane.ENFORCEMENT,
        _target(lambda fact: (f"{fact.target} 确认已{_OPERATIONS[fact.operation][0]}", f"{fact.target} acknowledges: it {_OPERATIONS[fact.operation][1]}")),
    ),
    "enforcement.overdue": (
        Lane.ENFORCEMENT,
        _target(lambda fact: (f"{fact.target} 逾期未确认", f"{fact.target} did not acknowledge in time"), Tone.LATE),
    ),
    "deadlines.passed": (Lane.CASE, _passed),
    "appeals.filed": (Lane.APPEAL, _appealed),
    "appeals.paper": (Lane.APPEAL, _plain("收到申诉材料", "a paper came for the appeal", Tone.FOR)),
    "appeals.moved": (Lane.APPEAL, _appeal_moved),
    "appeals.late": (Lane.APPEAL, _plain("申诉逾期未决定", "the appeal was not decided in time", Tone.LATE)),
}  # fmt: skip
