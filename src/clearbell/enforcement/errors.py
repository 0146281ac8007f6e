"""Why something about enforcement is refused. Each says in Chinese and English what was wrong and what to do."""

from __future__ import annotations


class EnforcementError(Exception):
    """It is refused. 不予受理。"""

    def __init__(self, zh: str, en: str, column: str = "") -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.column = column
        """Field at fault."""


class UnknownEnforcementError(EnforcementError):
    """There is no such thing. 没有该项。"""


class NotSignedError(EnforcementError):
    """An acknowledgement is not signed by the target that it names. 确认未由该执行方签名。"""


class UnreachableError(Exception):
    """A target cannot be told now; it is tried again. 暂时无法通知执行方。"""
