"""Officers deal with orders at the command line."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.process


@pytest.fixture
def clearbell(tmp_path):
    def run(*words, code=0, lang="en"):
        done = subprocess.run(
            [sys.executable, "-m", "clearbell", "orders", *map(str, words)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, "CLEARBELL_HOME": str(tmp_path / "home"), "CLEARBELL_LANG": lang, "COLUMNS": "200"},
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    return run


def test_an_order_from_its_receipt_to_the_reply(clearbell, tmp_path):
    paper = tmp_path / "order.pdf"
    paper.write_bytes(b"%PDF-1.7 signed")
    clearbell(
        *("receive", "O-7", "--authority", "bureau", "--reference", "7", "--text", "see to it", "--document", paper),
        *("--shut-off", "13800000066@2099-12-01T18:00:00+08:00", "--other", "write to a@b.example"),
    )
    assert "须先签收" in clearbell("do", "O-7/1", code=1, lang="zh")
    clearbell("acknowledge", "O-7", "--officer", "li")
    assert "done and proven" in clearbell("do", "O-7/1", "--officer", "li")
    clearbell("prove", "O-7/2", "--file", paper, "--note", "the letter", "--officer", "li")
    clearbell("propose", "O-7", "--officer", "li")
    assert "second officer" in clearbell("confirm", "O-7", "--officer", "li", code=1)
    assert "已办结" in clearbell("confirm", "O-7", "--officer", "wang", lang="zh")
    clearbell("reply", "O-7", "--out", tmp_path)
    assert "2099-12-01T18:00:00+08:00" in (tmp_path / "O-7-reply.txt").read_text()
    shown = clearbell("show", "O-7")
    assert "+86138****0066" in shown
    assert "write to a@b.example" in shown
