"""From calls to reports: a node's calls into the lake, what callees said by 607 and by code, and reports to their calls."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from clearbell.calls import MINUTE, CodeDialled
from clearbell.desk.matching import Matcher
from clearbell.records.between import calls_to
from clearbell.records.lake import Lake
from clearbell.records.model import CallRecord, Disposition
from clearbell.records.reading import JournalReader
from clearbell.records.tail import JournalTail
from clearbell.reports.model import Reported
from clearbell.reports.service import do_file_reports
from clearbell.reports.settings import reputation_settings
from clearbell.reports.weighing import do_note_trunks
from clearbell.serving.premises import Premises

log = structlog.get_logger()

_UNWANTED = 607
_NEVER_RANG = frozenset({Disposition.REFUSED, Disposition.FAILED})


class Reporting:
    """One node's calls and the reports about them. Run now and then, by one thread."""

    def __init__(self, node: Premises, lake: Lake, reader: JournalReader | None = None) -> None:
        self._node = node
        self._settings = reputation_settings(node.pack)
        self._lake = lake
        self._tail = JournalTail(node.folder, self._lake, node.holder_of, reader)
        self._matcher = Matcher(node.store, self._lake, self._tail.under_way, self._settings)

    def run(self) -> None:
        """Take in what is new in the journal, file what callees said in it, and weigh reports that wait.

        Raises ``SQLAlchemyError`` when the store is away; nothing is lost then, the next run does it.
        """
        self._tail.flush(self._told)
        weighed = self._matcher.run()
        if weighed:
            log.info("reports-weighed", reports=len(weighed), aside=sum(bool(one.why.value) for one in weighed))

    def _told(self, calls: Sequence[CallRecord], dialled: Sequence[CodeDialled]) -> None:
        told = [call for call in calls if call.cause == _UNWANTED and _rang(call)]
        known = [call for call in told if call.caller and call.callee]
        reports = [_unwanted(call) for call in known]
        trunks = {one.report: call.trunk for one, call in zip(reports, known, strict=True)}
        for code in dialled:
            call = self._last_call(code)
            if call is None:
                log.info("report-code-without-call")
                continue
            reports.append(
                Reported(f"code:{call.source}:{call.id}", "code", call.caller, call.start, code.at, code.subscriber)
            )
            trunks[reports[-1].report] = call.trunk
        if reports:
            with self._node.store.act("system:callees") as act:
                do_file_reports(act, reports, self._settings, records=True)
                do_note_trunks(act, trunks)

    def _last_call(self, code: CodeDialled) -> CallRecord | None:
        """The last call that rang a subscriber before he dialled the code."""
        since = code.at - self._settings.rules.code_minutes * MINUTE
        open_calls = [call for call in self._tail.under_way() if call.callee == code.subscriber]
        calls = [*calls_to(self._lake, code.subscriber, since, code.at), *open_calls]
        rang = [call for call in calls if since <= call.start < code.at and call.caller and _rang(call)]
        return max(rang, key=lambda call: call.start, default=None)


def _rang(call: CallRecord) -> bool:
    return call.disposition not in _NEVER_RANG


def _unwanted(call: CallRecord) -> Reported:
    """The callee's phone said that the call was unwanted (RFC 8197)."""
    received = call.start + call.ring
    return Reported(f"607:{call.source}:{call.id}", "607", call.caller, call.start, received, call.callee)
