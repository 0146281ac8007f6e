"""Why a test call is refused, in both languages."""

from __future__ import annotations

import datetime

from clearbell.numbering import NumberClass
from clearbell.policy.model import Window


class VerificationError(Exception):
    """The act was refused, and changed nothing. 操作被拒绝,未作任何更改。"""

    def __init__(self, zh: str, en: str, column: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.column = column


class NeverCalledError(VerificationError):
    """Numbers of this class are never called. 此类号码不得拨测。"""

    def __init__(self, number: int, number_class: NumberClass) -> None:
        super().__init__(
            f"{number} 属于 {number_class.value},此类号码不得拨测",
            f"{number} is of the class {number_class.value}, which is never test-called",
            "number",
        )
        self.number_class = number_class


class OwnLineError(VerificationError):
    """The number is the line's own. 该号码就是拨测线路自己的号码。"""

    def __init__(self, number: int) -> None:
        super().__init__(f"{number} 是拨测线路自己的号码", f"{number} is the number of the line itself", "number")


class OtherNumberError(VerificationError):
    """The case is about another number. 案件所涉的是另一号码。"""

    def __init__(self, case: str, number: str) -> None:
        super().__init__(
            f"案件 {case} 所涉号码为 {number},不是所拨号码;请改用其案件编号",
            f"the case {case} is about {number} and not about the number called; give the case of that number",
            "case",
        )


class NumberBudgetError(VerificationError):
    """The number was test-called often enough. 该号码拨测次数已满。"""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"该号码 24 小时内已拨测 {most} 次,达到上限",
            f"{most} test calls were made to this number within 24 hours, the most there may be",
            "number",
        )


class PoolBudgetError(VerificationError):
    """The pool made its share of test calls. 线路池拨测次数已满。"""

    def __init__(self, pool: str, most: int) -> None:
        super().__init__(
            f"线路池 {pool} 24 小时内已拨测 {most} 次,达到上限",
            f"the pool {pool} made {most} test calls within 24 hours, the most there may be",
            "line",
        )


class PoolBusyError(VerificationError):
    """As many test calls as may be are being made. 同时拨测数已满。"""

    def __init__(self, pool: str, most: int) -> None:
        super().__init__(
            f"线路池 {pool} 正有 {most} 个拨测,达到同时上限;请稍后再试",
            f"the pool {pool} is making {most} test calls, the most there may be at a time; try again later",
            "line",
        )


class TooSoonError(VerificationError):
    """The number was test-called a moment ago. 刚刚拨测过该号码。"""

    def __init__(self, minutes: int) -> None:
        super().__init__(
            f"不久前刚拨测过该号码,约 {minutes} 分钟后方可再拨",
            f"this number was test-called a while ago; it may be called again in about {minutes} minutes",
            "number",
        )


class OutsideHoursError(VerificationError):
    """It is not the time of day for test calls. 不在拨测时段。"""

    def __init__(self, window: Window, at: int, utc_offset_minutes: int) -> None:
        zone = datetime.timezone(datetime.timedelta(minutes=utc_offset_minutes))
        local = datetime.datetime.fromtimestamp(at / 1e6, zone).strftime("%H:%M")
        super().__init__(
            f"拨测时段为 {window},现在是 {local}",
            f"test calls are made between {window}, and it is {local}",
            "due",
        )


class UnknownCallError(VerificationError):
    """There is no such test call. 没有该拨测。"""

    def __init__(self, call: str) -> None:
        super().__init__(f"没有编号为 {call} 的拨测", f"there is no test call {call}", "call")


class ReceivedError(VerificationError):
    """The call to a line is recorded already. 该来电已有记录。"""

    def __init__(self, received: str) -> None:
        super().__init__(f"来电 {received} 已有记录", f"the call {received} to a line is recorded already", "received")


class LineHeldError(VerificationError):
    """Another process answers the line. 该线路正由另一进程接听。"""

    def __init__(self, line: str, owner: str) -> None:
        super().__init__(
            f"线路 {line} 正由 {owner} 接听,拨测也由它拨出;请加 --later 排定,或先停止它",
            f"the line {line} is answered by {owner}, which also makes its test calls: plan the call with --later, "
            "or stop that first",
            "line",
        )
