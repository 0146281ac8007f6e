"""The evidence page tells what opened a case and everything that was seen and done, by time, in both languages."""

from __future__ import annotations

from cases.conftest import PACK, RULES, due, report_matched, seeded
from clearbell.calls import DAY, HOUR
from clearbell.cases.evidence import Calls, Content, Evidence, Order, Recording, Sanction, VerificationCall, kind_of
from clearbell.cases.evidence import Kind as EvidenceKind
from clearbell.cases.merging import do_merge
from clearbell.cases.model import Opened, Source, State, Step, Verdict, number_unit
from clearbell.cases.opening import open_cases
from clearbell.cases.queries import Reported, Taken, story
from clearbell.cases.service import do_add_evidence, do_note, do_open, do_second, do_snooze, do_verdict, do_verify
from clearbell.cases.wording import SOURCES, STATES, STEPS, evidence_words, page

MARKETER = 8613800000066
DIGEST = "ab" * 32


def told(store, clock):
    report_matched(store, MARKETER, [8613900000000 + place for place in range(RULES.reporters)])
    [placed] = open_cases(store, RULES, due, seeded())
    case = placed.case
    clock.move(DAY)
    with store.act("test") as act:
        do_verify(act, case, due, officer="officer-1")
    clock.move(HOUR)
    with store.act("verification") as act:
        at = clock.now()
        for what, when in (
            (Calls(400, 300, 390, 2400, at - DAY, at), at - 2 * HOUR),
            (VerificationCall("answered", 31, DIGEST), at),
            (Recording(DIGEST, 31), at),
            (Content("property", 0.93, DIGEST), at),
            (Sanction("r-2025-1", "rate_limit"), at - 100 * DAY),
        ):
            assert do_add_evidence(act, case, Evidence(what, when, "verification", "v1"), RULES)
    clock.move(HOUR)
    with store.act("test") as act:
        do_snooze(act, case, clock.now() + HOUR, "lunch", RULES, officer="officer-1")
        do_verdict(act, case, Verdict.CONFIRMED, "flats in the suburbs", RULES, due, officer="officer-1")
    clock.move(HOUR)
    with store.act("test") as act:
        do_second(act, case, "", due, agrees=True, officer="officer-2")
    return case


def test_the_story_is_in_the_order_of_time_and_leaves_nothing_out(store, clock):
    case = told(store, clock)
    with store.read() as conn:
        lines = story(conn, case)
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert sum(isinstance(line.what, Reported) for line in lines) == RULES.reporters
    kinds = {kind_of(line.what) for line in lines if not isinstance(line.what, Reported | Taken)}
    assert kinds == set(EvidenceKind) - {EvidenceKind.NOTE, EvidenceKind.ORDER, EvidenceKind.FINDING}
    steps = [line.what.fact.step for line in lines if isinstance(line.what, Taken) and hasattr(line.what.fact, "step")]
    assert steps == [Step.VERIFY, Step.PROPOSE, Step.CONFIRM]
    assert [line.joins for line in lines if line.joins] == [Source.REPORTS]


def test_the_page_says_it_in_chinese_and_in_english(store, clock, golden):
    case = told(store, clock)
    with store.read() as conn:
        golden("page-zh.txt", page(conn, case, PACK, "zh"))
        golden("page-en.txt", page(conn, case, PACK, "en"))


def test_a_merged_cases_past_is_told_in_the_case_it_went_on_in(store, clock):
    with store.act("test") as act:
        for name, number in (("c1", MARKETER), ("c2", MARKETER + 1)):
            do_open(act, name, Opened(Source.OFFICER, number_unit(number), (), f"why {name}"), RULES, due, officer="o1")
        do_merge(act, "c2", "c1", "the same script", RULES, officer="o1")
        do_note(act, "c1", "both together", RULES, officer="o1")
    with store.read() as conn:
        text = page(conn, "c1", PACK, "en")
        apart = page(conn, "c2", PACK, "en")
    for words in ("why c1", "why c2", "merged into case c1: the same script", "both together"):
        assert words in text
    assert "both together" not in apart
    assert "merged into case c1" in apart


def test_everything_has_words_in_both_languages():
    for table, members in ((STATES, State), (STEPS, Step), (SOURCES, Source)):
        assert set(table) == set(members)
        assert all(set(words) == {"zh", "en"} for words in table.values())
    for language in ("zh", "en"):
        assert "O-1" in evidence_words(Order("O-1"), PACK, language)
        assert evidence_words(Sanction("r1", "barred"), PACK, language) != evidence_words(
            Sanction("r1", "rate_limit"), PACK, language
        )
