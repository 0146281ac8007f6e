"""Answering complaints: the answer stands on the receipt's page and goes to the reporter's phone."""

from __future__ import annotations

from clearbell.calls import DAY
from clearbell.ledger import Act
from clearbell.notices.model import Channel
from clearbell.notices.service import Notice, Outbox, do_queue_notice
from clearbell.reports.complaints.model import ComplaintMoved
from clearbell.reports.complaints.service import Due, complaint_of, do_answer

_TEMPLATE = "report-answered"
_DAYS = 7
"""How long sending the message is tried."""


def do_answer_by_notice(
    act: Act, outbox: Outbox, report: str, answer: str, due: Due, *, officer: str = "", language: str = "zh"
) -> ComplaintMoved:
    """Answer a complaint and queue the message to its reporter, where the node sends messages.

    Raises as :func:`~clearbell.reports.complaints.service.do_answer`.
    """
    made = do_answer(act, report, answer, due, officer=officer)
    row = complaint_of(act.conn, report)
    if row is not None and row.reporter > 0 and Channel.SMS in outbox.channels:
        code = report.partition(":")[2] or report
        new = Notice(
            key=f"report-answered:{report}",
            channel=Channel.SMS,
            recipient=row.reporter,
            template=_TEMPLATE,
            arguments={"report": code, "answer": answer},
            language=language,
            purpose="report",
            not_after=act.at + _DAYS * DAY,
        )
        do_queue_notice(act, outbox, new)
    return made
