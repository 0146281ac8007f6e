"""Why a step of a mass notice is refused."""

from __future__ import annotations

from clearbell.notices.errors import NoticeError


class UnknownMassError(NoticeError):
    """There is no such mass notice. 没有该群发公告。"""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"没有编号为 M{number} 的群发公告;用 clearbell notices mass list 查看",
            f"there is no mass notice M{number}; see `clearbell notices mass list`",
            "mass",
        )


class SameHandError(NoticeError):
    """Who drafted or submitted it cannot approve it. 起草或提交者不得审批。"""

    def __init__(self, who: str) -> None:
        super().__init__(
            f"{who} 已起草、修改或提交本公告;须由另一人审批",
            f"{who} drafted, changed or submitted this notice; another person must decide on it",
            "officer",
        )


class NoOfficerError(NoticeError):
    """Four eyes need names. 须写明经办人。"""

    def __init__(self) -> None:
        super().__init__("请写明经办人", "say which officer acts", "officer")


class BadMassError(NoticeError):
    """What was drafted cannot be sent. 草稿有误。"""


class EmptyAudienceError(NoticeError):
    """Nobody is left to be told. 没有收件人。"""

    def __init__(self) -> None:
        super().__init__(
            "排除后没有收件人;请检查受众条件(preview)",
            "nobody is left after the exclusions; check the audience with `preview`",
            "audience",
        )


class TakenOverError(NoticeError):
    """Another process works on it. 另一进程正在处理。"""

    def __init__(self, owner: str) -> None:
        super().__init__(
            f"{owner} 正在处理本公告;请等它结束,或在一分钟后重试",
            f"{owner} is working on this notice; wait until it has ended, or try again in a minute",
            "mass",
        )
