"""Why a disconnect or reassignment is refused, in both languages."""

from __future__ import annotations

import datetime

from clearbell.numbering import mask
from clearbell.registry.errors import RegistryError


class FutureDayError(RegistryError):
    """The day has not come."""

    def __init__(self, day: datetime.date, today: datetime.date, column: str = "date") -> None:
        super().__init__(f"日期 {day} 晚于今天({today})", f"{day} is after today ({today})", column)


class StillAgeingError(RegistryError):
    """The number was disconnected too short a time ago."""

    def __init__(self, number: int, until: datetime.date) -> None:
        super().__init__(
            f"号码 {mask(number)} 冷冻期未满,{until} 起方可重新启用",
            f"{mask(number)} is still ageing; it may be used again from {until}",
            "number",
        )


class NotDisconnectedError(RegistryError):
    """Only a disconnected number is reassigned."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"号码 {mask(number)} 没有未结的停用记录;请先登记停用日期",
            f"{mask(number)} has no disconnect that waits for a next user; record its disconnect first",
            "number",
        )


class OlderDisconnectError(RegistryError):
    """The number had its next user already by that day, or an earlier disconnect waits for its next user."""

    def __init__(self, number: int, day: str) -> None:
        super().__init__(
            f"号码 {mask(number)} 已有 {day} 的停用或启用记录,早于它的日期不能再登记",
            f"{mask(number)} has a disconnect or a use on {day}; an earlier day cannot be recorded any more",
            "date",
        )
