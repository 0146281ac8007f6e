"""How pages are made, the page a blocked caller is sent to, health and metrics."""

from __future__ import annotations

import functools
import importlib.resources
import secrets
from collections.abc import Mapping
from typing import Any

import jinja2
from litestar import MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, SkipValidation
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from clearbell.calls import Action, Answer
from clearbell.policy.explanation import explain
from clearbell.web.gate import Gate
from clearbell.web.texts import TEXTS


@functools.cache
def pages() -> jinja2.Environment:
    """The templates, escaped, and strict about names that do not exist; compiled once, as they never change."""
    templates = importlib.resources.files("clearbell.web") / "templates"
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (templates / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def choose_language(request: Request[Any, Any, State]) -> str:
    """``?lang=``, else what the browser prefers, else English."""
    asked = request.query_params.get("lang", "")
    if asked in TEXTS:
        return str(asked)
    for part in request.headers.get("accept-language", "").split(","):
        code = part.split(";")[0].strip().lower()[:2]
        if code in TEXTS:
            return code
    return "en"


def html_page(body: str, nonce: str, status: int = 200) -> Response[str]:
    """A page under a strict content policy; only what has the ``nonce`` runs."""
    return Response(
        body,
        status_code=status,
        media_type=MediaType.HTML,
        headers={
            "Content-Security-Policy": (
                f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
                "connect-src 'self'; media-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
            ),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


def public_page(
    template: str, language: str, status: int = 200, *, words: Mapping[str, Mapping[str, str]], **fields: Any
) -> Response[str]:
    """A page that anybody may see, from its template; ``words`` are those of its form, by language."""
    nonce = secrets.token_urlsafe(16)
    body = pages().get_template(template).render(
        t=TEXTS[language], p=words[language], lang=language, nonce=nonce, **fields
    )  # fmt: skip
    return html_page(body, nonce, status)


@get("/blocked/{decision_id:str}", sync_to_thread=True, include_in_schema=False)
def blocked(
    decision_id: FromPath[str], gate: NamedDependency[SkipValidation[Gate]], request: Request[Any, Any, State]
) -> Response[str]:
    """Where the 603+ answer sends a blocked caller: why, in words, and the decision to name in an appeal.

    It shows neither number: whoever holds the id may not be the caller.
    """
    language = choose_language(request)
    nonce = secrets.token_urlsafe(16)
    found = gate.find(decision_id)
    explanation = None
    if found is not None and found.answer is Answer.NETWORK_BLOCKED:
        explanation = explain(found, gate.pack, "zh" if language == "zh" else "en")
    page = pages().get_template("blocked.html")
    response = html_page(
        page.render(t=TEXTS[language], lang=language, nonce=nonce, id=decision_id, explanation=explanation), nonce
    )
    response.status_code = 200 if explanation else 404
    return response


@get("/healthz", sync_to_thread=False, include_in_schema=False)
def healthz(gate: NamedDependency[SkipValidation[Gate]]) -> Response[dict[str, Any]]:
    """Alive and answering; 503 when the views are stale. A damaged journal, or chores that are not done, take no node out:
    it judges all the same.
    """
    told = {
        "ok": not gate.stale,
        "ledger": gate.views_seq,
        "journal_damaged": len(gate.journal_damage),
        "chores": gate.chores_well,
    }
    return Response(told, status_code=503 if gate.stale else 200)


class _Collector:
    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def collect(self) -> list[Metric]:
        counts = self._gate.counts
        calls = CounterMetricFamily("clearbell_calls", "Calls screened, by action.", labels=["action"])
        for action in Action:
            calls.add_metric([action.value], counts.by_action.get(action.value, 0))
        reasons = CounterMetricFamily("clearbell_reasons", "What decided, other than a plain pass.", labels=["reason"])
        for reason, count in counts.by_reason.items():
            reasons.add_metric([reason], count)
        door = CounterMetricFamily("clearbell_sip", "What the SIP door saw and said.", labels=["what"])
        for what, count in self._gate.door_counts().items():
            door.add_metric([what], count)
        return [
            calls,
            reasons,
            door,
            CounterMetricFamily("clearbell_call_ends", "Call ends learned.", value=counts.ends),
            CounterMetricFamily("clearbell_fail_open", "Calls let through unjudged.", value=counts.fail_open),
            GaugeMetricFamily("clearbell_views_seq", "Ledger entry the views follow to.", value=self._gate.views_seq),
            GaugeMetricFamily("clearbell_views_stale", "1 while the ledger is away.", value=int(self._gate.stale)),
            GaugeMetricFamily(
                "clearbell_journal_damaged",
                "Segments of the journal that cannot be read to their end.",
                value=len(self._gate.journal_damage),
            ),
            GaugeMetricFamily(
                "clearbell_chores_down",
                "1 while reports, labels and cases wait because the process that does them ended.",
                value=int(not self._gate.chores_well),
            ),
        ]


@get("/metrics", sync_to_thread=False, include_in_schema=False, media_type=MediaType.TEXT)
def metrics(gate: NamedDependency[SkipValidation[Gate]]) -> Response[bytes]:
    """Prometheus metrics, without phone numbers."""
    registry = CollectorRegistry()
    registry.register(_Collector(gate))
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")


def console_handlers() -> list[HTTPRouteHandler]:
    """The handlers of the pages."""
    return [blocked, healthz, metrics]
