"""The public report form as a person without scripts fills it in: an SMS code, the fields, a receipt, the answer by SMS."""

from __future__ import annotations

import datetime
import re
import socket

import pytest
from tests.integrations.conftest import Node

from clearbell.reports.tables import report, report_detail
from clearbell.testing.smsc_process import running_smsc

pytestmark = pytest.mark.process

CALLER, ME = 8613800000066, 8613900000009
PNG = bytes.fromhex("89504e470d0a1a0a") + b"\0" * 64


@pytest.fixture
def smsc():
    with running_smsc("--password", "secret") as centre:
        yield centre


@pytest.fixture
def node(tmp_path, free_port, smsc):
    home = tmp_path / "home"
    home.mkdir()
    (home / "smsc").write_text("secret\n")
    more = (
        f'[notices.sms]\naddress = "127.0.0.1:{smsc.port}"\nsystem_id = "clearbell"\nsource = "10690001"\n'
        f'password_file = "{home / "smsc"}"\n'
    )
    served = Node(home, free_port(), free_port(socket.SOCK_DGRAM), more)
    yield served
    served.stop()


def code_sent(smsc, count=1):
    texts = smsc.texts(ME)
    while len(texts) < count:
        smsc.events("message", count)
        texts = smsc.texts(ME)
    return re.search(r"\b(\d{6})\b", texts[count - 1])[1]


def ask_for_code(node, language="zh", **more):
    form = {"accepted": "1", "reporter": "13900000009"} | more
    return node.open.post(f"/report/code?lang={language}", data=form)


def fields(**more):
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8)))
    return {
        "reporter": "13900000009", "number": "138 0000 0066", "date": now.date().isoformat(),
        "time": now.strftime("%H:%M"), "duration": "under-3-min", "manner": "automatic", "category": "property",
        "description": "卖房的录音", "forward": "1",
    } | more  # fmt: skip


def send(node, language="zh", file=None, **more):
    files = {"evidence": file or ("", b"")}
    return node.open.post(f"/report/send?lang={language}", data=fields(**more), files=files)


def receipt_in(page):
    return re.search(r"<b>([A-Z0-9]+)</b>", page.text)[1]


def test_a_person_reports_a_call_looks_it_up_and_is_answered_by_sms(node, smsc):
    node.call(CALLER, ME, talk=9)
    first = node.open.get("/report?lang=zh")
    assert (first.status_code, "举报须知" in first.text) == (200, True)
    assert "+86139****0009" in ask_for_code(node).text
    done = send(node, code=code_sent(smsc), file=("shot.png", PNG, "image/png"))
    assert done.status_code == 200, done.text
    receipt = receipt_in(done)
    status = node.web.get(f"/v1/reports/portal:{receipt}").json()
    assert (status["complaint"], status["category"]) == ("received", "property")
    page = node.open.get(f"/r/{receipt}?lang=en").text
    assert "received, to be passed on" in page
    assert str(CALLER)[2:] not in page
    with node.store.read() as conn:
        [row] = conn.execute(report_detail.select())
    assert (row.description, row.duration, row.verified, row.forward) == ("卖房的录音", "under-3-min", True, True)
    assert len(row.evidence) == 64
    assert row.origin > 0
    for step, words in (("forward", "carrier-1"), ("handle", "barred"), ("answer", "已停止该号码呼出")):
        assert node.web.post(f"/v1/complaints/portal:{receipt}/{step}", json={"words": words}).status_code == 200
    smsc.events("message", 2)
    assert smsc.texts(ME)[1] == f"您的举报 {receipt} 已处理:已停止该号码呼出。感谢您的举报。"
    assert "已停止该号码呼出" in node.open.get(f"/r/{receipt}?lang=zh").text


def test_what_is_wrong_is_told_and_the_code_need_not_be_entered_again(node, smsc):
    assert "read and agree to the notice first" in ask_for_code(node, "en", accepted="").text
    assert "give a number" in ask_for_code(node, "en", reporter="abc").text
    ask_for_code(node, "en")
    code = code_sent(smsc)
    assert "wait" in ask_for_code(node, "en").text or "seconds" in ask_for_code(node, "en").text
    wrong = send(node, "en", code="000000" if code != "000000" else "111111")
    assert (wrong.status_code, "the code is not right; 4 tries are left" in wrong.text) == (422, True)
    assert "卖房的录音" in wrong.text
    bad = send(node, "en", code=code, date="2099-01-01", category="", description="", number="x")
    assert bad.status_code == 422
    for words in ("the day or time is none, or in the future", "choose what it was about", "say what was said"):
        assert words in bad.text
    [token] = re.findall(r'name="token" value="([^"]+)"', bad.text)
    assert "not PDF" not in bad.text
    again = send(node, "en", token=token, file=("x.exe", b"MZ" * 50, "application/octet-stream"))
    assert "neither PDF, PNG, JPEG nor audio" in again.text
    assert "choose the file once more" in again.text
    done = send(node, "en", token=token)
    assert (done.status_code, "Your report is taken" in done.text) == (200, True)
    # A token proves its own number and no other.
    other = send(node, "en", token=token, reporter="13900000010")
    assert other.status_code == 422


def test_a_report_is_taken_back_by_its_receipt_and_an_unknown_one_is_not_there(node, smsc):
    node.call(CALLER, ME, talk=9)
    ask_for_code(node)
    receipt = receipt_in(send(node, code=code_sent(smsc)))
    for _ in range(2):
        page = node.open.post(f"/r/{receipt}/withdraw?lang=en")
        assert (page.status_code, "it was taken back" in page.text) == (200, True)
    assert node.open.get("/r/NOTHING").status_code == 404


def test_without_an_sms_centre_the_form_says_that_it_is_closed(tmp_path, free_port):
    home = tmp_path / "closed"
    home.mkdir()
    served = Node(home, free_port(), free_port(socket.SOCK_DGRAM))
    try:
        page = served.open.get("/report?lang=en")
        assert (page.status_code, "no reports are taken here" in page.text) == (503, True)
    finally:
        served.stop()


def test_who_proved_a_number_chooses_the_call_instead_of_typing_it(node, smsc):
    node.call(CALLER, ME, talk=9)
    node.call(CALLER + 1, ME + 1, talk=9)
    first = ask_for_code(node, "en").text
    assert str(CALLER) not in first, "nobody who did not prove the number is told who called it"
    refused = send(node, "en", code="000000", show="calls")
    assert (refused.status_code, str(CALLER) in refused.text) == (422, False)
    listed = send(node, "en", code=code_sent(smsc), number="", date="", time="", show="calls")
    assert listed.status_code == 200, listed.text
    calls = re.findall(r'<option value="([^"]+)"[^>]*>[^<]*· \+(\d+)</option>', listed.text)
    assert [number for _, number in calls] == [str(CALLER)], "only calls to that number"
    [token] = re.findall(r'name="token" value="([^"]+)"', listed.text)
    done = send(node, "en", token=token, call=calls[0][0], number="", date="", time="")
    assert done.status_code == 200, done.text
    with node.store.read() as conn:
        assert [row.number for row in conn.execute(report.select())] == [CALLER]
    # The call of somebody else is none that one may choose.
    foreign = send(node, "en", token=token, call="0123456789", number="", date="", time="")
    assert (foreign.status_code, "give a number" in foreign.text) == (422, True)
