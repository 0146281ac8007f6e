"""All handlers of the subscriber's door."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from clearbell.web.subscriber.calls import calls_handlers
from clearbell.web.subscriber.entering import entering_handlers
from clearbell.web.subscriber.mine import mine_handlers
from clearbell.web.subscriber.will import will_handlers
from clearbell.web.subscriber.wishes import wishes_handlers


def subscriber_handlers() -> list[HTTPRouteHandler]:
    """The handlers of the subscriber's door."""
    return [*entering_handlers(), *calls_handlers(), *will_handlers(), *wishes_handlers(), *mine_handlers()]
