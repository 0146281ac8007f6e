"""Why a hand-over is refused. Each says in Chinese and English what was wrong and what to do."""

from __future__ import annotations

from clearbell.cases.errors import CaseError


class UnknownHandOverError(CaseError):
    """There is no such hand-over. 没有该移交。"""

    def __init__(self, name: str) -> None:
        super().__init__(f"没有编号为 {name} 的移交", f"there is no hand-over {name}", "hand_over")


class NotForHandOverError(CaseError):
    """Nothing was confirmed, and no authority asked. 未认定,也无指令。"""

    def __init__(self, case: str) -> None:
        super().__init__(
            f"案件 {case} 既未认定违规,也无监管指令要求;不得移交",
            f"case {case} is neither confirmed nor asked for by an order; it is not handed over",
            "case",
        )


class RecipientError(CaseError):
    """It was not said to whom. 未写明移交对象。"""

    def __init__(self) -> None:
        super().__init__("须写明移交给哪个机关", "say to which authority it is handed over", "to")


class SameHandsError(CaseError):
    """A second officer must hand it over. 须由另一名工作人员移交。"""

    def __init__(self, who: str) -> None:
        super().__init__(
            f"{who} 已提出该移交;须由另一名工作人员复核后移交",
            f"{who} proposed this hand-over; a second officer must confirm it",
            "officer",
        )
