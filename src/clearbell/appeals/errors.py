"""Why an act on an appeal is refused. Each says in Chinese and English what was wrong and what to do."""

from __future__ import annotations


class AppealError(Exception):
    """An act on an appeal was refused, and changed nothing. 申诉操作被拒绝,未作任何更改。"""

    def __init__(self, zh: str, en: str, column: str) -> None:
        self.zh = zh
        self.en = en
        self.column = column
        super().__init__(en)


class NothingToAppealError(AppealError):
    """There is nothing of that id to appeal against. 没有可申诉的内容。"""

    def __init__(self) -> None:
        super().__init__(
            "没有该编号的判定、标注、处置、黑名单条目或案件结论可供申诉;请核对编号",
            "there is no decision, label, sanction, blacklist entry or verdict of that id to appeal against; check the id",
            "id",
        )


class NotYoursError(AppealError):
    """Nothing of that id concerns the number that was proven. 该编号与已核实的号码无关。"""

    def __init__(self) -> None:
        # The same words whether there is such a thing or not: whose it is, is not told.
        super().__init__(
            "没有与您的号码有关的该编号;请核对编号,或改用登记的联系号码",
            "nothing of that id concerns your number; check the id, or use the contact number on record",
            "id",
        )


class OwnWillError(AppealError):
    """The called person does not want the call. 被叫本人拒接。"""

    def __init__(self) -> None:
        super().__init__(
            "该呼叫是被叫本人拒接的,不能申诉",
            "the call was refused by the called person's own will; there is no appeal against that",
            "id",
        )


class LetThroughError(AppealError):
    """The call went through. 该呼叫已放行。"""

    def __init__(self) -> None:
        super().__init__(
            "该呼叫已接续且未作标注,无需申诉",
            "the call went through without a label; there is nothing to appeal against",
            "id",
        )


class AppealOpenError(AppealError):
    """An appeal against the same is open. 已有未决申诉。"""

    def __init__(self, appeal: str = "") -> None:
        # Without its id where that would be somebody else's receipt.
        named_zh, named_en = (f"申诉 {appeal}", f"the appeal {appeal}") if appeal else ("申诉", "an appeal")
        super().__init__(
            f"对同一内容已有未决{named_zh};请等待其结果",
            f"{named_en} against the same is still open; wait for its answer",
            "id",
        )


class NoSinceError(AppealError):
    """A recycled number needs the day since which it is the appellant's. 二次放号申诉须写明启用日期。"""

    def __init__(self) -> None:
        super().__init__(
            "以二次放号为由须写明本人启用号码的日期,且不晚于今天",
            "for a recycled number say since when it is yours, a day not after today",
            "since",
        )


class GroundError(AppealError):
    """The ground does not fit what it is against. 理由与申诉对象不符。"""

    def __init__(self) -> None:
        super().__init__(
            "「二次放号」须针对某一号码,「标注名不符」须针对标注",
            "`recycled` is about a number, `wrong-name` about a label",
            "ground",
        )


class NoStatementError(AppealError):
    """An appeal says why. 申诉须写明理由。"""

    def __init__(self) -> None:
        super().__init__("请写明申诉理由", "say why you appeal", "statement")


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


class OwnDecisionError(AppealError):
    """Whoever decided what is appealed against may not decide the appeal. 原决定人不得决定申诉。"""

    def __init__(self, who: str, zh: str, en: str) -> None:
        super().__init__(
            f"{who} {zh},不得决定对其的申诉;须由他人决定",
            f"{who} {en} and may not decide the appeal against it; someone else must",
            "officer",
        )


class MayNotDecideError(AppealError):
    """The account's role does not decide appeals. 该账号的角色不能决定申诉。"""

    def __init__(self, who: str, role: str) -> None:
        super().__init__(
            f"账号 {who} 的角色({role})无权决定申诉",
            f"the account {who} is {role}, which may not decide appeals",
            "officer",
        )


class NoReasonError(AppealError):
    """A decision needs a reason. 决定须写明理由。"""

    def __init__(self) -> None:
        super().__init__("须写明理由", "give a reason", "reason")


class NoWordsError(AppealError):
    """It must be said which papers are needed. 须写明所需材料。"""

    def __init__(self) -> None:
        super().__init__("须写明需要哪些材料", "say which papers are needed", "words")


class NoPapersError(AppealError):
    """No paper was handed in. 没有材料。"""

    def __init__(self) -> None:
        super().__init__("请至少提交一份材料", "hand in at least one paper", "papers")


class TooManyPapersError(AppealError):
    """There are too many papers. 材料过多。"""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"一件申诉至多 {most} 份材料;请合并为一个 PDF",
            f"an appeal has {most} papers at most; put them into one PDF",
            "papers",
        )


class CaseAppealedError(AppealError):
    """The case is appealed against by an appeal of its own. 该案件已有申诉。"""

    def __init__(self, appeal: str) -> None:
        super().__init__(
            f"该案件的申诉 {appeal} 未决;请在该申诉中决定",
            f"the appeal {appeal} about the case is open; decide it there",
            "case",
        )
