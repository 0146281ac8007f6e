"""All handlers of the desk, and the page that says what is not allowed."""

from __future__ import annotations

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from clearbell.web.doors import NotAllowedError
from clearbell.web.officers.account import account_handlers
from clearbell.web.officers.accounts import accounts_handlers
from clearbell.web.officers.alarms_page import alarms_handlers
from clearbell.web.officers.appeals_page import appeals_handlers
from clearbell.web.officers.applications_page import applications_handlers as desk_applications_handlers
from clearbell.web.officers.case_page import case_handlers
from clearbell.web.officers.case_sound import sound_handlers
from clearbell.web.officers.deadlines_page import deadlines_handlers
from clearbell.web.officers.demo_page import demo_handlers
from clearbell.web.officers.first_run import first_run_handlers
from clearbell.web.officers.health_page import health_handlers
from clearbell.web.officers.ledger_page import ledger_handlers
from clearbell.web.officers.mass_list import mass_list_handlers
from clearbell.web.officers.mass_page import mass_page_handlers
from clearbell.web.officers.orders_page import orders_handlers
from clearbell.web.officers.page import Asked, in_words, language_of, show
from clearbell.web.officers.policy_page import policy_handlers
from clearbell.web.officers.provider_figures import provider_figures_handlers
from clearbell.web.officers.providers_page import providers_handlers
from clearbell.web.officers.queue import queue_handlers
from clearbell.web.officers.replays_page import replays_handlers
from clearbell.web.officers.reports_page import reports_handlers
from clearbell.web.officers.restrictions_page import restrictions_handlers
from clearbell.web.officers.sanctions_page import sanctions_handlers
from clearbell.web.officers.signing import signing_handlers
from clearbell.web.officers.signing_elsewhere import elsewhere_handlers
from clearbell.web.tenancy import NotYoursError


def officers_handlers() -> list[HTTPRouteHandler]:
    """The handlers of the desk."""
    return [
        *signing_handlers(),
        *elsewhere_handlers(),
        *first_run_handlers(),
        *demo_handlers(),
        *account_handlers(),
        *accounts_handlers(),
        *queue_handlers(),
        *case_handlers(),
        *reports_handlers(),
        *sanctions_handlers(),
        *restrictions_handlers(),
        *deadlines_handlers(),
        *health_handlers(),
        *providers_handlers(),
        *provider_figures_handlers(),
        *alarms_handlers(),
        *sound_handlers(),
        *policy_handlers(),
        *replays_handlers(),
        *appeals_handlers(),
        *mass_list_handlers(),
        *mass_page_handlers(),
        *orders_handlers(),
        *desk_applications_handlers(),
        *ledger_handlers(),
    ]


def refused_page(request: Asked, error: NotAllowedError | NotYoursError, status: int = 403) -> Response[str]:
    """What is not allowed, or not there, and the way back."""
    return show(request, "refused.html", status, fault=in_words(error, language_of(request)))
