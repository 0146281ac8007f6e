from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from clearbell.intake import BadHeaderError, quarantined, run_intake
from clearbell.intake.queries import runs
from clearbell.ledger.verify import verify
from clearbell.policy.pack import builtin_pack
from clearbell.reports import ReputationSettings
from clearbell.reports.form import BAD_TYPES, FormLoader
from clearbell.reports.ftc import SUBJECTS, FtcLoader, category_of
from clearbell.reports.queries import reports_about, reputation_of, totals
from clearbell.reports.tables import report, reputation

SETTINGS = ReputationSettings()
DAILY = (
    "Company_Phone_Number,Created_Date,Violation_Date,Consumer_City,Consumer_State,"
    "Consumer_Area_Code,Subject,Recorded_Message_Or_Robocall\n"
)


@pytest.fixture
def take(store, tmp_path):
    def go(loader, content, **options):
        path = tmp_path / "reports.csv"
        path.write_text(content, encoding="utf-8")
        return run_intake(store, loader, path, actor="cli:test", **options)

    return go


def about(store, number):
    with store.read() as conn:
        return [one.reported for one in reports_about(conn, number)]


def test_the_published_daily_layout_is_read_with_subject_robot_flag_and_eastern_time(store, take):
    row = '4703352559,2021-07-07 00:01:15,2021-07-06 11:48:00,Clinton,Illinois,217,"Warranties  & protection plans",Y\n'
    result = take(FtcLoader(SETTINGS), DAILY + row + row + ",2021-07-07 00:02:00,,,,,Other,N\n")
    assert (result.stored, result.duplicates, result.quarantined) == (1, 1, 1)
    (one,) = about(store, 14703352559)
    assert (one.category, one.automatic, one.area, one.source) == ("insurance", True, "217", "ftc")
    assert one.at == 1625586480_000_000  # 2021-07-06 15:48 UTC
    assert one.received == 1625630475_000_000
    assert quarantined(store, result.run)[0].code == "number-empty"


def test_a_call_said_to_be_later_than_its_complaint_is_dated_to_the_complaint(store, take):
    take(FtcLoader(SETTINGS), DAILY + "4703352559,2021-07-07 00:01:15,2021-07-09 00:00:00,,,,Other,\n")
    (one,) = about(store, 14703352559)
    assert one.at == one.received


def test_the_collection_layout_is_read_by_the_ids_of_its_source(store, take):
    text = (
        "id,day,number,consumer_area_code\n"
        "a1,2020-02-14,8044770532,804\n"
        "a1,2020-02-14,8044770532,804\n"
        "a2,2020-02-14,+18044770532,\n"
        "a3,2020-02-30,8044770532,\n"
        ",2020-02-14,0033,\n"
        "a4,2020-02-14,0033142685300,\n"
    )
    result = take(FtcLoader(SETTINGS), text)
    assert (result.rows, result.stored, result.duplicates, result.quarantined) == (6, 3, 1, 2)
    assert [one.report for one in about(store, 18044770532)] == ["ftc:a1", "ftc:a2"]
    assert about(store, 18044770532)[0].at == 1581656400_000_000  # 2020-02-14 00:00 in New York
    assert len(about(store, 33142685300)) == 1
    codes = [(bad.line, bad.column, bad.code) for bad in quarantined(store, result.run)]
    assert codes == [(5, "day", "time"), (6, "id", "id"), (6, "number", "number-impossible")]


def test_a_file_without_the_columns_is_refused_by_name(take):
    with pytest.raises(BadHeaderError, match="it lacks id"):
        take(FtcLoader(SETTINGS), "day,number\n")
    with pytest.raises(BadHeaderError, match="it lacks number, day"):
        take(FtcLoader(SETTINGS), "a,b\n")


def test_complaints_of_the_future_are_quarantined_one_by_one(store, take):
    text = "id,day,number\na1,2020-02-14,8044770532\na2,2199-01-01,8044770532\n"
    result = take(FtcLoader(SETTINGS), text)
    assert (result.stored, result.quarantined) == (1, 1)
    assert quarantined(store, result.run)[0].code == "future"

    known = builtin_pack("cn").categories
    assert len(SUBJECTS) == 15
    assert {code for code in SUBJECTS.values() if code} <= set(known)
    assert len(BAD_TYPES) == 21
    assert set(BAD_TYPES) <= set(known)
    assert category_of("Energy, solar,  & utilities") == "retail"
    assert category_of("something new") == ""


def form(take, text):
    return take(FormLoader("CN", builtin_pack("cn").categories, SETTINGS), text)


def test_the_fields_of_the_12321_form_are_read_under_their_own_names_too(store, take):
    result = form(
        take,
        "phone,sms_phone,d241,d242,type,bad_type\n"
        "13900000009,138 0000 0001,2026-09-01,09:30,1,7\n"
        ",13800000001,2026-09-02,,,\n",
    )
    assert (result.stored, result.quarantined) == (2, 0)
    later, first = about(store, 8613800000001)
    assert (first.reporter, first.category, first.automatic) == (8613900000009, "loans", True)
    assert first.at == 1788226200_000_000  # 01:30 UTC
    assert (later.reporter, later.category, later.automatic) == (0, "", False)


def test_each_bad_cell_of_a_form_is_told(store, take):
    text = "reported_number,date,reporter,category,automatic,received\nx,yesterday,abc,22,perhaps,\n"
    result = form(take, text)
    assert [(bad.column, bad.code) for bad in quarantined(store, result.run)] == [
        ("reported_number", "number-not-digits"),
        ("reporter", "number-not-digits"),
        ("date", "time"),
        ("category", "category"),
        ("automatic", "automatic"),
    ]


def test_the_same_form_row_in_another_file_is_a_duplicate(take):
    header = "reported_number,date,reporter\n"
    assert form(take, header + "13800000001,2026-09-01,13900000009\n").stored == 1
    again = form(take, header + "13800000001,2026-09-01,13900000009\n13800000002,2026-09-01,\n")
    assert (again.stored, again.duplicates) == (1, 1)


@pytest.mark.data
def test_a_real_daily_file_is_taken_in_whole_and_once(store, shared_data):
    path = shared_data("ftc/DNC_Complaint_Numbers_2021-07-08.csv")
    result = run_intake(store, FtcLoader(SETTINGS), path, actor="cli:test")
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert result.rows == len(rows) == result.stored + result.duplicates + result.quarantined
    assert result.duplicates == len(rows) - len({tuple(row.values()) for row in rows})
    empty = sum(not row["Company_Phone_Number"] for row in rows)
    assert sum(bad.code == "number-empty" for bad in quarantined(store, result.run, limit=99_999)) == empty
    with store.read() as conn:
        assert totals(conn).reports == result.stored
        counted = conn.execute(select(func.sum(reputation.c.reports))).scalar_one()
        stale = conn.execute(select(func.count()).where(report.c.why == "stale")).scalar_one()
        assert counted + stale == result.stored
        assert 0 < stale < counted / 100
        robots = conn.execute(select(func.count()).where(report.c.automatic)).scalar_one()
        assert 0 < robots <= sum(row["Recorded_Message_Or_Robocall"] == "Y" for row in rows)
        unknown = conn.execute(select(func.count()).where(report.c.category == "")).scalar_one()
        assert unknown <= sum(row["Subject"] == "No Subject Provided" for row in rows)
        some = conn.execute(select(reputation.c.number).limit(50)).scalars().all()
        assert all(
            reputation_of(conn, number).reports == sum(one.counts for one in reports_about(conn, number, 9999))
            for number in some
        )
    assert verify(store).fault is None
    assert run_intake(store, FtcLoader(SETTINGS), path, actor="cli:test").already
    # The same rows in a file of another digest: every one of them is known.
    copy = path.read_text() + "2025550123,2021-07-07 23:00:00,,,,202,Other,N\n"
    other = store_file(store, copy)
    assert (other.stored, other.duplicates) == (1, result.stored + result.duplicates)


def store_file(store, text):
    path = Path(store.engine.url.database).parent / "copy.csv"
    path.write_text(text)
    return run_intake(store, FtcLoader(SETTINGS), path, actor="cli:test")


IMPORT = """
import sys
from pathlib import Path
from clearbell.intake import run_intake
from clearbell.ledger import Store
from clearbell.reports import ReputationSettings
from clearbell.reports.ftc import FtcLoader
store = Store.open(sys.argv[1])
def tell(progress):
    print(progress.rows, flush=True)
run_intake(store, FtcLoader(ReputationSettings()), Path(sys.argv[2]), actor="cli:test", chunk=200, progress=tell)
"""


@pytest.mark.process
def test_an_import_that_is_killed_goes_on_and_ends_as_if_it_had_not_been(store, tmp_path):
    rows = 20_000
    path = tmp_path / "complaints.csv"
    with path.open("w") as file:
        file.write("id,day,number\n")
        for place in range(rows):
            number = f"202555{place % 700:04d}" if place % 13 else ""
            file.write(f"{place:08x},2020-03-{place % 28 + 1:02d},{number}\n")
    url = store.engine.url.render_as_string(hide_password=False)
    kills = 0
    for wait in (0.0, 0.05, 0.15):
        process = subprocess.Popen(
            [sys.executable, "-c", IMPORT, url, path], stdout=subprocess.PIPE, env=dict(os.environ)
        )
        process.stdout.readline()  # the first chunk is committed
        time.sleep(wait)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait(30)
        process.stdout.close()
        with store.read() as conn:
            (run,) = runs(conn)
            assert run.rows == run.stored + run.duplicates + run.quarantined
            assert run.stored == totals(conn).reports
    assert kills
    result = run_intake(store, FtcLoader(SETTINGS), path, actor="cli:test")
    bad = sum(place % 13 == 0 for place in range(rows))
    assert result.resumed_at >= 200
    assert (result.rows, result.stored, result.duplicates, result.quarantined) == (rows, rows - bad, 0, bad)
    with store.read() as conn:
        assert totals(conn).reports == conn.execute(select(func.sum(reputation.c.reports))).scalar_one() == rows - bad
    assert verify(store).fault is None
