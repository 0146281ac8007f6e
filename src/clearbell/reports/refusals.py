"""Why an act on reports is refused. Each says in Chinese and English what was wrong and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from clearbell.intake import BadCell
from clearbell.reports.reputation import ReputationSettings, Scale


class RefusedReportError(Exception):
    """An act on reports was refused, and changed nothing. 举报操作被拒绝,未作任何更改。"""

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en
        super().__init__(en)


class RefusedReportFieldsError(RefusedReportError):
    """Reports have fields that cannot be right. 举报中有不可能正确的字段。"""

    def __init__(self, faults: Sequence[tuple[int, BadCell]]) -> None:
        self.faults = faults
        """Place in the reports given, and what is wrong there."""
        super().__init__(
            ";".join(f"第 {at + 1} 条 {cell.column}:{cell.zh}" for at, cell in faults),
            "; ".join(f"report {at + 1}, {cell.column}: {cell.en}" for at, cell in faults),
        )


class RefusedUnknownReportError(RefusedReportError):
    """There is no report with this id. 没有该编号的举报。"""

    def __init__(self, report: str) -> None:
        super().__init__(f"没有编号为 {report} 的举报", f"there is no report {report}")


class RefusedWithdrawnReportError(RefusedReportError):
    """The report was already taken back. 该举报已撤回。"""

    def __init__(self, report: str) -> None:
        super().__init__(f"举报 {report} 已经撤回", f"report {report} was already taken back")


class RefusedHalfLivesError(RefusedReportError):
    """The scores were made with other half-lives. 信誉分是按其他半衰期计算的。"""

    def __init__(self, kept: Scale, given: ReputationSettings) -> None:
        super().__init__(
            f"信誉分按半衰期 {kept.heat_days:g}/{kept.evidence_days:g} 天(UTC{kept.utc_offset_minutes:+d} 分)计算,"
            f"规则包现为 {given.heat_days:g}/{given.evidence_days:g} 天(UTC{given.utc_offset_minutes:+d} 分);"
            "请运行 clearbell reports rebuild 重新计算",
            f"the scores were made with half-lives of {kept.heat_days:g} and {kept.evidence_days:g} days "
            f"(UTC{kept.utc_offset_minutes:+d} min), the pack now says {given.heat_days:g} and {given.evidence_days:g} "
            f"(UTC{given.utc_offset_minutes:+d} min); recount them with: clearbell reports rebuild",
        )


class RefusedMarkError(RefusedReportError):
    """A mark of bad faith cannot be made or lifted so. 恶意举报标记不能这样设立或撤销。"""


class RefusedAsideError(RefusedReportError):
    """The report is not set aside for an officer. 该举报并未搁置待人工处理。"""

    def __init__(self, report: str) -> None:
        super().__init__(f"举报 {report} 不在搁置之列", f"report {report} is not set aside")


class RefusedWordsError(RefusedReportError):
    """The officer's words are missing. 缺少经办人的说明。"""

    def __init__(self) -> None:
        super().__init__("请写明理由", "say why in words")


class RefusedNoComplaintError(RefusedReportError):
    """The report is owed no answer. 该举报不属须答复的投诉。"""

    def __init__(self, report: str) -> None:
        super().__init__(
            f"举报 {report} 不是须答复的投诉:举报人未经核实,或来电距举报过久",
            f"report {report} is no complaint that is owed an answer: its reporter is not verified, or its call too long ago",
        )


class RefusedNoProviderError(RefusedReportError):
    """It was not said to whom a complaint is passed on. 未写明转给谁。"""

    def __init__(self) -> None:
        super().__init__("请写明转给哪个接入方", "say to which access provider it is passed on")
