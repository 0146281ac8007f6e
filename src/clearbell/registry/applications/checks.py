"""What is wrong with an application: completeness, check digits, names that must agree, rules of the class."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping

import msgspec

from clearbell.numbering import NumberClass, class_of, to_key
from clearbell.registry.applications.forms import FORMS, Field
from clearbell.registry.applications.model import LineClass
from clearbell.registry.identity import is_credit_code, is_resident_id, same_name
from clearbell.registry.model import PartyKind, Purpose

DIGEST = "digest:"
"""Before what stands in the place of an identity number once it was checked."""


class Problem(msgspec.Struct, frozen=True):
    """One thing that holds an application up."""

    field: str
    code: str
    zh: str
    en: str


_CLASSES: dict[LineClass, frozenset[NumberClass]] = {
    LineClass.CENTRE_95: frozenset({NumberClass.SERVICE_95, NumberClass.CALL_CENTRE_95}),
    LineClass.SHORT_96: frozenset({NumberClass.SHORT_96}),
    LineClass.TOLL_400: frozenset({NumberClass.TOLL_400}),
    LineClass.BUSINESS_1010: frozenset({NumberClass.BUSINESS_1010}),
}


def find_problems(
    line_class: LineClass,
    values: Mapping[str, str],
    documents: Collection[str],
    categories: Collection[str],
    today: datetime.date,
) -> list[Problem]:
    """Everything that is wrong, in the order of the form. ``today``: in the pack's zone."""
    form = FORMS[line_class]
    found: list[Problem] = []
    known = {field.name for field in form.fields}
    found.extend(
        Problem(name, "unknown-field", f"{line_class.value} 申请没有「{name}」一项", f"the form has no field `{name}`")
        for name in values
        if name not in known
    )
    for field in form.fields:
        value = values.get(field.name, "").strip()
        if not value:
            if not field.optional:
                found.append(Problem(field.name, "missing", f"缺少{field.zh}", f"missing: {field.en}"))
        elif (said := _faulty(field, value, categories)) is not None:
            found.append(Problem(field.name, *said))
    found.extend(
        Problem(document.kind, "document-missing", f"缺少材料:{document.zh}", f"document missing: {document.en}")
        for document in form.documents
        if document.kind not in documents
    )
    found.extend(_disagreements(line_class, values))
    found.extend(_rules(line_class, values, today))
    return found


def _faulty(field: Field, value: str, categories: Collection[str]) -> tuple[str, str, str] | None:
    tests: dict[str, tuple[Callable[[str], object], str, str]] = {
        "id": (
            lambda text: text.startswith(DIGEST) or is_resident_id(text),
            "身份证号校验位不符,请核对",
            "the identity number's check digit does not fit",
        ),
        "credit-code": (
            is_credit_code,
            "统一社会信用代码校验位不符,请核对",
            "the credit code's check sign does not fit",
        ),
        "number": (to_key, "不是电话号码", "it is no phone number"),
        "count": (str.isdigit, "应为整数", "it should be a whole number"),
        "date": (_is_date, "应为日期,如 2026-12-31", "it should be a date such as 2026-12-31"),
        "purpose": (
            lambda text: text in {Purpose.SERVICE.value, Purpose.NOTICE.value, Purpose.COMMERCIAL.value},
            "应为 service、notice 或 commercial",
            "it should be service, notice or commercial",
        ),
        "entity-kind": (
            lambda text: text in {PartyKind.COMPANY.value, PartyKind.PUBLIC_BODY.value},
            "申办主体须为单位(company 或 public-body),个人不得申办",
            "the applicant must be an organisation (company or public-body); persons may not apply",
        ),
        "category": (lambda text: text in categories, "规则包没有该行业类别", "the pack has no such category"),
        "yes": (
            lambda text: text == "yes",
            "须自用,不得转租转售",
            "it must be for the applicant's own use; subletting is not allowed",
        ),
    }
    test = tests.get(field.kind)
    if test is None or test[0](value):
        return None
    return f"bad-{field.kind}", f"{field.zh}:{test[1]}", f"{field.en}: {test[2]}"


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _disagreements(line_class: LineClass, values: Mapping[str, str]) -> list[Problem]:
    """Licence, legal person and (400) bill name must all agree (regime 3.17)."""
    pairs = [
        (
            "licence_name",
            "entity_name",
            "营业执照名称与单位全称不一致",
            "the name on the licence is not that of the organisation",
        ),
        (
            "legal_name",
            "licence_legal_name",
            "身份证姓名与营业执照上的法定代表人不一致",
            "the name on the identity card is not that of the legal person on the licence",
        ),
    ]
    if line_class is LineClass.TOLL_400:
        pairs.append(
            (
                "bill_name",
                "entity_name",
                "落地号码账单户名与单位全称不一致",
                "the name on the landing number's bill is not that of the organisation",
            )
        )
    return [
        Problem(
            one,
            "names-disagree",
            f"{zh}:「{values[one]}」与「{values[other]}」",
            f"{en}: `{values[one]}`, `{values[other]}`",
        )
        for one, other, zh, en in pairs
        if values.get(one, "").strip() and values.get(other, "").strip() and not same_name(values[one], values[other])
    ]


def _rules(line_class: LineClass, values: Mapping[str, str], today: datetime.date) -> list[Problem]:
    found = []
    purpose = values.get("purpose", "")
    if line_class is LineClass.TOLL_400 and purpose not in ("", Purpose.SERVICE.value):
        found.append(
            Problem(
                "purpose",
                "inbound-only",
                "400 号码仅供呼入,用途须为 service",
                "a 400 number takes calls only, so its purpose must be service",
            )
        )
    expiry = values.get("licence_expiry", "")
    if _is_date(expiry) and datetime.date.fromisoformat(expiry) <= today:
        found.append(Problem("licence_expiry", "licence-expired", "营业执照已到期", "the licence has expired"))
    first, last = to_key(values.get("first", "")), to_key(values.get("last", "") or values.get("first", ""))
    wanted = _CLASSES.get(line_class)
    if first and wanted is not None and not {class_of(first), class_of(last)} <= wanted:
        found.append(
            Problem(
                "first",
                "other-class",
                f"该号码不是 {line_class.value} 类号码",
                f"the number is not of the class {line_class.value}",
            )
        )
    if first and (last < first or len(str(first)) != len(str(last))):
        found.append(Problem("last", "no-range", "首末号码不成号段", "first and last make no range"))
    return found
