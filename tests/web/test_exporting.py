"""A table as a file: what looks like a formula is none."""

import csv
import io

import pytest

from clearbell.web.exporting import csv_bytes


def through(text):
    written = csv_bytes(["a"], [[text]]).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(written, newline="")))[1][0]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1+1", "\r=1+1", " =1+1", "\n@x", "\uff1d1", "-A1",
    ],
)  # fmt: skip
def test_what_a_spreadsheet_would_reckon_with_is_shown_as_text(text):
    assert through(text) == f"'{text}"


@pytest.mark.parametrize("text", ["+8613800000066", "+86 138****0066", "-5", "-0.5", "a=b", "", "清铃"])
def test_everything_else_stays_as_it_is(text):
    assert through(text) == text
