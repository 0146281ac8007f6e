"""Whom a sanction put on the blacklist gets no new number, as an operator sees it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from clearbell.cli.applications import open_desk
from clearbell.desk.sanctioning import keep_up_sanctions
from clearbell.ledger import SystemClock
from clearbell.registry.applications.forms import FORMS
from clearbell.registry.applications.model import LineClass
from clearbell.registry.applications.service import do_approve, do_attach, do_file, do_review
from clearbell.sanctions.model import Rung
from clearbell.testing import MovableClock, fresh_store
from clearbell.testing.identities import credit_code, resident_id
from clearbell.vault import Kept
from desk.conftest import OUTBOX, PACK, announce, confirmed
from registry.applications.test_applications import GOOD

pytestmark = pytest.mark.process

TEN_DAYS = 10 * 86_400_000_000


@pytest.fixture
def home(tmp_path):
    """A holder that was blacklisted a week ago."""
    clock = MovableClock(SystemClock().now() - TEN_DAYS)
    home = tmp_path / "home"
    home.mkdir()
    store, desk = fresh_store(home, clock), open_desk(home, "cn")

    def do(who, what, *words):
        with store.act(f"web:{who}") as act:
            what(act, *words)

    do("clerk", do_file, desk, "A1", LineClass.TOLL_400, GOOD)
    for serial, paper in enumerate(FORMS[LineClass.TOLL_400].documents):
        do("clerk", do_attach, desk, "A1", paper.kind, Kept(f"{serial:064x}", "application/pdf", 100))
    do("one", do_review, "A1")
    do("two", do_approve, desk, "A1")
    confirmed(store, "H1")
    fact = announce(store, Rung.BLACKLISTED)
    clock.move(fact.latest - clock.now())
    assert keep_up_sanctions(store, PACK, OUTBOX) == ["c1/1"]
    store.close()
    return home


@pytest.fixture
def clearbell(home):
    def run(*words, code=0, lang="en"):
        done = subprocess.run(
            [sys.executable, "-m", "clearbell", *map(str, words)],
            capture_output=True, text=True, timeout=120, check=False,
            env={**os.environ, "CLEARBELL_HOME": str(home), "CLEARBELL_LANG": lang, "COLUMNS": "200"},
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    return run


def test_a_blacklisted_holder_gets_no_new_number_until_it_is_lifted(clearbell):
    ask = ("admission", "ask", "number", "--carrier", "cmcc", "--credit-code", credit_code(1))
    boss = ("--legal-id", resident_id(1), "--legal-name", "甲")
    told = clearbell(*ask, *boss)
    assert told.startswith("refuse")
    assert "blacklisted-licence" in told
    assert clearbell(*ask, *boss, lang="zh").startswith("不予办理")
    # Under another licence the same person stands behind it.
    other = (*ask[:-1], credit_code(5), *boss)
    assert "blacklisted-legal-person" in clearbell(*other)
    shown = clearbell("sanctions", "show", "c1/1")
    assert "blacklisted until" in shown
    clearbell("sanctions", "lift", "c1/1", "--reason", "put right")
    assert clearbell(*other).startswith("approve")


def test_who_is_listed_by_name_alone_is_found_by_name(clearbell):
    clearbell(
        "admission", "blacklist", "add", "B9", "--breach", "nuisance calls", "--source", "unicom", "--name", "甲丙公司"
    )
    ask = (
        "admission",
        "ask",
        "number",
        "--carrier",
        "cmcc",
        "--credit-code",
        credit_code(8),
        "--legal-id",
        resident_id(8),
    )
    told = clearbell(*ask, "--name", "甲丙 公司")
    assert told.startswith("hold")
    assert "entry B9 on the shared blacklist; an officer is to look" in told
    assert "须由经办人核实是否同一主体" in clearbell(*ask, "--name", "甲丙公司", lang="zh")
    assert clearbell(*ask, "--name", "甲丁公司").startswith("approve")
