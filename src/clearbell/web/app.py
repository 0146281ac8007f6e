"""The web application: one API, one console page, one form of error."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import structlog
from litestar import Litestar, MediaType, Request, Response
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import OpenAPIConfig
from litestar.response import Redirect
from sqlalchemy.exc import DataError

from clearbell import __version__
from clearbell.appeals.errors import AppealError, UnknownAppealError
from clearbell.cases.errors import CaseError, UnknownCaseError
from clearbell.cases.hand_overs.errors import UnknownHandOverError
from clearbell.consent.errors import ConsentError
from clearbell.dossier.errors import DossierError
from clearbell.enforcement.errors import EnforcementError, UnknownEnforcementError
from clearbell.labels.cards.errors import CardError, UnknownCardError
from clearbell.lifecycles import IllegalStepError
from clearbell.notices.errors import NoticeError
from clearbell.notices.mass.errors import UnknownMassError
from clearbell.registry.errors import RegistryError, UnknownError
from clearbell.reports.refusals import RefusedReportError, RefusedUnknownReportError
from clearbell.sanctions.errors import UnknownSanctionError
from clearbell.sanctions.orders.errors import OrderError, UnknownOrderError
from clearbell.sanctions.service import SanctionError
from clearbell.vault import VaultError
from clearbell.web.api import api_router
from clearbell.web.appeal_page import appeal_page_handlers
from clearbell.web.appeals import appeals_router
from clearbell.web.asking import asking_handlers
from clearbell.web.carddav import carddav_handler
from clearbell.web.cards import cards_router
from clearbell.web.cases import cases_router
from clearbell.web.console import console_handlers
from clearbell.web.deadlines import deadlines_router
from clearbell.web.desk import desk_router
from clearbell.web.doors import Doors, NotAllowedError, SessionNeededError, acting
from clearbell.web.enforcement import Signing, enforcement_router, targets_router
from clearbell.web.feeds import TooManyAsksError, feeds_routers
from clearbell.web.figures import figures_handlers
from clearbell.web.firm.door import firm_handlers
from clearbell.web.front import front_handlers
from clearbell.web.gate import Gate
from clearbell.web.hand_overs import hand_overs_router
from clearbell.web.limits import Limiter
from clearbell.web.lines import lines_router
from clearbell.web.live import live_handlers
from clearbell.web.mass_notices import mass_notices_router
from clearbell.web.officers.door import officers_handlers, refused_page
from clearbell.web.officers.page import in_words
from clearbell.web.orders import orders_router
from clearbell.web.portal import portal_handlers
from clearbell.web.reassignment import reassignment_router
from clearbell.web.refusals import error_body
from clearbell.web.replays import ReplayRefusedError, replays_router
from clearbell.web.report_desk import report_desk_router
from clearbell.web.reports import reports_router
from clearbell.web.revocation import revocation_handlers
from clearbell.web.sanctions import sanctions_router
from clearbell.web.schemas import BadFieldError, ErrorBody
from clearbell.web.statements import statements_router
from clearbell.web.subscriber.door import subscriber_handlers
from clearbell.web.subscriber.page import language_of, plain
from clearbell.web.subscriber.visit import VisitNeededError
from clearbell.web.tenancy import NotYoursError

log = structlog.get_logger()

MAX_BODY = 8 * 1024 * 1024


def _answer(body: ErrorBody, status: int, headers: dict[str, str] | None = None) -> Response[ErrorBody]:
    return Response(body, status_code=status, media_type=MediaType.JSON, headers=headers)


def _bad_field(_request: Request[Any, Any, State], error: BadFieldError) -> Response[ErrorBody]:
    return _answer(error_body(400, error.field, error.zh, error.en), 400)


def _refused(_request: Request[Any, Any, State], error: Any) -> Response[ErrorBody]:
    # What the rules refuse; each of these errors has its words in both languages and the field at fault.
    status = (
        404
        if isinstance(
            error,
            UnknownError
            | UnknownAppealError
            | UnknownCardError
            | UnknownCaseError
            | UnknownMassError
            | UnknownEnforcementError
            | UnknownHandOverError
            | UnknownOrderError
            | UnknownSanctionError
            | RefusedUnknownReportError,
        )
        else 422
    )
    return _answer(error_body(status, getattr(error, "column", ""), error.zh, error.en), status)


def _unstorable(_request: Request[Any, Any, State], _error: DataError) -> Response[ErrorBody]:
    zh, en = "含有数据库无法保存的字符(NUL)", "it has characters that the database cannot keep (NUL)"
    return _answer(error_body(400, "", zh, en), 400)


def _not_utf8(_request: Request[Any, Any, State], _error: UnicodeDecodeError) -> Response[ErrorBody]:
    """A body in another encoding: JSON is UTF-8 (RFC 8259, 8.1)."""
    zh, en = "请求正文须为 UTF-8 编码", "the body must be UTF-8"
    return _answer(error_body(400, "", zh, en), 400)


def _too_deep(request: Request[Any, Any, State], error: RecursionError) -> Response[ErrorBody]:
    """A body nested deeper than anything that is asked for; told in the log too, should it not have been the body."""
    log.warning("request-too-deep", path=request.url.path, exc_info=error)
    zh, en = "请求正文嵌套过深", "the body is nested too deeply"
    return _answer(error_body(400, "", zh, en), 400)


def _validation(_request: Request[Any, Any, State], error: ValidationException) -> Response[ErrorBody]:
    first: dict[str, Any] = {}
    if isinstance(error.extra, list) and error.extra and isinstance(error.extra[0], dict):
        first = error.extra[0]
    else:
        return _answer(
            error_body(400, "", "请求正文须为 JSON 对象", "the body must be a JSON object"),
            400,
        )
    where = str(first.get("key", ""))
    said = str(first.get("message", ""))
    return _answer(error_body(400, where, f"请求不合要求:{said}" if said else "", said), 400)


def _http(_request: Request[Any, Any, State], error: HTTPException) -> Response[ErrorBody]:
    headers = dict(error.headers or {})
    if error.status_code == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return _answer(error_body(error.status_code, ""), error.status_code, headers)


def _too_many(_request: Request[Any, Any, State], error: TooManyAsksError) -> Response[ErrorBody]:
    return _answer(error_body(429, "", error.zh, error.en), 429, {"Retry-After": str(error.seconds)})


def _unforeseen(request: Request[Any, Any, State], error: Exception) -> Response[ErrorBody]:
    log.error("request-failed", path=request.url.path, exc_info=error)
    return _answer(error_body(500, ""), 500)


def _to_the_door(_request: Request[Any, Any, State], error: SessionNeededError) -> Redirect:
    if error.stage == "account":
        return Redirect("/desk/account", status_code=303)
    return Redirect(f"/desk/sign-in?next={quote(error.path)}", status_code=303)


def _to_enter(_request: Request[Any, Any, State], _error: VisitNeededError) -> Redirect:
    return Redirect("/me/enter", status_code=303)


def _not_allowed(request: Request[Any, Any, State], error: NotAllowedError) -> Response[Any]:
    if request.url.path.startswith(("/desk", "/firm")):
        return refused_page(request, error)
    if request.url.path.startswith("/me"):
        return plain(request, "said.html", 403, fault=in_words(error, language_of(request)))
    return _answer(error_body(403, error.column, error.zh, error.en), 403)


def _not_yours(request: Request[Any, Any, State], error: NotYoursError) -> Response[Any]:
    if request.url.path.startswith(("/desk", "/firm")):
        return refused_page(request, error, error.status)
    return _answer(error_body(error.status, error.column, error.zh, error.en), error.status)


def create_app(
    gate: Gate,
    *,
    token: str = "",
    lookups_per_minute: int = 60,
    doors: Doors | None = None,
    signing: Signing | None = None,
    lines: tuple[str, ...] = (),
) -> Litestar:
    """Build the application around a node. With ``token``, the API needs it as a bearer token.

    ``doors``: accounts, their tokens and sessions; without, there are none and no desk.
    ``signing``: the targets of enforcement and their keys. ``lines``: those that are answered.
    ``lookups_per_minute``: how often one address may look a label up without a token; 0: without limit.
    """

    def gate_for(request: Request[Any, Any, State]) -> Gate:
        return acting(gate, request)

    return Litestar(
        route_handlers=[
            api_router(),
            statements_router(),
            desk_router(),
            *front_handlers(),
            *figures_handlers(),
            *console_handlers(),
            *live_handlers(),
            *revocation_handlers(),
            *asking_handlers(),
            *portal_handlers(),
            *subscriber_handlers(),
            *feeds_routers(),
            appeals_router(),
            *appeal_page_handlers(),
            cards_router(),
            reassignment_router(),
            reports_router(),
            report_desk_router(),
            cases_router(),
            hand_overs_router(),
            orders_router(),
            sanctions_router(),
            mass_notices_router(),
            carddav_handler(gate, token, doors),
            deadlines_router(),
            enforcement_router(),
            targets_router(),
            lines_router(),
            replays_router(),
            *([*officers_handlers(), *firm_handlers()] if doors is not None else []),
        ],
        dependencies={"gate": Provide(gate_for, sync_to_thread=False)},
        state=State(
            {
                "token": token,
                "limiter": Limiter(lookups_per_minute),
                "doors": doors,
                "gate": gate,
                "signing": signing or Signing(),
                "lines": lines,
            }
        ),
        request_max_body_size=MAX_BODY,
        openapi_config=OpenAPIConfig(
            title="Clearbell",
            version=__version__,
            description="Screening of phone calls. 来电判定接口。",
            render_plugins=[],
            path="/v1/openapi",
        ),
        exception_handlers={
            BadFieldError: _bad_field,
            **dict.fromkeys(
                (
                    AppealError,
                    CardError,
                    CaseError,
                    ConsentError,
                    DossierError,
                    NoticeError,
                    EnforcementError,
                    OrderError,
                    RefusedReportError,
                    RegistryError,
                    ReplayRefusedError,
                    SanctionError,
                    IllegalStepError,
                    VaultError,
                ),
                _refused,
            ),
            NotAllowedError: _not_allowed,
            NotYoursError: _not_yours,
            SessionNeededError: _to_the_door,
            VisitNeededError: _to_enter,
            TooManyAsksError: _too_many,
            DataError: _unstorable,
            UnicodeDecodeError: _not_utf8,
            RecursionError: _too_deep,
            ValidationException: _validation,
            HTTPException: _http,
            Exception: _unforeseen,
        },
        logging_config=None,
    )
