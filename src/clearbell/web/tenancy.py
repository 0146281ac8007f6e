"""Whose the things are that a request names. An account of one party reaches what is that party's, and nothing else.

Every address that a role of :data:`~clearbell.access.model.TENANTS` is granted stands in :data:`TENANT`, with the things
that its path, body or form names. One that stands there with nothing shows what the party itself has. One that does not
stand there opens to no tenant. A thing of another party and one that does not exist are refused in the same words.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from clearbell.appeals.errors import AppealError
from clearbell.appeals.queries import find_appeal
from clearbell.cases.model import UnitKind
from clearbell.cases.tables import case_file
from clearbell.consent.codes import plain_code
from clearbell.consent.own_grants import KIND
from clearbell.desk.appeals.subjects import Against, against_of, find
from clearbell.intake.queries import run_of
from clearbell.labels.cards.tables import card
from clearbell.numbering import to_key
from clearbell.registry.applications.tables import application
from clearbell.registry.contracts.tables import contract
from clearbell.registry.queries import party_of, resource_of


class Kind(enum.Enum):
    """What a request can name, with its name in Chinese and English."""

    HOLDER = ("使用主体", "holder")
    NUMBER = ("号码", "number")
    APPLICATION = ("申请", "application")
    CONTRACT = ("合同", "contract")
    CARD = ("名片", "name card")
    CASE = ("案件", "case")
    APPEALED = ("判定、处置、标注或案件", "decision, sanction, label or case")
    """What an appeal is against."""
    APPEAL = ("申诉", "appeal")
    UPLOAD = ("上传的文件", "uploaded file")

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en


class Named(msgspec.Struct, frozen=True):
    """One thing that a request names."""

    kind: Kind
    place: str
    """Parameter of the path, or key of the body or form; a dot goes inside."""
    needed: bool = True
    new: bool = False
    """It may also be made by the request, under a name of the party's own."""


class NotYoursError(Exception):
    """It is another party's, or does not exist; which of the two is not told. 不在您名下。"""

    def __init__(self, named: Named, name: str, tenant: str) -> None:
        self.column = named.place
        self.status = 422 if named.new else 404
        kind, shown = named.kind, name[:64]
        if named.new:
            self.zh = f"{kind.zh}「{shown}」不可用:请用您名下的,或以「{tenant}:」开头的新编号"
            self.en = (
                f"the {kind.en} `{shown}` cannot be used: name one of yours, or a new one that begins with `{tenant}:`"
            )
        elif name:
            self.zh = f"您名下没有{kind.zh} {shown}"
            self.en = f"there is no {kind.en} {shown} of yours"
        else:
            self.status = 400
            self.zh = f"请写明{kind.zh}"
            self.en = f"name the {kind.en}"
        super().__init__(self.en)


_H, _N, _A, _C, _K = Kind.HOLDER, Kind.NUMBER, Kind.APPLICATION, Kind.CARD, Kind.CONTRACT
ITS_OWN: tuple[Named, ...] = ()
"""The address names nothing and shows what the party itself has."""
TENANT: Mapping[tuple[str, str], tuple[Named, ...]] = {
    ("POST", "/v1/scrub"): (Named(_H, "holder"), Named(_N, "caller", needed=False)),
    ("POST", "/v1/applications"): (
        Named(_A, "application", new=True),
        Named(_H, "fields.holder", needed=False, new=True),
    ),
    ("POST", "/v1/applications/{application}/fields"): (
        Named(_A, "application"),
        Named(_H, "fields.holder", needed=False, new=True),
    ),
    ("POST", "/v1/applications/{application}/documents"): (Named(_A, "application"),),
    ("POST", "/v1/cards"): (Named(_C, "card", new=True), Named(_H, "holder")),
    ("POST", "/v1/cards/{card}/documents"): (Named(_C, "card"),),
    ("POST", "/v1/appeals"): (Named(Kind.APPEALED, "id"),),
    ("POST", "/v1/appeals/{appeal}/papers"): (Named(Kind.APPEAL, "appeal"),),
    ("POST", "/v1/appeals/{appeal}/withdraw"): (Named(Kind.APPEAL, "appeal"),),
    ("POST", "/v1/cases/{case}/appeal"): (Named(Kind.CASE, "case"),),
    ("GET", "/firm"): ITS_OWN,
    ("GET", "/firm/numbers"): ITS_OWN,
    ("GET", "/firm/calls"): ITS_OWN,
    ("GET", "/firm/reports"): ITS_OWN,
    ("GET", "/firm/sanctions"): ITS_OWN,
    ("GET", "/firm/applications"): ITS_OWN,
    ("GET", "/firm/new-application"): ITS_OWN,
    ("POST", "/firm/file-application"): (Named(_H, "holder", needed=False, new=True),),
    ("GET", "/firm/applications/{application}"): (Named(_A, "application"),),
    ("POST", "/firm/applications/{application}/fields"): (
        Named(_A, "application"),
        Named(_H, "holder", needed=False, new=True),
    ),
    ("POST", "/firm/applications/{application}/documents"): (Named(_A, "application"),),
    ("POST", "/firm/applications/{application}/withdraw"): (Named(_A, "application"),),
    ("GET", "/firm/contracts"): ITS_OWN,
    ("GET", "/firm/contracts/{contract}"): (Named(_K, "contract"),),
    ("POST", "/firm/contracts/{contract}/accept"): (Named(_K, "contract"),),
    ("GET", "/firm/consents"): ITS_OWN,
    ("GET", "/firm/consent-list"): ITS_OWN,
    ("GET", "/firm/lapsing"): ITS_OWN,
    ("POST", "/firm/consents/upload"): (Named(_H, "holder"),),
    ("POST", "/firm/consents/withdraw"): (Named(_H, "holder"),),
    ("GET", "/firm/consents/{run}"): (Named(Kind.UPLOAD, "run"),),
    ("GET", "/firm/scrub"): ITS_OWN,
    ("POST", "/firm/scrub/list"): (Named(_H, "holder"), Named(_N, "caller", needed=False)),
    ("GET", "/firm/cards"): ITS_OWN,
    ("POST", "/firm/apply-card"): (Named(_C, "card", needed=False), Named(_H, "holder")),
    ("GET", "/firm/cards/{card}"): (Named(_C, "card"),),
    ("POST", "/firm/cards/{card}/documents"): (Named(_C, "card"),),
}
"""By method and address, what each address that a tenant is granted names."""


def check_tenant(
    conn: Connection,
    tenant: str,
    names: tuple[Named, ...],
    path: Mapping[str, Any],
    body: Mapping[str, Any],
    home: str,
) -> None:
    """Raise :class:`NotYoursError` where the request names something that is not the tenant's."""
    for named in names:
        given = path[named.place] if named.place in path else _inside(body, named.place)
        if given is None or given == "":
            if named.needed:
                raise NotYoursError(msgspec.structs.replace(named, new=False), "", tenant)
            continue
        name = str(given)
        # What a handler would cut off is not looked past here.
        owner = _OWNERS[named.kind](conn, given, home) if name == name.strip() else ""
        if owner != tenant and not (named.new and owner is None and is_own_name(tenant, name)):
            raise NotYoursError(named, name, tenant)


def is_own_name(tenant: str, name: str) -> bool:
    """Whether a name is one that the party, and nobody else, may give."""
    space, _, rest = name.rpartition(":")
    return space == tenant and bool(rest)


def _inside(body: Mapping[str, Any], place: str) -> Any:
    found: Any = body
    for part in place.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _holder(conn: Connection, name: Any, _home: str = "") -> str | None:
    return party_of(conn, str(name)) or None


def _number(conn: Connection, given: Any, home: str) -> str | None:
    found = resource_of(conn, given if isinstance(given, int) else to_key(str(given), home))
    return found.party if found is not None else None


def _application(conn: Connection, name: Any, _home: str) -> str | None:
    query = select(application.c.party).where(application.c.application == str(name))
    return conn.execute(query).scalar_one_or_none()


def _contract(conn: Connection, name: Any, _home: str) -> str | None:
    query = select(contract.c.holder).where(contract.c.contract == str(name))
    return _of_holder(conn, conn.execute(query).scalar_one_or_none())


def _card(conn: Connection, name: Any, _home: str) -> str | None:
    query = select(card.c.holder).where(card.c.card == str(name)).limit(1)
    return _of_holder(conn, conn.execute(query).scalar_one_or_none())


def _of_holder(conn: Connection, holder: str | None) -> str | None:
    return None if holder is None else party_of(conn, holder)


def _upload(conn: Connection, name: Any, _home: str) -> str | None:
    found = run_of(conn, str(name))
    if found is None:
        return None
    # Files that others took in, by command, are no party's.
    return party_of(conn, found.loader.removeprefix(KIND)) if found.loader.startswith(KIND) else ""


def _case(conn: Connection, name: Any, home: str) -> str | None:
    row = conn.execute(select(case_file.c.unit_kind, case_file.c.unit).where(case_file.c.case == str(name))).first()
    if row is None:
        return None
    if row.unit_kind == UnitKind.NUMBER.value:
        return _number(conn, int(row.unit), home) or ""
    return party_of(conn, row.unit) if row.unit_kind == UnitKind.HOLDER.value else ""


def _appealed(conn: Connection, name: Any, home: str) -> str | None:
    """Whose what an appeal is against is; a decision on a call is appealed against at the page, by the caller's number."""
    found = _case(conn, name, home)
    if found is not None:
        return found
    try:
        return _of_against(conn, find(conn, str(name), lambda _: None, home, 0), home)
    except AppealError:
        return _number(conn, name, home)


def _appeal(conn: Connection, name: Any, home: str) -> str | None:
    row = find_appeal(conn, plain_code(str(name)))
    return None if row is None else _of_against(conn, against_of(row), home)


def _of_against(conn: Connection, against: Against, home: str) -> str:
    if against.number:
        return _number(conn, against.number, home) or ""
    if against.name:
        return party_of(conn, against.name) or ""
    return _case(conn, against.case, home) or ""


_OWNERS: Mapping[Kind, Callable[[Connection, Any, str], str | None]] = {
    Kind.HOLDER: _holder,
    Kind.NUMBER: _number,
    Kind.APPLICATION: _application,
    Kind.CONTRACT: _contract,
    Kind.CARD: _card,
    Kind.CASE: _case,
    Kind.APPEALED: _appealed,
    Kind.APPEAL: _appeal,
    Kind.UPLOAD: _upload,
}
"""Of each kind, who has it: a party's id, "" for nobody's, None where there is no such thing."""
