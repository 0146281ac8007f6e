"""An analyst trains a model from the verdicts of cases, and asks it."""

import os
import subprocess
import sys

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from discovery.learning.people import at, behaviour, cases, write_verdicts

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


@pytest.fixture
def files(tmp_path):
    """Verdicts, a bad row among them, and features; then the verdicts of a later month with theirs."""
    first = cases(400)
    later = [
        msgspec.structs.replace(one, number=one.number + 1000, decided_at=one.decided_at + at(60, 8))
        for one in cases(200, seed=9)
    ]
    pq.write_table(pa.concat_tables([behaviour(first), behaviour(later, seed=5)]), tmp_path / "features.parquet")
    old = write_verdicts(tmp_path / "verdicts.csv", first)
    old.write_text(old.read_text() + "+8613800000001,high risk,2026-03-01\n")
    return tmp_path / "features.parquet", old, write_verdicts(tmp_path / "later.csv", first + later)


def test_a_model_is_trained_measured_watched_and_asked_for_its_reasons(clearbell, files, tmp_path):
    features, old, later = files
    assert "no model: none was trained yet" in clearbell("model", "show", code=1)
    assert "尚未训练" in clearbell("model", "explain", "13800000000", "--features", features, code=1, lang="zh")

    told = clearbell("train", "--verdicts", old, "--features", features)
    assert "400 verdicts; 0 rows repeated, 0 inconclusive, 1 quarantined" in told
    assert "should be one of confirmed, cleared, inconclusive" in (tmp_path / "verdicts.csv.bad-rows.csv").read_text()
    assert "held back to calibrate and measure" in told
    assert "needs 1000 cleared verdicts" in told
    assert "accuracy" not in told
    [kept] = (tmp_path / "home" / "models").glob("*.model")
    assert kept.stem in clearbell("model", "list")

    assert "属实" in clearbell("evaluate", lang="zh")
    again = clearbell("evaluate", "--verdicts", later, "--features", features)
    assert "400 verdicts are no later than what the model knew" in again
    assert "mobile" in again
    assert "there is no verdict that the model has not seen" in clearbell(
        "evaluate", "--verdicts", old, "--features", features, code=1
    )

    assert "接通率" in clearbell("model", "show", lang="zh")
    assert "which differ anyway" in clearbell("model", "drift", "--features", features)
    like = clearbell("model", "drift", "--features", features, "--verdicts", later)
    assert "(200 numbers)" in like
    assert "steady" in like
    assert "decided after training" in clearbell("model", "drift", "--features", features, "--verdicts", old, code=1)
    scored = tmp_path / "scores.csv"
    clearbell("model", "score", "--features", features, "--out", scored)
    lines = scored.read_text().splitlines()
    assert len(lines) == 601
    chances = [float(line.split(",")[1]) for line in lines[1:]]
    assert chances == sorted(chances, reverse=True)

    worst = lines[1].split(",")[0]
    said = clearbell("model", "explain", worst, "--features", features, "--top", 3)
    assert f"likely to be confirmed: {chances[0]:.1%}" in said
    parts = [float(line.split("│")[2]) for line in said.splitlines() if line.startswith("│")]
    assert sum(parts[:-1]) == pytest.approx(parts[-1], abs=0.003)
    assert "has no features of +12025550143" in clearbell(
        "model", "explain", "+12025550143", "--features", features, code=1
    )
    assert "sound: " in clearbell("ledger", "verify")

    kept.write_bytes(kept.read_bytes().replace(b"leaf_value=", b"leaf_value=1", 1))
    assert "was changed, or was not trained here" in clearbell("model", "show", code=1)


def test_training_says_what_is_missing_and_keeps_nothing(clearbell, files, tmp_path):
    features, old, _ = files
    few = tmp_path / "few.csv"
    few.write_text("\n".join(old.read_text().splitlines()[:21]))
    assert "too few verdicts that can be used" in clearbell("train", "--verdicts", few, "--features", features, code=1)
    assert "结论太少" in clearbell("train", "--verdicts", few, "--features", features, code=1, lang="zh")
    assert "cannot be read as a feature table" in clearbell(
        "train", "--verdicts", old, "--features", tmp_path / "none.parquet", code=1
    )
    assert "cannot open" in clearbell("train", "--verdicts", tmp_path / "none.csv", "--features", features, code=1)
    lean = tmp_path / "lean.parquet"
    clearbell("train", "--verdicts", old, "--features", features)
    pq.write_table(pq.read_table(features).drop_columns(["answer_share", "silent_share"]), lean)
    assert "lacks features that the model needs: answer_share, silent_share" in clearbell(
        "model", "score", "--features", lean, "--out", tmp_path / "s.csv", code=1
    )
    assert not (tmp_path / "s.csv").exists()
