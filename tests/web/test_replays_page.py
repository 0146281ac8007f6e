"""Replays at the desk: asked for by a form, followed while they run, and what they found with the decisions it rests on."""

from __future__ import annotations

import html
import json
import os

import pytest
from litestar.testing import TestClient
from tests.web.desk_world import Clerk, Desk

from clearbell.calls import HOUR, Action, Call
from clearbell.replay.model import Asked, Cause, Change, Example, Found, Kind, Moved, State, Whom
from clearbell.replay.wording import CAUSES, KINDS, STATES
from clearbell.testing import MovableClock
from clearbell.testing.screening import NOON
from clearbell.web.officers.replay_texts import REPLAY
from clearbell.web.texts import TEXTS

T = REPLAY["en"]


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path, MovableClock(NOON))
    yield made
    made.store.close()


@pytest.fixture
def clerk(desk):
    with TestClient(desk.app) as client:
        yield Clerk(client, desk)


def found_some(desk, state=State.DONE):
    asked = Asked(NOON - HOUR, NOON, Change(decides={"NO_CONSENT": ""}, totals={"label": 7.0}), "", "li", NOON)
    replay = desk.gate.replays.folder.new(asked, os.urandom)
    replay.state, replay.share, replay.policy, replay.candidate = state, 0.5, "cn 1", "cn 1~abc"
    example = Example("d/7", NOON - 9, "138****0066", 0.0, 6.0, ("NO_CONSENT",))
    moved = [
        Moved(Kind.RELEASED, "NO_CONSENT", Action.REJECT, Action.ALLOW, 30, [example]),
        Moved(Kind.TOUCHED, "REPUTATION", Action.ALLOW, Action.LABEL, 4, []),
    ]
    whom = {"released": Whom(30, [1, 2], 3, {"S": 29, "": 1})}
    replay.found = Found(50, NOON - 9, NOON - 1, 40, 5, 2, 1, {Cause.NOT_REPRODUCED.value: 10}, moved, whom)
    desk.gate.replays.folder.put(replay)
    return replay


def test_the_form_asks_for_a_window_and_a_candidate(clerk, desk):
    page = clerk.see("/desk/policy/replays")
    assert T["none"] in page
    for name in ("NO_CONSENT", "frequency_1h", "consent"):
        assert f'value="{name}"' in page or f"<option>{name}" in page
    # What nothing may leave out is not offered.
    assert "<option>emergency" not in page
    clerk.send(
        "/desk/policy/replay", symbol_1="NO_CONSENT", points_1="6", effect_1="counts", symbol_2="WITHHELD", effect_2="reject",
        threshold_1="frequency_1h", value_1="30", threshold_2="burst_1m", value_2="off", leave_out="reputation",
        from_label="7", hours="6",
    )  # fmt: skip
    [made] = desk.gate.replays.newest()
    assert made.asked.change == Change(
        {"NO_CONSENT": 6.0},
        {"NO_CONSENT": "", "WITHHELD": "reject"},
        {"label": 7.0},
        {"frequency_1h": 30.0, "burst_1m": None},
        ("reputation",),
    )
    assert (made.asked.since, made.asked.until, made.asked.by) == (NOON - 6 * HOUR, NOON, "officer")
    assert f"/desk/policy/replays/{made.replay}" in clerk.see("/desk/policy/replays")


def test_the_replays_that_are_kept_are_narrowed_sorted_and_taken_away(clerk, desk):
    done, stopped = found_some(desk), found_some(desk, State.STOPPED)
    assert len(clerk.rows("/desk/policy/replays")) == 2
    [row] = clerk.rows("/desk/policy/replays", state="stopped")
    assert (row[3], row[4]) == (["stopped,", "can", "go", "on", "50%"], ["34"])
    assert clerk.see("/desk/policy/replays", state="done").count(done.replay) == 2
    assert stopped.replay not in clerk.see("/desk/policy/replays", state="done")
    assert len(clerk.file("/desk/policy/replays", sort="-otherwise")) == 3


def test_days_are_whole_in_the_zone_of_the_pack_and_end_now_at_the_latest(clerk, desk):
    clerk.send("/desk/policy/replay", **{"from": "2026-10-01", "to": "2026-10-02"})
    made = desk.gate.replays.newest()[0].asked
    assert made.until - made.since == min(48 * HOUR, NOON - made.since)
    assert (made.since + 8 * HOUR) % (24 * HOUR) == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"symbol_1": "NO_CONSENT", "points_1": "many"}, "NO_CONSENT: must be a number"),
        ({"symbol_1": "NOTHING", "points_1": "1"}, "NOTHING: the pack has no such symbol"),
        ({"leave_out": "emergency"}, "no policy may leave this check out"),
        ({"threshold_1": "frequency_1h", "value_1": "-3"}, "a threshold is more than zero"),
        ({"from": "2026-10-02", "to": "2026-10-01"}, T["bad_window"]),
        ({"from": "yesterday"}, T["bad_window"]),
        ({"pack_text": "[[["}, "pack.toml:1"),
    ],
)
def test_what_cannot_be_tried_is_refused_with_what_was_entered(clerk, desk, given, said):
    page = html.unescape(clerk.send("/desk/policy/replay", 422, **given))
    assert said in page
    assert next(iter(given.values())) in page
    assert desk.gate.replays.newest() == []


def test_while_another_runs_none_begins(clerk, desk):
    desk.gate.replays.is_busy = True
    assert T["busy"] in clerk.send("/desk/policy/replay", 409)


def test_a_page_tells_what_was_found_by_rule_and_whom_it_meets(clerk, desk):
    replay = found_some(desk)
    page = html.unescape(clerk.see(f"/desk/policy/replays/{replay.replay}"))
    for said in (
        KINDS[Kind.RELEASED]["en"], KINDS[Kind.TOUCHED]["en"], CAUSES[Cause.NOT_REPRODUCED]["en"], "40 replayed, 10 could not be",
        "30 calls of 2 numbers, 3 more without a number", "S 29, not registered 1", "138****0066", "/desk/decisions/d%2F7",
        "NO_CONSENT: only counts", TEXTS["en"]["action_reject"], "cn 1~abc", STATES[State.DONE]["en"],
    ):  # fmt: skip
        assert said in page
    # Whom it would touch anew comes first.
    assert page.index("REPUTATION") < page.rindex("NO_CONSENT")
    zh = html.unescape(Clerk(clerk.client, desk, lang="zh").see(f"/desk/policy/replays/{replay.replay}"))
    assert CAUSES[Cause.NOT_REPRODUCED]["zh"] in zh
    assert "30 个呼叫,2 个主叫号码" in zh


def test_one_that_was_stopped_says_so_and_goes_on(clerk, desk):
    replay = found_some(desk, State.STOPPED)
    page = clerk.see(f"/desk/policy/replays/{replay.replay}")
    assert "stopped, can go on 50%" in page
    assert T["so_far"] in page
    clerk.send(f"/desk/policy/replays/{replay.replay}/go-on")
    desk.gate.replays.is_busy = True
    assert T["cannot_go_on"] in clerk.send(f"/desk/policy/replays/{replay.replay}/go-on", 409)
    clerk.send(f"/desk/policy/replays/{replay.replay}/stop")
    assert desk.gate.replays.stopped == replay.replay


def test_its_progress_comes_as_events_until_it_runs_no_more(clerk, desk):
    replay = found_some(desk)
    reply = clerk.ask(f"/desk/policy/replays/{replay.replay}/events")
    assert reply.headers["content-type"].startswith("text/event-stream")
    [line] = [one for one in reply.text.splitlines() if one.startswith("data:")]
    assert json.loads(line.removeprefix("data:")) == {"share": 50, "words": "done", "running": False}


@pytest.mark.parametrize("name", ["7-00000000", "x", "7-0000000g"])
def test_there_is_no_page_of_a_replay_that_is_not(clerk, name):
    assert clerk.ask(f"/desk/policy/replays/{name}").status_code in (404, 400)


def test_a_decision_is_told_in_words_with_its_sum_and_the_look_is_written_down(clerk, desk):
    decision = desk.gate.screen(Call("c", NOON, 0, 8613900000002, withheld=True))
    page = html.unescape(clerk.see(f"/desk/decisions/{decision.id}"))
    for charge in decision.charges:
        assert charge.symbol in page
    assert f"{decision.total:+g}" in page
    known = desk.gate.screen(Call("c", NOON, 8613800000066, 8613900000002))
    page = clerk.see(f"/desk/decisions/{known.id}")
    assert "13800000066" not in page
    assert "/desk/decisions/" in Clerk(clerk.client, desk, "auditor").see("/desk/reads")
    assert clerk.ask("/desk/decisions/none").status_code == 404
