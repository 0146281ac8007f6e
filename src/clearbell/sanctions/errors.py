"""Why an order, a sanction or a restriction is refused. Each says in Chinese and English what was wrong."""

from __future__ import annotations

import datetime


class SanctionError(Exception):
    """The order, sanction or restriction is refused. 处置被拒绝。"""

    def __init__(self, zh: str, en: str, column: str = "") -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.column = column
        """Field at fault, as bulk files name it."""


class UnknownSanctionError(SanctionError):
    """There is no such sanction. 没有该处置。"""

    def __init__(self, name: str) -> None:
        super().__init__(f"没有处置 {name}", f"there is no sanction {name}", "sanction")


class PastStartError(SanctionError):
    """It would begin in the past. 生效时间已过。"""

    def __init__(self, start: int) -> None:
        super().__init__(
            f"生效时间 {_moment(start)} 不得早于现在", f"it cannot begin in the past: {_moment(start)} is over", "start"
        )


class BackdatedEndError(SanctionError):
    """It would end before it begins. 截止时间早于生效时间。"""

    def __init__(self, until: int, before: int) -> None:
        super().__init__(
            f"截止时间 {_moment(until)} 须晚于生效时间 {_moment(before)}",
            f"it would end before it begins: {_moment(until)} is not after {_moment(before)}",
            "until",
        )


class NotYetError(SanctionError):
    """Its beginning has not come. 尚未到生效时间。"""

    def __init__(self, name: str, start: int) -> None:
        super().__init__(
            f"处置 {name} 尚未到生效时间 {_moment(start)}",
            f"the sanction {name} cannot bite yet: its beginning, {_moment(start)}, has not come",
            "start",
        )


class TimeOverError(SanctionError):
    """All its time is over. 处置期限已过。"""

    def __init__(self, name: str, until: int) -> None:
        super().__init__(
            f"处置 {name} 期限 {_moment(until)} 已过,不能再生效",
            f"the sanction {name} cannot bite any more: its time was over at {_moment(until)}",
            "until",
        )


def _moment(at: int) -> str:
    """A time (µs UTC) as ISO 8601 in UTC, for whoever reads a refusal."""
    return datetime.datetime.fromtimestamp(at / 1e6, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
