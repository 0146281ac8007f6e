"""Officers deal with cases at the command line."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from clearbell.discovery.learning.verdicts import read_verdicts
from clearbell.dossier.errors import DossierError
from clearbell.dossier.fonts import find_fonts

pytestmark = pytest.mark.process


def _has_font():
    try:
        find_fonts(os.environ.get("CLEARBELL_FONT", ""))
    except DossierError:
        return False
    return True


needs_font = pytest.mark.skipif(not _has_font(), reason="no Chinese font is installed: apt-get install fonts-noto-cjk")


@pytest.fixture
def clearbell(tmp_path):
    def run(*words, code=0, lang="en"):
        done = subprocess.run(
            [sys.executable, "-m", "clearbell", *map(str, words)],
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


def test_a_case_from_an_order_to_a_sanction_and_its_end(clearbell, tmp_path):
    def learned():
        clearbell("cases", "verdicts", tmp_path / "verdicts.csv")
        return [(one.number, one.confirmed) for one in read_verdicts(tmp_path / "verdicts.csv").verdicts]

    clearbell(
        *("orders", "receive", "O-7", "--authority", "bureau", "--reference", "7", "--text", "look at it"),
        *("--open-case", "13800000066"),
    )
    about = ("cases", "open", "--number", "13800000066", "--reason", "the order", "--officer", "chief")
    assert "there is no order O-8" in clearbell(*about, "--order", "O-8", code=1)
    [case] = re.findall(r"case (\S+): opened", clearbell(*about, "--order", "O-7"))
    listed = clearbell("cases", "list")
    assert "50 (urgent)" in listed
    assert "紧急" in clearbell("cases", "list", lang="zh")
    assert "not possible" in clearbell("cases", "verdict", case, "cleared", "no", code=1)
    clearbell("cases", "verify", case, "--officer", "o1")
    clearbell("cases", "note", case, "dialled it: flats", "--officer", "o1")
    waiting = clearbell("cases", "verdict", case, "confirmed", "they sell flats", "--officer", "o1")
    assert "waiting for a second officer" in waiting
    assert learned() == []
    assert "须由另一名工作人员复核" in clearbell("cases", "confirm", case, "--officer", "o1", code=1, lang="zh")
    refused = clearbell("cases", "sanction", case, "--reason", "x", "--officer", "o3", code=1)
    assert "without a confirmed verdict" in refused
    assert "confirmed" in clearbell("cases", "confirm", case, "--officer", "o2")
    assert learned() == [(8613800000066, True)]
    harsher = ("cases", "sanction", case, "--reason", "x", "--officer", "o3", "--rung", "outgoing_barred")
    assert "harsher than the proposed `warning`" in clearbell(*harsher, code=1)
    assert f"sanction {case}/1 (outgoing calls barred) is announced" in clearbell(*harsher, "--words", "an order asks")
    shown = clearbell("cases", "show", case)
    for words in ("opened by the regulator's order", "order O-7", "dialled it: flats", "outgoing calls barred"):
        assert words in shown
    clearbell("cases", "appeal", case, "we had consent", "--officer", "o1")
    assert f"{case}/1 is lifted" in clearbell("cases", "decide-appeal", case, "uphold", "so it is", "--officer", "o4")
    assert learned() == [(8613800000066, False)]
    assert "closed" in clearbell("cases", "close", case, "done", "--officer", "o1")
    assert case not in clearbell("cases", "list")
    assert case in clearbell("cases", "list", "--state", "closed")
    assert "0 opened" in clearbell("cases", "follow")
    assert "sound: " in clearbell("ledger", "verify")
    clearbell("erase", "13800000066")
    assert "there is no case" in clearbell("cases", "show", case, code=1)
    assert "sound: " in clearbell("ledger", "verify")


@needs_font
def test_a_case_file_is_handed_over_by_two_officers_and_checked_by_whoever_gets_it(clearbell, tmp_path):
    about = ("cases", "open", "--number", "13800000066", "--reason", "rings all day", "--officer", "chief")
    [case] = re.findall(r"case (\S+): opened", clearbell(*about))
    propose = ("cases", "hand-over", case, "--to", "某市公安局", "--officer", "o1")
    assert "neither confirmed nor asked for" in clearbell(*propose, code=1)
    clearbell("cases", "verify", case, "--officer", "o1")
    clearbell("cases", "note", case, "dialled it: flats", "--officer", "o1")
    clearbell("cases", "verdict", case, "confirmed", "they sell flats", "--officer", "o1")
    clearbell("cases", "confirm", case, "--officer", "o2")
    look = ("sanctions", "preview", case, "--rung", "barred", "--officer")
    assert "incoming calls stop: yes" in clearbell(*look, "o3")
    assert "不得实施处置" in clearbell(*look, "chief", code=1, lang="zh")
    [name] = re.findall(r"--confirm (\S+)", clearbell(*propose))
    out = tmp_path / "out"
    confirm = ("cases", "hand-over", case, "--confirm", name, "--out", out)
    assert "须由另一名工作人员" in clearbell(*confirm, "--officer", "o1", code=1, lang="zh")
    assert not out.exists()
    done = clearbell(*confirm, "--officer", "o2")
    assert "3 files written" in done
    assert {path.name for path in out.iterdir()} == {
        "case-zh.pdf", "case-en.pdf", "case.vcon.json", "manifest.json", "signature.json",
    }  # fmt: skip
    assert "(compared with the ledger)" in clearbell("hand-over", "verify", out)
    point = json.loads(clearbell("ledger", "checkpoint"))
    shutil.rmtree(tmp_path / "home")
    assert "(by its signature, without the ledger)" in clearbell(
        "hand-over", "verify", out, "--key", point["public_key"]
    )
    assert not (tmp_path / "home").exists()
    assert "name the published key" in clearbell("hand-over", "verify", out, code=1)
    (out / "case-zh.pdf").write_bytes(b"%PDF-1.7 another")
    told = clearbell("hand-over", "verify", out, "--key", point["public_key"], code=1, lang="zh")
    assert "case-zh.pdf:文件被改动过" in told
