"""Replays on disk: found again whole, stopped when nobody runs them, and few."""

from __future__ import annotations

import itertools
import os

import pytest

from clearbell.calls import SECOND
from clearbell.replay.files import FOLDER, MOST, ReplayFolder
from clearbell.replay.model import Asked, Change, State


@pytest.fixture
def folder(tmp_path):
    return ReplayFolder(tmp_path)


def new(folder, at=7 * SECOND):
    return folder.new(Asked(1, 2, Change(), at=at), os.urandom)


def test_one_that_nobody_runs_any_more_is_stopped(folder):
    replay = new(folder)
    replay.state = State.RUNNING
    with folder.turn(replay.replay) as mine:
        assert mine
        folder.put(replay)
        assert folder.find(replay.replay).state is State.RUNNING
        with ReplayFolder(folder._folder.parent).turn(replay.replay) as second:
            assert not second
    assert folder.find(replay.replay).state is State.STOPPED


def test_it_stops_when_asked_and_not_the_next_time(folder):
    replay = new(folder)
    folder.ask_to_stop(replay.replay)
    assert not folder.is_to_stop(replay.replay)
    with folder.turn(replay.replay):
        folder.ask_to_stop(replay.replay)
        assert folder.is_to_stop(replay.replay)
    with folder.turn(replay.replay):
        assert not folder.is_to_stop(replay.replay)


def test_the_newest_are_kept(folder):
    names = [new(folder, at * SECOND).replay for at in range(8, MOST + 13)]
    assert [one.replay for one in folder.newest()] == names[: -MOST - 1 : -1]


def test_what_is_no_replay_is_not_found(folder, tmp_path):
    replay = new(folder)
    (tmp_path / FOLDER / f"{replay.replay}.json").write_bytes(b"{")
    assert [folder.find(name) for name in (replay.replay, "../x", "", "1-abc")] == [None] * 4
    assert folder.newest() == []


def test_two_of_one_second_have_two_names(folder):
    assert len({new(folder).replay for _ in itertools.repeat(0, 5)}) == 5
