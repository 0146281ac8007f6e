"""How enforcement is seen from outside: at the command line, over HTTP, and on the scorecard of who let it lie."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time

import pytest
from litestar.testing import TestClient
from tests.web.world import ServedWorld

from clearbell.calls import HOUR, MINUTE
from clearbell.desk.league.keeping import keep_scorecards
from clearbell.desk.scorecards import last_days
from clearbell.enforcement.model import How
from clearbell.enforcement.settings import WebhookTarget
from clearbell.testing import MovableClock
from clearbell.testing.clock import START
from clearbell.web.app import create_app
from clearbell.web.enforcement import Signing

from .conftest import EDGE, OTHER, RULES, THEIRS, Peer, World

NEVER = WebhookTarget(name="later", provider="ap2", url="http://127.0.0.1:1/", secret_file="-")
LAPSE = RULES.acknowledge_hours * HOUR + MINUTE


def let_lie(world):
    """``edge`` takes two restrictions and acknowledges one of them; ``other`` does not even get its own."""
    edge, other = Peer(), Peer(fault="HTTP 503")
    workers = world.worker(EDGE, edge), world.worker(OTHER, other)
    world.restrict("A")
    workers[0].step()
    edge.how = None
    world.restrict("B")
    world.restrict("C", number=THEIRS)
    for worker in workers:
        worker.step()
    world.clock.move(LAPSE)
    for worker in workers:
        worker.step()


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.store.close()


def configured(folder):
    (folder / "clearbell.toml").write_text(
        '[[enforcement.kamailio]]\nname = "edge"\nprovider = "ap1"\nurl = "http://127.0.0.1:1/clearbell"\n'
        'secret_env = "PATH"\n'
        '[[enforcement.webhook]]\nname = "other"\nprovider = "ap2"\nurl = "http://127.0.0.1:1/"\nsecret_env = "PATH"\n'
    )


@pytest.fixture
def clearbell(tmp_path):
    def run(*words, lang="en", code=0):
        done = subprocess.run(
            [sys.executable, "-m", "clearbell", *words, "--home", str(tmp_path)],
            env={**os.environ, "CLEARBELL_LANG": lang, "COLUMNS": "200", "TZ": "Asia/Shanghai"},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_command_line_shows_targets_and_tasks(world, tmp_path, clearbell, golden, lang):
    let_lie(world)
    configured(tmp_path)
    # Nobody looks after them any more, and two are overdue: not well.
    golden(f"health-{lang}.txt", clearbell("enforcement", lang=lang, code=1))
    golden(f"status-{lang}.txt", clearbell("enforcement", "status", lang=lang))
    alarmed = clearbell("enforcement", "status", "--alarmed", "--target", "edge", lang=lang)
    assert re.findall(r"\b[ABC]\b", alarmed) == ["B"]


def test_an_officer_records_what_a_target_acknowledged_by_telephone(world, clearbell):
    let_lie(world)
    told = clearbell("enforcement", "acknowledge", "edge", "B", "--words", "by telephone, Ms Li")
    assert told == "recorded: edge put B\n"
    assert world.state(name="B") == "acknowledged"
    fact = world.facts("enforcement.acknowledged")[-1]
    assert (fact.how, fact.late, fact.words) == (How.OFFICER, True, "by telephone, Ms Li")
    assert clearbell("enforcement", "acknowledge", "edge", "B", "--words", "again", code=1) == (
        "`edge` is not waited for: restriction B is acknowledged there\n"
    )
    assert (
        clearbell("enforcement", "acknowledge", "other", "C", "--words", "电话", lang="zh")
        == "已记录:「other」执行 C\n"
    )
    assert clearbell("enforcement", "acknowledge", "edge", "Z", "--words", "by telephone", code=1) == (
        "`edge` was asked nothing about restriction Z; see clearbell enforcement status\n"
    )
    assert clearbell("enforcement", "acknowledge", "edge", "B", "--words", " ", code=1) == (
        "say who acknowledged it, and in which way\n"
    )
    assert clearbell("enforcement", "status", "--state", "lost", code=1).startswith("--state lost: no such state; ")


def test_the_whole_list_is_asked_for_by_hand(world, clearbell):
    let_lie(world)
    assert clearbell("enforcement", "resync", "edge") == "edge will be given the whole list\n"
    edge = Peer()
    world.worker(EDGE, edge).step()
    assert [sorted(one) for one in edge.lists] == [["A", "B", "C"]]
    assert clearbell("enforcement", "resync", "nobody", code=1) == (
        "there is no target `nobody`; see clearbell enforcement targets\n"
    )


@pytest.fixture
def client(world, tmp_path):
    app = create_app(ServedWorld(world.store, tmp_path), signing=Signing([EDGE, OTHER, NEVER], {}))
    with TestClient(app) as client:
        yield client


def test_health_and_tasks_over_http(world, client, golden):
    let_lie(world)

    def body(address):
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        return json.dumps(answer.json(), ensure_ascii=False, indent=1) + "\n"

    golden("health.json", body("/v1/enforcement"))
    golden("tasks.json", body("/v1/enforcement/tasks"))
    golden("alarmed.json", body("/v1/enforcement/tasks?alarmed=true&target=edge"))


def cards(world, client, days=7):
    keep_scorecards(world.store, last_days(world.clock.now(), days, 480))
    return {
        (card["provider"], card["trunk"]): card["unacknowledged"]
        for card in client.get("/v1/scorecards", params={"days": days}).json()["cards"]
    }


def test_what_a_provider_did_not_acknowledge_in_time_is_an_alarm_on_its_scorecard(world, client):
    edge = Peer(how=None)
    worker = world.worker(EDGE, edge)
    world.restrict("A")
    world.restrict("B")
    worker.step()
    world.clock.move(LAPSE - 2 * MINUTE)
    worker.step()
    # In time as yet.
    assert cards(world, client) == {("ap1", "T1"): 0, ("ap2", "T2"): 0}
    world.clock.move(2 * MINUTE)
    worker.step()
    worker.step()
    world.clock.move(1)
    assert cards(world, client) == {("ap1", "T1"): 2, ("ap2", "T2"): 0}
    # Acknowledged late, it has lain all the same; and it leaves the card with the days.
    client.post("/v1/enforcement/edge/acknowledge", json={"restriction": "A", "words": "by telephone"})
    assert cards(world, client) == {("ap1", "T1"): 2, ("ap2", "T2"): 0}
    world.clock.move(25 * HOUR)
    assert cards(world, client, days=1) == {("ap1", "T1"): 0, ("ap2", "T2"): 0}
    assert cards(world, client, days=7) == {("ap1", "T1"): 2, ("ap2", "T2"): 0}


def test_the_worst_provider_comes_first_and_one_without_a_trunk_has_a_card(tmp_path, clearbell):
    made = World(tmp_path, MovableClock(time.time_ns() // 1000 - 6 * HOUR))
    try:
        abroad = WebhookTarget(name="abroad", provider="far", url="http://127.0.0.1:1/", secret_file="-")
        workers = [made.worker(one, Peer(how=None), (one,)) for one in (OTHER, abroad)]
        made.restrict("C", number=THEIRS)
        made.restrict("D", number=THEIRS)
        for worker in workers:
            worker.step()
        made.clock.move(5 * HOUR)
        workers[0].step()
    finally:
        made.store.close()
    said = clearbell("registry", "scorecards")
    rows = [[cell.strip() for cell in re.split(r"[│┃|]", line)] for line in said.splitlines() if "Carrier" in line]
    assert [(row[1], row[2], row[-2]) for row in rows] == [("Carrier ap2", "T2", "2"), ("Carrier ap1", "T1", "0")]
    assert "逾期未确认" in clearbell("registry", "scorecards", lang="zh")


def test_the_clock_of_these_tests_stands_where_the_recorded_bodies_say(world):
    assert world.clock.now() == START
