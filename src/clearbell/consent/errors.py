"""Why a statement of a subscriber is refused, in both languages."""

from __future__ import annotations


class ConsentError(Exception):
    """The statement cannot be taken. 无法受理。"""

    def __init__(self, zh: str, en: str, column: str = "") -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.column = column
        """Field at fault, as bulk files name it."""


class NothingToWithdrawError(ConsentError):
    """There is no consent in force to withdraw."""

    def __init__(self, holder: str) -> None:
        super().__init__(
            f"没有给 {holder} 的有效同意可撤回",
            f"there is no consent to {holder} in force that could be withdrawn",
            "holder",
        )


class ListFullError(ConsentError):
    """A subscriber's list has its full length (regime 6.6)."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"名单已满 {most} 条,请先删除一些",
            f"the list holds {most} lines and is full; take some off first",
            "number",
        )


class LapsedBeforeGivenError(ConsentError):
    """A consent would end before it begins."""

    def __init__(self) -> None:
        super().__init__("同意的截止时间已经过去", "the consent would end before now", "until")


class NobodyRefusedError(ConsentError):
    """A refusal names neither holder nor number."""

    def __init__(self) -> None:
        super().__init__("请写明拒绝哪个使用主体或号码", "name the holder or the number that is refused", "holder")


class BadRangeError(ConsentError):
    """First and last number do not make a range."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__(
            f"号段 {first} 至 {last} 有误:首末位数须相同,且首号不大于末号",
            f"{first} to {last} is no range: both need as many digits, the first not above the last",
            "last",
        )
