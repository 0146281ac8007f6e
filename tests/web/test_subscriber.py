"""The subscriber's door: only who proved a number sees what concerns it, and every press can be taken back."""

import base64
import html
import re

import msgspec
import pytest
from litestar.testing import TestClient
from tests.web.world import ServedWorld

from clearbell.calls import Call
from clearbell.cases.model import Opened, Source, number_unit
from clearbell.cases.service import do_open
from clearbell.consent.granting import do_grant
from clearbell.consent.model import ConsentGranted
from clearbell.consent.queries import consents_of, list_of, refusals_of, wish_of
from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose
from clearbell.registry.service import do_assign_numbers, do_register_holder, do_register_party
from clearbell.reports.queries import reports_by
from clearbell.testing import fresh_store
from clearbell.web.app import create_app
from clearbell.web.officers.listing_texts import LISTING
from clearbell.web.subscriber.calls import MOST as CALLS
from clearbell.web.subscriber.texts import ME
from clearbell.web.subscriber.visit import COOKIE, MOST, begin, cookie

PERSON, ME_NUMBER, OTHER, INSURER = 8613800000066, 8613900000009, 8613900000010, 8657188880001


@pytest.fixture
def gate(tmp_path):
    store = fresh_store(tmp_path)
    with store.act("cli:test") as act:
        do_register_party(act, PartyRegistered("p1", PartyKind.COMPANY, "Example Insurance"))
        do_register_holder(act, HolderRegistered("H1", "p1", "insurance"))
        do_assign_numbers(act, [NumbersAssigned("r1", "H1", INSURER, INSURER, Purpose.COMMERCIAL)])
        do_grant(act, [ConsentGranted("H1", ME_NUMBER, "insurance")])
    yield ServedWorld(store, tmp_path)
    store.close()


@pytest.fixture
def client(gate):
    with TestClient(create_app(gate), raise_server_exceptions=False) as client:
        enter(client, gate, ME_NUMBER)
        yield client


def enter(client, gate, number):
    client.visit = begin(gate, number)
    client.cookies.clear()
    client.cookies.set(COOKIE, cookie(gate, client.visit, secure=False).value, domain="testserver.local", path="/me")


def rung(gate, caller, callee=ME_NUMBER):
    return gate.screen(Call(id="c", at=gate.now() - 1, caller=caller, callee=callee)).id


def press(client, path, **data):
    return client.post(path, data={"form": client.visit.form, **data}, follow_redirects=True)


def read(gate, query, *about):
    with gate.store.read() as conn:
        return query(conn, *about)


PAGES = ("/me", "/me/consents", "/me/wishes", "/me/list", "/me/reports", "/me/data", "/me/data/export")


def test_without_a_proven_number_every_page_leads_to_where_one_proves_it(client, gate):
    good = client.cookies[COOKIE]
    number, began, until, proof = good.split(".")
    forged = [
        "",
        "x",
        f"{OTHER}.{began}.{until}.{proof}",
        f"{number}.{int(began) + 1}.{until}.{proof}",
        f"{number}.{began}.{int(until) + 1}.{proof}",
        good[:-2],
        "1.2.3.4",
    ]
    for value in forged:
        client.cookies.clear()
        client.cookies.set(COOKIE, value, domain="testserver.local", path="/me")
        for path in PAGES:
            reply = client.get(path, follow_redirects=False)
            assert (reply.status_code, reply.headers.get("location")) == (303, "/me/enter"), (path, value)


def test_a_visit_ends_when_it_is_not_used_and_when_it_is_old(client, gate):
    rules = gate.pack.codes
    for _ in range(MOST // (rules.proof_minutes * 60_000_000) * 2 - 1):
        gate.store.clock.move(rules.proof_minutes * 30_000_000)
        assert client.get("/me", follow_redirects=False).status_code == 200
    gate.store.clock.move(rules.proof_minutes * 30_000_000)
    assert client.get("/me", follow_redirects=False).status_code == 303
    enter(client, gate, ME_NUMBER)
    gate.store.clock.move(rules.proof_minutes * 60_000_000)
    assert client.get("/me", follow_redirects=False).status_code == 303


def test_a_form_of_another_site_presses_nothing(client, gate):
    call = rung(gate, PERSON)
    reply = client.post(f"/me/calls/{call}/block", data={"form": "x"}, headers={"Accept-Language": "en"})
    assert (reply.status_code, "out of date" in reply.text) == (403, True)
    assert read(gate, list_of, ME_NUMBER) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_my_calls_say_who_called_what_was_done_and_why(client, gate, language):
    rung(gate, PERSON)
    rung(gate, INSURER)
    rung(gate, PERSON, OTHER)
    page = client.get(f"/me?lang={language}").text
    assert page.count('class="call"') == 2
    assert "+8613800000066" in page
    assert "Example Insurance" in page
    assert str(OTHER) not in page


def test_nobody_acts_on_a_call_of_someone_else(client, gate):
    call = rung(gate, PERSON, OTHER)
    for what in ("report", "refuse", "allow", "block"):
        assert press(client, f"/me/calls/{call}/{what}").status_code == 404
    assert press(client, "/me/calls/nosuch/report").status_code == 404
    assert press(client, f"/me/calls/{rung(gate, PERSON)}/nosuch").status_code == 404
    assert read(gate, reports_by, ME_NUMBER) == []


def test_every_press_is_done_and_can_be_taken_back(client, gate):
    call = rung(gate, INSURER)
    for what, query, after in (
        ("report", reports_by, lambda rows: [bool(one.withdrawn) for one in rows]),
        ("refuse", refusals_of, lambda rows: [one.holder for one in rows]),
        ("allow", list_of, lambda rows: [one.verdict for one in rows]),
        ("block", list_of, lambda rows: [one.verdict for one in rows]),
    ):
        done = press(client, f"/me/calls/{call}/{what}")
        assert ME["en"]["undo"] in done.text, (what, done.text)
        assert after(read(gate, query, ME_NUMBER)) == {
            "report": [False], "refuse": ["H1"], "allow": ["allow"], "block": ["block"]
        }[what]  # fmt: skip
        back = press(client, f"/me/calls/{call}/undo", what=what)
        assert ME["en"]["did_undo"] in back.text
        assert after(read(gate, query, ME_NUMBER)) == ([True] if what == "report" else [])
    # A refusal ended the consent, and taking it back does not give it again.
    assert read(gate, consents_of, ME_NUMBER)[0].withdrawn > 0


def test_a_consent_is_seen_with_whom_since_when_and_how_and_withdrawn(client, gate):
    page = client.get("/me/consents").text
    for words in ("Example Insurance", "insurance", ME["en"]["in_force"], ME["en"]["prov_unknown"]):
        assert words in page
    done = press(client, "/me/consents/withdraw", holder="H1", purpose="insurance")
    assert ME["en"]["did_withdraw"] in done.text
    again = press(client, "/me/consents/withdraw", holder="H1", purpose="insurance")
    assert (again.status_code, "no consent" in again.text) == (422, True)


def test_consents_and_refusals_are_one_table_that_is_narrowed_sorted_and_taken_away(client, gate):
    call = rung(gate, PERSON)
    press(client, f"/me/calls/{call}/refuse")
    whole = client.get("/me/consents").text
    assert whole.count("aria-sort=") == 1
    refused = client.get("/me/consents?state=refused").text
    assert "+8613800000066" in refused
    assert "Example Insurance" not in refused
    assert client.get("/me/consents?as=csv&state=in_force").text.count("\n") == 2
    assert LISTING["en"]["bad_sort"] in client.get("/me/consents?sort=secret").text


def test_a_long_list_pages_and_no_address_tells_a_number(client, gate):
    for n in range(60):
        press(client, "/me/list/change", first=f"1380000{n:04}", verdict="block")
    first = client.get("/me/list").text
    more = html.unescape(re.search(r'href="([^"]+)" rel="next"', first)[1])
    after = more.partition("after=")[2]
    assert msgspec.json.decode(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4))) == [50]
    second = client.get(more).text
    shown = re.findall(r"<td[^>]*>(\+861380000\d+)</td>", first + second)
    assert len(shown) == len(set(shown)) == 60
    assert 'rel="next"' not in second


def test_earlier_calls_are_on_the_next_page(client, gate):
    for _ in range(CALLS + 3):
        rung(gate, PERSON)
    first = client.get("/me").text
    assert first.count('class="call"') == CALLS
    assert ME["en"]["calls_older"] in first
    second = client.get("/me?page=2").text
    assert second.count('class="call"') >= 3
    assert ME["en"]["calls_older"] not in second
    assert client.get("/me?page=x").text.count('class="call"') == CALLS


def test_wishes_are_kept_as_ticked(client, gate):
    codes = list(gate.pack.categories)[:2]
    press(client, "/me/wishes/keep", refuse=[*codes, "nosuch"], withheld="1")
    wished = read(gate, wish_of, ME_NUMBER)
    assert (wished.refuse.split(), wished.refuse_withheld) == (codes, True)
    page = client.get("/me/wishes").text
    assert page.count(" checked") == 3
    press(client, "/me/wishes/keep", refuse=codes[0])
    assert read(gate, wish_of, ME_NUMBER).refuse == codes[0]
    press(client, "/me/wishes/keep")
    assert read(gate, wish_of, ME_NUMBER) is None


def test_wishes_by_the_hour_are_kept_as_filled_in(client, gate):
    hours = {
        "category-0": "loans", "from-0": "22:00", "to-0": "07:00", "day-0": ["fri", "sat"],
        "category-1": "*", "from-1": "12:00", "to-1": "00:00",
        # Taken off, and never filled in.
        "category-2": "", "from-2": "01:00", "to-2": "02:00", "category-3": "", "day-3": ["mon"],
    }  # fmt: skip
    press(client, "/me/wishes/keep", zone="Europe/London", **hours)
    wished = read(gate, wish_of, ME_NUMBER)
    assert (wished.quiet, wished.zone) == ("loans 22:00-07:00 fri,sat; * 12:00-24:00", "Europe/London")
    page = client.get("/me/wishes").text
    assert 'value="22:00"' in page
    assert page.count('<option value="loans" selected>') == 1
    press(client, "/me/wishes/keep", zone="Asia/Shanghai", **(hours | {"category-0": "loans"}))
    assert read(gate, wish_of, ME_NUMBER).zone == ""


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ({"category-0": "loans", "from-0": "22:00"}, "Each of the hours needs"),
        ({"category-0": "nosuch", "from-0": "22:00", "to-0": "23:00"}, "Each of the hours needs"),
        ({"category-0": "loans", "from-0": "22:00", "to-0": "22:00"}, "loans 22:00-22:00"),
        ({"category-0": "loans", "from-0": "22:00", "to-0": "23:00", "zone": "Mars/Base"}, "no time zone `Mars/Base`"),
    ],
)
def test_hours_that_are_none_are_said_and_stay_on_the_page(client, gate, hours, said):
    reply = press(client, "/me/wishes/keep", **hours)
    assert reply.status_code == 422
    assert said in reply.text
    assert 'value="22:00"' in reply.text
    assert read(gate, wish_of, ME_NUMBER) is None


def test_the_list_is_changed_and_goes_to_a_phone(client, gate):
    press(client, "/me/list/change", first="138 0000 0066", verdict="block")
    press(client, "/me/list/change", first="057188880000", last="057188889999", verdict="block")
    press(client, "/me/list/change", first="057188880001", verdict="allow")
    wrong = press(client, "/me/list/change", first="hello", verdict="block")
    assert (wrong.status_code, ME["en"]["need_number"] in wrong.text) == (422, True)
    backwards = press(client, "/me/list/change", first="057188889999", last="057188880000", verdict="block")
    assert backwards.status_code == 422
    card = client.get("/me/list.vcf").text
    assert re.findall(r"TEL;TYPE=VOICE:(\S+)", card) == ["+8613800000066"]
    file = client.get("/me/list?as=csv")
    assert file.headers["content-type"].startswith("text/csv")
    assert file.text.count("\n") == 4
    assert client.get("/me/list?as=csv&verdict=allow").text.count("\n") == 2
    newest = client.get("/me/list?sort=-number_or_range").text
    assert newest.index("+8657188880000") < newest.index("+8613800000066")
    press(client, "/me/list/change", first="+8613800000066", last="+8613800000066", verdict="none")
    assert len(read(gate, list_of, ME_NUMBER)) == 2


def test_my_reports_are_mine_to_take_back_and_no_one_elses(client, gate):
    press(client, f"/me/calls/{rung(gate, PERSON)}/report")
    [mine] = read(gate, reports_by, ME_NUMBER)
    enter(client, gate, OTHER)
    press(client, "/me/reports/withdraw", report=mine.reported.report)
    assert not read(gate, reports_by, ME_NUMBER)[0].withdrawn
    enter(client, gate, ME_NUMBER)
    assert "+8613800000066" in client.get("/me/reports").text
    done = press(client, "/me/reports/withdraw", report=mine.reported.report)
    assert ME["en"]["did_withdraw_report"] in done.text
    assert read(gate, reports_by, ME_NUMBER)[0].withdrawn


def test_everything_is_taken_away_as_a_file_and_erased(client, gate):
    call = rung(gate, PERSON)
    press(client, f"/me/calls/{call}/report")
    press(client, f"/me/calls/{call}/block")
    told = msgspec.json.decode(client.get("/me/data/export").content)
    assert [one["decision"] for one in told["calls"]] == [call]
    assert [len(told[name]) for name in ("consents", "refusals", "list", "reports")] == [1, 0, 1, 1]
    assert press(client, "/me/data/erase").status_code == 422
    done = press(client, "/me/data/erase", sure="1")
    assert "things were erased" in done.text
    assert client.get("/me", follow_redirects=False).status_code == 303
    assert read(gate, consents_of, ME_NUMBER) == read(gate, list_of, ME_NUMBER) == []
    assert read(gate, reports_by, ME_NUMBER) == []


def test_a_number_with_a_case_does_not_erase_itself(client, gate):
    with gate.store.act("cli:test") as act:
        opened = Opened(Source.OFFICER, number_unit(ME_NUMBER), (), "looks odd")
        do_open(act, "K1", opened, gate.pack.cases, gate.desk.due, officer="li")
    assert "customer service" in client.get("/me/data?lang=en").text
    done = press(client, "/me/data/erase", sure="1")
    assert (done.status_code, "customer service" in done.text) == (422, True)
    assert len(read(gate, consents_of, ME_NUMBER)) == 1


def test_every_text_exists_in_both_languages():
    assert ME["zh"].keys() == ME["en"].keys()
    assert all(text for words in ME.values() for text in words.values())


def test_without_an_sms_centre_the_door_says_that_it_is_closed(client):
    client.cookies.clear()
    page = client.get("/me/enter?lang=en")
    assert (page.status_code, ME["en"]["closed"] in page.text) == (503, True)
