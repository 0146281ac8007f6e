"""What open figures leave out."""

from __future__ import annotations

from typing import Annotated

import msgspec

from clearbell.policy.status import Status


class FigureRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What open figures leave out, so that nobody is recognised in them."""

    least: Annotated[int, msgspec.Meta(ge=1)]
    """Counts above none and below this are not published."""
    source: str
    status: Status
