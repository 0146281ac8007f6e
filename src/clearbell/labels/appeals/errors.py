"""Why an act on an appeal is refused. Each says in Chinese and English what was wrong and what to do."""

from __future__ import annotations


class AppealError(Exception):
    """An act on an appeal was refused, and changed nothing. 申诉操作被拒绝,未作任何更改。"""

    def __init__(self, zh: str, en: str, column: str) -> None:
        self.zh = zh
        self.en = en
        self.column = column
        super().__init__(en)


class NoLabelError(AppealError):
    """There is nothing to appeal against. 没有可申诉的标注。"""

    def __init__(self) -> None:
        super().__init__(
            "该号码没有标注,无需申诉", "the number has no label; there is nothing to appeal against", "number"
        )


class AppealOpenError(AppealError):
    """An appeal about the number is open. 该号码已有未决申诉。"""

    def __init__(self, appeal: str) -> None:
        super().__init__(
            f"该号码已有未决申诉 {appeal};请等待其结果",
            f"the appeal {appeal} about the number is still open; wait for its answer",
            "number",
        )


class NoSinceError(AppealError):
    """A recycled number needs the day since which it is the appellant's. 二次放号申诉须写明启用日期。"""

    def __init__(self) -> None:
        super().__init__(
            "以二次放号为由须写明本人启用号码的日期,且不晚于今天",
            "for a recycled number say since when it is yours, a day not after today",
            "since",
        )


class UnknownAppealError(AppealError):
    """There is no such appeal. 没有该申诉。"""

    def __init__(self, appeal: str) -> None:
        super().__init__(f"没有编号为 {appeal} 的申诉", f"there is no appeal {appeal}", "appeal")


class OwnAppealError(AppealError):
    """Whoever took the appeal in may not decide it. 受理人不得自行决定。"""

    def __init__(self) -> None:
        super().__init__(
            "提交申诉的人不得自行决定,须由他人决定",
            "who filed the appeal may not decide it; someone else must",
            "officer",
        )


class NoReasonError(AppealError):
    """A decision needs a reason. 决定须写明理由。"""

    def __init__(self) -> None:
        super().__init__("须写明理由", "give a reason", "reason")
