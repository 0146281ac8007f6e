"""Why the registry refuses a change, in both languages."""

from __future__ import annotations

from clearbell.numbering import mask


class RegistryError(Exception):
    """The registry refuses the change. 登记被拒绝。"""

    def __init__(self, zh: str, en: str, column: str = "") -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.column = column
        """Field at fault, as bulk files name it."""


class UnknownError(RegistryError):
    """Something that is named is not registered."""

    def __init__(self, what_zh: str, what_en: str, name: str, column: str) -> None:
        super().__init__(
            f"没有登记{what_zh} {name},请先登记", f"{what_en} {name} is not registered; register it first", column
        )


class OverlapError(RegistryError):
    """The numbers belong to someone else already."""

    def __init__(self, resource: str, other: str, other_holder: str) -> None:
        super().__init__(
            f"资源 {resource} 与 {other_holder} 的资源 {other} 重叠;请先注销该资源",
            f"resource {resource} overlaps {other} of {other_holder}; release that one first",
            "first",
        )


class OrganisationsOnlyError(RegistryError):
    """This class of number is for organisations (regime 2.1)."""

    def __init__(self, number_class: str) -> None:
        super().__init__(
            f"{number_class} 类号码的使用主体须为单位,不得为个人(2016 年实名登记意见)",
            f"numbers of class {number_class} are for organisations, not persons (real-name opinion of 2016)",
            "holder",
        )


class UserNumberForOutboundError(RegistryError):
    """User numbers may not be assigned for commercial outbound calls (regime 1.23)."""

    def __init__(self) -> None:
        super().__init__(
            "不得为经营性呼叫中心外呼核配用户号码(2018 年工作方案)",
            "user numbers may not be assigned for commercial outbound calls (work plan of 2018)",
            "purpose",
        )


class StillAgeingRangeError(RegistryError):
    """A number of the range was disconnected too short a time ago."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"号码 {mask(number)} 停用后冷冻期未满,不得重新分配",
            f"{mask(number)} was disconnected and is still ageing; it may not be assigned yet",
            "first",
        )


class BadRangeError(RegistryError):
    """First and last number do not make a range."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__(
            f"号段 {first} 至 {last} 有误:首末位数须相同,且首号不大于末号",
            f"{first} to {last} is no range: both need as many digits, the first not above the last",
            "last",
        )
