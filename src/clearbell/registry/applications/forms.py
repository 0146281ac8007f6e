"""What each class of number asks of its applicant: fields and documents (regime 2.3, 2.9, 3.11–3.17, 10)."""

from __future__ import annotations

import msgspec

from clearbell.registry.applications.model import LineClass


class Field(msgspec.Struct, frozen=True):
    """One field of a form."""

    name: str
    zh: str
    en: str
    kind: str = "text"
    """``text``, ``name``, ``id`` (kept as a digest), ``credit-code``, ``number``, ``purpose``, ``date``, ``yes``,
    ``count``."""
    source: str = "10"
    optional: bool = False


class Document(msgspec.Struct, frozen=True):
    """One document that must be attached."""

    kind: str
    zh: str
    en: str
    source: str


class Form(msgspec.Struct, frozen=True):
    """Everything a class asks for."""

    fields: tuple[Field, ...]
    documents: tuple[Document, ...]


_ENTITY = (
    Field("entity_name", "单位全称", "full name of the organisation", "name", "2.3"),
    Field("entity_kind", "单位类别(company 或 public-body)", "company or public-body", "entity-kind", "2.1"),
    Field("licence_name", "营业执照上的名称", "name on the licence", "name", "2.3"),
    Field("credit_code", "统一社会信用代码", "unified social credit code", "credit-code", "2.3"),
    Field("licence_legal_name", "营业执照上的法定代表人", "legal person on the licence", "name", "2.3"),
    Field("licence_expiry", "营业执照到期日(长期填 9999-12-31)", "expiry of the licence (9999-12-31: none)", "date"),
    Field("address", "单位地址", "address"),
    Field("legal_name", "法定代表人身份证上的姓名", "name on the legal person's identity card", "name", "2.3"),
    Field("legal_id", "法定代表人身份证号", "identity number of the legal person", "id", "2.3"),
    Field("legal_phone", "法定代表人电话", "phone of the legal person", "number"),
    Field("handler_name", "经办人姓名", "name of the handler", "name", "2.3"),
    Field("handler_id", "经办人身份证号", "identity number of the handler", "id", "2.3"),
    Field("handler_phone", "经办人电话", "phone of the handler", "number"),
)
_USE = (
    Field("purpose", "用途(service、notice 或 commercial)", "service, notice or commercial", "purpose", "1.3"),
    Field("scenario", "使用场景", "what the calls are about", source="2.9"),
    Field("industry", "行业类别(规则包代码)", "trade, a category code of the pack", "category", "1.21"),
    Field("calls_per_day", "预计每日呼叫量", "calls expected a day", "count"),
    Field("own_use", "自用(yes)", "for its own use (yes)", "yes", "2.8"),
    Field("holder", "使用主体编号", "id of the holder"),
    Field("first", "首个号码", "first number", "number"),
    Field("last", "末个号码(单个号码可不填)", "last number (none for a single one)", "number", optional=True),
)
_DOCUMENTS = (
    Document("licence", "营业执照", "licence", "2.3"),
    Document("legal-id", "法定代表人身份证", "identity card of the legal person", "2.3"),
    Document("handler-id", "经办人身份证", "identity card of the handler", "2.3"),
    Document("application-letter", "号码申请公函", "application letter", "10"),
    Document("undertaking", "入网承诺书", "network-access undertaking", "10"),
)
_PLAN = Document("business-plan", "业务方案", "business plan", "2.9")
_PERMIT = Document("telecom-permit", "电信业务经营许可证", "telecom permit", "2.9, 3.11")
_CERTIFICATE = Document("number-certificate", "码号使用证书", "certificate of the number", "2.9, 3.1")

FORMS: dict[LineClass, Form] = {
    LineClass.TRUNK: Form(
        (
            *_ENTITY,
            *_USE,
            Field("access_location", "接入位置", "where the line is connected", source="1.3"),
            Field("provider", "接入方编号", "id of the access provider", source="1.2"),
            Field("trunk", "中继编号", "id of the trunk", source="1.3"),
        ),
        (*_DOCUMENTS, _PLAN),
    ),
    LineClass.CENTRE_95: Form(
        (
            *_ENTITY,
            *_USE,
            Field("permit_number", "电信业务许可证编号", "number of the telecom permit", source="3.11, 8.8"),
        ),
        (*_DOCUMENTS, _PERMIT, _CERTIFICATE, _PLAN),
    ),
    LineClass.SHORT_96: Form((*_ENTITY, *_USE), (*_DOCUMENTS, _CERTIFICATE)),
    LineClass.TOLL_400: Form(
        (
            *_ENTITY,
            *_USE,
            Field("landing_number", "落地号码", "number on which it lands", "number", "3.14"),
            Field("bill_name", "落地号码账单户名", "name on the landing number's bill", "name", "3.17"),
        ),
        (
            *_DOCUMENTS,
            Document("landing-bill", "落地号码账单或受理单", "bill or acceptance slip of the landing number", "10"),
            Document("no-outbound", "禁止外呼承诺书", "undertaking not to call out", "3.14, 5.11"),
        ),
    ),
    LineClass.BUSINESS_1010: Form((*_ENTITY, *_USE), (*_DOCUMENTS, _CERTIFICATE, _PLAN)),
}
