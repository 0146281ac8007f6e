"""What phones and switches read: a served node's labels through a CardDAV client, Kamailio, and plain HTTP."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

LOANS = 8613800000066
PROPERTY = 8613800000077
WITHIN = 2.0


def test_a_reader_by_version_learns_a_label_and_its_removal(node):
    node.report(LOANS, "loans", 12)
    assert node.until_labelled(LOANS, True) < WITHIN
    first = node.web.get("/v1/labels").json()
    [change] = first["changes"]
    assert (change["number"], change["removed"], change["label"]["zh"]) == (f"+{LOANS}", False, "贷款理财(12)")
    assert change["label"]["en"] == "loans and wealth management (12)"
    assert node.web.get("/v1/labels", params={"since": first["version"]}).json()["changes"] == []
    node.withdraw(LOANS, 12)
    assert node.until_labelled(LOANS, False) < WITHIN
    later = node.web.get("/v1/labels", params={"since": first["version"]}).json()
    assert [(c["number"], c["removed"], c["label"]) for c in later["changes"]] == [(f"+{LOANS}", True, None)]
    assert not later["more"]


def test_an_upheld_appeal_reaches_look_up_feeds_and_readers_by_version_in_two_seconds(node):
    node.report(LOANS, "loans", 12)
    node.until_labelled(LOANS, True)
    known = node.web.get("/v1/labels").json()["version"]
    filed = node.web.post(
        "/v1/appeals",
        json={"id": f"+{LOANS}", "ground": "wrong-name", "statement": "a clinic", "officer": "clerk"},
    ).json()
    assert (filed["state"], filed["due"] > filed["filed"]) == ("received", True)
    decision = f"/v1/appeals/{filed['appeal']}/decision"
    own = node.web.post(decision, json={"upheld": True, "reason": "a clinic", "officer": "clerk"})
    assert (own.status_code, own.json()["where"]) == (422, "officer")
    done = node.web.post(decision, json={"upheld": True, "reason": "a clinic", "officer": "chief"})
    assert done.json()["state"] == "upheld"
    assert node.until_labelled(LOANS, False) < WITHIN
    [change] = node.web.get("/v1/labels", params={"since": known}).json()["changes"]
    assert (change["number"], change["removed"]) == (f"+{LOANS}", True)
    assert str(LOANS) not in node.web.get("/v1/labels/feeds/csv").text
    assert node.web.post(decision, json={"upheld": False, "reason": "x", "officer": "chief"}).status_code == 422
    assert node.web.get("/v1/appeals/NONE").status_code == 404


def test_reports_over_http_have_receipts_and_become_a_label_that_leaves_with_them(node):
    node.until_chores()
    reports = [
        {"number": "13800000066", "reporter": f"1370000000{n}", "category": 7, "automatic": True, "id": f"mine-{n}"}
        for n in range(4)
    ]
    taken = node.web.post("/v1/reports", json={"reports": reports}).json()
    assert (taken["stored"], taken["duplicates"], taken["receipts"][0]) == (4, 0, "api:mine-0")
    assert node.web.post("/v1/reports", json={"reports": reports}).json()["duplicates"] == 4
    assert node.until_labelled(LOANS, True) < WITHIN
    status = node.web.get("/v1/reports/api:mine-0").json()
    assert (status["state"], status["category"]) == ("counted", "loans")
    for n in range(4):
        assert node.web.post(f"/v1/reports/api:mine-{n}/withdrawal").json()["state"] == "withdrawn"
    assert node.until_labelled(LOANS, False) < WITHIN
    assert node.web.post("/v1/reports/api:mine-0/withdrawal").status_code == 422
    assert node.web.get("/v1/reports/nothing").status_code == 404
    bad = node.web.post("/v1/reports", json={"reports": [{"number": "13800000066", "at": "2099-01-01T00:00:00+00:00"}]})
    assert (bad.status_code, bad.json()["error"]) == (422, "refused")
    assert node.open.post("/v1/reports", json={"reports": reports}).status_code == 401


def test_a_number_is_looked_up_without_being_told(node):
    node.report(LOANS, "loans", 5)
    node.until_labelled(LOANS, True)
    digest = hashlib.sha256(f"+{LOANS}".encode()).hexdigest()
    found = node.open.get(f"/v1/labels/hashed/{digest[:5]}").json()
    assert digest in [label["digest"] for label in found["labels"]]
    assert str(LOANS) not in str(found)
    bad = node.open.get(f"/v1/labels/hashed/{digest[:6]}")
    assert (bad.status_code, bad.json()["where"]) == (400, "prefix")


def test_feeds_need_the_token_and_look_ups_are_limited(node):
    for path in ("/v1/labels", "/v1/labels/feeds/csv"):
        assert node.open.get(path).status_code == 401
    assert node.open.request("PROPFIND", "/carddav/labels/").status_code == 401
    assert node.open.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
    answers = [node.open.get(f"/v1/labels/numbers/+{LOANS + n}") for n in range(70)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 0 < len(refused) <= 10
    assert int(refused[0].headers["Retry-After"]) >= 1
    assert refused[0].json()["error"] == "too-many"
    assert node.web.get("/v1/labels/feeds/nothing").status_code == 404


def test_a_csv_names_every_label_in_force(node):
    node.report(LOANS, "loans", 5)
    node.report(PROPERTY, "property", 9)
    node.until_labelled(PROPERTY, True)
    feed = node.web.get("/v1/labels/feeds/csv", params={"lang": "en"})
    rows = list(csv.DictReader(io.StringIO(feed.text)))
    assert [(row["number"], row["category"], row["text"]) for row in rows] == [
        (f"+{PROPERTY}", "property", "property agency (9)"),
        (f"+{LOANS}", "loans", "loans and wealth management (5)"),
    ]
    assert feed.headers["X-Label-Version"] == "2"


def vdirsyncer(folder: Path, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vdirsyncer", "-c", str(folder / "config"), *words],
        input="y\n" * 10,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_carddav_client_keeps_a_phone_book_and_drops_who_is_cleared(node, tmp_path):
    node.report(LOANS, "loans", 12)
    node.report(PROPERTY, "property", 9)
    node.until_labelled(PROPERTY, True)
    (tmp_path / "config").write_text(
        f"""[general]
status_path = "{tmp_path / "status"}"
[pair book]
a = "clearbell"
b = "phone"
collections = ["labels", "labels-en"]
[storage clearbell]
type = "carddav"
url = "{node.url}/carddav/"
username = "phone"
password = "{node.token}"
read_only = true
[storage phone]
type = "filesystem"
path = "{tmp_path / "phone"}"
fileext = ".vcf"
"""
    )
    vdirsyncer(tmp_path, "discover", "book")
    vdirsyncer(tmp_path, "sync")

    def contacts(book):
        return "".join(path.read_text() for path in sorted((tmp_path / "phone" / book).glob("*.vcf")))

    held = contacts("labels")
    assert held.count("BEGIN:VCARD") == 2
    assert "FN:贷款理财(12)" in held
    assert f"TEL;TYPE=VOICE:+{LOANS}" in held
    assert "FN:property agency (9)" in contacts("labels-en")
    node.withdraw(LOANS, 12)
    node.until_labelled(LOANS, False)
    vdirsyncer(tmp_path, "sync")
    held = contacts("labels")
    assert held.count("BEGIN:VCARD") == 1
    assert f"+{PROPERTY}" in held


KAMAILIO = """
children=1
log_stderror=yes
listen=udp:127.0.0.1:{port}
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "db_text.so"
loadmodule "htable.so"
modparam("htable", "db_url", "text://{folder}")
modparam("htable", "htable", "label=>size=10;dbtable=clearbell_label")
request_route {{
    if ($sht(label=>$fU) != $null) {{
        append_to_reply("X-Label: $sht(label=>$fU)\\r\\n");
    }}
    sl_send_reply("200", "OK");
}}
"""


def options(sock, caller):
    port = sock.getsockname()[1]
    sock.send(
        f"OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{time.monotonic_ns()}\r\n"
        f"From: <sip:{caller}@x>;tag=1\r\nTo: <sip:x@x>\r\nCall-ID: {caller}\r\nCSeq: 1 OPTIONS\r\n"
        "Content-Length: 0\r\n\r\n".encode()
    )
    return sock.recv(65535).decode()


@pytest.mark.skipif(shutil.which("kamailio") is None, reason="kamailio is not installed: apt-get install kamailio")
def test_kamailio_loads_the_labels_and_shows_them(node, tmp_path, free_port):
    node.report(LOANS, "loans", 12)
    node.until_labelled(LOANS, True)
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "clearbell_label").write_bytes(node.web.get("/v1/labels/feeds/kamailio").content)
    port = free_port(socket.SOCK_DGRAM)
    (tmp_path / "kamailio.cfg").write_text(KAMAILIO.format(port=port, folder=tables))
    with (tmp_path / "kamailio.log").open("w") as log:
        kamailio = subprocess.Popen(
            ["kamailio", "-DD", "-E", "-f", str(tmp_path / "kamailio.cfg"), "-Y", str(tmp_path), "-P",
             str(tmp_path / "k.pid")],
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(0.2)
            sock.connect(("127.0.0.1", port))
            for _ in range(100):
                try:
                    answer = options(sock, LOANS)
                    break
                except (TimeoutError, ConnectionRefusedError):
                    time.sleep(0.1)
            else:
                raise AssertionError((tmp_path / "kamailio.log").read_text()[-3000:])
            sock.settimeout(2)
            assert "X-Label: 贷款理财(12)" in answer
            assert "X-Label" not in options(sock, LOANS + 1)
    finally:
        os.killpg(kamailio.pid, signal.SIGKILL)
        kamailio.wait()
