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


class NotRefusedError(ConsentError):
    """There is no such refusal to take back."""

    def __init__(self) -> None:
        super().__init__("没有这条拒绝可撤销", "there is no such refusal to take back", "holder")


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


class BadFrequencyError(ConsentError):
    """A consent to a number of calls a day that cannot be watched."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"每日次数应为 0(按规则包)至 {most}",
            f"calls a day should be 0 (as the pack allows) to {most}",
            "per_day",
        )


class AskedBeforeError(ConsentError):
    """The subscriber was asked before and did not agree (regime 5.6)."""

    def __init__(self, holder: str, purpose: str) -> None:
        super().__init__(
            f"{holder} 已就「{purpose}」征求过该用户同意;未回复或拒绝即视为不同意,不得再次征求",
            f"{holder} asked this subscriber about {purpose} before; no reply or a refusal means no, and asking again "
            "is not allowed",
            "callee",
        )


class RefusedBeforeError(ConsentError):
    """The subscriber refused the holder and must not be asked (regime 1.7, 5.6)."""

    def __init__(self, holder: str) -> None:
        super().__init__(
            f"该用户已明确拒绝 {holder},不得再征求同意",
            f"the subscriber refused {holder} and must not be asked",
            "callee",
        )


class UnknownReceiptError(ConsentError):
    """No receipt has that code."""

    def __init__(self) -> None:
        super().__init__(
            "没有这样的凭证编号;请核对后重试",
            "no receipt has this code; check it and try again",
            "code",
        )


class NoConsentError(ConsentError):
    """There is no consent of which a receipt could be given."""

    def __init__(self, holder: str, purpose: str) -> None:
        super().__init__(
            f"该用户没有给 {holder} 就「{purpose}」的有效同意,无法出具凭证",
            f"the subscriber has no consent to {holder} for {purpose} in force, so there is none to give a receipt of",
            "callee",
        )


class NeverAskedError(ConsentError):
    """A reply to a question that was not put."""

    def __init__(self, holder: str) -> None:
        super().__init__(
            f"{holder} 没有向该用户征求过同意的记录,此回复不能作为同意",
            f"there is no record that {holder} asked this subscriber, so this reply is no consent",
            "callee",
        )


class BadHoursError(ConsentError):
    """Hours that are none: no category, no time of day, or an end that is the beginning."""

    def __init__(self, line: str) -> None:
        super().__init__(
            f"时段「{line[:80]}」应写作:类别 22:00-07:00 mon-fri(类别 * 为所有类别;星期可省略)",
            f"the hours `{line[:80]}` should be: CATEGORY 22:00-07:00 mon-fri (`*`: every category; days may be left out)",
            "hours",
        )


class TooManyHoursError(ConsentError):
    """More lines of hours than a subscriber may have."""

    def __init__(self, most: int) -> None:
        super().__init__(f"时段最多 {most} 条", f"there may be {most} lines of hours at most", "hours")


class BadZoneError(ConsentError):
    """No such time zone."""

    def __init__(self, zone: str) -> None:
        super().__init__(
            f"没有时区「{zone[:60]}」;请写作 Asia/Shanghai 这样的名称",
            f"there is no time zone `{zone[:60]}`; give a name such as Asia/Shanghai",
            "zone",
        )
