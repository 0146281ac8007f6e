"""Why an act on a name card is refused. Each says in Chinese and English what was wrong and what to do."""

from __future__ import annotations

from clearbell.labels.cards.model import Hidden, Paper
from clearbell.numbering import mask


class CardError(Exception):
    """An act on a name card was refused, and changed nothing. 名片操作被拒绝,未作任何更改。"""

    def __init__(self, zh: str, en: str, column: str) -> None:
        self.zh = zh
        self.en = en
        self.column = column
        super().__init__(en)


class UnknownCardError(CardError):
    """There is no such card."""

    def __init__(self, card: str) -> None:
        super().__init__(f"没有名片 {card}", f"there is no name card {card}", "card")


class CardOfAnotherError(CardError):
    """The id is another holder's."""

    def __init__(self, card: str) -> None:
        super().__init__(f"名片编号 {card} 已属于另一主体", f"the card id {card} belongs to another holder", "card")


class CardOpenError(CardError):
    """An earlier version waits."""

    def __init__(self, card: str, revision: int) -> None:
        super().__init__(
            f"名片 {card} 第 {revision} 版尚未办结;请先办结或撤回",
            f"version {revision} of the card {card} is still open; finish or withdraw it first",
            "card",
        )


class NotVerifiedError(CardError):
    """The holder may not have a card."""

    def __init__(self, why_zh: str, why_en: str, column: str = "holder") -> None:
        super().__init__(f"主体未通过核验:{why_zh}", f"the holder is not verified: {why_en}", column)


class NotShowableError(CardError):
    """Something stands against showing it."""

    def __init__(self, hidden: Hidden) -> None:
        words = {
            Hidden.EXPIRED: ("名片已到期", "the card expired"),
            Hidden.CONTRACT_ENDED: ("合同已解除", "the holder's contract ended"),
            Hidden.BLACKLISTED: ("主体在黑名单上", "the holder is blacklisted"),
            Hidden.SANCTIONED: ("主体正受处置", "the holder is restricted"),
        }
        zh, en = words.get(hidden, ("号码已不属于该主体", "no number is the holder's any more"))
        super().__init__(f"不能展示:{zh}", f"it cannot be shown: {en}", "holder")


class NotItsNumberError(CardError):
    """The number is not registered for the holder."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"号码 {mask(number)} 未登记在该主体名下", f"{mask(number)} is not registered for the holder", "numbers"
        )


class NumberTakenError(CardError):
    """Another card of the holder is in force on the number."""

    def __init__(self, number: int, card: str) -> None:
        super().__init__(
            f"号码 {mask(number)} 已有名片 {card};请先终止该名片",
            f"{mask(number)} has the card {card} already; end that one first",
            "numbers",
        )


class NoNumbersError(CardError):
    """A card is for numbers."""

    def __init__(self) -> None:
        super().__init__("至少要有一个号码", "give at least one number", "numbers")


class BadTextError(CardError):
    """A text cannot be shown."""


class ImpersonationError(CardError):
    """A text names a body that the holder is not."""

    def __init__(self, column: str, word: str) -> None:
        super().__init__(
            f"「{word}」只有名称含此类字样的公共机构才能展示",
            f"`{word}` may be shown only by a public body whose own name says so",
            column,
        )


class NotAskedForError(CardError):
    """No such document belongs to a card."""

    def __init__(self, kind: str) -> None:
        known = ", ".join(paper.kind for paper in Paper)
        super().__init__(
            f"名片不需要材料「{kind}」;可交:{known}",
            f"a card asks for no document `{kind}`; it asks for: {known}",
            "kind",
        )


class PapersMissingError(CardError):
    """Documents are missing (regime 6.12)."""

    def __init__(self, missing: list[Paper]) -> None:
        super().__init__(
            "缺少材料:" + "、".join(f"{paper.zh}({paper.kind})" for paper in missing),
            "documents are missing: " + ", ".join(f"{paper.en} (`{paper.kind}`)" for paper in missing),
            "documents",
        )


class OtherEyesError(CardError):
    """Who filed or reviewed may not decide as well."""

    def __init__(self, who: str) -> None:
        super().__init__(
            f"{who} 已经手此名片;此步须由另外的人办理",
            f"{who} has had a hand in this card; another person must take this step",
            "officer",
        )


class CardReasonError(CardError):
    """The step needs a reason."""

    def __init__(self) -> None:
        super().__init__("须写明理由", "give a reason", "reason")
