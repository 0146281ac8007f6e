"""Why an order, a sanction or a restriction is refused. Each says in Chinese and English what was wrong."""

from __future__ import annotations


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
