from __future__ import annotations

import contextlib
import datetime
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from clearbell.calls import DAY
from clearbell.ledger import SystemClock

PROGRAM = [sys.executable, "-c", "from clearbell.cli import main; main()"]


@pytest.fixture
def environment(tmp_path):
    return {**os.environ, "CLEARBELL_HOME": str(tmp_path / "home"), "CLEARBELL_LANG": "en"}


@pytest.fixture
def clearbell(environment, tmp_path):
    def run(*words, language="en"):
        return subprocess.run(
            [*PROGRAM, *words],
            env={**environment, "CLEARBELL_LANG": language},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def recent():
    """Yesterday and the day before, as files write them."""
    now = SystemClock().now()
    return [
        datetime.datetime.fromtimestamp((now - days * DAY) / 1e6, datetime.UTC).date().isoformat() for days in (1, 2)
    ]


@pytest.mark.process
def test_reports_come_in_become_labels_and_leave_again(clearbell, tmp_path, recent):
    rows = [f"r{place},13800000001,{recent[place % 2]},09:00,7" for place in range(4)]
    (tmp_path / "reports.csv").write_text(
        "\n".join(["report,reported_number,date,time,bad_type", *rows, rows[0], "r9,none,yesterday,,"])
    )
    taken = clearbell("reports", "import", "reports.csv")
    assert (taken.returncode, taken.stderr) == (0, "")
    cells = [
        [cell.strip() for cell in line.strip("│").split("│")] for line in taken.stdout.splitlines() if line[:1] == "│"
    ]
    assert cells == [
        ["rows", "6"],
        ["stored", "4"],
        ["duplicates", "1"],
        ["quarantined", "1"],
        ["it has characters that no number has", "1"],
        ["it is no time; write YYYY-MM-DD, HH:MM", "1"],
    ]
    assert "see the quarantined rows: clearbell intake bad" in taken.stdout
    again = clearbell("reports", "import", "reports.csv", language="zh")
    assert "此文件此前已全部导入,本次未作更改" in again.stdout
    assert "含有不属于号码的字符" in again.stdout
    assert clearbell("labels", "publish").stdout == "version 1: 1 labels new, 0 renewed, 0 taken away\n"
    assert clearbell("labels", "show", "138 0000 0001").stdout.startswith("+8613800000001: loans, 4 complaints, until ")
    assert "+8613800000001" in clearbell("labels", "list").stdout
    assert clearbell("reports", "show", "13800000001", language="zh").stdout.startswith(
        "+8613800000001:4 人次举报,4 名举报人;近期热度 3."
    )
    for report in ("r1", "r2"):
        done = clearbell("reports", "withdraw", report)
        assert done.stdout == f"report {report} about +8613800000001 was taken back\n"
    assert clearbell("reports", "rebuild").stdout == "the scores of 1 numbers were counted anew\n"
    assert clearbell("labels", "publish", language="zh").stdout == "版本 2:新标注 0,更新 0,取消 1\n"
    header = "version,number,category,complaints,heat,evidence,at,until\n"
    changed = clearbell("labels", "export", "--since", "1").stdout
    assert changed.startswith(header + "2,+8613800000001,,0,0.000,0.000,")
    assert clearbell("labels", "export", "--out", "labels.csv").stdout == "0 rows written to labels.csv\n"
    assert (tmp_path / "labels.csv").read_text() == header


@pytest.mark.process
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["reports", "import", "none.csv"], "none.csv: cannot open none.csv: No such file or directory\n"),
        (["reports", "import", "bad.csv"], "bad.csv: the header cannot be used: it lacks reported_number, date."),
        (["reports", "import", "bad.csv", "--encoding", "x"], "bad.csv: there is no encoding named x\n"),
        (["reports", "withdraw", "r9"], "there is no report r9\n"),
        (["labels", "export", "--since", "-1"], "--since -1: a version is 0 or more\n"),
        (["labels", "export", "--out", "no/where.csv"], "no/where.csv: cannot be written: No such file or directory\n"),
    ],
)
def test_what_cannot_be_done_ends_with_words_and_exit_code_1(clearbell, tmp_path, words, message):
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    done = clearbell(*words)
    assert done.returncode == 1
    assert done.stderr.startswith(message)
    assert "Traceback" not in done.stderr


def any_report(database):
    """Whether the first chunk of an import has been stored."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as looking:
            return looking.execute("SELECT 1 FROM report LIMIT 1").fetchone() is not None
    except sqlite3.OperationalError:
        # Not made yet.
        return False


@pytest.mark.process
def test_an_import_interrupted_at_the_keyboard_says_how_to_go_on(clearbell, environment, tmp_path):
    with (tmp_path / "many.csv").open("w") as file:
        file.write("id,day,number\n")
        file.writelines(f"{place:x},2020-02-14,202555{place % 9999:04d}\n" for place in range(400_000))
    process = subprocess.Popen(
        [*PROGRAM, "reports", "import", "many.csv", "--format", "ftc"],
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 30
    while time.monotonic() < until and not any_report(tmp_path / "home" / "clearbell.db"):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, words = process.communicate(timeout=60)
    assert process.returncode == 1
    assert words.endswith("interrupted; run the same command again to go on from here\n")
    assert "Traceback" not in words
    listed = clearbell("intake", "list")
    assert "many.csv" in listed.stdout
