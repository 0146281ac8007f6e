"""A blocked caller's way back, against a served node: 603+, the page, a code by SMS, another officer, and the call rings."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time

import pytest
from tests.integrations.conftest import Node

from clearbell.ledger.verify import verify
from clearbell.policy.pack import builtin_pack_text
from clearbell.screening.views import Views
from clearbell.testing.smsc_process import running_smsc

pytestmark = pytest.mark.process

CALLER, OTHER, CALLEE = 8613800000066, 8613900000009, 8613700009999
PDF, PNG = b"%PDF-1.7 a licence", bytes.fromhex("89504e470d0a1a0a") + b"\0" * 64
WITHIN = 15.0


@pytest.fixture
def smsc():
    with running_smsc("--password", "secret") as centre:
        yield centre


@pytest.fixture
def node(tmp_path, free_port, smsc):
    home = tmp_path / "home"
    home.mkdir()
    (home / "smsc").write_text("secret\n")
    # Complaints and a label alone block here.
    text = builtin_pack_text("cn").replace("[symbols.REPUTATION]\npoints = 6", "[symbols.REPUTATION]\npoints = 12")
    (home / "strict.toml").write_text(text)
    more = (
        f'lookups_per_minute = 0\n[notices.sms]\naddress = "127.0.0.1:{smsc.port}"\nsystem_id = "clearbell"\n'
        f'source = "10690001"\npassword_file = "{home / "smsc"}"\n'
    )
    served = Node(home, free_port(), free_port(socket.SOCK_DGRAM), more, pack=str(home / "strict.toml"))
    served.home = home
    yield served
    served.stop()


def until(done):
    ends = time.monotonic() + WITHIN
    while not (found := done()):
        assert time.monotonic() < ends
        time.sleep(0.1)
    return found


def command(node, *words, fails=False):
    made = subprocess.run(
        [sys.executable, "-m", "clearbell", "appeals", *words, "--home", str(node.home)],
        env={**os.environ, "CLEARBELL_LANG": "en"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (made.returncode != 0) is fails, made.stderr
    return made.stderr if fails else made.stdout


def sms(smsc, number, words):
    return until(lambda: next((text for text in smsc.texts(number) if words in text), ""))


def code_for(node, smsc, number, about, language):
    before = len(smsc.texts(number))
    page = node.open.post(f"/appeal/code?lang={language}", data={"number": f"+{number}", "id": about})
    assert page.status_code == 200, page.text
    assert about in page.text
    until(lambda: len(smsc.texts(number)) > before)
    return re.search(r"\b(\d{6})\b", smsc.texts(number)[-1])[1]


def send(node, language, number, about, *, files=None, **fields):
    form = {"number": f"+{number}", "id": about, "statement": "我们是诊所,只打预约提醒", "ground": "mistaken"} | fields
    return node.open.post(f"/appeal/send?lang={language}", data=form, files=files or [("papers", ("", b""))])


def followed(node):
    """Until calls are judged by all that stands in the ledger now."""
    head = node.store.entries(0, Views.KINDS, 100_000)[-1].seq
    until(lambda: node.open.get("/healthz").json()["ledger"] >= head)


def blocked(node):
    """The decision that the 603+ answer names."""
    node.report(CALLER, "insurance", 40)
    node.until_labelled(CALLER, True)
    followed(node)
    answer = node.ask(CALLER, CALLEE)[0]
    assert (answer.code, answer.phrase) == (603, "Network Blocked")
    return re.search(r"/blocked/([\w.:-]+)", answer.raw.decode())[1]


def test_a_blocked_caller_appeals_at_the_page_another_officer_upholds_and_the_next_call_rings(node, smsc):
    decision = blocked(node)
    for language, title in (("zh", "在线申诉"), ("en", "Appeal here")):
        page = node.open.get(f"/blocked/{decision}?lang={language}").text
        assert f'<a href="/appeal?id={decision}&amp;lang={language}">{title}</a>' in page
        assert f'value="{decision}"' in node.open.get(f"/appeal?id={decision}&lang={language}").text
    assert node.open.get(f"/v1/labels/numbers/+{CALLER}").json()["appeal"] == "/appeal"

    # Whoever it does not concern learns the same of it as of what does not exist.
    token = ""
    for about in (decision, "no-such-decision"):
        proof = {"token": token} if token else {"code": code_for(node, smsc, OTHER, about, "en")}
        refused = send(node, "en", OTHER, about, **proof)
        assert refused.status_code == 422
        assert "nothing of that id concerns your number" in refused.text
        token = re.search(r'name="token" value="([^"]+)"', refused.text)[1]
    assert node.web.get("/v1/appeals").json() == []

    code = code_for(node, smsc, CALLER, decision, "zh")
    wrong = send(node, "zh", CALLER, decision, code=code, statement=" ")
    assert (wrong.status_code, "请写明申诉理由" in wrong.text) == (422, True)
    token = re.search(r'name="token" value="([^"]+)"', wrong.text)[1]
    papers = [("papers", ("licence.pdf", PDF)), ("papers", ("shop.png", PNG))]
    done = send(node, "zh", CALLER, decision, token=token, files=papers)
    assert (done.status_code, "申诉已受理" in done.text) == (200, True), done.text
    receipt = re.search(r"<b>([A-Z0-9]+)</b>", done.text)[1]
    assert str(CALLER)[2:] not in done.text
    assert receipt in sms(smsc, CALLER, "已受理")
    again = send(node, "zh", CALLER, decision, token=token)
    assert "已有未决申诉" in again.text
    assert receipt not in again.text

    command(node, "ask-papers", receipt, "the permit", "--officer", "li")
    sms(smsc, CALLER, "the permit")
    page = node.open.get(f"/appeal/r/{receipt}?lang=en").text
    assert "waiting for papers" in page
    assert "the permit" in page
    assert all(name in page for name in ("licence.pdf", "shop.png"))
    sent = node.open.post(f"/appeal/r/{receipt}/papers?lang=en", files=[("papers", ("permit.pdf", PDF + b"2"))])
    assert "under review" in sent.text
    bad = node.open.post(f"/appeal/r/{receipt}/papers?lang=en", files=[("papers", ("x.exe", b"MZ" * 40))])
    assert (bad.status_code, "neither PDF, PNG, JPEG nor audio" in bad.text) == (422, True)

    whole = node.web.get(f"/v1/appeals/{receipt}").json()
    papers = {paper["name"]: paper["digest"] for paper in whole["papers"]}
    assert set(papers) == {"licence.pdf", "shop.png", "permit.pdf"}
    assert node.web.get(f"/v1/appeals/{receipt}/papers/{papers['licence.pdf']}").content == PDF
    assert "complaints that count no more: 40" in command(node, "show", receipt)
    assert node.ask(CALLER, CALLEE)[0].code == 603
    assert "who filed the appeal" in command(
        node, "decide", receipt, "uphold", "x", "--officer", "web:appellant", fails=True
    )
    told = command(node, "decide", receipt, "uphold", "the permit is in order", "--officer", "wang")
    assert "labels withdrawn: 1" in told
    assert node.until_labelled(CALLER, False) < WITHIN
    followed(node)
    assert node.ask(CALLER, CALLEE)[0].code in (302, 404)
    sms(smsc, CALLER, "申诉成立")
    page = node.open.get(f"/appeal/r/{receipt}?lang=en").text
    assert "upheld" in page
    assert "the permit is in order" in page
    assert verify(node.store).fault is None


def test_a_receipt_takes_an_appeal_back_and_an_unknown_one_is_not_there(node, smsc):
    decision = blocked(node)
    done = send(node, "en", CALLER, decision, code=code_for(node, smsc, CALLER, decision, "en"))
    receipt = re.search(r"<b>([A-Z0-9]+)</b>", done.text)[1]
    asked = node.open.get(f"/appeal/status?receipt={receipt.lower()}", follow_redirects=False)
    assert asked.headers["location"].startswith(f"/appeal/r/{receipt}")
    for _ in range(2):
        page = node.open.post(f"/appeal/r/{receipt}/withdraw?lang=en")
        assert (page.status_code, "withdrawn" in page.text) == (200, True)
    assert node.ask(CALLER, CALLEE)[0].code == 603
    for language, words in (("zh", "没有该编号的申诉"), ("en", "There is no appeal with this receipt")):
        page = node.open.get(f"/appeal/r/NOTHING?lang={language}")
        assert (page.status_code, words in page.text) == (404, True)
        assert node.open.post(f"/appeal/r/NOTHING/withdraw?lang={language}").status_code == 404
    assert "give a number" in node.open.post("/appeal/code?lang=en", data={"number": "abc", "id": "x"}).text
