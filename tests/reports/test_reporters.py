"""Reporters are believed by the verdicts on what they reported; bad faith voids their reports, bounded and reversibly."""

from __future__ import annotations

import pytest

from clearbell.calls import DAY
from clearbell.ledger.verify import verify
from clearbell.policy.model import ReportRules
from clearbell.reports import ReputationSettings, do_file_reports, do_rebuild_reputation
from clearbell.reports.judging import NOTHING_KNOWN, Look, credibility
from clearbell.reports.model import Match, Standing, Why
from clearbell.reports.queries import attacked, report_of, reports_aside, reputation_of
from clearbell.reports.refusals import RefusedAsideError, RefusedMarkError, RefusedWordsError
from clearbell.reports.reporters import do_learn_verdict, do_lift_bad_faith, do_mark_bad_faith, standings
from clearbell.reports.weighing import do_decide_aside, do_weigh, waiting

NUMBER, REPORTER = 8613800000001, 8613900000009
SETTINGS = ReputationSettings()


def file(store, *reports, **options):
    with store.act("desk:test") as act:
        return do_file_reports(act, reports, SETTINGS, **options)


def weigh(store, look, *names):
    with store.act("system:test") as act:
        return do_weigh(act, dict.fromkeys(names, look), SETTINGS)


def known(store, number=NUMBER):
    with store.read() as conn:
        return reputation_of(conn, number)


def stands(store, name):
    with store.read() as conn:
        return report_of(conn, name)


def test_a_reporter_is_believed_until_verdicts_say_otherwise_and_recovers_slowly():
    rules = ReportRules()
    assert credibility(0, 0, rules) == credibility(50, 0, rules) == 1.0
    falling = [credibility(0, wrong, rules) for wrong in range(6)]
    assert falling == sorted(falling, reverse=True)
    assert falling[3] < rules.credible <= falling[1]
    assert credibility(0, 10_000, rules) == rules.least_credibility
    assert credibility(0, 3, rules) < credibility(20, 3, rules) < 1.0


def test_a_verdict_teaches_on_what_a_reporter_says_next(store, reported, clock):
    for serial in range(4):
        number = NUMBER + serial
        file(store, reported(f"lie-{serial}", number=number, reporter=REPORTER))
        with store.act("cases") as act:
            taught = do_learn_verdict(act, number, nuisance=False, since=clock.now() - 9 * DAY, until=clock.now())
        assert taught == 1
    with store.read() as conn:
        assert standings(conn, [REPORTER]) == {REPORTER: (0, 4)}
    file(
        store, reported("next", number=NUMBER + 9, reporter=REPORTER), reported("other", number=NUMBER + 9, reporter=5)
    )
    assert stands(store, "next").weighed.weight < 0.5
    assert (known(store, NUMBER + 9).reports, known(store, NUMBER + 9).reporters) == (2, 1)
    # What he said before keeps its weight.
    assert stands(store, "lie-0").weighed.weight == 1.0


def test_a_vote_for_a_number_that_is_found_a_nuisance_was_wrong(store, reported, clock):
    file(store, reported("for", reporter=REPORTER, wanted=True), reported("against", reporter=REPORTER + 1))
    with store.act("cases") as act:
        assert do_learn_verdict(act, NUMBER, nuisance=True, since=0, until=clock.now()) == 2
    with store.read() as conn:
        assert standings(conn, [REPORTER, REPORTER + 1]) == {REPORTER: (0, 1), REPORTER + 1: (1, 0)}


def test_bad_faith_voids_everything_of_a_time_everywhere_and_lifting_it_brings_all_back(store, reported, clock):
    file(store, *(reported(f"r{n}", number=NUMBER + n, reporter=REPORTER) for n in range(3)))
    file(store, reported("honest", reporter=REPORTER + 1))
    before = [known(store, NUMBER + n) for n in range(3)]
    span = {"since": clock.now() - 5 * DAY, "until": clock.now() + 5 * DAY}
    with store.act("desk:test") as act:
        assert do_mark_bad_faith(act, "m1", REPORTER, reason="sold reports", settings=SETTINGS, **span) == 3
    assert [known(store, NUMBER + n).reports for n in range(3)] == [1, 0, 0]
    # What he says while the mark reaches is void from the beginning.
    file(store, reported("r9", number=NUMBER + 1, reporter=REPORTER, days_ago=0.1))
    assert known(store, NUMBER + 1).reports == 0
    assert stands(store, "r9").weighed.void
    with store.act("desk:test") as act:
        assert do_lift_bad_faith(act, "m1", "it was another person", SETTINGS) == 4
    assert [known(store, NUMBER + n) for n in (0, 2)] == [before[0], before[2]]
    assert known(store, NUMBER + 1).reports == 2
    kept = [known(store, NUMBER + n) for n in range(3)]
    with store.act("cli:test") as act:
        do_rebuild_reputation(act, SETTINGS)
    assert [known(store, NUMBER + n).reports for n in range(3)] == [one.reports for one in kept]
    assert verify(store).fault is None


def test_a_mark_of_bad_faith_is_bounded_and_gives_its_reason(store, clock):
    def mark(name="m1", days=10, reason="sold reports"):
        with store.act("desk:test") as act:
            do_mark_bad_faith(act, name, REPORTER, clock.now(), clock.now() + days * DAY, reason, SETTINGS)

    with pytest.raises(RefusedMarkError, match="covers 1 to 365 days"):
        mark(days=400)
    with pytest.raises(RefusedWordsError):
        mark(reason=" ")
    mark()
    with pytest.raises(RefusedMarkError, match="already"):
        mark()
    for expected in (None, RefusedMarkError):
        if expected is None:
            with store.act("desk:test") as act:
                do_lift_bad_faith(act, "m1", "mistaken", SETTINGS)
        else:
            with pytest.raises(expected, match="lifted already"), store.act("desk:test") as act:
                do_lift_bad_faith(act, "m1", "mistaken", SETTINGS)


def test_reports_of_people_nobody_verified_wait_and_only_a_few_a_day_count(store, reported):
    file(store, *(reported(f"p{n}", source="portal", reporter=REPORTER + n) for n in range(5)))
    assert known(store) is None
    with store.read() as conn:
        assert [one.report for _, one in waiting(conn)] == ["p0", "p1", "p2", "p3", "p4"]
    made = weigh(store, NOTHING_KNOWN, *(f"p{n}" for n in range(5)))
    assert [one.why for one in made] == [Why.NOTHING] * 2 + [Why.BURST] * 3
    assert (known(store).reports, known(store).reporters) == (2, 0)


def test_withdrawing_and_saying_it_again_adds_nothing(store, reported):
    from clearbell.reports import do_withdraw_report

    for serial in range(6):
        file(store, reported(f"r{serial}", reporter=REPORTER))
        if serial < 5:
            with store.act("api") as act:
                do_withdraw_report(act, f"r{serial}", SETTINGS)
    assert (known(store).reports, known(store).reporters) == (1, 1)


def test_an_officer_decides_what_was_set_aside_once_and_in_words(store, reported):
    file(store, reported("r1", source="portal", reporter=REPORTER), reported("r2", source="portal", reporter=7))
    weigh(store, Look(Match.MATCHED, private=True), "r1", "r2")
    with store.read() as conn:
        assert {one.reported.report for one in reports_aside(conn)} == {"r1", "r2"}
    with pytest.raises(RefusedWordsError), store.act("desk:a") as act:
        do_decide_aside(act, "r1", counts=True, reason="", settings=SETTINGS)
    with store.act("desk:a") as act:
        made = do_decide_aside(act, "r1", counts=True, reason="a shop, no friend", settings=SETTINGS)
    assert (made.standing, made.officer) == (Standing.COUNTED, "desk:a")
    assert known(store).reports == 1
    with store.act("desk:a") as act:
        do_decide_aside(act, "r2", counts=False, reason="they are divorced", settings=SETTINGS)
    for name in ("r1", "r2"):
        with pytest.raises(RefusedAsideError), store.act("desk:a") as act:
            do_decide_aside(act, name, counts=True, reason="again", settings=SETTINGS)
    assert known(store).reports == 1


def test_an_attack_on_a_number_shows_as_such(store, reported, clock):
    file(store, *(reported(f"p{n}", source="portal", reporter=REPORTER + n, days_ago=0.5) for n in range(20)))
    weigh(store, Look(Match.NONE), *(f"p{n}" for n in range(20)))
    file(store, *(reported(f"t{n}", number=NUMBER + 1, reporter=n + 1, days_ago=0.5) for n in range(30)))
    with store.read() as conn:
        found = attacked(conn, clock.now() - DAY, clock.now(), SETTINGS.rules.bombing)
    assert [(one.number, one.aside, one.counted) for one in found] == [(NUMBER, 20, 0)]
