"""Why an act on a case is refused. Each says in Chinese and English what was wrong and what to do."""

from __future__ import annotations


class CaseError(Exception):
    """An act on a case was refused, and changed nothing. 案件操作被拒绝,未作任何更改。"""

    def __init__(self, zh: str, en: str, column: str = "") -> None:
        self.zh = zh
        self.en = en
        self.column = column
        super().__init__(en)


class UnknownCaseError(CaseError):
    """There is no such case. 没有该案件。"""

    def __init__(self, case: str) -> None:
        super().__init__(f"没有编号为 {case} 的案件", f"there is no case {case}", "case")


class WordsNeededError(CaseError):
    """The officer's words are missing. 缺少经办人的说明。"""

    def __init__(self) -> None:
        super().__init__("请写明理由", "say why in words", "words")


class SameOfficerError(CaseError):
    """A second officer must take this step. 须由另一名工作人员办理。"""

    def __init__(self, who: str) -> None:
        super().__init__(
            f"{who} 已提出该结论;须由另一名工作人员复核",
            f"{who} proposed this verdict; a second officer must confirm it",
            "officer",
        )


class NoProofError(CaseError):
    """Reports and detections alone confirm nothing. 仅凭举报或检测不能认定。"""

    def __init__(self, kinds: str) -> None:
        super().__init__(
            f"仅凭举报或检测不能认定违规;请先核实并登记以下任一类证据:{kinds}",
            f"reports and detections alone confirm nothing; verify first and record one of these kinds of evidence: {kinds}",
            "verdict",
        )


class SecondNeededError(CaseError):
    """The pack asks for a second officer. 该结论须经复核。"""

    def __init__(self) -> None:
        super().__init__(
            "该结论须先提出,再由另一名工作人员复核",
            "this verdict is proposed first and then confirmed by a second officer",
            "verdict",
        )


class UnconfirmedError(CaseError):
    """No sanction without a confirmed verdict. 未经认定不得处置。"""

    def __init__(self, case: str, state_zh: str, state_en: str) -> None:
        super().__init__(
            f"案件 {case} 的状态为「{state_zh}」;只有认定违规之后才能处置",
            f"case {case} is {state_en}; nothing is sanctioned without a confirmed verdict",
            "case",
        )


class OwnCaseError(CaseError):
    """Who brought the case may not sanction. 立案人不得实施处置。"""

    def __init__(self, who: str) -> None:
        super().__init__(
            f"{who} 是该案的立案人,不得实施处置;须由他人办理",
            f"{who} brought this case and may not sanction it; someone else must",
            "officer",
        )


class OtherTargetError(CaseError):
    """The sanction would fall on what the case is not about. 处置对象与案件不符。"""

    def __init__(self, case: str) -> None:
        super().__init__(
            f"处置对象不属于案件 {case};只能处置该案及并入案件所涉的号码、使用主体,以及为其接入的中继和接入方",
            f"case {case} is not about that; a sanction falls on the number or holder of the case or of one merged into it, "
            "or on the trunk or access provider that connects it",
            "target",
        )


class MergedCaseError(CaseError):
    """The case goes on as part of another. 案件已并入他案。"""

    def __init__(self, case: str, into: str) -> None:
        super().__init__(
            f"案件 {case} 已并入 {into};请在 {into} 中办理,或先拆分",
            f"case {case} was merged into {into}; act on {into}, or part them first",
            "case",
        )


class MergeError(CaseError):
    """Cases cannot be merged or parted so. 案件不能这样合并或拆分。"""


class AnotherOpenError(CaseError):
    """One open case for each unit. 同一对象已有未结案件。"""

    def __init__(self, case: str) -> None:
        super().__init__(
            f"同一对象已有未结案件 {case};请在其中办理",
            f"the case {case} about the same is open; act on that one",
            "case",
        )


class SnoozeError(CaseError):
    """The case cannot be put off so long, or now. 案件不能如此延后。"""


class EvidenceError(CaseError):
    """The evidence cannot be right. 证据有误。"""


class UnitError(CaseError):
    """It was not said what the case is about. 未写明案件对象。"""
