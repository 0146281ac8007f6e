"""An operator at the command line."""

import os
import re
import subprocess
import sys

import pytest

from clearbell.testing.identities import credit_code, resident_id

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
    paper = ("--authority", "bureau", "--reference", "7", "--text", "bar H1", "--other", "bar H1")
    clearbell("orders", "receive", "O1", *paper)
    clearbell("sanctions", "restrict", "R1", "--reason", "test", "--holder", "H1", "--order", "O1")
    assert "RESTRICTED_HOLDER" in clearbell(*screen)
    clearbell("sanctions", "lift", "R1", "--reason", "done")
    assert "sound: " in clearbell("ledger", "verify")


def test_a_person_is_erased_and_the_ledger_still_verifies(clearbell, tmp_path):
    clearbell("consent", "list", "13900000002", "13800000001", "--verdict", "block")
    assert "own block list" in clearbell("screen", "--from", "13800000001", "--to", "13900000002")
    recording = tmp_path / "call.wav"
    recording.write_bytes(b"RIFF\x00\x00\x00\x00WAVEfmt ")
    kept = clearbell("consent", "keep", recording, "--kind", "recording", "--holder", "H1", "--callee", "13900000002")
    digest = re.search(r"[0-9a-f]{64}", kept)[0]
    clearbell("consent", "evidence", digest, tmp_path / "back.wav")
    assert "erased 2 facts of the ledger, 1 rows of present state, 1 documents and" in clearbell("erase", "13900000002")
    assert "there is no document" in clearbell("consent", "evidence", digest, tmp_path / "again.wav", code=1)
    assert "own block list" not in clearbell("screen", "--from", "13800000001", "--to", "13900000002")
    assert "(2 erased)" in clearbell("ledger", "verify")


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
        (("sanctions", "restrict", "R", "--reason", "x", "--order", "O"), "name one of: number, holder, trunk"),
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


def test_a_receipt_is_checked_offline_and_its_code_stops_the_next_call(clearbell, tmp_path):
    clearbell("registry", "party", "p1", "firm")
    clearbell("registry", "holder", "H1", "p1", "--category", "insurance")
    clearbell("registry", "number", "r1", "H1", "0571-8888-0001", "--purpose", "commercial")
    about = ("--holder", "H1", "--callee", "13900000002", "--purpose", "insurance")
    scan = tmp_path / "scan.png"
    scan.write_bytes(b"signed")
    clearbell("consent", "grant", *about, "--channel", "paper", "--evidence", scan, "--provenance", "customer")
    receipt, key = tmp_path / "receipt.txt", tmp_path / "key.json"
    receipt.write_text(clearbell("consent", "receipt", *about, "--link", "https://calls.example.org/c/CODE"))
    key.write_text(clearbell("consent", "publish-key"))
    said = clearbell("consent", "check-receipt", receipt, "--key", key)
    assert "+8613900000002 agreed" in said
    code = re.search(r"https://calls.example.org/c/(\w+)", said)[1]
    receipt.write_text(receipt.read_text().replace(".", ".A", 1))
    assert "凭证" in clearbell("consent", "check-receipt", receipt, "--key", key, code=1, lang="zh")
    screen = ("screen", "--from", "057188880001", "--to", "13900000002", "--at", "2030-01-01T12:00:00+08:00")
    assert "CONSENTED" in clearbell(*screen)
    assert "consent withdrawn" in clearbell("consent", "revoke", code.lower())
    assert "CONSENT_WITHDRAWN" in clearbell(*screen)
    assert "had ended before" in clearbell("consent", "revoke", code)
    assert "no receipt has this code" in clearbell("consent", "revoke", "NONE", code=1)


def test_a_subscriber_is_asked_once_and_only_a_clear_yes_counts(clearbell):
    about = ("--holder", "H1", "--callee", "13900000002", "--purpose", "loans")
    clearbell("consent", "ask", *about)
    assert "视为不同意" in clearbell("consent", "reply", "什么?", *about, lang="zh")
    assert "asking again is not allowed" in clearbell("consent", "ask", *about, code=1)
    assert "agreed" in clearbell("consent", "reply", "是", *about)


def test_a_calling_list_is_scrubbed_to_what_may_be_called(clearbell, tmp_path):
    for callee in ("13900000002", "13900000003"):
        clearbell("consent", "grant", "--holder", "H1", "--callee", callee, "--purpose", "loans")
    clearbell("consent", "refuse", "--callee", "13900000003", "--holder", "H1")
    given, out = tmp_path / "list.csv", tmp_path / "out.csv"
    given.write_text(
        "\ufeffname,号码\nA,139 0000 0002\nB,13900000003\nC,13900000004\nD,hello\nE,110\n", encoding="utf-8"
    )
    scrub = ("consent", "scrub", given, out, "--holder", "H1", "--purpose", "loans")
    assert "the subscriber refused the holder" in clearbell(*scrub)
    assert out.read_text().splitlines() == [
        "name,号码,may,why,until,again",
        "A,139 0000 0002,yes,consented,,",
        "B,13900000003,no,refused,,",
        "C,13900000004,no,no-consent,,",
        "D,hello,no,no-number,,",
        "E,110,no,emergency,,",
    ]
    parquet = tmp_path / "out.parquet"
    clearbell("consent", "scrub", out, parquet, "--holder", "H1", "--purpose", "loans", "--column", "号码")
    clearbell("consent", "scrub", parquet, out, "--holder", "H1", "--purpose", "loans", "--column", "号码")
    assert out.read_text().count(",yes,") == 1
    paper = ("--authority", "bureau", "--reference", "7", "--text", "bar H1", "--other", "bar H1")
    clearbell("orders", "receive", "O1", *paper)
    clearbell("sanctions", "restrict", "R1", "--reason", "test", "--holder", "H1", "--order", "O1")
    assert "使用主体受限" in clearbell(*scrub, lang="zh")
    assert "no column `tel`" in clearbell(*scrub, "--column", "tel", code=1)


def test_a_contract_from_its_offer_to_its_end_and_back(clearbell):
    clearbell("registry", "party", "p1", "firm")
    clearbell("registry", "holder", "H1", "p1")
    clearbell("registry", "number", "r1", "H1", "0571-8888-0001", "--purpose", "service")
    digest = re.search(r"[0-9a-f]{64}", clearbell("contracts", "offer", "C1", "H1", "--purpose", "回访"))[0]
    assert "解除" in clearbell("contracts", "text", "C1")
    assert "not the text" in clearbell("contracts", "accept", "C1", "--signer", "x", "--digest", "0" * 64, code=1)
    clearbell("contracts", "accept", "C1", "--signer", "x", "--digest", digest)
    screen = ("screen", "--from", "057188880001", "--to", "13900000002", "--at", "2030-01-01T12:00:00+08:00")
    assert "RESTRICTED" not in clearbell(*screen)
    assert "contract:C1" in clearbell("contracts", "end", "C1", "--reason", "nuisance")
    assert "RESTRICTED_HOLDER" in clearbell(*screen)
    assert "此时可行的步骤:reinstate" in clearbell("contracts", "end", "C1", "--reason", "x", code=1, lang="zh")
    clearbell("contracts", "reinstate", "C1", "--reason", "remedied")
    assert "RESTRICTED" not in clearbell(*screen)
    story = clearbell("contracts", "story", "C1")
    assert story.index("contract.ended") < story.index("sanctions.restricted") < story.index("sanctions.lifted")
    assert "in_force --> ended: end (provider)" in clearbell("contracts", "diagram")


def test_a_400_application_from_a_wrong_bill_to_a_call_that_is_refused_and_found(clearbell, tmp_path):
    fields = tmp_path / "fields.toml"
    good = {
        "entity_name": "Example Insurance", "entity_kind": "company", "licence_name": "Example Insurance",
        "credit_code": credit_code(1), "licence_legal_name": "甲", "licence_expiry": "9999-12-31", "address": "x",
        "legal_name": "甲", "legal_id": resident_id(1), "legal_phone": "13800000001", "handler_name": "乙",
        "handler_id": resident_id(2), "handler_phone": "13800000002", "purpose": "service", "scenario": "answers",
        "industry": "insurance", "calls_per_day": "10", "own_use": "yes", "holder": "H1", "first": "4001234567",
        "landing_number": "057188880001", "bill_name": "Another Firm",
    }  # fmt: skip
    fields.write_text("".join(f'{name} = "{value}"\n' for name, value in good.items()), encoding="utf-8")
    clearbell("applications", "file", "A1", fields, "--line-class", "400", "--officer", "clerk")
    scan = tmp_path / "scan"
    scan.write_bytes(b"not a scan")
    assert "neither PDF" in clearbell("applications", "attach", "A1", "licence", scan, code=1)
    scan.write_bytes(b"%PDF-1.7 scanned")
    for kind in (
        "licence",
        "legal-id",
        "handler-id",
        "application-letter",
        "undertaking",
        "landing-bill",
        "no-outbound",
    ):
        said = clearbell("applications", "attach", "A1", kind, scan, "--officer", "clerk", lang="zh")
    assert "暂缓受理" in said
    assert "落地号码账单户名与单位全称不一致:「Another Firm」与「Example Insurance」" in said
    assert "not possible while it is `held`" in clearbell("applications", "review", "A1", "--officer", "li", code=1)
    fields.write_text('bill_name = "Example Insurance"\n')
    assert "waits for review" in clearbell("applications", "edit", "A1", fields, "--officer", "clerk")
    assert "A1" in clearbell("applications", "queue")
    assert "another person" in clearbell("applications", "review", "A1", "--officer", "clerk", code=1)
    clearbell("applications", "review", "A1", "--officer", "li")
    assert "另外的人" in clearbell("applications", "approve", "A1", "--officer", "li", code=1, lang="zh")
    clearbell("applications", "approve", "A1", "--officer", "wang")
    screen = ("screen", "--from", "4001234567", "--to", "13900000002")
    assert "INBOUND_ONLY" in clearbell(*screen)
    shown = clearbell("applications", "show", "A1")
    assert resident_id(1) not in shown
    clearbell("applications", "document", "A1", "licence", tmp_path / "back.pdf")
    assert (tmp_path / "back.pdf").read_bytes() == b"%PDF-1.7 scanned"
    assert "sound: " in clearbell("ledger", "verify")


def test_admission_answers_the_sixth_card_and_a_shared_blacklist(clearbell, tmp_path):
    me, boss = resident_id(1), resident_id(2)
    for n in range(5):
        clearbell("admission", "record", f"L{n}", f"1390000000{n}", "--carrier", "cmcc", "--person-id", me)
    said = clearbell("admission", "ask", "sim", "--carrier", "cmcc", "--person-id", me, lang="zh")
    assert "不予办理" in said
    assert "上限为 5 张" in said
    assert "救济:" in said
    assert "5" in clearbell("admission", "cards", me)
    shared = tmp_path / "blacklist.csv"
    shared.write_text(
        "entry,licence,person_id,name,breach,source,until\n"
        f"B1,{credit_code(7)},{boss},甲,nuisance calls,unicom,\n"
        "B2,wrong,,,nuisance calls,unicom,\n"
        "B3,,110101199001011239,,nuisance calls,unicom,\n",
        encoding="utf-8",
    )
    assert "1 stored, 0 duplicate, 2 quarantined" in clearbell("admission", "blacklist", "import", shared)
    said = clearbell(
        "admission", "ask", "number", "--carrier", "cmcc", "--credit-code", credit_code(1), "--legal-id", boss
    )
    assert "blacklisted-legal-person" in said
    assert "appeal where the application was made" in said
    clearbell("admission", "blacklist", "export", shared)
    assert shared.read_text().splitlines()[1] == f"B1,{credit_code(7)},,甲,nuisance calls,unicom,"
    assert "check digit" in clearbell("admission", "ask", "sim", "--carrier", "c", "--person-id", "1", code=1)
