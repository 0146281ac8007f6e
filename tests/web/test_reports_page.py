"""Reports at the desk: found, sorted, paged, taken away, decided and answered."""

from __future__ import annotations

import datetime

import pytest
from litestar.testing import TestClient
from tests.web.desk_world import Clerk, Desk, cells, link

from clearbell.access.queries import reads
from clearbell.calls import DAY, HOUR
from clearbell.cases.model import Opened, Source, number_unit
from clearbell.cases.service import do_open
from clearbell.reports.judging import Look
from clearbell.reports.model import Match, Reported
from clearbell.reports.service import do_file_reports
from clearbell.reports.settings import reputation_settings
from clearbell.reports.weighing import do_weigh
from clearbell.web.officers import listing
from clearbell.web.officers.listing import PAGE
from clearbell.web.officers.listing_texts import LISTING
from clearbell.web.officers.report_texts import REPORTS

CALLER, OTHER, REPORTER = 8613800000066, 8613800000067, 8613900000009


def reported(name, number=CALLER, ago=HOUR, category="property", source="api", **more):
    def make(now):
        return Reported(name, source, number, now - ago - HOUR, now - ago, REPORTER, category, **more)

    return make


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def client(desk):
    with TestClient(desk.app) as client:
        yield client


@pytest.fixture
def file(desk):
    def file(*reports):
        settings = reputation_settings(desk.gate.pack)
        with desk.store.act("t") as act:
            made = [make(act.at) for make in reports]
            do_file_reports(act, made, settings, records=True, due=desk.gate.desk.due)

    return file


@pytest.fixture
def clerk(client, desk):
    return Clerk(client, desk, "complaints")


def names(rows):
    return [row[1][0] for row in rows]


def test_the_newest_come_first_and_a_press_on_the_head_turns_them(clerk, file):
    file(*(reported(f"api:{n}", ago=n * HOUR) for n in (3, 1, 2)))
    page = clerk.see("/desk/reports")
    assert names(cells(page)) == ["api:1", "api:2", "api:3"]
    turned = link(page, LISTING["en"]["received"])
    assert names(clerk.rows(turned)) == ["api:3", "api:2", "api:1"]


def test_the_pages_together_are_all_of_them_each_once(clerk, file):
    file(*(reported(f"api:{n:04}", ago=HOUR + n // 3) for n in range(2 * PAGE + 7)))
    found, page = [], clerk.see("/desk/reports")
    while True:
        found += names(cells(page))
        if not (more := link(page, LISTING["en"]["more"])):
            break
        page = clerk.see(more)
    assert sorted(found) == [f"api:{n:04}" for n in range(2 * PAGE + 7)]


def test_it_is_narrowed_by_number_category_standing_and_day(clerk, file, desk):
    file(
        reported("api:a"),
        reported("api:b", number=OTHER),
        reported("api:c", category="loans"),
        reported("api:d", ago=40 * DAY),
    )
    assert names(clerk.rows("/desk/reports", number="138 0000 0067")) == ["api:b"]
    assert names(clerk.rows("/desk/reports", category="loans")) == ["api:c"]
    # What a filter alone would have to look for in all there is, is looked for in the last days.
    assert names(clerk.rows("/desk/reports", stands="waiting", category="property")) == ["api:b", "api:a"]
    assert 'name="from" value="2' in clerk.see("/desk/reports", stands="waiting")
    assert clerk.rows("/desk/reports", to="2000-01-01") == [[LISTING["en"]["nothing"].split()]]
    old = clerk.desk.store.clock.now() - 41 * DAY
    day = datetime.datetime.fromtimestamp(old / 1e6, datetime.UTC).date().isoformat()
    assert names(clerk.rows("/desk/reports", **{"from": day}))[-1] == "api:d"
    assert LISTING["en"]["bad_period"] in clerk.see("/desk/reports", 422, **{"from": day}, to="2000-01-01")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"number": "hello"}, "number"),
        ({"stands": "sideways"}, "stands"),
        ({"from": "yesterday"}, "from"),
        ({"category": "nothing"}, "category"),
    ],
)
def test_what_is_not_understood_shows_nothing_and_says_so(clerk, file, query, words):
    file(reported("api:a"))
    page = clerk.see("/desk/reports", expected=422, **query)
    assert LISTING["en"]["bad_filter"].format(what=LISTING["en"][words]) in page
    assert "api:a" not in page


@pytest.mark.parametrize("after", ["x", "W10", "WyJhIl0", "WzEsMiwzXQ", "bnVsbA", "%00", "a" * 2000])
def test_a_place_that_nobody_was_given_is_refused(clerk, file, after):
    file(reported("api:a"))
    assert LISTING["en"]["bad_place"] in clerk.see("/desk/reports", expected=422, after=after)


def test_it_cannot_be_sorted_by_what_no_index_knows(clerk):
    assert LISTING["en"]["bad_sort"] in clerk.see("/desk/reports", expected=422, sort="source")


def test_complaints_at_hand_are_worked_through_by_what_is_due(clerk, file, desk):
    file(reported("api:b", ago=HOUR), reported("api:a", ago=3 * DAY), reported("607:x", source="607"))
    assert names(clerk.rows("/desk/reports", complaint="open")) == ["api:a", "api:b"]
    assert names(clerk.rows("/desk/reports", sort="due")) == ["api:a", "api:b"]
    clerk.send("/desk/reports/api:a/forward", words="Example Access")
    assert names(clerk.rows("/desk/reports", complaint="forwarded")) == ["api:a"]
    assert names(clerk.rows("/desk/reports", complaint="received")) == ["api:b"]


def test_numbers_are_masked_until_a_report_is_opened_and_who_looked_is_written_down(clerk, file, desk):
    file(reported("api:a", description="sells flats"))
    page = clerk.see("/desk/reports")
    assert str(CALLER) not in page
    assert str(REPORTER)[2:] not in page
    report = clerk.see("/desk/reports/api:a")
    assert str(CALLER) in report
    assert str(REPORTER)[2:] not in report
    assert "sells flats" in report
    clerk.see("/desk/reports", number="13800000066")
    with desk.store.read() as conn:
        seen = [(row.account, row.what, row.subject) for row in reads(conn)]
    assert seen == [
        ("complaints", "/desk/reports", f"+{CALLER}"),
        ("complaints", "/desk/reports/{receipt}", "api:a"),
    ]


def test_a_complaint_is_passed_on_handled_and_answered(clerk, file):
    t = REPORTS["en"]
    file(reported("api:a"))
    where = "/desk/reports/api:a"
    assert t["forward"] in clerk.see(where)
    clerk.send(f"{where}/forward", words="Example Access")
    assert t["handle"] in clerk.see(where)
    clerk.send(f"{where}/handle", words="the number is barred")
    clerk.send(f"{where}/answer", words="we barred it")
    page = clerk.see(where)
    assert "Example Access" in page
    assert "we barred it" in page
    assert t["nothing_now"] in page
    # Answered is answered.
    clerk.send(f"{where}/answer", expected=422, words="again")
    assert "again" not in clerk.see(where)


def test_what_was_set_aside_is_decided_by_an_officer_once(clerk, file, desk):
    file(reported("api:a"))
    with desk.store.act("t") as act:
        do_weigh(act, {"api:a": Look(Match.MATCHED, private=True, trunk="T7")}, reputation_settings(desk.gate.pack))
    where = "/desk/reports/api:a"
    page = clerk.see(where)
    assert REPORTS["en"]["decide"] in page
    assert "T7" in page
    assert names(clerk.rows("/desk/reports", stands="aside")) == ["api:a"]
    clerk.send(f"{where}/decide", counts="yes", words="they do not know each other")
    assert names(clerk.rows("/desk/reports", stands="counted")) == ["api:a"]
    assert REPORTS["en"]["decide"] not in clerk.see(where)


def test_who_only_looks_on_is_offered_nothing(client, desk, file):
    file(reported("api:a"))
    auditor = Clerk(client, desk, "auditor")
    assert "<main" in (page := auditor.see("/desk/reports/api:a"))
    assert "<form" not in page.partition("<main")[2]
    auditor.send("/desk/reports/api:a/forward", expected=403, words="x")


def test_the_number_leads_to_its_case(clerk, file, desk):
    file(reported("api:a"))
    with desk.store.act("li") as act:
        opened = Opened(Source.OFFICER, number_unit(CALLER), (), "rings")
        do_open(act, "C1", opened, desk.gate.pack.cases, desk.gate.desk.due, officer="li")
    assert link(clerk.see("/desk/reports"), "opened") == "/desk/cases/C1"
    assert link(clerk.see("/desk/reports/api:a"), "opened") == "/desk/cases/C1"


def test_a_file_holds_what_the_page_was_narrowed_to(clerk, file):
    file(reported("api:a"), reported("api:b", number=OTHER))
    lines = clerk.file("/desk/reports", number="13800000066")
    assert lines[0][:3] == [LISTING["en"][name] for name in ("received", "report", "number")]
    assert [line[1] for line in lines[1:]] == ["api:a"]


def test_a_report_that_there_is_not(clerk):
    clerk.see("/desk/reports/nothing", expected=404)
    clerk.send("/desk/reports/nothing/decide", expected=404, words="x")


def test_a_file_that_is_cut_short_names_where_the_rest_is(clerk, file, monkeypatch):
    monkeypatch.setattr(listing, "FILE", 10)
    file(*(reported(f"api:{n:02}", ago=HOUR + n) for n in range(15)))
    reply = clerk.ask("/desk/reports", **{"as": "csv"})
    rest = reply.headers["link"].partition("<")[2].partition(">")[0]
    assert 'rel="next"' in reply.headers["link"]
    assert len(reply.text.splitlines()) == 1 + 10
    last = clerk.ask(rest)
    assert len(last.text.splitlines()) == 1 + 5
    assert "link" not in last.headers
