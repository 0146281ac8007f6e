"""Reports as a desk or a carrier writes them down: CSV with the fields of the 12321 form.

Columns, with the form's own names as aliases: ``reported_number`` (sms_phone), ``date`` (d241), ``time`` (d242),
``reporter`` (phone), ``category`` (bad_type: a category code, or the form's number 1–21), ``automatic`` (type: 1 is a
recorded voice), ``duration`` (d243: 0 is under three minutes; or a band's own name), ``description`` (sms_content),
``forward`` (user_intention_flag: 1 to pass it on), ``area``, ``received`` (when the report was made, ISO 8601; the time
of the call when absent) and ``report`` (id). Only the number and the date are required.

A row without an id gets a digest of what it says: the same report in two files is one.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Sequence
from hashlib import blake2b

from clearbell.intake import BadCell, Stored, places
from clearbell.ledger import Act
from clearbell.numbering import to_key
from clearbell.reports.cells import micros, number_fault, time_fault
from clearbell.reports.ftc import file_items
from clearbell.reports.model import Duration, Reported
from clearbell.reports.reputation import ReputationSettings

BAD_TYPES = (
    "pornography",
    "false_documents",
    "rumours",
    "property",
    "insurance",
    "education",
    "loans",
    "recruitment",
    "debt",
    "health",
    "securities",
    "travel",
    "food_drugs",
    "pos",
    "decoration",
    "games",
    "apps",
    "transport",
    "retail",
    "telecom",
    "other",
)
"""Category codes in the order of the form's ``bad_type`` 1–21 (regime §4)."""
_ALIASES = {
    "reported_number": ("sms_phone", "number", "被举报号码"),
    "date": ("d241", "来电日期"),
    "time": ("d242", "来电时间"),
    "reporter": ("phone", "举报人号码"),
    "category": ("bad_type", "类别"),
    "automatic": ("type", "自动语音"),
    "report": ("id", "编号"),
    "area": ("地区",),
    "duration": ("d243", "通话时长"),
    "description": ("sms_content", "描述"),
    "forward": ("user_intention_flag", "同意转办"),
    "received": ("举报时间",),
}
DURATIONS = {"": Duration.UNKNOWN, "0": Duration.UNDER_3} | {one.value: one for one in Duration}
"""The form's ``d243``: only its 0 is known (regime §4); other bands go by our own names."""
_YES = frozenset({"1", "y", "yes", "true", "是"})
_NO = frozenset({"", "0", "2", "n", "no", "false", "否"})


class FormLoader:
    """Loader of reports in the fields of the 12321 form."""

    required = ("reported_number", "date")

    def __init__(
        self, home: str, categories: Collection[str], settings: ReputationSettings, *, records: bool = False
    ) -> None:
        """``home``: country whose national numbers are understood. ``categories``: codes of the pack.

        ``records``: there are call records, in which the calls are looked for.
        """
        self.name = f"reports.clearbell.{home}{settings.utc_offset_minutes:+d}"
        self._home = home
        self._categories = frozenset(categories)
        self._settings = settings
        self._records = records

    def bind(self, header: Sequence[str]) -> Callable[[Sequence[str]], Reported | list[BadCell]]:
        """Return the reader of rows. Raises ``BadHeaderError``."""
        found = places(header, self.required, _ALIASES)
        zone = datetime.timezone(datetime.timedelta(minutes=self._settings.utc_offset_minutes))

        def read(row: Sequence[str]) -> Reported | list[BadCell]:
            return self._read({name: row[at].strip() for name, at in found.items()}, zone)

        return read

    def store(self, act: Act, items: Sequence[Reported]) -> Stored:
        """File the reports."""
        return file_items(act, items, self._settings, records=self._records)

    def _read(self, cells: dict[str, str], zone: datetime.tzinfo) -> Reported | list[BadCell]:
        bad: list[BadCell] = []
        number = to_key(cells["reported_number"], self._home)
        if not number:
            bad.append(number_fault("reported_number", cells["reported_number"], self._home))
        reporter = 0
        if cells.get("reporter"):
            reporter = to_key(cells["reporter"], self._home)
            if not reporter:
                bad.append(number_fault("reporter", cells["reporter"], self._home))
        at = _time(f"{cells['date']} {cells.get('time', '')}".strip(), zone)
        if not at:
            bad.append(time_fault("date", "YYYY-MM-DD, HH:MM"))
        received = _time(cells["received"], zone) if cells.get("received") else at
        if at and not received:
            bad.append(time_fault("received", "YYYY-MM-DD HH:MM"))
        category = self._category(cells.get("category", ""))
        if category is None:
            bad.append(
                BadCell(
                    "category",
                    "category",
                    f"没有类别 {cells['category'][:40]};应为 1–21 或规则包中的类别代码",
                    f"there is no category {cells['category'][:40]}; write 1 to 21 or a category code of the pack",
                )
            )
        said = cells.get("automatic", "").lower()
        if said not in _YES and said not in _NO:
            bad.append(BadCell("automatic", "automatic", "应为 1(自动语音)或 0", "write 1 (recorded voice) or 0"))
        duration = DURATIONS.get(cells.get("duration", "").lower())
        if duration is None:
            names = "、".join(name for name in DURATIONS if name)
            bad.append(BadCell("duration", "duration", f"应为 {names}", f"write one of {names.replace('、', ', ')}"))
        wish = cells.get("forward", "").lower()
        if wish not in _YES and wish not in _NO:
            bad.append(BadCell("forward", "forward", "应为 1(同意转办)或 0", "write 1 (pass it on) or 0"))
        if bad or category is None or duration is None:
            return bad
        own = cells.get("report") or self._digest(number, at, reporter, category, said in _YES)
        return Reported(
            own,
            "csv",
            number,
            at,
            received,
            reporter,
            category,
            automatic=said in _YES,
            area=cells.get("area", ""),
            duration=duration,
            description=cells.get("description", ""),
            forward=wish in _YES,
        )

    def _category(self, text: str) -> str | None:
        if text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= len(BAD_TYPES):
            return BAD_TYPES[int(text[:4]) - 1]
        return text if not text or text in self._categories else None

    @staticmethod
    def _digest(*parts: object) -> str:
        return "csv:" + blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).hexdigest()


def _time(text: str, zone: datetime.tzinfo) -> int:
    try:
        return micros(text, zone)
    except ValueError:
        return 0
