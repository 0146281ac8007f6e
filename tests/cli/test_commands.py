"""An operator at the command line."""

import os
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.process


@pytest.fixture
def clearbell(tmp_path):
    def run(*words, code=0, lang="en"):
        done = subprocess.run(
            [sys.executable, "-m", "clearbell", *map(str, words)],
            capture_output=True, text=True, timeout=120, check=False,
            env={**os.environ, "CLEARBELL_HOME": str(tmp_path / "home"), "CLEARBELL_LANG": lang, "COLUMNS": "200"},
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    return run


def points(text):
    return [float(found) for found in re.findall(r"([+-][0-9.]+) │$", text, re.MULTILINE)]


def test_a_commercial_call_needs_a_consent_from_the_first_command_to_the_last(clearbell):
    clearbell("registry", "party", "p1", "firm")
    clearbell("registry", "holder", "H1", "p1", "--category", "insurance")
    clearbell("registry", "number", "r1", "H1", "0571-8888-0001", "--purpose", "commercial")
    screen = ("screen", "--from", "057188880001", "--to", "13900000002", "--at", "2030-01-01T12:00:00+08:00")
    assert "without the subscriber's consent" in clearbell(*screen)
    clearbell("consent", "grant", "--holder", "H1", "--callee", "13900000002", "--purpose", "insurance")
    allowed = clearbell(*screen)
    assert "CONSENTED" in allowed
    *parts, total = points(allowed)
    assert sum(parts) == total
    assert "同意" in clearbell("consent", "show", "13900000002", lang="zh")
    clearbell("consent", "withdraw", "--holder", "H1", "--callee", "13900000002")
    assert "天前撤回" in clearbell(*screen, lang="zh")
    assert "no consent to H1 in force" in clearbell(
        "consent", "withdraw", "--holder", "H1", "--callee", "13900000002", code=1
    )
    clearbell("sanctions", "restrict", "R1", "--reason", "test", "--holder", "H1")
    assert "RESTRICTED_HOLDER" in clearbell(*screen)
    clearbell("sanctions", "lift", "R1", "--reason", "done")
    assert "sound: " in clearbell("ledger", "verify")


def test_a_person_is_erased_and_the_ledger_still_verifies(clearbell):
    clearbell("consent", "list", "13900000002", "13800000001", "--verdict", "block")
    assert "own block list" in clearbell("screen", "--from", "13800000001", "--to", "13900000002")
    assert "erased 1 facts" in clearbell("erase", "13900000002")
    assert "own block list" not in clearbell("screen", "--from", "13800000001", "--to", "13900000002")
    assert "(1 erased)" in clearbell("ledger", "verify")


def test_one_changed_byte_is_named(clearbell, tmp_path):
    import sqlite3

    for n in range(5):
        clearbell("consent", "list", "13900000002", f"1380000000{n}", "--verdict", "block")
    path = tmp_path / "home" / "clearbell.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    raw = path.read_bytes()
    at = raw.index(b'"first":8613800000003') + len('"first":861380000000')
    path.write_bytes(raw[:at] + b"9" + raw[at + 1 :])
    told = clearbell("ledger", "verify", code=1)
    assert "entry 4, fact 0: sealed fact was altered" in told
    assert "第 4 条第 0 项" in clearbell("ledger", "verify", code=1, lang="zh")


def test_a_checkpoint_can_be_kept_elsewhere(clearbell, tmp_path):
    assert "nothing to sign" in clearbell("ledger", "checkpoint", code=1)
    clearbell("consent", "list", "13900000002", "13800000001", "--verdict", "block")
    (tmp_path / "points").write_text(clearbell("ledger", "checkpoint"))
    assert "sound" in clearbell("ledger", "verify", "--checkpoint", tmp_path / "points")
    (tmp_path / "points").write_text("nonsense")
    assert "points:1: not a checkpoint" in clearbell("ledger", "verify", "--checkpoint", tmp_path / "points", code=1)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("screen", "--from", "13800000001", "--to", "13900000002", "--at", "noon"), "ISO 8601"),
        (("registry", "holder", "H", "nobody"), "party nobody is not registered"),
        (("registry", "number", "r", "H", "x"), "has characters that no number has"),
        (("consent", "grant", "--holder", "H", "--callee", "13900000002", "--until", "soon"), "should be a date"),
        (("sanctions", "restrict", "R", "--reason", "x"), "name one of: number, holder, trunk"),
        (("pack", "check", "none.toml"), "cannot read the pack"),
        (("pack", "check", "cnn"), "there are: cn"),
        (("decisions", "show", "unknown"), "no decision with id unknown"),
        (("serve", "--config", "none.toml"), "cannot be read"),
        (("consent", "import", "grants", "none.csv"), "there is no such file"),
        (("simulate", "city"), "name one of"),
        (("simulate", "city", "--sip", "nowhere"), "should be ADDRESS:PORT"),
    ],
)
def test_what_cannot_be_done_is_said_without_a_traceback(clearbell, words, told):
    assert told in clearbell(*words, code=1)


def test_the_pack_can_be_read_in_both_languages(clearbell):
    assert "pack cn" in clearbell("pack", "check")
    assert "regime" not in clearbell("pack", "show")
    assert "判定顺序" in clearbell("pack", "show", lang="zh")


def test_files_come_in_and_bad_rows_come_out(clearbell, tmp_path):
    clearbell("registry", "party", "p1", "firm")
    path = tmp_path / "holders.csv"
    path.write_text("holder,party\nH1,p1\nH2,nobody\n")
    told = clearbell("registry", "import", "holders", path)
    assert "2 rows, 1 stored, 0 duplicate, 1 quarantined" in told
    run = re.search(r"intake bad (\S+)", told)[1]
    clearbell("intake", "bad", run, tmp_path / "bad.csv")
    assert "party nobody is not registered" in (tmp_path / "bad.csv").read_text()
    assert run in clearbell("intake", "list")


def test_a_city_is_run_from_end_to_end(clearbell):
    told = clearbell("run", "--once", "--seconds", "0")
    assert "What ground truth says" in told
    assert "marketer" in told
    wrong = float(re.search(r"wanted calls: ([0-9.]+)% refused", told.split("labelled;")[1])[1])
    assert wrong < 0.5
