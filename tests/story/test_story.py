"""The story of a case leaves nothing out that the ledger has of it, names nobody who reported, and is one page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from sqlalchemy import select

from cases.conftest import EVE, PACK, RULES, due, report_matched, seeded
from clearbell.appeals.model import Late, Paper
from clearbell.calls import DAY, HOUR, MINUTE, SECOND
from clearbell.cases.errors import UnknownCaseError
from clearbell.cases.evidence import Content, Evidence, VerificationCall
from clearbell.cases.model import Verdict
from clearbell.cases.opening import open_cases
from clearbell.cases.service import do_add_evidence, do_verify
from clearbell.desk.effects import do_lift_sanction
from clearbell.desk.verdicts import do_confirm, do_find
from clearbell.enforcement.model import Operation, Overdue
from clearbell.ledger.tables import ledger_entry, ledger_sealed
from clearbell.records.model import CallRecord, Disposition
from clearbell.registry.contacts.model import Contact, ContactOf, Way
from clearbell.registry.contacts.service import do_name_contact
from clearbell.sanctions.model import Lifted, Rung, Told
from clearbell.story.gathering import gather
from clearbell.story.model import LANES, Lane, Tone
from clearbell.story.page import page
from clearbell.story.text import text
from clearbell.story.wording import FACTS, WORDS, Words, said_of
from clearbell.testing import MovableClock, fresh_store
from clearbell.verification.model import Evidence as Seen
from clearbell.verification.model import LineCalled
from desk.conftest import announce, delivered, keep_up

MARKETER, OTHER = 8613800000066, 8613800000067
REPORTERS = tuple(8613900000000 + place for place in range(RULES.reporters))
DIGEST = "ab" * 32
NOW = EVE + 9 * DAY


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A store in which a marketer was barred and reinstated, another number has a case too, and the case's id."""
    clock = MovableClock(EVE)
    store = fresh_store(tmp_path_factory.mktemp("story"), clock)
    for way, address in ((Way.SMS, "8613700000009"), (Way.MAIL, "zhou@example.net")):
        with store.act("cli:li") as act:
            do_name_contact(act, Contact(ContactOf.NUMBER, str(MARKETER), way, address))
    for number in (MARKETER, OTHER):
        report_matched(store, number, REPORTERS, category="loans")
    opened = open_cases(store, RULES, due, seeded())
    with store.read() as conn:
        case = next(one.case for one in opened if gather(conn, one.case, PACK).unit[1].endswith(str(MARKETER)))
    clock.move(HOUR)
    with store.act("wang") as act:
        do_verify(act, case, due, officer="wang")
        for what in (VerificationCall("machine", 21, DIGEST, "cheap <loans>", 0.4), Content("loans", 0.97, DIGEST)):
            do_add_evidence(act, case, Evidence(what, act.at, "verification", "v1"), RULES)
    clock.move(HOUR)
    with store.act("wang") as act:
        do_find(act, case, Verdict.CONFIRMED, "it sells loans", RULES, due, officer="wang")
    clock.move(3 * DAY)
    with store.act("liu") as act:
        do_confirm(act, case, "", due, agrees=True, officer="liu")
    clock.move(HOUR)
    announce(store, Rung.OUTGOING_BARRED, case)
    keep_up(store)
    clock.move(2 * DAY)
    delivered(store, "sms", "mail")
    keep_up(store)
    clock.move(DAY)
    with store.act("chief") as act:
        do_lift_sanction(act, Lifted(f"{case}/1", "the consents are on file"))
    keep_up(store)
    yield store, case
    store.close()


def story(told, calls=()):
    store, case = told
    with store.read() as conn:
        return gather(conn, case, PACK, calls, NOW)


def call(at, disposition=Disposition.ANSWERED, caller=MARKETER, callee=8613900000001):
    return CallRecord(f"c{at}", "clearbell", at, caller, callee, duration=8 * SECOND, disposition=disposition)


def test_every_fact_about_the_case_is_told_once_with_its_place_in_the_chain(told):
    store, case = told
    found = story(told)
    with store.read() as conn:
        rows = conn.execute(
            select(ledger_entry.c.seq, ledger_entry.c.kind, ledger_entry.c.hash, ledger_sealed.c.data)
            .join(ledger_sealed, ledger_sealed.c.seq == ledger_entry.c.seq)
            .where(ledger_entry.c.kind.in_(list(FACTS)))
        ).all()
        lifted = conn.execute(select(ledger_entry.c.seq).where(ledger_entry.c.kind == "sanctions.lifted")).scalars()
        unsealed = set(lifted)
    other = str(OTHER).encode()
    ours = [row for row in rows if other not in bytes(row.data)]
    assert {event.seq for event in found.events} == {row.seq for row in ours} | unsealed
    assert sum(event.count for event in found.events) == len(ours) + len(unsealed)
    hashes = {row.seq: bytes(row.hash).hex() for row in rows}
    assert all(event.hash == hashes[event.seq] for event in found.events if event.seq in hashes)
    assert [event.seq for event in found.events] == sorted(event.seq for event in found.events)
    assert case in text(found, PACK, "en")


def test_it_says_who_acted_what_it_rests_on_and_by_when(told):
    found = story(told)
    [proposed] = [event for event in found.events if event.en.startswith("a verdict was proposed")]
    assert proposed.who == "wang"
    # Two working days and a holiday: the second officer came after three days, and on time.
    assert proposed.deadline is not None
    assert proposed.deadline.met == EVE + 2 * HOUR + 3 * DAY
    [content] = [event for event in found.events if "content: loans" in event.en]
    assert content.evidence == (DIGEST,)
    [reported] = [event for event in found.events if event.kind == "reports.received"]
    assert (reported.count, reported.en.partition(":")[0]) == (len(REPORTERS), f"{len(REPORTERS)} times")
    [back] = [event for event in found.events if event.kind == "sanctions.lifted"]
    assert (back.tone, back.who) == (Tone.FOR, "chief")
    assert back.zh.startswith("复通")


def test_nobody_who_reported_is_named_and_who_is_told_is_masked(told):
    found = story(told)
    for shown in (text(found, PACK, "zh"), text(found, PACK, "en"), page(found, PACK)):
        assert not any(str(one)[2:] in shown for one in REPORTERS)
        assert "13700000009" not in shown
        assert "zhou@" not in shown
        assert "+86137****0009" in shown
        assert "z***@example.net" in shown


def test_calls_stand_beside_the_ledger_in_runs(told):
    [(start, end)] = story(told).barred
    first = [call(EVE - 2 * HOUR + place * MINUTE, callee=8613900000000 + place) for place in range(3)]
    refused = [call(start + HOUR + place, Disposition.REFUSED) for place in range(2)]
    again = [call(end + HOUR)]
    others = [call(EVE, caller=OTHER), call(EVE + 1, caller=8613900000001, callee=MARKETER)]
    lines = [event for event in story(told, [*again, *others, *refused, *first]).events if event.lane is Lane.CALLS]
    assert [event.at for event in lines] == [first[0].start, refused[0].start, again[0].start]
    assert lines[0].en.startswith("3 calls to 3 numbers went through, 3 answered, 24 s of talk (until ")
    assert lines[1].en.startswith("2 calls refused (until ")
    assert lines[2].en == "1 call to 1 number went through, 1 answered, 8 s of talk"


def test_calls_while_restricted_and_not_are_runs_of_their_own(told):
    [(start, _)] = story(told).barred
    lines = [e for e in story(told, [call(start - 1), call(start)]).events if e.lane is Lane.CALLS]
    assert len(lines) == 2


class Page(HTMLParser):
    """What a page holds, and whether all of it is closed."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.asked, self.words = [], [], [], {"zh": [], "en": []}

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in {"meta", "input", "link"}:
            self.open.append((tag, dict(attrs).get("lang")))
        self.asked += [value for name, value in attrs if name in {"src", "href", "action"} or name.startswith("on")]

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        for _, language in self.open[1:]:
            if language in self.words:
                self.words[language].append(data)


def test_the_page_stands_by_itself_in_two_languages_with_a_drawn_timeline(told):
    found = story(told, [call(EVE - HOUR)])
    shown = Page()
    shown.feed(page(found, PACK))
    assert shown.open == []
    assert shown.asked == []
    assert {"script", "img", "iframe", "link"}.isdisjoint(shown.tags)
    assert shown.tags.count("tr") == 1 + len(found.events)
    assert len(shown.words["zh"]) == len(shown.words["en"])
    assert not re.search("[\u4e00-\u9fff]", "".join(shown.words["en"]))
    drawn = page(found, PACK).partition("<svg")[2].partition("</svg>")[0]
    assert drawn.count('r="5"') == len(found.events)
    assert 'class="barred"' in drawn
    assert "cheap &lt;loans&gt;" in page(found, PACK)
    assert "<loans>" not in page(found, PACK)


def test_the_page_begins_in_the_language_that_is_asked_for_and_takes_a_nonce(told):
    shown = page(story(told), PACK, "en", "n0nce")
    assert 'id="en" aria-label="English" checked' in shown
    assert '<style nonce="n0nce">' in shown


def test_every_kind_has_words_and_every_lane_a_name():
    assert set(WORDS) == set(FACTS)
    assert {lane for lane, _ in WORDS.values()} <= set(LANES)
    assert set(LANES) == set(Lane)


@pytest.mark.parametrize(
    ("kind", "fact", "tone", "zh", "en"),
    [
        ("appeals.late", Late("A1", EVE), Tone.LATE, "申诉逾期未决定", "the appeal was not decided in time"),
        ("appeals.paper", Paper("A1", DIGEST, "application/pdf", 9), Tone.FOR, "收到申诉材料", "a paper came for the appeal"),
        (
            "verification.received",
            LineCalled("r1", MARKETER, "", "pool-1", 8657187650001, EVE, Seen(), "t1", same_number=True),
            Tone.AGAINST,
            "该号码回拨线路 pool-1(拨测 t1 之后)",
            "the number called the line pool-1 back, after test call t1",
        ),
        (
            "enforcement.overdue",
            Overdue("edge-1", "", "c1/1", Operation.PUT, EVE, told=True),
            Tone.LATE,
            "edge-1 逾期未确认",
            "edge-1 did not acknowledge in time",
        ),
        (
            "sanctions.told",
            Told("c1/1", "ahead", "sms", "n1", fault="not reachable"),
            Tone.LATE,
            "无法以短信告知(事先告知):not reachable",
            "cannot be told by SMS (told ahead): not reachable",
        ),
    ],
)  # fmt: skip
def test_what_went_wrong_and_what_came_back_is_told_as_such(kind, fact, tone, zh, en):
    words = Words(PACK, str, lambda _: ("sms", "+86137****0009"))
    assert said_of(kind, fact, words) == (zh, en, tone)


def test_a_case_that_is_not_there_is_refused(told):
    store, _ = told
    with store.read() as conn, pytest.raises(UnknownCaseError):
        gather(conn, "NOPE", PACK)
