"""A line that is answered: by one process at a time, its planned calls made in between, and told of in words."""

import itertools

import msgspec
import pytest
from sqlalchemy.exc import OperationalError

from clearbell.calls import SECOND
from clearbell.verification.agent import AgentError
from clearbell.verification.attending import LEASE_SECONDS, Attendant
from clearbell.verification.calling import make_call, make_due_calls
from clearbell.verification.errors import LineHeldError
from clearbell.verification.lines import Holder, lines_health
from clearbell.verification.model import Doing, Outcome, State
from clearbell.verification.queries import call_of, calls_to_lines
from clearbell.verification.service import do_plan

from .conftest import NUMBER, RULES
from .test_calling import Scripted, caller
from .test_taking import RECEIVES, called


class Attending:
    """An attendant of the line, in a process of its own as far as the store can tell."""

    def __init__(self, room, owner="node-a", **more):
        self.room = room
        self.stopped = self.leaving = False
        self.made = caller(room, Scripted())
        self.made.settings = msgspec.structs.replace(self.made.settings, line=(RECEIVES,))
        # The steady clock goes with the other.
        self.made.now_ms = lambda: room.clock.now() // 1000
        self.made.take = lambda *_: None
        ids = itertools.count(1)
        self.attendant = Attendant(
            self.made,
            RECEIVES,
            Holder(owner, f"{owner}-{id(self)}"),
            new_id=lambda: f"{owner}-r{next(ids)}",
            chance=lambda: 0.0,
            stopped=lambda: self.stopped,
            leaving=lambda: self.leaving,
            **more,
        )

    def is_told(self, does):
        """The user agent does so instead of waiting."""
        self.made.take = does

    def health(self):
        with self.room.store.read() as conn:
            (found,) = lines_health(conn, self.room.clock.now(), ["line"])
        return found


@pytest.fixture
def attending(room):
    started = []

    def start(*words, **more):
        started.append(Attending(room, *words, **more))
        return started[-1]

    yield start
    for one in started:
        one.attendant.close()


def plan(room):
    planned = room.plan(NUMBER, own=RECEIVES.key)
    room.act(do_plan, RULES, planned)
    return planned.call


def test_a_line_is_answered_by_one_node_at_a_time(attending):
    first, second = attending("node-a"), attending("node-b")
    assert first.attendant.step()
    assert not second.attendant.step()
    assert (first.health().owner, first.health().doing) == ("node-a", Doing.WAITING)
    # Left, it is the other's at once.
    first.attendant.close()
    assert (first.health().owner, first.health().doing, first.health().well) == ("", Doing.UNANSWERED, False)
    assert second.attendant.step()
    assert second.health().owner == "node-b"


def test_a_killed_node_keeps_a_line_for_the_lease_and_its_successor_for_no_time(room, attending):
    first, second = attending("node-a"), attending("node-b")
    assert first.attendant.step()
    assert attending("node-a").attendant.step()
    # The first of the two, should it live, does not take the line back while it waits for a call.
    assert not first.attendant._keep(LEASE_SECONDS)
    assert not second.attendant.step()
    room.clock.move(int(LEASE_SECONDS + 1) * SECOND)
    assert second.attendant.step()


def test_the_lease_goes_on_while_a_call_lasts(room, attending):
    first, second = attending("node-a"), attending("node-b")
    taken = []

    def talks(_settings, _line, _played, _wait, _talk, _now, stopped, wanted, _rings):
        for _ in range(10):
            room.clock.move(5 * SECOND)
            assert not stopped()
            assert not wanted()
            taken.append(second.attendant.step())

    first.is_told(talks)
    assert first.attendant.step()
    assert taken == [False] * 10


def test_a_call_is_taken_and_recorded_and_the_line_answered_again(room, attending):
    one = attending()
    called(one.made, room, f"sip:+{NUMBER}@192.0.2.9", ())
    assert one.attendant.step()
    one.attendant.close()
    with room.store.read() as conn:
        (row,) = calls_to_lines(conn, caller=NUMBER)
    assert not row.coming
    assert (one.attendant.taken, one.health().calls, one.health().last) == (1, 1, row.at)


def test_a_planned_call_is_made_by_whoever_answers_the_line_and_by_nobody_else(room, attending):
    one = attending()
    assert one.attendant.step()
    call = plan(room)
    assert one.health().planned == 1
    # Neither a run by hand nor a call by hand gets between.
    other = caller(room, Scripted())
    assert make_due_calls(other, lambda: 0.0) == []
    with pytest.raises(LineHeldError, match="node-a"):
        make_call(other, call)
    wanted = []

    def waits(_settings, _line, _played, _wait, _talk, _now, _stopped, is_wanted, _rings):
        room.clock.move(2 * SECOND)
        wanted.append(is_wanted())

    one.is_told(waits)
    doing = []
    place = one.made.place
    one.made.place = lambda *words: (doing.append(one.health().doing), place(*words))[1]
    assert one.attendant.step()
    assert (wanted, doing) == ([], [Doing.CALLING])
    with room.store.read() as conn:
        row = call_of(conn, call)
    assert (State(row.state), Outcome(row.outcome)) == (State.DONE, Outcome.SILENT)


def test_a_planned_call_ends_the_wait_for_others(room, attending):
    one = attending()
    wanted = []

    def waits(_settings, _line, _played, _wait, _talk, _now, stopped, is_wanted, _rings):
        for _ in range(3):
            room.clock.move(2 * SECOND)
            assert not stopped()
            wanted.append(is_wanted())
            if len(wanted) == 2:
                plan(room)

    one.is_told(waits)
    assert one.attendant.step()
    assert wanted == [False, False, True]
    # One that leaves the calls to others does not mind.
    one = attending("node-a", dials=False)
    wanted.clear()
    one.is_told(waits)
    assert one.attendant.step()
    assert wanted == [False] * 3


def test_a_line_that_cannot_be_answered_says_why_and_is_left_to_others(room, attending):
    one = attending("node-a")

    def broken(*_):
        raise AgentError("端口被占用", "the port is taken")

    one.is_told(broken)
    assert not one.attendant.step()
    assert (one.health().fault, one.health().owner) == ("the port is taken", "")
    other = attending("node-b")

    def waits(_settings, _line, _played, _wait, _talk, _now, stopped, _wanted, _rings):
        room.clock.move(int(LEASE_SECONDS) * SECOND)
        assert not stopped()

    other.is_told(waits)
    assert other.attendant.step()
    # A user agent that has been up for a while is no fault any more.
    assert (one.health().fault, one.health().owner) == ("", "node-b")
    # Run by hand, it ends there.
    by_hand = attending("node-b", fails=True)
    by_hand.is_told(broken)
    with pytest.raises(AgentError):
        by_hand.attendant.run()


def test_what_was_heard_is_recorded_when_the_store_is_back(room, attending, monkeypatch):
    one = attending()
    pauses = []
    called(one.made, room, f"sip:+{NUMBER}@192.0.2.9", ())
    act, away = room.store.act, iter([False, False, True, True])

    def sometimes(actor):
        if next(away, False):
            raise OperationalError("INSERT", {}, OSError("away"))
        return act(actor)

    monkeypatch.setattr(room.store, "act", sometimes)
    monkeypatch.setattr(one.attendant, "_pause", pauses.append)
    assert one.attendant.step()
    one.attendant.close()
    assert len(pauses) == 2
    with room.store.read() as conn:
        (row,) = calls_to_lines(conn, caller=NUMBER)
    assert not row.coming


def test_it_runs_until_it_is_to_leave_and_then_leaves_the_line(room, attending):
    one = attending()
    turns = []

    def waits(*_):
        turns.append(one.health().owner)
        one.leaving = len(turns) == 3

    one.is_told(waits)
    one.attendant.run()
    assert turns == ["node-a"] * 3
    assert one.health().owner == ""
