"""Own decisions into the lake: joined with their ends, once each, whatever dies in between."""

import msgspec
import pytest

from clearbell.calls import HOUR, MINUTE, SECOND, Action, Answer, Call, CallEnd, Decision, HangUp
from clearbell.records.journal import Journal
from clearbell.records.lake import Lake
from clearbell.records.model import Disposition
from clearbell.records.tail import OPEN_FOR, JournalTail

NOON = 1_790_568_000_000_000
A, B = 8613800000001, 8613800000002


def decision(id_, at, action=Action.ALLOW, answer=Answer.CONTINUE, callee=B):
    return Decision(f"d-{id_}", Call(id_, at, A, callee, trunk="t"), action, answer, (), 0.0, "total", "cn")


def end(id_, at, talk=60, callee=B, cause=16):
    return CallEnd(id_, at, A, callee, talk > 0, talk * SECOND, 8 * SECOND, HangUp.CALLEE, "t", cause)


@pytest.fixture
def place(tmp_path):
    lake = Lake(tmp_path / "lake", 480)
    return (
        Journal(tmp_path / "journal", 64 * 1024),
        lake,
        lambda: JournalTail(tmp_path / "journal", lake, {A: "firm"}.get),
    )


def rows(lake):
    return sorted(lake.read(0, 99_999).to_pylist(), key=lambda row: (row["start"], row["id"]))


def test_a_call_and_its_end_are_one_record(place):
    journal, lake, tail = place
    journal.decided(decision("1", NOON))
    follower = tail()
    assert follower.flush() == 0
    assert [one.id for one in follower.under_way()] == ["d-1"]
    journal.ended(end("1", NOON + 68 * SECOND))
    assert follower.flush() == 1
    assert follower.flush() == 0
    (row,) = rows(lake)
    assert row == {
        "id": "d-1", "source": "clearbell", "start": NOON, "caller": A, "callee": B, "holder": "firm", "trunk": "t",
        "ring": 8 * SECOND, "duration": 60 * SECOND, "disposition": "answered", "hangup": "callee", "cause": 16,
        "attestation": "none",
    }  # fmt: skip


def test_a_refused_attempt_is_a_record_at_once_with_what_the_caller_was_told(place):
    journal, lake, tail = place
    journal.decided(decision("1", NOON, Action.REJECT, Answer.NETWORK_BLOCKED))
    journal.decided(decision("2", NOON + 1, Action.REJECT, Answer.UNWANTED))
    assert tail().flush() == 2
    assert [(row["disposition"], row["cause"]) for row in rows(lake)] == [("refused", 603), ("refused", 607)]


def test_an_end_nobody_asked_about_is_kept_too(place):
    journal, lake, tail = place
    journal.ended(end("1", NOON + 68 * SECOND))
    assert tail().flush() == 1
    assert rows(lake)[0]["start"] == NOON


def test_a_call_whose_end_is_never_told_is_written_after_hours(place):
    journal, lake, tail = place
    journal.decided(decision("1", NOON))
    follower = tail()
    follower.flush()
    journal.decided(decision("2", NOON + OPEN_FOR + MINUTE))
    assert follower.flush() == 1
    assert rows(lake)[0]["disposition"] == Disposition.UNKNOWN.value


@pytest.mark.parametrize(
    ("cause", "expected"), [(486, "busy"), (607, "unanswered"), (487, "unanswered"), (503, "failed")]
)
def test_how_an_attempt_went_follows_from_its_cause(place, cause, expected):
    journal, lake, tail = place
    journal.decided(decision("1", NOON))
    journal.ended(end("1", NOON + SECOND, talk=0, cause=cause))
    tail().flush()
    assert rows(lake)[0]["disposition"] == expected


def test_a_tail_begun_anew_goes_on_where_the_last_one_was(place):
    journal, lake, tail = place
    count = 0
    for n in range(700):
        at = NOON + n * MINUTE
        refused = n % 5 == 0
        journal.decided(decision(str(n), at, Action.REJECT, Answer.UNWANTED) if refused else decision(str(n), at))
        if n >= 30 and (n - 30) % 5 and (n - 30) % 7:
            journal.ended(end(str(n - 30), at))
        if n % 40 == 0:
            count += tail().flush()
    journal.decided(decision("last", NOON + 800 * MINUTE + OPEN_FOR, Action.REJECT, Answer.UNWANTED))
    count += tail().flush()
    ids = [row["id"] for row in rows(lake)]
    assert len(ids) == len(set(ids)) == count
    assert set(ids) == {f"d-{n}" for n in range(700)} | {"d-last"}
    ended = {f"d-{n}" for n in range(670) if n % 5 and n % 7}
    assert {row["id"] for row in rows(lake) if row["disposition"] == "answered"} == ended


def test_what_was_written_before_a_crash_is_not_written_twice(place, monkeypatch):
    journal, lake, tail = place
    journal.decided(decision("1", NOON, Action.REJECT, Answer.UNWANTED))

    def crash(_):
        raise KeyboardInterrupt

    dying = tail()
    monkeypatch.setattr(dying, "_keep", lambda: crash(0))
    with pytest.raises(KeyboardInterrupt):
        dying.flush()
    assert len(rows(lake)) == 1
    journal.decided(decision("2", NOON + HOUR, Action.REJECT, Answer.UNWANTED))
    assert tail().flush() == 2
    assert [row["id"] for row in rows(lake)] == ["d-1", "d-2"]
    assert msgspec.json.decode((lake.folder / "journal.json").read_bytes())["newest"] == NOON + HOUR


def test_an_end_that_is_told_again_is_no_second_call(place):
    journal, lake, tail = place
    journal.decided(decision("1", NOON))
    follower = tail()
    for again in range(3):
        journal.ended(end("1", NOON + MINUTE + again * SECOND))
        follower.flush()
    journal.ended(end("unasked", NOON + MINUTE))
    journal.ended(end("unasked", NOON + MINUTE))
    follower.flush()
    assert [row["id"] for row in rows(lake)] == ["unasked", "d-1"]
    # The switch may use the name anew: that is another call.
    journal.decided(decision("1", NOON + HOUR))
    journal.ended(end("1", NOON + HOUR + MINUTE))
    assert follower.flush() == 1
