"""The closed list of deadlines, and when something is due by those of a pack.

To add one: a row here, its value under ``[deadlines]`` of every pack, and, where it waits for the clock, a source in
:mod:`clearbell.desk.deadlines.sources`. See ``docs/deadlines.md``.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Mapping
from typing import Protocol

import msgspec

from clearbell.calls import DAY, HOUR
from clearbell.policy.model import Pack
from clearbell.policy.workdays import Workdays


class Nature(enum.Enum):
    """What it means that the time is over."""

    DUTY = "duty"
    """Somebody should have acted, and did not."""
    END = "end"
    """Something ends or may begin, by itself."""
    JUDGED = "judged"
    """Nothing waits for the clock: an act is judged by it when it is done."""
    LIMIT = "limit"
    """It is a limit of another kind, and no time."""


class Terms(msgspec.Struct, frozen=True):
    """What a deadline is."""

    nature: Nature
    zh: str
    en: str


DEADLINES: dict[str, Terms] = {
    "finding_passes": Terms(Nature.JUDGED, "检测发现终止", "a finding of discovery is over"),
    "consent_ask_again": Terms(Nature.JUDGED, "可再次征求同意", "a subscriber may be asked for consent again"),
    "evidence_kept": Terms(Nature.END, "证据保存期满", "what is kept as proof is removed"),
    "application_review": Terms(Nature.DUTY, "码号申请审核", "review of an application for numbers"),
    "number_change_filed": Terms(Nature.JUDGED, "码号信息变更备案", "filing of a change at a holder"),
    "number_recheck": Terms(Nature.END, "码号年度核验", "yearly re-check of an approved application"),
    "number_valid": Terms(Nature.END, "码号批准有效期", "validity of an approved application"),
    "number_ageing": Terms(Nature.END, "号码冷冻期满", "a disconnected number may be used again"),
    "document_bytes": Terms(Nature.LIMIT, "文件大小上限", "largest document"),
    "cards_per_person": Terms(Nature.LIMIT, "一人名下电话卡上限", "most cards of a person"),
    "cards_per_address": Terms(Nature.LIMIT, "同一收货地址电话卡上限", "most cards to one address"),
    "cards_per_device": Terms(Nature.LIMIT, "同一终端电话卡上限", "most cards in one device"),
    "contract_offer": Terms(Nature.END, "合同要约失效", "an offered contract that nobody signed lapses"),
    "label_appeal": Terms(Nature.DUTY, "标注申诉处理", "decision on an appeal against a label"),
    "appeal": Terms(Nature.DUTY, "申诉处理", "decision on an appeal"),
    "appeal_papers": Terms(Nature.END, "申诉补充材料", "papers for an appeal"),
    "case_verify": Terms(Nature.DUTY, "案件开始核查", "begin of a case's verification"),
    "case_verdict": Terms(Nature.DUTY, "案件作出结论", "verdict of a case"),
    "case_second": Terms(Nature.DUTY, "案件复核", "a second officer's word on a verdict"),
    "case_action": Terms(Nature.DUTY, "案件处置", "what follows from a confirmed case"),
    "case_appeal": Terms(Nature.DUTY, "案件申诉处理", "decision on a case's appeal"),
    "report_forward": Terms(Nature.DUTY, "投诉转办", "a complaint is passed on"),
    "report_handle": Terms(Nature.DUTY, "投诉办理", "a complaint's result from the access provider"),
    "report_answer": Terms(Nature.DUTY, "投诉答复", "the answer to a complaint"),
}
"""Those of the pack's ``[deadlines]``; a pack gives exactly these."""

STATED: dict[str, Terms] = {
    "consent_ends": Terms(Nature.END, "同意到期", "a consent lapses"),
    "order_acknowledge": Terms(Nature.DUTY, "签收监管指令", "an order is acknowledged"),
    "order_due": Terms(Nature.DUTY, "监管指令办结", "an order is dealt with"),
    "must_do_due": Terms(Nature.DUTY, "监管指令事项办结", "what an order asks for is done"),
    "sanction_bites": Terms(Nature.END, "处置生效", "a sanction comes into force"),
    "sanction_ends": Terms(Nature.END, "处置降级或到期", "a sanction steps down or ends"),
    "restriction_ends": Terms(Nature.END, "限制到期", "a restriction outside the ladder ends"),
    "enforcement_acknowledge": Terms(Nature.DUTY, "执行方确认", "a switch or carrier acknowledges a restriction"),
    "label_ends": Terms(Nature.END, "标注到期", "a label ends"),
    "card_ends": Terms(Nature.END, "名片到期", "a name card ends"),
}
"""Whose time is stated by the act that starts it, or by another table of the pack."""

_UNITS = ("working days", "days", "hours")


class Deadline(Protocol):
    """What a pack says of a deadline, as it is written or as it was read."""

    @property
    def value(self) -> float | bool | None:
        """How long; False or None: off."""
        ...

    @property
    def unit(self) -> str:
        """Begins with ``working days``, ``days`` or ``hours`` where it is a time."""
        ...


def terms_of(kind: str) -> Terms:
    """What the deadline of that name is. Raises ``KeyError``."""
    return DEADLINES[kind] if kind in DEADLINES else STATED[kind]


def due_after(at: int, name: str, pack: Pack, workdays: Workdays) -> int:
    """When the deadline ``name`` that begins at ``at`` is over, µs UTC; 0: the pack sets none.

    Of working days it is the end of the last one in the pack's zone; days and hours are counted from the beginning on.
    """
    rule = pack.deadlines.get(name)
    if rule is None or not rule.value:
        return 0
    if not rule.unit.startswith("working days"):
        return at + int(rule.value * (DAY if rule.unit.startswith("days") else HOUR))
    zone = datetime.timezone(datetime.timedelta(minutes=pack.utc_offset_minutes))
    day = datetime.datetime.fromtimestamp(at / 1e6, zone).date()
    last = workdays.add(day, int(rule.value)) + datetime.timedelta(1)
    return int(datetime.datetime.combine(last, datetime.time(), zone).timestamp()) * 1_000_000


def deadline_problems(deadlines: Mapping[str, Deadline]) -> list[tuple[str, str, str]]:
    """Everything wrong with the times of a pack's ``[deadlines]``: Chinese, English, key."""
    found: list[tuple[str, str, str]] = []
    for name, rule in deadlines.items():
        terms = DEADLINES.get(name)
        if terms is None:
            continue
        if rule.value is True:
            found.append(("只能为 false(关闭)或一个数", "must be `false` (off) or a number", f"deadlines.{name}.value"))
        elif rule.value is not None and rule.value < 0:
            found.append(("不得小于 0", "should not be below 0", f"deadlines.{name}.value"))
        if terms.nature is Nature.LIMIT:
            continue
        unit = next((one for one in _UNITS if rule.unit.startswith(one)), "")
        if not unit:
            found.append(
                (
                    "单位须以 working days(工作日)、days(天)或 hours(小时)开头",
                    "its unit begins with `working days`, `days` or `hours`",
                    f"deadlines.{name}.unit",
                )
            )
        elif unit == "working days" and rule.value is not None and rule.value % 1:
            found.append(("工作日须为整数", "working days are whole", f"deadlines.{name}.value"))
    return found
