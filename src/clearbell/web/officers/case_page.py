"""One case on one page, its whole story, and the steps that are taken there."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from urllib.parse import quote

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from clearbell.appeals.errors import AppealError
from clearbell.cases.errors import CaseError, UnknownCaseError
from clearbell.cases.model import Verdict
from clearbell.cases.service import do_assign, do_close, do_note, do_verify
from clearbell.desk.ladder import Asked as AskedSanction
from clearbell.desk.ladder import do_announce_sanction
from clearbell.desk.outcomes import do_answer_case
from clearbell.desk.touching import preview
from clearbell.desk.touching_words import lines as touching_lines
from clearbell.desk.verdicts import do_confirm, do_find, do_settle_appeal
from clearbell.ledger import Act
from clearbell.lifecycles import IllegalStepError
from clearbell.reports.refusals import RefusedReportError
from clearbell.sanctions.model import Rung
from clearbell.sanctions.service import SanctionError
from clearbell.story import page as story
from clearbell.story.gathering import gather, numbers_of
from clearbell.web.console import html_page
from clearbell.web.doors import need_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.officers.case_view import NOTHING_KEPT, Kept, case_view
from clearbell.web.officers.page import Asked, Sent, Shown, around, field, in_words, language_of
from clearbell.web.officers.texts import DESK


def _do(
    request: Asked, gate: ServedGate, case: str, do: Callable[[Act, str], object], kept: Kept = NOTHING_KEPT
) -> Shown:
    who = principal(request).name
    try:
        with gate.store.act(who) as act:
            do(act, who)
    except UnknownCaseError:
        raise NotFoundException from None
    except (AppealError, CaseError, SanctionError, RefusedReportError, IllegalStepError) as error:
        return case_view(request, gate, case, 422, in_words(error, language_of(request)), kept)
    return Redirect(f"/desk/cases/{case}", status_code=303)


def _route(step: str) -> post:
    return post(
        f"/desk/cases/{{case:str}}/{step}",
        status_code=200,
        sync_to_thread=True,
        guards=[need_session],
        include_in_schema=False,
    )


@get("/desk/cases/{case:str}", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def case_page(case: FromPath[str], request: Asked, gate: ServedGate) -> Response[str]:
    """The case as it stands."""
    try:
        return case_view(request, gate, case)
    except UnknownCaseError:
        raise NotFoundException from None


@get("/desk/cases/{case:str}/story", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def story_page(case: FromPath[str], request: Asked, gate: ServedGate) -> Response[str]:
    """The whole story, from the first call on record, to read, print or keep."""
    try:
        with gate.store.read() as conn:
            numbers = numbers_of(conn, case)
        calls = [call for number in numbers for call in gate.calls_of(number)]
        with gate.store.read() as conn:
            told = gather(conn, case, gate.pack, calls, gate.now())
    except UnknownCaseError:
        raise NotFoundException from None
    nonce = secrets.token_urlsafe(16)
    above = around(request, nonce, f"/desk/cases/{quote(case)}")
    return html_page(story.page(told, gate.pack, language_of(request), nonce, above), nonce)


@_route("take")
def take(case: FromPath[str], request: Asked, gate: ServedGate) -> Shown:
    """Begin to verify; from now on it is mine."""

    def do(act: Act, who: str) -> None:
        do_verify(act, case, gate.desk.due, officer=who)
        do_assign(act, case, who, officer=who)

    return _do(request, gate, case, do)


@_route("note")
def note(case: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Note something."""
    words = field(data, "words")
    return _do(request, gate, case, lambda act, who: do_note(act, case, words, gate.pack.cases, officer=who))


@_route("verdict")
def verdict(case: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Say what verification found."""
    try:
        found = Verdict(field(data, "verdict", 40))
    except ValueError:
        return case_view(request, gate, case, 422, DESK[language_of(request)]["verdict"])
    words = field(data, "words")
    rules, due = gate.pack.cases, gate.desk.due
    return _do(request, gate, case, lambda act, who: do_find(act, case, found, words, rules, due, officer=who))


@_route("second")
def second(case: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """The second officer's word."""
    words, agrees = field(data, "words"), field(data, "agrees", 4) == "yes"
    due = gate.desk.due
    return _do(request, gate, case, lambda act, who: do_confirm(act, case, words, due, agrees=agrees, officer=who))


def _asked(data: Sent) -> tuple[AskedSanction, Kept]:
    """The sanction that a form asks for, and what was entered there."""
    named = field(data, "rung", 40)
    rung = Rung(named) if named in {one.value for one in Rung} else None
    kept = Kept(rung.value if rung else "", field(data, "reason"), field(data, "words"))
    return AskedSanction(kept.reason, rung, words=kept.words), kept


@_route("preview")
def look_first(case: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Response[str]:
    """What a sanction would do, before anybody announces it; or the form again, to change it."""
    asked, kept = _asked(data)
    language = language_of(request)
    if field(data, "change", 4):
        return case_view(request, gate, case, kept=kept)
    try:
        found = preview(gate.store, case, asked, gate.pack, gate.desk.due, officer=principal(request).name)
    except UnknownCaseError:
        raise NotFoundException from None
    except (CaseError, SanctionError, IllegalStepError) as error:
        return case_view(request, gate, case, 422, in_words(error, language), kept)
    return case_view(request, gate, case, kept=kept, follows=touching_lines(found, gate.pack, language, brief=True))


@_route("sanction")
def sanction(case: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Announce a sanction by the ladder."""
    asked, kept = _asked(data)
    return _do(
        request,
        gate,
        case,
        lambda act, who: do_announce_sanction(act, case, asked, gate.pack, gate.desk.due, officer=who),
        kept=kept,
    )


@_route("answers")
def answers(case: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Answer everyone who reported the number."""
    words, due = field(data, "words"), gate.desk.due
    return _do(request, gate, case, lambda act, who: do_answer_case(act, gate.outbox, case, words, due, officer=who))


@_route("appeal")
def appeal(case: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Decide an appeal."""
    words, upheld = field(data, "words"), field(data, "upheld", 4) == "yes"
    due = gate.desk.due
    return _do(
        request, gate, case, lambda act, who: do_settle_appeal(act, case, words, due, upheld=upheld, officer=who)
    )


@_route("close")
def close(case: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """End a case."""
    words = field(data, "words")
    return _do(request, gate, case, lambda act, who: do_close(act, case, words, gate.desk.due, officer=who))


def case_handlers() -> list[HTTPRouteHandler]:
    """The handlers of one case."""
    return [case_page, story_page, take, note, verdict, second, look_first, sanction, answers, appeal, close]
