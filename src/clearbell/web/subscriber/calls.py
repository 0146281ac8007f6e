"""My calls: what was done with each and why, and one press to report, refuse, allow or block its caller."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from clearbell.calls import DAY, Decision
from clearbell.consent.errors import ConsentError
from clearbell.consent.model import Channel, Listed, ListVerdict, RefusalEnded, Refused
from clearbell.consent.service import do_end_refusal, do_list, do_refuse
from clearbell.ledger import Act
from clearbell.numbering import format_e164
from clearbell.policy.explanation import explain
from clearbell.registry.queries import holder_name, holder_of
from clearbell.reports.model import Reported
from clearbell.reports.refusals import RefusedReportError
from clearbell.reports.service import do_file_reports, do_withdraw_report
from clearbell.reports.settings import reputation_settings
from clearbell.web.feeds import ServedGate
from clearbell.web.gate import Gate
from clearbell.web.revocation import shown_time
from clearbell.web.subscriber.page import Asked, Language, Sent, Shown, field, language_of, show, to
from clearbell.web.subscriber.texts import ME
from clearbell.web.subscriber.visit import need_visit, visit_of

ACTOR = "web:subscriber"
SOURCE = "me"
DAYS = 30
MOST = 50
PAGES = 20
_UNDO = frozenset({"report", "refuse", "allow", "block"})


def _call(decision: Decision, holder: tuple[str, str], gate: Gate, language: Language) -> dict[str, Any]:
    told = explain(decision, gate.pack, language)
    caller = decision.call.caller
    return {
        "id": decision.id,
        "when": shown_time(decision.call.at, gate),
        "caller": format_e164(caller) if caller else "",
        "holder": holder[1] or holder[0],
        "action": decision.action.value,
        "action_words": told.action_words,
        "sentence": told.sentence,
        "lines": [(line.words, f"{line.points:+g}") for line in told.lines],
        "total": f"{told.total:+g}",
    }


def _page(request: Asked, gate: Gate, status: int = 200, fault: str = "") -> Response[str]:
    language = language_of(request)
    words = ME[language]
    mine = visit_of(request).number
    # Pages are of the newest calls: what comes in meanwhile moves them on.
    asked = request.query_params.get("page", "1")
    page = min(int(asked), PAGES) if asked.isascii() and asked.isdigit() and len(asked) < 4 and int(asked) else 1
    found = gate.decided_to(mine, gate.now() - DAYS * DAY, page * MOST + 1)
    calls = found.decisions[(page - 1) * MOST : page * MOST]
    holders: dict[int, tuple[str, str]] = {}
    with gate.store.read() as conn:
        for number in {one.call.caller for one in calls if one.call.caller}:
            held = holder_of(conn, number)
            holders[number] = (held, holder_name(conn, held) if held else "")
    did, about = request.query_params.get("did", ""), request.query_params.get("about", "")
    undone = next((one for one in found.decisions if one.id == about), None)
    shown = format_e164(undone.call.caller) if undone is not None and undone.call.caller else ""
    said = words.get(f"did_{did}", "").format(number=shown) if did in _UNDO | {"undo"} else ""
    return show(
        request,
        gate,
        "calls.html",
        status,
        fault=fault,
        said=words["done"].format(what=said) if said else "",
        undo=(f"/me/calls/{undone.id}/undo", did) if undone is not None and did in _UNDO else None,
        calls=[_call(one, holders.get(one.call.caller, ("", "")), gate, language) for one in calls],
        days=DAYS,
        whole=found.whole,
        first=page > 1,
        more=page + 1 if len(found.decisions) > page * MOST and page < PAGES else 0,
    )


def _mine(request: Asked, gate: Gate, decision_id: str) -> Decision:
    found = gate.find(decision_id)
    if found is None or found.call.callee != visit_of(request).number or not found.call.caller:
        raise NotFoundException
    return found


def _do(act: Act, what: str, decision: Decision, gate: Gate) -> None:
    caller, mine = decision.call.caller, decision.call.callee
    if what == "report":
        report = Reported(f"{SOURCE}:{decision.id}", SOURCE, caller, decision.call.at, act.at, mine, verified=True)
        do_file_reports(act, [report], reputation_settings(gate.pack), records=True, due=gate.desk.due)
    elif what == "refuse":
        holder = holder_of(act.conn, caller)
        do_refuse(act, Refused(mine, holder, 0 if holder else caller, Channel.WEB))
    else:
        do_list(act, Listed(mine, caller, caller, ListVerdict.ALLOW if what == "allow" else ListVerdict.BLOCK))


def _undo(act: Act, what: str, decision: Decision, gate: Gate) -> None:
    caller, mine = decision.call.caller, decision.call.callee
    if what == "report":
        do_withdraw_report(act, f"{SOURCE}:{decision.id}", reputation_settings(gate.pack))
    elif what == "refuse":
        holder = holder_of(act.conn, caller)
        do_end_refusal(act, RefusalEnded(mine, holder, 0 if holder else caller))
    else:
        do_list(act, Listed(mine, caller, caller, ListVerdict.NONE))


@get("/me", sync_to_thread=True, guards=[need_visit], include_in_schema=False)
def my_calls(request: Asked, gate: ServedGate) -> Response[str]:
    """The newest calls."""
    return _page(request, gate)


@post(
    "/me/calls/{decision:str}/{what:str}",
    status_code=200,
    sync_to_thread=True,
    guards=[need_visit],
    include_in_schema=False,
)
def press(decision: FromPath[str], what: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Report, refuse, allow or block the caller of a call, or undo that."""
    found = _mine(request, gate, decision)
    back = what == "undo"
    done = field(data, "what") if back else what
    if done not in _UNDO:
        raise NotFoundException
    try:
        with gate.store.act(ACTOR) as act:
            (_undo if back else _do)(act, done, found, gate)
    except (ConsentError, RefusedReportError) as error:
        return _page(request, gate, 422, error.zh if language_of(request) == "zh" else error.en)
    return to("calls", what, decision)


def calls_handlers() -> list[HTTPRouteHandler]:
    """The handlers of my calls."""
    return [my_calls, press]
