"""Why an act on an order is refused. Each says in Chinese and English what was wrong and what to do."""

from __future__ import annotations


class OrderError(Exception):
    """An act on an order was refused, and changed nothing. 指令操作被拒绝,未作任何更改。"""

    def __init__(self, zh: str, en: str, column: str = "") -> None:
        self.zh = zh
        self.en = en
        self.column = column
        super().__init__(en)


class UnknownOrderError(OrderError):
    """There is no such order, or no such must-do. 没有该指令或事项。"""

    def __init__(self, name: str) -> None:
        super().__init__(f"没有指令或事项 {name}", f"there is no order or must-do {name}", "order")


class OrderTakenError(OrderError):
    """The order is on file. 指令已登记。"""

    def __init__(self, order: str) -> None:
        super().__init__(f"该指令已登记为 {order}", f"it is on file as {order} already", "order")


class WordsNeededError(OrderError):
    """The reason is missing. 缺少理由。"""

    def __init__(self) -> None:
        super().__init__("请写明理由", "say why in words", "words")


class SameOfficerError(OrderError):
    """A second officer must take this step. 须由另一名工作人员复核。"""

    def __init__(self, who: str) -> None:
        super().__init__(
            f"{who} 办理过该指令;须由另一名工作人员复核",
            f"{who} worked on this order; a second officer must confirm it",
            "officer",
        )


class OutcomeError(OrderError):
    """The order cannot end so. 指令不能如此办结。"""


class NotInWorkError(OrderError):
    """Its must-dos are dealt with only while the order is in work. 指令不在办理中。"""

    def __init__(self, state_zh: str, state_en: str) -> None:
        super().__init__(
            f"指令的状态为「{state_zh}」;须先签收,且复核中或办结后不能再办理事项",
            f"the order is {state_en}; acknowledge it first; once an outcome is proposed its must-dos rest",
            "order",
        )


class UnprovenError(OrderError):
    """The proof does not hold. 证明不成立。"""

    def __init__(self, must_do: str, zh: str, en: str) -> None:
        super().__init__(f"事项 {must_do} 未得到证明:{zh}", f"must-do {must_do} is not proven: {en}", "proof")
