"""All handlers of the enterprise door."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from clearbell.web.firm.applications import applications_handlers
from clearbell.web.firm.cards import cards_handlers
from clearbell.web.firm.consents import consents_handlers
from clearbell.web.firm.contracts import contracts_handlers
from clearbell.web.firm.overview import overview_handlers
from clearbell.web.firm.sanctions import sanctions_handlers
from clearbell.web.firm.scrub import scrub_handlers


def firm_handlers() -> list[HTTPRouteHandler]:
    """The handlers of the enterprise door."""
    return [
        *overview_handlers(),
        *applications_handlers(),
        *contracts_handlers(),
        *consents_handlers(),
        *scrub_handlers(),
        *sanctions_handlers(),
        *cards_handlers(),
    ]
