"""Admission: may this person or company get this line, number or SIM? Every limit is told with reason and remedy."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from sqlalchemy import Connection

from clearbell.ledger import Act
from clearbell.policy.model import Pack
from clearbell.registry.admission.model import Answered, Outcome, Wanted
from clearbell.registry.admission.queries import Hit, cards_of, hits, lines_at
from clearbell.registry.errors import RegistryError
from clearbell.registry.identity import IdentityKey, is_credit_code, is_resident_id
from clearbell.registry.queries import holders_of
from clearbell.sanctions.queries import holder_barred


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who asks for what. Identity numbers come in clear, and are nowhere kept so."""

    wanted: Wanted
    carrier: str
    person_id: str = ""
    """Resident identity number, when a person asks."""
    credit_code: str = ""
    """Unified social credit code, when an organisation asks."""
    legal_id: str = ""
    """Identity number of its legal person."""
    legal_name: str = ""
    """Name of the legal person, or of the person."""
    address: str = ""
    """Where a card is delivered to."""
    area: str = ""
    """Administrative division code of the delivery address, six digits."""
    device: str = ""
    """IMEI of the device, where it is known."""
    name: str = ""
    """Name of the organisation that asks: who is on the blacklist by name only is found by it."""


class Reason(msgspec.Struct, frozen=True):
    """One reason to hold or refuse."""

    code: str
    outcome: Outcome
    zh: str
    en: str
    source: str
    """Row of the regime, or ``ours``."""
    documents: tuple[str, ...] = ()
    """What helps, when it is held."""
    remedy_zh: str = ""
    remedy_en: str = ""


class Answer(msgspec.Struct, frozen=True):
    """The answer: the gravest of its reasons, or approval without any (regime 7.9)."""

    outcome: Outcome
    reasons: tuple[Reason, ...]


class BadQuestionError(RegistryError):
    """The question cannot be answered as it stands."""


class _Asked(msgspec.Struct, frozen=True):
    conn: Connection
    question: Question
    person: str
    """Digest of whoever answers for it: the person, or the legal person."""
    digest: Callable[[str, str], str]
    pack: Pack
    at: int
    hits: list[Hit]
    """On the shared blacklist."""

    def limit(self, name: str) -> float | None:
        rule = self.pack.deadlines.get(name)
        return rule.value if rule is not None else None


_APPEAL_ZH = "可向受理单位提出申诉,提交身份证明与情况说明;核实后立即解除"
_APPEAL_EN = (
    "appeal where the application was made, with proof of identity and an account; once upheld it is lifted at once"
)


def _organisations_only(asked: _Asked) -> Reason | None:
    if asked.question.wanted is Wanted.SIM or asked.question.credit_code:
        return None
    return Reason(
        "organisations-only",
        Outcome.REFUSE,
        "语音专线与 95、96、400、1010 号码须由单位申办,个人不得申办",
        "voice lines and 95, 96, 400 and 1010 numbers are for organisations; a person may not apply",
        "2.1",
        remedy_zh="以单位名义申办",
        remedy_en="apply as an organisation",
    )


def _blacklisted(asked: _Asked) -> Reason | None:
    entry = next((one for one in asked.hits if one.is_certain), None)
    if entry is None:
        return None
    who_zh, who_en = ("证照", "licence") if entry.by == "licence" else ("法定代表人或本人", "legal person or person")
    return Reason(
        f"blacklisted-{entry.by}",
        Outcome.REFUSE,
        f"{who_zh}在共享黑名单中:{entry.breach}(条目 {entry.entry},来源 {entry.source})",
        f"the {who_en} is on the shared blacklist: {entry.breach} (entry {entry.entry}, from {entry.source})",
        "2.7",
        remedy_zh=_APPEAL_ZH,
        remedy_en=_APPEAL_EN,
    )


def _namesake(asked: _Asked) -> Reason | None:
    entries = [one.entry for one in asked.hits if not one.is_certain]
    if not entries:
        return None
    which = ", ".join(entries)
    return Reason(
        "name-on-blacklist",
        Outcome.HOLD,
        f"名称与共享黑名单条目 {which} 相同,须由经办人核实是否同一主体",
        f"the name is that of entry {which} on the shared blacklist; an officer is to look whether it is the same",
        "2.7",
        ("identity-card", "statement"),
        "提交身份证件(单位为营业执照)与说明,核实不是同一主体后办理",
        "hand in the identity card, or the licence of an organisation, and a statement; once it is someone else, it goes on",
    )


def _sanctioned(asked: _Asked) -> Reason | None:
    code = asked.question.credit_code
    if not code:
        return None
    party = f"org:{asked.digest('credit-code', code)[:24]}"
    barred = [holder for holder in holders_of(asked.conn, party) if holder_barred(asked.conn, holder, asked.at)]
    if not barred:
        return None
    return Reason(
        "sanction-in-force",
        Outcome.REFUSE,
        f"该单位(使用主体 {barred[0]})有生效中的处置,处置期间不受理新的号码申请",
        f"the organisation (holder {barred[0]}) is under a sanction in force; no new number while it lasts",
        "5.15",
        remedy_zh="完成整改或申诉成立、处置解除后再申请",
        remedy_en="apply again once the sanction has ended or an appeal was upheld",
    )


def _too_many_cards(asked: _Asked) -> Reason | None:
    limit = asked.limit("cards_per_person")
    if asked.question.wanted is not Wanted.SIM or asked.question.credit_code or limit is None:
        return None
    held = cards_of(asked.conn, asked.person).get(asked.question.carrier, 0)
    if held < limit:
        return None
    return Reason(
        "cards-per-person",
        Outcome.REFUSE,
        f"本人在该运营商已有 {held} 张有效卡,上限为 {limit:g} 张",
        f"the person has {held} valid cards with this carrier; the most is {limit:g}",
        "7.2",
        remedy_zh="注销不用的卡后再申请;如有并非本人办理的卡,可通过一证通查提出异议",
        remedy_en="end cards that are not needed; cards that are not yours can be disputed after a name-on-cards query",
    )


def _crowded(asked: _Asked) -> Reason | None:
    for column, text, rule, zh, en in (
        ("address", asked.question.address, "cards_per_address", "收货地址", "delivery address"),
        ("device", asked.question.device, "cards_per_device", "终端设备", "device"),
    ):
        limit = asked.limit(rule)
        held = lines_at(asked.conn, column, asked.digest(column, text)) if text else 0
        if limit is not None and held >= limit:
            return Reason(
                f"cards-per-{column}",
                Outcome.HOLD,
                f"同一{zh}已有 {held} 张卡在用,须核实用途",
                f"{held} cards in use share this {en}; what for is to be verified",
                "0, source control; the number is ours",
                ("identity-card-in-person", "statement-of-use"),
                "本人持身份证件到营业厅核实用途后办理",
                "the person comes to an outlet with the identity card and says what for",
            )
    return None


def _risky_area(asked: _Asked) -> Reason | None:
    area = next((a for code, a in asked.pack.risky_areas.items() if asked.question.area.startswith(code)), None)
    if area is None or not asked.question.area:
        return None
    return Reason(
        "risky-area",
        Outcome.HOLD,
        f"收货地区须加强核验:{area.zh}",
        f"deliveries to this area are verified more closely: {area.en}",
        area.source,
        ("identity-card-in-person",),
        "本人持身份证件到营业厅办理,或经视频核验后寄送",
        "the person collects it at an outlet with the identity card, or is verified by video before delivery",
    )


RULES: tuple[Callable[[_Asked], Reason | None], ...] = (
    _organisations_only,
    _blacklisted,
    _sanctioned,
    _too_many_cards,
    _namesake,
    _crowded,
    _risky_area,
)


def ask(conn: Connection, question: Question, pack: Pack, identities: IdentityKey, at: int) -> Answer:
    """Answer a question at ``at`` (µs UTC). Raises :class:`BadQuestionError` when nobody is named, or wrongly."""
    _check(question)
    person = identities.digest("id", question.legal_id or question.person_id)
    names = (question.legal_name, question.name)
    found = hits(conn, at, licence=question.credit_code, person=person, names=names)
    asked = _Asked(conn, question, person, identities.digest, pack, at, found)
    reasons = tuple(reason for rule in RULES if (reason := rule(asked)) is not None)
    order = list(Outcome)
    gravest = max((reason.outcome for reason in reasons), key=order.index, default=Outcome.APPROVE)
    return Answer(gravest, reasons)


def do_ask(act: Act, question: Question, pack: Pack, identities: IdentityKey) -> Answer:
    """Answer a question and record the answer, without who asked. Raises :class:`BadQuestionError`."""
    answer = ask(act.conn, question, pack, identities, act.at)
    codes = tuple(reason.code for reason in answer.reasons)
    act.append("admission.answered", [Answered(question.wanted, question.carrier, answer.outcome, codes)])
    return answer


def _check(question: Question) -> None:
    if bool(question.person_id) == bool(question.credit_code):
        raise BadQuestionError(
            "请写明个人身份证号或单位统一社会信用代码,二者取一",
            "name the person's identity number or the organisation's credit code, one of the two",
            "person_id",
        )
    for field, value in (("person_id", question.person_id), ("legal_id", question.legal_id)):
        if value and not is_resident_id(value):
            raise BadQuestionError("身份证号校验位不符", "the identity number's check digit does not fit", field)
    if question.credit_code and not is_credit_code(question.credit_code):
        raise BadQuestionError("统一社会信用代码校验位不符", "the credit code's check sign does not fit", "credit_code")
    if question.credit_code and not question.legal_id:
        raise BadQuestionError("须写明法定代表人身份证号", "the legal person's identity number is needed", "legal_id")
    if not question.carrier.strip():
        raise BadQuestionError("须写明运营商", "the carrier is needed", "carrier")
