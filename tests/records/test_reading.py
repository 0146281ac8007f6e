"""A journal is read a stretch at a time, each record decoded once for all who follow it."""

import itertools

import msgspec
import pytest

from clearbell.calls import Action, Answer, Attestation, Call, CallEnd, Charge, CodeDialled, Decision
from clearbell.records import reading
from clearbell.records.journal import Journal
from clearbell.records.reading import JournalReader, NotedCall, NotedDecision, Place
from clearbell.records.segments import SegmentWriter

NOON = 1_790_568_000_000_000
CALL = Call("c", NOON, 8613800000001, 8613900000001, "+8613800000001", "1390", "t1", "edge", Attestation.B)
DECISION = Decision(
    "d", CALL, Action.REJECT, Answer.UNWANTED, (Charge("OWN_LIST", 9.0, {"rule": "x"}),), 9.0, "OWN_LIST", "cn"
)
NOTED = NotedDecision(
    "d", NotedCall("c", NOON, 8613800000001, 8613900000001, "t1", "b"), "reject", "unwanted", "OWN_LIST"
)
END = CallEnd("c", NOON + 9, 8613800000001, 8613900000001, answered=True)
CODE = CodeDialled("c", NOON + 10, 8613900000001)


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path, 64 * 1024)
    yield journal
    journal.close()


def test_of_a_decision_is_read_what_those_who_follow_need_and_of_the_others_all(journal, tmp_path):
    journal.decided(DECISION)
    journal.ended(END)
    journal.code_dialled(CODE)
    (stretch,) = JournalReader(tmp_path).read(Place())
    assert stretch.events == [NOTED, END, CODE]


def test_a_journal_is_read_from_any_place_on_across_its_segments(journal, tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "STRETCH", 100)
    made = [msgspec.structs.replace(DECISION, id=f"d{n}") for n in range(1000)]
    for one in made:
        journal.decided(one)
    reader = JournalReader(tmp_path)
    stretches = list(reader.read(Place()))
    assert [event.id for stretch in stretches for event in stretch.events] == [one.id for one in made]
    assert len({stretch.reached.segment for stretch in stretches}) > 2
    assert max(stretch.records for stretch in stretches) == 100
    for before, after in itertools.pairwise(stretches):
        assert after.began == before.reached
        (again,) = reader.read(before.began, until=before.reached)
        assert again == before
    assert sum(stretch.records for stretch in reader.read(Place(), 250)) == 250
    assert list(reader.read(stretches[-1].reached)) == []


def test_what_another_has_just_read_is_not_decoded_again(journal, tmp_path, monkeypatch):
    decoded = []
    read = reading._read
    monkeypatch.setattr(reading, "_read", lambda record: decoded.append(record) or read(record))
    for _ in range(9):
        journal.decided(DECISION)
    reader = JournalReader(tmp_path, keeps=True)
    first = list(reader.read(Place()))
    assert list(reader.read(Place())) == first
    assert len(decoded) == 9
    reader.forget()
    assert list(reader.read(Place())) == first
    assert len(decoded) == 18


def test_what_came_meanwhile_is_read_after_it(journal, tmp_path):
    reader = JournalReader(tmp_path, keeps=True)
    assert list(reader.read(Place())) == []
    journal.decided(DECISION)
    (first,) = reader.read(Place())
    journal.ended(END)
    assert [stretch.events for stretch in reader.read(Place())] == [[NOTED], [END]]
    assert [stretch.events for stretch in reader.read(first.reached)] == [[END]]


def test_a_record_that_cannot_be_read_is_passed_over(tmp_path):
    writer = SegmentWriter(tmp_path)
    for record in (b"Dwhatever", b"Xof another version", b"E" + msgspec.msgpack.encode(END)):
        writer.write(record)
    (stretch,) = JournalReader(tmp_path).read(Place())
    assert (stretch.records, stretch.events) == (3, [END])
    writer.close()
