"""A finding is kept once while it lasts; what is kept about a person can be erased, and the chain still verifies."""

import pytest

from clearbell.discovery.detectors.model import Hit, Level, Subject
from clearbell.discovery.findings.model import FACTS, Found
from clearbell.discovery.findings.queries import findings_of, lasting, passed_on, sightings
from clearbell.discovery.findings.service import do_find, do_forget_number
from clearbell.discovery.findings.wording import sentence, unit_text
from clearbell.ledger.verify import verify
from clearbell.testing import fresh_store

DAY = 20_500
NUMBER = "8613812345678"
EVIDENCE = {"attempts": 300.0, "answer_share": 0.25}


def hit(unit=NUMBER, level=Level.CRITICAL, detector="cold_calling", subject=Subject.CALLER, members=()):
    return Hit(detector, subject, unit, level, 7, EVIDENCE, {"answer_share": 0.6}, members)


@pytest.fixture
def store(tmp_path):
    return fresh_store(tmp_path)


def find(store, day, *hits, looked=("cold_calling", "rotation_unknown", "bombing")):
    with store.act("test") as act:
        return do_find(act, day, hits, looked, "cn test", 3)


def on(store, day):
    with store.read() as conn:
        return lasting(conn, day)


def facts(store, kind):
    return [fact for entry in store.entries(0, [kind]) for fact in entry.decode(FACTS)]


def test_what_is_found_on_several_days_is_one_finding(store):
    assert find(store, DAY, hit()).new == 1
    assert find(store, DAY + 1, hit()).lasting == 1
    (one,) = on(store, DAY + 1)
    assert (one.first_day, one.last_day, one.passed) == (DAY, DAY + 1, 0)
    with store.read() as conn:
        assert [s.day for s in sightings(conn, one.finding)] == [DAY, DAY + 1]
    assert len(facts(store, "discovery.found")) == 1


def test_a_warning_that_becomes_critical_is_told_again(store):
    find(store, DAY, hit(level=Level.WARNING))
    assert find(store, DAY + 1, hit()).raised == 1
    assert [fact.level for fact in facts(store, "discovery.found")] == [Level.WARNING, Level.CRITICAL]


def test_a_finding_passes_when_it_is_not_found_for_as_long_as_the_pack_says(store):
    find(store, DAY, hit())
    assert find(store, DAY + 2).passed == 0
    assert find(store, DAY + 3).passed == 1
    assert on(store, DAY + 3) == []
    assert len(on(store, DAY + 2)) == 1
    with store.read() as conn:
        assert [one.unit for one in passed_on(conn, DAY + 3)] == [NUMBER]
    assert find(store, DAY + 4, hit()).new == 1
    with store.read() as conn:
        assert len(findings_of(conn, NUMBER)) == 2


def test_findings_of_a_detector_that_was_not_asked_do_not_pass(store):
    find(store, DAY, hit())
    assert find(store, DAY + 9, looked=("bombing",)).passed == 0


def test_a_day_looked_at_again_changes_nothing_else(store):
    find(store, DAY, hit())
    before = store.head()
    assert find(store, DAY, hit()).new == 0
    assert store.head() == before
    with store.read() as conn:
        assert len(sightings(conn, on(store, DAY)[0].finding)) == 1


def test_members_of_a_group_are_kept_and_told_once(store):
    group = hit("local-1", detector="rotation_unknown", subject=Subject.GROUP, members=(1001, 1002))
    find(store, DAY, group)
    more = hit("local-1", detector="rotation_unknown", subject=Subject.GROUP, members=(1002, 1003))
    find(store, DAY + 1, more)
    assert on(store, DAY + 1)[0].members == (1001, 1002, 1003)
    assert [fact.number for fact in facts(store, "discovery.joined")] == [1001, 1002, 1003]


def test_a_persons_findings_are_erased_and_the_chain_verifies(store):
    member = int(NUMBER)
    find(store, DAY, hit(), hit("local-1", detector="rotation_unknown", subject=Subject.GROUP, members=(member, 99)))
    with store.act("test") as act:
        assert do_forget_number(act, member) == 3
        assert act.erase(member) == 2
    (one,) = on(store, DAY)
    assert one.members == (99,)
    assert [fact for fact in facts(store, "discovery.found") if isinstance(fact, Found) and fact.unit == NUMBER] == []
    assert verify(store).fault is None


def test_a_finding_speaks_chinese_and_english_and_hides_the_number():
    values = dict.fromkeys(["attempts", "answer_share", "callee_hangup_share", "in_share"], 0.25) | {"attempts": 300.0}
    assert sentence("cold_calling", 7, values, "en").startswith("300 calls in 7 days")
    assert "接通率 25.0%" in sentence("cold_calling", 7, values, "zh")
    for language in ("zh", "en"):
        assert NUMBER not in unit_text(Subject.CALLER, NUMBER, language)
        assert NUMBER not in unit_text(Subject.GROUP, NUMBER, language)
