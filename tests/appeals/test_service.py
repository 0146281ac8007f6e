"""What an appeal needs, what it refuses in both languages, and what is left of one that is forgotten."""

from __future__ import annotations

import os

import pytest

from appeals.test_lifecycle import NUMBER, filed, paper
from cases.conftest import due
from clearbell.appeals.erasure import do_forget_number
from clearbell.appeals.errors import AppealError
from clearbell.appeals.model import Appellant, Filed, Ground, State, Step, Subject, Undone, sealed_for
from clearbell.appeals.queries import appeals, count_open, find_appeal, open_against, papers_of, story
from clearbell.appeals.service import (
    MOST_PAPERS,
    do_ask_papers,
    do_file,
    do_send_papers,
    do_settle,
    do_withdraw,
)
from clearbell.calls import DAY
from clearbell.ledger.tables import ledger_sealed
from clearbell.ledger.verify import verify
from clearbell.vault import Vault, VaultError

PDF = b"%PDF-1.7 licence"


def refused(store, do):
    head = store.head()
    with pytest.raises(AppealError) as refusal, store.act("test") as act:
        do(act)
    assert store.head() == head
    return refusal.value.column, refusal.value.zh, refusal.value.en


def fact(**more):
    values = {
        "appeal": "B", "subject": Subject.SANCTION, "id": "A/1", "appellant": Appellant.SUBSCRIBER,
        "ground": Ground.MISTAKEN, "statement": "not me", "number": NUMBER,
    } | more  # fmt: skip
    return Filed(**values)


def test_what_cannot_be_is_refused_in_both_languages_and_changes_nothing(store):
    filed(store)
    file_ = lambda **more: refused(store, lambda act: do_file(act, fact(**more)))  # noqa: E731
    assert file_() == (
        "id", "对同一内容已有未决申诉 A;请等待其结果", "the appeal A against the same is still open; wait for its answer",
    )  # fmt: skip
    assert file_(id="x", statement=" ") == ("statement", "请写明申诉理由", "say why you appeal")
    assert file_(id="x", ground=Ground.RECYCLED) == (
        "since", "以二次放号为由须写明本人启用号码的日期,且不晚于今天",
        "for a recycled number say since when it is yours, a day not after today",
    )  # fmt: skip
    assert file_(id="x", ground=Ground.RECYCLED, since=store.clock.now() + DAY)[0] == "since"
    for more in ({"ground": Ground.WRONG_NAME}, {"ground": Ground.RECYCLED, "since": 1, "number": 0, "name": "H"}):
        assert file_(id="x", **more) == (
            "ground", "「二次放号」须针对某一号码,「标注名不符」须针对标注",
            "`recycled` is about a number, `wrong-name` about a label",
        )  # fmt: skip
    assert refused(store, lambda act: do_ask_papers(act, "A", " ", due)) == (
        "words", "须写明需要哪些材料", "say which papers are needed",
    )  # fmt: skip
    assert refused(store, lambda act: do_send_papers(act, "A", [])) == (
        "papers", "请至少提交一份材料", "hand in at least one paper",
    )  # fmt: skip
    many = [paper(serial) for serial in range(1, MOST_PAPERS + 2)]
    assert refused(store, lambda act: do_send_papers(act, "A", many)) == (
        "papers", "一件申诉至多 10 份材料;请合并为一个 PDF", "an appeal has 10 papers at most; put them into one PDF",
    )  # fmt: skip
    settle = lambda **more: refused(  # noqa: E731
        store,
        lambda act: do_settle(
            act, more.get("name", "A"), Step.UPHOLD, more.get("reason", "so"), Undone(), officer=more.get("who", "two")
        ),
    )
    assert settle(who="clerk") == (
        "officer", "提交申诉的人不得自行决定,须由他人决定", "who filed the appeal may not decide it; someone else must",
    )  # fmt: skip
    assert settle(reason="") == ("reason", "须写明理由", "give a reason")
    assert settle(name="C") == ("appeal", "没有编号为 C 的申诉", "there is no appeal C")


def test_the_same_paper_again_is_kept_once(store):
    filed(store)
    with store.act("test") as act:
        do_send_papers(act, "A", [paper(), paper()])
        do_send_papers(act, "A", [paper(), paper(2)])
    with store.read() as conn:
        assert [one.name for one in papers_of(conn, "A")] == ["p1.pdf", "p2.pdf"]


def test_the_most_pressing_come_first_and_the_undated_last(store):
    now = store.clock.now()
    filed(store, "A", ends=0)
    filed(store, "B", ends=now + 2 * DAY)
    filed(store, "C", ends=now + DAY)
    filed(store, "D", subject=Subject.LABEL, ends=now + 3 * DAY)
    with store.act("test") as act:
        do_withdraw(act, "D")
    with store.read() as conn:
        assert [row.appeal for row in appeals(conn)] == ["C", "B", "A"]
        assert [row.appeal for row in appeals(conn, overdue_at=now + DAY)] == ["C"]
        assert [row.appeal for row in appeals(conn, state=State.WITHDRAWN)] == ["D"]
        assert [row.appeal for row in appeals(conn, subject=Subject.LABEL)] == []
        assert len(appeals(conn, everything=True, number=NUMBER)) == 4
        assert (count_open(conn), open_against(conn, Subject.SANCTION, "C/1")) == (3, "C")
        assert open_against(conn, Subject.LABEL, "D/1") == ""


def test_after_an_answer_one_may_appeal_again(store):
    filed(store)
    with store.act("test") as act:
        do_settle(act, "A", Step.REJECT, "it is not so", Undone(), officer="two")
        do_file(act, fact(id="A/1"))
    with store.read() as conn:
        assert open_against(conn, Subject.SANCTION, "A/1") == "B"


def test_a_forgotten_persons_appeals_go_with_papers_and_words(store, tmp_path):
    vault = Vault(tmp_path / "documents", b"k" * 32, os.urandom)
    kept = vault.put(PDF, 1000)
    shared = vault.put(PDF + b"shared", 1000)
    filed(store)
    other = 8613900000001
    with store.act("test") as act:
        do_send_papers(act, "A", [("licence", kept), ("shared", shared)])
        do_file(act, fact(id="other", number=other), contact=NUMBER, papers=[("shared", shared)])
    with store.act("test") as act:
        assert do_forget_number(act, vault, NUMBER) == 4
        act.erase(NUMBER)
    with store.read() as conn:
        assert find_appeal(conn, "A") is None
        assert story(conn, "A") == []
        # Who was told at the number is told no more; the appeal about another's goes on.
        assert (find_appeal(conn, "B").contact, len(papers_of(conn, "B"))) == (0, 1)
        left = b"".join(bytes(row.data) for row in conn.execute(ledger_sealed.select()) if row.data is not None)
    assert str(NUMBER).encode() not in left
    assert sealed_for("A").encode() not in left
    with pytest.raises(VaultError):
        vault.get(kept.digest)
    assert vault.get(shared.digest)
    assert verify(store).fault is None
