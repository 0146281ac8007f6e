"""Call records at the command line."""

import os
import subprocess
import sys

import pytest

LINE = (
    '"","13800000001","057188880001","in","","PJSIP/carrier-00000001","","Dial","","2026-09-01 09:00:00",,'
    '"2026-09-01 09:00:20",20,0,"NO ANSWER","DOCUMENTATION","1788224400.1",""\n'
)
IMPORT = ("records", "import", "--format", "asterisk", "--zone", "Asia/Shanghai")


@pytest.fixture
def clearbell(tmp_path):
    def run(*words, code=0):
        done = subprocess.run(
            [sys.executable, "-m", "clearbell", *map(str, words), "--home", str(tmp_path / "home")],
            capture_output=True, text=True, check=False, env={**os.environ, "CLEARBELL_LANG": "en"},
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    return run


def cells(line):
    return [cell.strip() for cell in line.split("│")[1:-1]]


def test_a_file_is_taken_in_looked_at_repaired_and_forgotten(clearbell, tmp_path):
    file, out = tmp_path / "Master.csv", tmp_path / "repair.csv"
    file.write_text(LINE + LINE.replace(".1", ".2").replace("09:00:00", "25:00:00"))
    said = clearbell(*IMPORT, file)
    assert ["quarantined", "1"] in [cells(line) for line in said.splitlines()]
    run = said.split("run ")[1].split()[0]
    assert "had been taken in before" in clearbell(*IMPORT, file)
    assert "1 rows written" in clearbell("intake", "bad", run, out, "--rows")
    out.write_text(out.read_text().replace("25:00:00", "10:00:00"))
    clearbell(*IMPORT, out)
    assert ["2026-09-01", "2", "2"] in [cells(line) for line in clearbell("records", "days").splitlines()]
    assert ["asterisk", "unanswered", "2"] in [cells(line) for line in clearbell("records", "count").splitlines()]
    shown = clearbell("records", "show", "13800000001")
    assert [cells(line)[0] for line in shown.splitlines() if "carrier" in line] == [
        "2026-09-01 10:00:00",
        "2026-09-01 09:00:00",
    ]
    assert "8657188880001" not in shown
    assert "1 days compacted" in clearbell("records", "compact")
    assert "the number in 2 call records" in clearbell("erase", "13800000001")
    assert "carrier" not in clearbell("records", "show", "13800000001")
    assert "kept for 180.0 days" in clearbell("records", "retire")


def test_what_is_missing_is_said(clearbell, tmp_path):
    file = tmp_path / "Master.csv"
    file.write_text(LINE)
    assert "such as --zone Asia/Shanghai" in clearbell("records", "import", file, "--format", "asterisk", code=1)
    assert "there is no such file" in clearbell(*IMPORT, tmp_path / "none", code=1)
    assert "another import" not in clearbell(*IMPORT, file)
