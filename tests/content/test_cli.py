"""An operator trains a model on files of his own and asks it about a call."""

import csv
import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.process


@pytest.fixture
def content(tmp_path):
    def run(*words, code=0, lang="en", stdin=""):
        done = subprocess.run(
            [sys.executable, "-m", "clearbell", "content", *map(str, words)],
            capture_output=True, text=True, timeout=120, check=False, input=stdin,
            env={**os.environ, "CLEARBELL_LANG": lang, "COLUMNS": "200"},
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    return run


@pytest.fixture
def calls_file(calls, tmp_path):
    path = tmp_path / "calls.jsonl"
    rows = [{"id": c.id, "caller": c.caller, "callee": c.callee, "kind": c.kind} for c in calls]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join([*lines, "{broken", '{"caller": ["x"], "kind": "unheard of"}']), encoding="utf-8")
    return path


def test_from_transcripts_to_a_category_with_its_words(content, calls_file, tmp_path):
    model, bad = tmp_path / "model.npz", tmp_path / "bad.csv"
    told = content("train", "--calls", calls_file, "--out", model, "--quarantine", bad)
    assert "learned from 108 calls of 4 kinds" in told
    assert "2 lines cannot be used, the first is line 109" in told
    with bad.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["line"] for row in rows] == ["109", "110"]
    assert "`unheard of`" in rows[1]["reason_en"]

    spoken = "主叫:我们银行有一款低息贷款,利率很低当天放款,您看要不要了解一下贷款产品?\n被叫:不需要。\n"
    told = content("categorise", "--model", model, "-", stdin=spoken)
    assert "loans and wealth management (loans), confidence" in told
    assert "not a verdict" in told
    told = content("categorise", "--model", model, "-", stdin=spoken, lang="zh")
    assert "贷款理财(loans),置信度" in told
    assert "不是认定" in told
    told = content("categorise", "--model", model, "-", "--as-json", stdin=json.dumps({"id": "z", "caller": "贷款"}))
    assert json.loads(told)["category"] is None
    assert json.loads(told)["doubt"] == "short"

    told = content("evaluate", "--model", model, "--calls", calls_file)
    assert "108 calls: macro-F1" in told
    assert "undecided" in told


def test_what_is_wrong_is_said_with_what_to_do(content, calls_file, tmp_path):
    absent = tmp_path / "absent.npz"
    assert "cannot be read" in content("categorise", "--model", absent, "-", code=1)
    absent.write_text("no model")
    assert "no model of clearbell content train" in content("categorise", "--model", absent, "-", code=1)
    assert "不是 clearbell content train 写出的模型" in content("categorise", "--model", absent, "-", code=1, lang="zh")
    few = tmp_path / "few.jsonl"
    few.write_text('{"caller": ["hello"], "kind": "loans"}')
    assert "at least two kinds" in content("train", "--calls", few, "--out", absent, code=1)
    kinds = tmp_path / "kinds.toml"
    kinds.write_text("[kinds")
    words = ("train", "--calls", few, "--out", absent, "--kinds", kinds)
    assert "kinds.toml: not valid TOML" in content(*words, code=1)
