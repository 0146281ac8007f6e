"""Verdicts are read from files; what cannot be used is kept with its reason."""

import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.discovery.learning.refusals import BadTableError
from clearbell.discovery.learning.verdicts import Verdict, read_verdicts, write_bad_rows

NOON = datetime.datetime(2026, 11, 1, 4, tzinfo=datetime.UTC)
NUMBER = 8613800000066


def micros(moment):
    return int(moment.timestamp() * 1e6)


def csv(tmp_path, *rows, header="number,verdict,decided_at"):
    path = tmp_path / "verdicts.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def test_confirmed_and_cleared_are_read_with_their_times(tmp_path):
    read = read_verdicts(
        csv(tmp_path, "13800000066,confirmed,2026-11-01T12:00:00+08:00", "+1 202 555 0143,cleared,2026-11-02")
    )
    assert read.verdicts == (
        Verdict(12025550143, micros(datetime.datetime(2026, 11, 1, 16, tzinfo=datetime.UTC)), False),
        Verdict(NUMBER, micros(NOON), True),
    )
    assert (read.bad, read.duplicates, read.inconclusive) == ((), 0, 0)


def test_columns_may_stand_in_any_order_beside_others(tmp_path):
    read = read_verdicts(csv(tmp_path, "2026-11-01,C7,cleared,13800000066", header="decided_at,case,verdict,number"))
    assert [one.number for one in read.verdicts] == [NUMBER]


def test_inconclusive_cases_and_repeated_rows_are_counted_and_teach_nothing(tmp_path):
    row = "13800000066,confirmed,2026-11-01"
    read = read_verdicts(csv(tmp_path, row, row, "13800000067,inconclusive,2026-11-01"))
    assert (len(read.verdicts), read.duplicates, read.inconclusive) == (1, 1, 1)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("1380000006x6,confirmed,2026-11-01", "number"),
        ("13800000066,suspicious,2026-11-01", "verdict"),
        ("13800000066,,2026-11-01", "verdict"),
        ("13800000066,confirmed,2026-11-01T12:00:00", "decided_at"),
        ("13800000066,confirmed,", "decided_at"),
        ("13800000066,confirmed", ""),
        ('13800000066,"confirmed,2026-11-01', ""),
    ],
)
def test_a_row_that_cannot_be_used_is_kept_with_its_reason_and_the_others_are_used(tmp_path, row, column):
    read = read_verdicts(csv(tmp_path, "13800000065,cleared,2026-11-01", row, "13800000067,cleared,2026-11-01"))
    assert len(read.verdicts) == 2
    [bad] = read.bad
    assert (bad.line, bad.column, bad.raw) == (3, column, row)
    assert bad.zh
    write_bad_rows(tmp_path / "bad.csv", read.bad, "en")
    assert bad.en in (tmp_path / "bad.csv").read_text().replace('""', '"')


def test_a_score_of_a_detector_is_no_verdict(tmp_path):
    read = read_verdicts(csv(tmp_path, "13800000066,0.97,2026-11-01"))
    assert read.verdicts == ()
    assert "confirmed, cleared" in read.bad[0].en


def test_a_file_without_a_column_is_refused_and_names_it(tmp_path):
    with pytest.raises(BadTableError, match="verdict") as refused:
        read_verdicts(csv(tmp_path, "13800000066,2026-11-01", header="number,decided_at"))
    assert "缺少列 verdict" in refused.value.zh


def test_parquet_says_the_same_as_csv_in_each_of_its_types(tmp_path):
    path = tmp_path / "v.parquet"
    for numbers in ([NUMBER], ["13800000066"]):
        for times in (
            pa.array([NOON], pa.timestamp("us", "UTC")),
            pa.array([micros(NOON)]),
            ["2026-11-01T12:00:00+08:00"],
        ):
            pq.write_table(pa.table({"number": numbers, "verdict": ["confirmed"], "decided_at": times}), path)
            assert read_verdicts(path).verdicts == (Verdict(NUMBER, micros(NOON), True),)
    path.write_bytes(b"no parquet")
    with pytest.raises(BadTableError):
        read_verdicts(path)


@given(
    rows=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=60), max_size=15
    )
)
def test_whatever_a_file_holds_no_row_is_lost(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("v") / "v.csv"
    path.write_text("number,verdict,decided_at\n" + "".join(row + "\n" for row in rows), encoding="utf-8", newline="")
    read = read_verdicts(path)
    filled = sum(1 for row in rows if row)
    assert len(read.verdicts) + read.duplicates + read.inconclusive + len(read.bad) == filled
