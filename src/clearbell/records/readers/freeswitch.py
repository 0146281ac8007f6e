"""FreeSWITCH: CSV of mod_cdr_csv, and JSON of mod_json_cdr.

CSV: the templates ``example`` (the default), ``snom``, ``linksys`` and ``asterisk`` of
``conf/vanilla/autoload_configs/cdr_csv.conf.xml``; a file has no header, and its times are those of the machine's zone
(``switch_channel_set_timestamps``, ``switch_time_exp_lt``). The templates ``sql`` and ``opencdrrate`` are not read: one
is no CSV, the other tells no start of a call that was not answered. Log the legs ``a`` only (the default): a b-leg is the
same call a second time.

JSON: one object a line, the content of one ``UUID.cdr.json`` each (``switch_ivr_generate_json_cdr``): times are µs since
1970 UTC in ``callflow[].times`` and ``variables``; variables may be URL-encoded. ``sip_hangup_disposition``,
``sip_term_status`` and ``sip_verstat_detailed`` are set in ``mod_sofia``.

Causes: ``switch_types.h``; up to 127 those of Q.850.
"""

from __future__ import annotations

import datetime
import urllib.parse
from collections.abc import Callable, Sequence
from typing import Any

from clearbell.calls import SECOND
from clearbell.intake import BadHeaderError
from clearbell.intake.lines import LineFile
from clearbell.intake.one_a_line import LinesFile, json_object
from clearbell.intake.reached import Place
from clearbell.records.causes import attestation_of, disposition_of
from clearbell.records.model import CallRecord
from clearbell.records.readers.fields import LocalTimes, Numbers, bad, plausible, talked, whole
from clearbell.records.readers.model import (
    JSON_CHUNK,
    LONGEST_JSON,
    Assembler,
    CsvSettings,
    Opened,
    RowByRow,
    open_csv,
)

_CAUSES = {
    "NONE": 0, "UNALLOCATED_NUMBER": 1, "NO_ROUTE_TRANSIT_NET": 2, "NO_ROUTE_DESTINATION": 3, "CHANNEL_UNACCEPTABLE": 6,
    "CALL_AWARDED_DELIVERED": 7, "NORMAL_CLEARING": 16, "USER_BUSY": 17, "NO_USER_RESPONSE": 18, "NO_ANSWER": 19,
    "SUBSCRIBER_ABSENT": 20, "CALL_REJECTED": 21, "NUMBER_CHANGED": 22, "REDIRECTION_TO_NEW_DESTINATION": 23,
    "EXCHANGE_ROUTING_ERROR": 25, "DESTINATION_OUT_OF_ORDER": 27, "INVALID_NUMBER_FORMAT": 28, "FACILITY_REJECTED": 29,
    "RESPONSE_TO_STATUS_ENQUIRY": 30, "NORMAL_UNSPECIFIED": 31, "NORMAL_CIRCUIT_CONGESTION": 34,
    "NETWORK_OUT_OF_ORDER": 38, "NORMAL_TEMPORARY_FAILURE": 41, "SWITCH_CONGESTION": 42, "ACCESS_INFO_DISCARDED": 43,
    "REQUESTED_CHAN_UNAVAIL": 44, "PRE_EMPTED": 45, "FACILITY_NOT_SUBSCRIBED": 50, "OUTGOING_CALL_BARRED": 52,
    "INCOMING_CALL_BARRED": 54, "BEARERCAPABILITY_NOTAUTH": 57, "BEARERCAPABILITY_NOTAVAIL": 58,
    "SERVICE_UNAVAILABLE": 63, "BEARERCAPABILITY_NOTIMPL": 65, "CHAN_NOT_IMPLEMENTED": 66, "FACILITY_NOT_IMPLEMENTED": 69,
    "SERVICE_NOT_IMPLEMENTED": 79, "INVALID_CALL_REFERENCE": 81, "INCOMPATIBLE_DESTINATION": 88,
    "INVALID_MSG_UNSPECIFIED": 95, "MANDATORY_IE_MISSING": 96, "MESSAGE_TYPE_NONEXIST": 97, "WRONG_MESSAGE": 98,
    "IE_NONEXIST": 99, "INVALID_IE_CONTENTS": 100, "WRONG_CALL_STATE": 101, "RECOVERY_ON_TIMER_EXPIRE": 102,
    "MANDATORY_IE_LENGTH_ERROR": 103, "PROTOCOL_ERROR": 111, "INTERWORKING": 127, "ORIGINATOR_CANCEL": 487,
    # FreeSWITCH's own, by the Q.850 cause or SIP status that says the same.
    "SUCCESS": 16, "MANAGER_REQUEST": 16, "BLIND_TRANSFER": 16, "ATTENDED_TRANSFER": 16, "ALLOTTED_TIMEOUT": 16,
    "USER_NOT_REGISTERED": 20, "PROGRESS_TIMEOUT": 18, "NO_PICKUP": 19, "BUSY_EVERYWHERE": 600, "DECLINE": 603,
    "DOES_NOT_EXIST_ANYWHERE": 604, "NOT_ACCEPTABLE": 606, "UNWANTED": 607, "REJECT_ALL": 608,
}  # fmt: skip
"""Number of each cause; of those that Q.850 and SIP have no word for, such as ``CRASH``, none is kept."""
OTHER_CAUSES = frozenset(
    {
        "CRASH", "SYSTEM_SHUTDOWN", "LOSE_RACE", "USER_CHALLENGE", "MEDIA_TIMEOUT", "PICKED_OFF", "INVALID_GATEWAY",
        "GATEWAY_DOWN", "INVALID_URL", "INVALID_PROFILE", "SRTP_READ_ERROR", "BOWOUT", "NO_IDENTITY",
        "BAD_IDENTITY_INFO", "UNSUPPORTED_CERTIFICATE", "INVALID_IDENTITY", "STALE_DATE",
    }
)  # fmt: skip
_FAILED = 41
_EXAMPLE = {"caller": 1, "callee": 2, "start": 4, "answer": 5, "duration": 7, "billsec": 8, "cause": 9, "uuid": 10}
_ASTERISK = {
    "caller": 1, "callee": 2, "channel": 5, "start": 9, "answer": 10, "duration": 12, "billsec": 13, "cause": 14, "uuid": 16,
}  # fmt: skip
_PLACES = {15: _EXAMPLE, 17: _EXAMPLE, 20: _EXAMPLE, 18: _ASTERISK}
"""Columns by the width of a row, which tells the template."""


def cause_of(text: str) -> tuple[int, bool]:
    """Number of a cause's name (0: not told), and whether it is one that ends an attempt as failed.

    Raises :class:`~clearbell.intake.cells.CellError`.
    """
    found = _CAUSES.get(text)
    if found is not None:
        return found, False
    if text in OTHER_CAUSES:
        return 0, True
    raise bad("hangup_cause", "not-a-choice", f"没有原因「{text[:64]}」", f"there is no hangup cause `{text[:64]}`")


class FreeswitchCsv(CsvSettings):
    """Reads ``Master.csv`` of mod_cdr_csv."""

    def __init__(self, source: str, zone: datetime.tzinfo, home: str) -> None:
        self.source = source
        self.name = f"records.freeswitch-csv:{source}:{zone}:{home}"
        self._times = LocalTimes(zone)
        self._numbers = Numbers(home)

    def open(self, file: LineFile, encoding: str) -> Opened:
        """Tell the template by the width of the first row."""
        return open_csv(file, encoding, self._bind)

    def _bind(self, first: list[str]) -> tuple[bool, Assembler]:
        at = _PLACES.get(len(first))
        if at is None:
            raise BadHeaderError(
                f"首行有 {len(first)} 列;可读的模板为 example(15 列)、linksys(17)、asterisk(18)、snom(20);其他模板请用 --format mapped",
                f"the first row has {len(first)} columns; the templates that are read are example (15 columns), linksys "
                "(17), asterisk (18) and snom (20); read others with --format mapped",
            )
        return False, RowByRow(self._reader(at), frozenset({len(first)}))

    def _reader(self, at: dict[str, int]) -> Callable[[Sequence[str]], CallRecord]:
        source, when, numbers = self.source, self._times.at, self._numbers

        def read(row: Sequence[str]) -> CallRecord:
            began = when("start_stamp", row[at["start"]])
            answer = row[at["answer"]]
            cause, failed = cause_of(row[at["cause"]])
            if not row[at["uuid"]]:
                raise bad("uuid", "empty", "不能为空", "it must not be empty")
            if answer:
                ring = max(when("answer_stamp", answer) - began, 0)
                talk = whole("billsec", row[at["billsec"]]) * SECOND
            else:
                ring, talk = whole("duration", row[at["duration"]]) * SECOND, 0
            went = disposition_of(bool(answer), _FAILED if failed else cause)
            hangup = "caller" if cause == 487 and not answer else "unknown"
            return CallRecord(
                row[at["uuid"]], source, began, numbers.caller(row[at["caller"]]),
                numbers.callee("destination_number", row[at["callee"]]), "", "", ring, talk, went, hangup, cause,
            )  # fmt: skip

        return read


class FreeswitchJson:
    """Reads the objects of mod_json_cdr, one a line."""

    chunk = JSON_CHUNK
    longest_line = LONGEST_JSON

    def __init__(self, source: str, home: str) -> None:
        self.source = source
        self.name = f"records.freeswitch-json:{source}:{home}"
        self._numbers = Numbers(home)

    def open(self, file: LineFile, encoding: str) -> Opened:
        """There is no header."""
        return Opened(LinesFile(file, encoding, json_object), Place(), "", RowByRow(self._read))

    def _read(self, row: dict[str, Any]) -> CallRecord:
        variables = _object(row.get("variables"))
        flows = row.get("callflow")
        # The newest profile of a call comes first; the number that was called at first is in the oldest.
        flow = _object(flows[-1] if isinstance(flows, list) and flows else None)
        profile = _object(flow.get("caller_profile"))
        if _object(row.get("channel_data")).get("direction") == "outbound" and "originator" in profile:
            raise bad(
                "channel_data",
                "b-leg",
                "这是另一呼叫的 B 腿(同一呼叫的第二份记录);请关闭 log-b-leg",
                "it is the b-leg of another call, which has its own record; switch log-b-leg off",
            )
        times = _object(flow.get("times"))
        call = _text(variables, "uuid") or _text(profile, "uuid")
        if not call:
            raise bad("uuid", "empty", "缺少 uuid", "there is no uuid")
        began = plausible("start_uepoch", _micros(variables, "start_uepoch") or _micros(times, "created_time"))
        answered_at = _micros(variables, "answer_uepoch") or _micros(times, "answered_time")
        ended = _micros(variables, "end_uepoch") or _micros(times, "hangup_time")
        cause, failed = cause_of(_text(variables, "hangup_cause"))
        status = _text(variables, "sip_term_status")
        if (
            not answered_at
            and len(status) == 3
            and status.isdecimal()
            and status.isascii()
            and "300" <= status <= "699"
        ):
            cause = int(status)
        ring = max((answered_at or ended) - began, 0) if answered_at or ended else 0
        talk = talked("end_uepoch", answered_at, ended) if answered_at and ended else 0
        return CallRecord(
            call, self.source, began, self._numbers.caller(_text(profile, "caller_id_number")),
            self._numbers.callee("destination_number", _text(profile, "destination_number")), "",
            _text(variables, "sip_gateway") or _text(variables, "sofia_profile_name"), ring, talk,
            disposition_of(bool(answered_at), _FAILED if failed else cause),
            _hangup(_text(variables, "sip_hangup_disposition"), bool(answered_at), cause), cause,
            attestation_of(_text(variables, "sip_verstat_detailed") or _text(variables, "sip_verstat")),
        )  # fmt: skip


def _hangup(told: str, answered: bool, cause: int) -> str:
    """Who ended the call, by what happened on the caller's leg."""
    if told in ("recv_bye", "recv_cancel"):
        return "caller"
    if told == "send_bye":
        return "callee"
    if told == "send_refuse":
        return "callee" if cause in (17, 19, 21, 486, 600, 603, 607) else "network"
    return "caller" if cause == 487 and not answered else "unknown"


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(values: dict[str, Any], name: str) -> str:
    found = values.get(name)
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    text = str(found)
    return urllib.parse.unquote(text) if "%" in text else text


def _micros(values: dict[str, Any], name: str) -> int:
    text = _text(values, name)
    # 16 digits of µs reach to the year 2286.
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= 16 else 0
