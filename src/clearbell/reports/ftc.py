"""The complaints about unwanted calls that the US Federal Trade Commission publishes, in both their layouts.

*Daily file* (one CSV a working day): ``Company_Phone_Number, Created_Date, Violation_Date, Consumer_City,
Consumer_State, Consumer_Area_Code, Subject, Recorded_Message_Or_Robocall``. Its rows have no id. The id made here
is a digest of the whole row: two rows that agree in number, second of creation, place and subject are one
complaint sent twice, so the second is a duplicate, in the same file or in another that repeats it.

*API collection*: ``id, day, number, consumer_area_code``. The id is the FTC's own.

A collection in the daily layout that has a column ``id`` too is read by that id.

Assumptions, since the files do not say: times are of the agency's own zone (US Eastern), as the days of the daily
file begin and end at its midnight; a number without a plus sign is North American. A complaint whose call is said
to be later than the complaint is dated to the complaint.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b

from clearbell.intake import BadCell, Stored, places
from clearbell.intake.header import normal
from clearbell.ledger import Act
from clearbell.numbering import Number, parse
from clearbell.reports.cells import micros, number_fault, time_fault
from clearbell.reports.model import Reported
from clearbell.reports.reputation import ReputationSettings
from clearbell.reports.service import do_file_reports, faults

ZONE = "America/New_York"
SOURCE = "ftc"

SUBJECTS: Mapping[str, str] = {
    "calls pretending to be government, businesses, or family and friends": "fraud",
    "lotteries, prizes & sweepstakes": "fraud",
    "computer & technical support": "fraud",
    "reducing your debt (credit cards, mortgage, student loans)": "loans",
    "medical & prescriptions": "health",
    "vacation & timeshares": "travel",
    "home improvement & cleaning": "decoration",
    "work from home & other ways to make money": "recruitment",
    "warranties & protection plans": "insurance",
    "energy, solar, & utilities": "retail",
    "home security & alarms": "retail",
    "charities": "other",
    "dropped call or no message": "nuisance",
    "other": "other",
    "no subject provided": "",
}
"""The file's 15 subjects (lower case, single blanks; the file itself writes two before ``&``) to category codes.

Which kinds count as fraud is our reading: impersonation, prizes, and technical support are what the FTC itself
warns of as scams. A subject not listed here is read as none.
"""

_ALIASES = {
    "number": ("company_phone_number",),
    "day": ("created_date",),
    "area": ("consumer_area_code",),
    "called": ("violation_date",),
    "automatic": ("recorded_message_or_robocall",),
}
_DATE = "YYYY-MM-DD"
_ID_LENGTH = 64
_Reader = Callable[[Sequence[str]], "Reported | list[BadCell]"]


def category_of(subject: str) -> str:
    """Category code of a subject as the file writes it; empty when it has none."""
    return SUBJECTS.get(" ".join(subject.lower().split()), "")


class FtcLoader:
    """Loader of FTC complaints; tells the two layouts apart by the header."""

    name = "reports.ftc"
    required = ("number", "day")

    def __init__(self, settings: ReputationSettings) -> None:
        self._settings = settings

    def bind(self, header: Sequence[str]) -> _Reader:
        """Return the reader of rows. Raises ``BadHeaderError``."""
        found = places(header, self.required, _ALIASES)
        day = _days()
        if any(normal(name) == "company_phone_number" for name in header):
            return _published(found, day)
        # Without the FTC's id nor the other columns, rows could not be told from one another.
        return _collected(places(header, ("id", *self.required), _ALIASES), day)

    def store(self, act: Act, items: Sequence[Reported]) -> Stored:
        """File the complaints."""
        return file_items(act, items, self._settings)


def file_items(act: Act, items: Sequence[Reported], settings: ReputationSettings, *, records: bool = False) -> Stored:
    """File the reports that can be right, refuse the others one by one."""
    refused = faults(items, act.at)
    if not refused:
        filed = do_file_reports(act, items, settings, records=records)
        return Stored(filed.stored, filed.duplicates)
    bad = {place for place, _ in refused}
    filed = do_file_reports(
        act, [item for place, item in enumerate(items) if place not in bad], settings, records=records
    )
    return Stored(filed.stored, filed.duplicates, refused)


def _days() -> Callable[[str], int]:
    """Reader of local times; a day is looked up once. Returns 0 for what is no time."""
    zone = zoneinfo.ZoneInfo(ZONE)
    known: dict[str, int] = {}

    def day(text: str) -> int:
        at = known.get(text)
        if at is None:
            try:
                at = micros(text.strip(), zone)
            except ValueError:
                at = 0
            if len(text) <= len(_DATE):
                known[text] = at
        return at

    return day


def _key(text: str) -> int:
    # Nine in ten cells are ten bare digits that begin as North American numbers do.
    if len(text) == 10 and text.isdigit() and text.isascii() and text[0] > "1" and text[3] > "1":
        return int(text) + 10_000_000_000
    read = parse(text, "US") if text else None
    return read.key if isinstance(read, Number) else 0


def _collected(found: dict[str, int], day: Callable[[str], int]) -> _Reader:
    id_at, day_at, number_at, area_at = found["id"], found["day"], found["number"], found.get("area", -1)

    def read(row: Sequence[str]) -> Reported | list[BadCell]:
        number = _key(row[number_at])
        at = day(row[day_at])
        own = row[id_at]
        if number and at and 0 < len(own) <= _ID_LENGTH:
            return Reported(
                report=f"ftc:{own}",
                source=SOURCE,
                number=number,
                at=at,
                received=at,
                area=row[area_at] if area_at >= 0 else "",
            )
        bad = []
        if not 0 < len(own) <= _ID_LENGTH:
            bad.append(
                BadCell("id", "id", f"编号须为 1 至 {_ID_LENGTH} 个字符", f"an id has 1 to {_ID_LENGTH} characters")
            )
        if not at:
            bad.append(time_fault("day", _DATE))
        if not number:
            bad.append(number_fault("number", row[number_at], "US"))
        return bad

    return read


def _published(found: dict[str, int], day: Callable[[str], int]) -> _Reader:
    number_at, created_at = found["number"], found["day"]
    called_at, subject_at = found.get("called", -1), found.get("subject", -1)
    robot_at, area_at, id_at = found.get("automatic", -1), found.get("area", -1), found.get("id", -1)

    def read(row: Sequence[str]) -> Reported | list[BadCell]:
        number = _key(row[number_at])
        received = day(row[created_at])
        called = row[called_at].strip() if called_at >= 0 else ""
        at = day(called) if called else received
        own = row[id_at].strip() if id_at >= 0 else ""
        if number and received and at and len(own) <= _ID_LENGTH:
            own = own or blake2b("\x1f".join(row).encode(), digest_size=16).hexdigest()
            return Reported(
                report=f"ftc:{own}",
                source=SOURCE,
                number=number,
                at=min(at, received),
                received=received,
                category=category_of(row[subject_at]) if subject_at >= 0 else "",
                automatic=robot_at >= 0 and row[robot_at].strip().upper() == "Y",
                area=row[area_at] if area_at >= 0 else "",
            )
        bad = []
        if len(own) > _ID_LENGTH:
            bad.append(
                BadCell("id", "id", f"编号超过 {_ID_LENGTH} 个字符", f"its id is longer than {_ID_LENGTH} characters")
            )
        if not received:
            bad.append(time_fault("Created_Date", f"{_DATE} HH:MM:SS"))
        if called and not at:
            bad.append(time_fault("Violation_Date", f"{_DATE} HH:MM:SS"))
        if not number:
            bad.append(number_fault("Company_Phone_Number", row[number_at], "US"))
        return bad

    return read
