"""A case file handed over: its package can be read, says what the case says, and tells when it was touched."""

from __future__ import annotations

import io
import json
import os
import re
import wave
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader
from pypdf.generic import NameObject

from cases.conftest import PACK, RULES, report_matched
from clearbell.cases.erasure import do_forget_number
from clearbell.cases.errors import WordsNeededError
from clearbell.cases.evidence import Content, Evidence, VerificationCall
from clearbell.cases.hand_overs.errors import (
    NotForHandOverError,
    RecipientError,
    SameHandsError,
    UnknownHandOverError,
)
from clearbell.cases.hand_overs.model import TRANSITIONS, State
from clearbell.cases.hand_overs.queries import hand_over_of, hand_overs
from clearbell.cases.hand_overs.service import do_propose_hand_over, do_send_back
from clearbell.cases.model import Opened, Source, Verdict, number_unit
from clearbell.cases.service import do_add_evidence, do_note, do_open, do_reopen
from clearbell.desk.handing_over import hand_over, verify_package
from clearbell.desk.verdicts import do_find
from clearbell.dossier.errors import DossierError, FontError, NoFontError
from clearbell.dossier.fonts import find_fonts
from clearbell.dossier.package import write
from clearbell.dossier.vcon import content_hash, uuid8
from clearbell.ledger.checkpoints import load_key, public_bytes
from clearbell.ledger.verify import verify
from clearbell.lifecycles import IllegalStepError, mermaid
from clearbell.sanctions.model import Rung
from clearbell.vault import Vault
from desk.conftest import announce, confirmed, due

NUMBER, REPORTER = 8613800000066, 8613900000001
ALONE = msgspec.structs.replace(PACK, cases=msgspec.structs.replace(RULES, hand_over_four_eyes=False))


@pytest.fixture(scope="session")
def fonts():
    try:
        return find_fonts(os.environ.get("CLEARBELL_FONT", ""))
    except NoFontError:
        pytest.skip("no Chinese font is installed: apt-get install fonts-noto-cjk")


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path / "documents", bytes(32), lambda size: bytes(size))


@pytest.fixture
def key(tmp_path):
    return load_key(tmp_path / "ledger-key.pem")


@pytest.fixture
def plain_pdf(monkeypatch):
    """Sheets are written as they are: a font takes a second to embed, and here nobody reads it."""
    monkeypatch.setattr("clearbell.desk.handing_over.write_pdf", lambda sheet, fonts, at: repr(sheet).encode())


def sound():
    """A second of silence as a telephone hears it."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(4 * 8000))
    return out.getvalue()


@pytest.fixture
def case(store, vault):
    """A confirmed and sanctioned case with reports, a test call that was recorded, and its category."""
    report_matched(store, NUMBER, range(REPORTER, REPORTER + 3), category="loans")
    confirmed(store, NUMBER)
    kept = vault.put(sound(), 10**6)
    heard = "您好,贷款需要吗?我是139 的朋友,13900000001 介绍的"
    with store.act("test") as act:
        call = VerificationCall("human", 1, kept.digest, heard, 0.9)
        do_add_evidence(act, "c1", Evidence(call, act.at, "verification", "t1"), RULES)
        do_add_evidence(act, "c1", Evidence(VerificationCall("no-answer"), act.at, "verification", "t2"), RULES)
        gone = VerificationCall("machine", 9, "0" * 64)
        do_add_evidence(act, "c1", Evidence(gone, act.at, "verification", "t3"), RULES)
        told = Content("loans", 0.93, kept.digest, spoke=("贷款",), model="f" * 64)
        do_add_evidence(act, "c1", Evidence(told, act.at, "content", "t1"), RULES)
        do_note(act, "c1", f"+{REPORTER + 1} 来电补充说明", RULES, officer="one")
    announce(store, Rung.BARRED)
    return "c1"


def proposed(store, case="c1", name="H1", officer="one", **more):
    with store.act("test") as act:
        do_propose_hand_over(act, name, case, more.pop("to", "某市公安局"), officer=officer, **more)


def handed_over(store, vault, key, fonts, out, name="H1", officer="two", pack=PACK):
    return hand_over(
        store, name, pack, vault, key, fonts, lambda content: write(out, content), actor="test", officer=officer
    )


def words_of(path):
    """The text of a PDF without any white space: how far apart signs stand is the reader's guess."""
    pages = PdfReader(path).pages
    for page in pages:
        for font in page["/Resources"]["/Font"].values():
            # Its own table of codes, which pypdf reads byte by byte; the codes are two bytes each, as in this one.
            font.get_object()[NameObject("/Encoding")] = NameObject("/Identity-H")
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


def test_the_package_tells_the_case_in_both_languages_with_its_calls(store, vault, key, fonts, case, tmp_path):
    proposed(store)
    out = tmp_path / "out"
    done = handed_over(store, vault, key, fonts, out)
    zh, en = words_of(out / "case-zh.pdf"), words_of(out / "case-en.pdf")
    for said in ("案件卷宗c1", "+8613800000066", "已处置", "认定违规", "某市公安局", "双停", "提出结论"):
        assert said in zh, said
    for said in ("Casefilec1", "handedoverto", "barredinbothdirections", "testcall:human"):
        assert said.lower() in en.lower(), said
    fonts_in = PdfReader(out / "case-zh.pdf").pages[0]["/Resources"]["/Font"]
    for one in fonts_in.values():
        described = one.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(described)
    # A part of the font and not all of it.
    assert (out / "case-zh.pdf").stat().st_size < 400_000
    vcon = json.loads((out / "case.vcon.json").read_bytes())
    assert vcon["parties"][0]["tel"] == "tel:+8613800000066"
    recorded, missed, gone = vcon["dialog"]
    assert recorded["content_hash"] == content_hash(sound())
    assert (recorded["type"], recorded["originator"], recorded["mediatype"]) == ("recording", 1, "audio/wav")
    assert (out / recorded["filename"]).read_bytes() == sound()
    assert (missed["type"], missed["disposition"]) == ("incomplete", "no-answer")
    assert (gone["type"], "body" in gone) == ("recording", False)
    attached = {one["filename"]: one["content_hash"] for one in vcon["attachments"]}
    assert attached == {name: content_hash((out / name).read_bytes()) for name in ("case-zh.pdf", "case-en.pdf")}
    transcript, category, report = vcon["analysis"]
    assert (transcript["type"], transcript["dialog"]) == ("transcript", 0)
    assert (category["body"]["category"], category["dialog"]) == ("loans", 0)
    assert any("认定违规" in line["zh"] for line in report["body"])
    assert {one.path for one in done.manifest.files} == {
        "case-zh.pdf", "case-en.pdf", "case.vcon.json", recorded["filename"],
    }  # fmt: skip
    assert verify(store).fault is None
    with store.read() as conn:
        row = hand_over_of(conn, "H1")
    assert (row.state, row.proposer, row.officer, row.seq) == ("handed-over", "one", "two", done.seq)
    [entry] = store.entries(done.seq - 1, ["cases.handed-over"])
    assert done.digest.encode() in entry.facts[0]
    assert str(NUMBER).encode() not in entry.facts[0]


def test_reporters_are_masked_everywhere_unless_there_is_a_reason(store, vault, key, fonts, case, tmp_path):
    proposed(store)
    handed_over(store, vault, key, fonts, tmp_path / "masked")
    masked = [words_of(tmp_path / "masked" / f"case-{tongue}.pdf") for tongue in ("zh", "en")]
    masked.append((tmp_path / "masked" / "case.vcon.json").read_text())
    for text in masked:
        for one in range(REPORTER, REPORTER + 3):
            assert str(one)[2:] not in text
    assert "+86139****0001" in masked[0]
    assert "举报人已隐去" in masked[0]
    proposed(store, name="H2", with_reporters="they agreed to be witnesses")
    handed_over(store, vault, key, fonts, tmp_path / "whole", "H2")
    whole = words_of(tmp_path / "whole" / "case-zh.pdf")
    for one in range(REPORTER, REPORTER + 3):
        assert str(one) in whole
    assert "theyagreedtobewitnesses" in whole


def test_a_package_is_checked_with_the_published_key_alone_and_against_the_ledger(
    store, vault, key, fonts, plain_pdf, case, tmp_path
):
    proposed(store)
    out = tmp_path / "out"
    handed_over(store, vault, key, fonts, out)
    public = public_bytes(key)
    assert verify_package(out, public, None).faults == ()
    assert verify_package(out, public, store).faults == ()
    other = public_bytes(load_key(tmp_path / "other.pem"))
    assert [one.en for one in verify_package(out, other, None).faults] == [
        "it was signed with another key than this one"
    ]


TOUCHED = {
    "a file changed": (lambda out: _append(out / "case-zh.pdf"), "case-zh.pdf: the file was changed"),
    "a file gone": (lambda out: (out / "case-en.pdf").unlink(), "case-en.pdf: the file is missing"),
    "a file more": (lambda out: (out / "more.txt").write_text("x"), "more.txt: it is not in the manifest"),
    "the manifest": (
        lambda out: _replace(out / "manifest.json", "某市公安局", "someone else"),
        "manifest.json: the manifest was changed",
    ),
    "the entry": (
        lambda out: _replace(out / "signature.json", '"actor": "test"', '"actor": "tset"'),
        "signature.json: the ledger's entry does not have its hash",
    ),
    "the signature": (
        lambda out: _replace(out / "signature.json", '"signature": "', '"signature": "AAAA'),
        "signature.json: the signature does not hold",
    ),
    "a way out": (
        lambda out: _replace(out / "manifest.json", '"path": "case-zh.pdf"', '"path": "../case-zh.pdf"'),
        "../case-zh.pdf: its path leads out of the package",
    ),
}


def _append(path):
    path.write_bytes(path.read_bytes() + b" ")


def _replace(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_whatever_is_touched_is_told(store, vault, key, fonts, plain_pdf, case, tmp_path, golden):
    proposed(store)
    out = tmp_path / "out"
    handed_over(store, vault, key, fonts, out)
    kept = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    said = []
    for name, (touch, expected) in TOUCHED.items():
        touch(out)
        faults = verify_package(out, public_bytes(key), store).faults
        assert expected in [f"{one.path}: {one.en}" for one in faults], name
        said += [name, *(f"  {one.path}: {one.zh}\n  {one.path}: {one.en}" for one in faults)]
        for path in out.rglob("*"):
            if path.is_file() and path not in kept:
                path.unlink()
        for path, data in kept.items():
            path.write_bytes(data)
    assert verify_package(out, public_bytes(key), store).faults == ()
    golden("package-faults.txt", "\n".join(said) + "\n")


def test_a_package_of_another_ledger_is_told(store, vault, key, fonts, plain_pdf, case, tmp_path, clock):
    from clearbell.testing import fresh_store

    proposed(store)
    handed_over(store, vault, key, fonts, tmp_path / "out")
    (tmp_path / "elsewhere").mkdir()
    elsewhere = fresh_store(tmp_path / "elsewhere", clock)
    try:
        [fault] = verify_package(tmp_path / "out", public_bytes(key), elsewhere).faults
    finally:
        elsewhere.close()
    assert "is not this hand-over" in fault.en


# ---- who may, and of what


def test_refusals_change_nothing_and_are_worded_as_recorded(
    store, vault, key, fonts, plain_pdf, case, tmp_path, golden
):
    said = []

    def no(what, kind, do):
        head = store.head()
        with pytest.raises(kind) as refusal:
            do()
        assert store.head() == head, what
        said.append(f"{what} [{refusal.value.column}]\n  {refusal.value.zh}\n  {refusal.value.en}\n")

    def propose(**more):
        return lambda: proposed(store, **more)

    with store.act("test") as act:
        do_open(act, "c2", Opened(Source.OFFICER, number_unit(NUMBER + 1), (), "a look"), RULES, due, officer="x")
    no("nothing was confirmed", NotForHandOverError, propose(case="c2"))
    no("to nobody", RecipientError, propose(to=" "))
    proposed(store)
    full = tmp_path / "full"
    full.mkdir()
    (full / "x").write_text("x")
    no("the same officer", SameHandsError, lambda: handed_over(store, vault, key, fonts, tmp_path / "a", officer="one"))
    no("no such", UnknownHandOverError, lambda: handed_over(store, vault, key, fonts, tmp_path / "a", name="H9"))

    def send_back(words):
        with store.act("test") as act:
            do_send_back(act, "H1", words, officer="two")

    no("sent back without words", WordsNeededError, lambda: send_back(" "))
    with pytest.raises(DossierError, match="is not an empty folder"):
        handed_over(store, vault, key, fonts, full)
    with store.read() as conn:
        assert hand_over_of(conn, "H1").state == "proposed"
    send_back("wait for the court")
    no("handed over after that", IllegalStepError, lambda: handed_over(store, vault, key, fonts, tmp_path / "a"))
    assert not (tmp_path / "a").exists()
    golden("hand-over-refusals.txt", "\n".join(said))


def test_a_case_that_was_cleared_meanwhile_is_not_handed_over(store, vault, key, fonts, case, tmp_path):
    proposed(store)
    with store.act("test") as act:
        do_reopen(act, "c1", "new facts", due, officer="one")
        do_find(act, "c1", Verdict.CLEARED, "a clinic", RULES, due, officer="one")
    head = store.head()
    with pytest.raises(NotForHandOverError):
        handed_over(store, vault, key, fonts, tmp_path / "out")
    assert store.head() == head
    assert not (tmp_path / "out").exists()


def test_an_erased_number_leaves_no_hand_over_behind_and_the_entry_still_verifies(
    store, vault, key, fonts, plain_pdf, case, tmp_path
):
    proposed(store)
    handed_over(store, vault, key, fonts, tmp_path / "out")
    with store.act("test") as act:
        do_forget_number(act, NUMBER)
        act.erase(NUMBER)
    with store.read() as conn:
        assert hand_overs(conn) == []
    assert verify(store).fault is None
    assert verify_package(tmp_path / "out", public_bytes(key), store).faults == ()


def test_where_the_pack_asks_for_no_second_officer_one_hands_it_over(
    store, vault, key, fonts, plain_pdf, case, tmp_path
):
    proposed(store)
    handed_over(store, vault, key, fonts, tmp_path / "out", officer="one", pack=ALONE)
    assert verify_package(tmp_path / "out", None, store).faults == ()


def test_a_font_without_chinese_or_none_at_all_is_told(tmp_path):
    with pytest.raises(NoFontError):
        find_fonts("", [tmp_path])
    (tmp_path / "x.ttf").write_bytes(b"no font")
    with pytest.raises(FontError):
        find_fonts(str(tmp_path / "x.ttf"))


def test_ids_of_containers_are_version_8_and_sort_by_time():
    one, two = uuid8(1_000_000, "h", "a"), uuid8(2_000_000, "h", "a")
    assert one < two
    assert one != uuid8(1_000_000, "h", "b")
    assert (one[14], one[19] in "89ab") == ("8", True)


def test_the_manual_shows_the_table_as_it_is():
    manual = (Path(__file__).resolve().parents[2] / "docs" / "cases.md").read_text()
    assert mermaid(TRANSITIONS, State.PROPOSED) in manual
