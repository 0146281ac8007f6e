"""The enterprise door: each page in both languages, what it does, and that it keeps to one firm."""

import base64
import csv
import html
import io
import re

import pytest
from litestar.testing import TestClient
from tests.web.firms import REPORTER, Firm, found
from tests.web.world import ServedWorld

from clearbell.access.model import Role
from clearbell.access.service import do_make_account, do_make_token
from clearbell.access.settings import AccessSettings
from clearbell.access.signing_in import join, sign_in
from clearbell.calls import DAY
from clearbell.consent.model import Listed, ListVerdict, Refused
from clearbell.consent.queries import consents_of
from clearbell.consent.service import do_list, do_refuse
from clearbell.ledger import Store
from clearbell.registry.applications.queries import applications_of
from clearbell.registry.applications.service import do_approve, do_review
from clearbell.registry.contracts.model import Terms
from clearbell.registry.contracts.service import contract_row, do_offer
from clearbell.registry.queries import party_of
from clearbell.testing import MovableClock, fresh_store
from clearbell.testing.access import quick_access_key
from clearbell.web.app import create_app
from clearbell.web.doors import COOKIE, Doors
from clearbell.web.firm.texts import FIRM
from clearbell.web.officers.listing_texts import LISTING
from clearbell.web.permissions import NEEDS
from clearbell.web.tenancy import TENANT

PASSWORD = "nine bells at noon"
SETTINGS = AccessSettings(second_factor=())
CLINIC, INSURER = Firm("clinic", 1), Firm("insurer", 2)
PDF = b"%PDF-1.4 a licence"
PAGES = sorted(path for method, path in NEEDS if method == "GET" and path.startswith("/firm"))
LISTS = sorted(
    {"/firm/numbers", "/firm/calls", "/firm/reports", "/firm/sanctions", "/firm/applications", "/firm/contracts"}
    | {"/firm/consents", "/firm/consent-list", "/firm/lapsing", "/firm/cards"}
)
CHINESE = re.compile(r"[㐀-鿿]")


class Door:
    """A browser in which the clinic's clerk is signed in."""

    def __init__(self, folder, store=None):
        self.store = store or fresh_store(folder)
        self.gate = ServedWorld(self.store, folder)
        for firm in (CLINIC, INSURER):
            found(self.store, self.gate, firm)
        key = quick_access_key()
        self.doors = Doors(self.store, key, SETTINGS, secure=False)
        with self.store.act("cli:test") as act:
            invited = do_make_account(act, key, SETTINGS, "clerk", "Clerk", Role.ENTERPRISE, "clinic")
        join(self.store, key, SETTINGS, "clerk", invited.secret, PASSWORD)
        self.client = TestClient(create_app(self.gate, doors=self.doors), raise_server_exceptions=False)
        self.sign_in()

    def sign_in(self):
        self.client.cookies.clear()
        self.client.cookies.set(COOKIE, sign_in(self.store, self.doors.key, SETTINGS, "clerk", PASSWORD).secret)
        self.mark = re.search(r'name="csrf" value="([^"]+)"', self.open("/desk/account"))[1]

    def open(self, path, status=200, language="en"):
        mark = "&" if "?" in path else "?"
        reply = self.client.get(f"{path}{mark}lang={language}", follow_redirects=False)
        assert reply.status_code == status, (path, reply.status_code, reply.text[:500])
        return reply.text

    def send(self, path, files=None, status=303, **fields):
        reply = self.client.post(path, data={"csrf": self.mark, **fields}, files=files, follow_redirects=False)
        assert reply.status_code == status, (path, reply.status_code, reply.text[:1500])
        return reply.headers["location"] if status == 303 else reply.text

    def rows(self, path):
        """The table of a page as a file."""
        reply = self.client.get(f"{path}{'&' if '?' in path else '?'}as=csv&lang=en")
        assert reply.headers["content-type"].startswith("text/csv")
        return list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig"))))

    def close(self):
        self.store.close()


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory):
    """A door that tests only look through."""
    door = Door(tmp_path_factory.mktemp("door"))
    yield door
    door.close()


@pytest.fixture
def door(tmp_path):
    door = Door(tmp_path)
    yield door
    door.close()


def filled(path, firm):
    names = {"application": firm.application, "contract": firm.contract, "card": firm.card, "run": firm.upload}
    return re.sub(r"\{(\w+)\}", lambda found: names[found[1]], path)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_in_both_languages_and_shows_nothing_of_the_neighbour(looked_at, path, language):
    text = looked_at.open(filled(path, CLINIC), language=language)
    assert f'<html lang="{language}">' in text
    assert not [mark for mark in INSURER.marks if mark in text]
    assert "13700000" not in text
    if language == "en" and path not in ("/firm/contracts/{contract}", "/firm/applications/{application}"):
        # A contract has its text in both languages; what was filled into a form is as it was filled in.
        shown = re.sub(r'<(style|a href="\?lang)[^>]*>.*?</(style|a)>|lang="zh"[^<]*<', "", text, flags=re.DOTALL)
        assert not CHINESE.search(re.sub(r"<[^>]*>", "", shown))
    if TENANT["GET", path]:
        looked_at.open(filled(path, INSURER), status=404)
        looked_at.open(re.sub(r"\{\w+\}", "nothing", path), status=404)


@pytest.mark.parametrize("path", LISTS)
def test_every_table_is_to_be_had_as_a_file_and_pages(looked_at, path):
    rows = looked_at.rows(path)
    assert len(rows) > 1, rows
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not [mark for mark in INSURER.marks if mark in str(rows)]
    page = looked_at.open(path)
    assert page.count("aria-sort=") == 1
    # Each head that is pressed turns the order, and none that is not offered is taken.
    heads = [html.unescape(one) for one in re.findall(r'<th scope="col"[^>]*><a href="([^"]+)"', page)]
    assert heads
    for head in heads:
        assert "aria-sort=" in looked_at.open(head)
    assert LISTING["en"]["bad_sort"] in looked_at.open(f"{path}?sort=secret", status=422)
    assert LISTING["en"]["bad_place"] in looked_at.open(f"{path}?after=x", status=422)


@pytest.mark.parametrize(
    ("path", "fits", "not_"),
    [
        ("/firm/numbers", "purpose=commercial", "purpose=notice"),
        ("/firm/calls", "action=reject", "action=challenge"),
        ("/firm/calls", "reason=NO_CONSENT", "reason=fail-open"),
        ("/firm/reports", "category=insurance", "category=loans"),
        ("/firm/reports", f"number=%2B{CLINIC.number}", "number=13700000000"),
        ("/firm/sanctions", "alive=true&rung=rate_limit", "rung=warning"),
        ("/firm/applications", "state=held", "state=approved"),
        ("/firm/contracts", "state=offered", "state=ended"),
        ("/firm/cards", "state=applied", "state=ended"),
        ("/firm/lapsing", "purpose=insurance", "purpose=loans"),
        ("/firm/consent-list", "state=in-force&purpose=insurance", "state=lapsed"),
        ("/firm/consent-list", f"number=%2B{CLINIC.callee}", "state=withdrawn"),
        ("/firm/consents", "file=csv", "file=nothing"),
    ],
)
def test_each_table_is_narrowed_down(looked_at, path, fits, not_):
    assert LISTING["en"]["nothing"] not in looked_at.open(f"{path}?{fits}")
    assert LISTING["en"]["nothing"] in looked_at.open(f"{path}?{not_}")
    assert len(looked_at.rows(f"{path}?{not_}")) == 1


@pytest.mark.process
def test_the_pages_are_the_same_on_postgresql(postgresql_url, tmp_path, looked_at):
    store = Store.open(postgresql_url, clock=MovableClock())
    store.create()
    door = Door(tmp_path, store)
    for path in PAGES:
        assert LISTING["en"]["nothing"] not in door.open(filled(path, CLINIC)), path
    for path in LISTS:
        assert door.rows(path) == looked_at.rows(path), path
    path = door.send(
        "/firm/consents/upload", {"file": ("a.csv", b"callee\n13900000502\nnobody\n")}, holder=CLINIC.holder
    )
    assert len(door.rows(path)) == 2
    fields = {"holder": CLINIC.holder, "purpose": "insurance"}
    assert "1 of 1 lines" in door.send("/firm/scrub/list", {"file": ("a.csv", b"callee\n13900000502\n")}, 200, **fields)
    door.close()


def test_long_tables_go_on_on_the_next_page(door):
    with door.store.act("cli:test") as act:
        for n in range(60):
            do_offer(act, f"c{n:02}", CLINIC.holder, Terms("renewals", "09:00-18:00", 60, 3))
    first = door.open("/firm/contracts")
    assert LISTING["en"]["first"] not in first
    second = door.open(html.unescape(re.search(r'href="([^"]+)" rel="next"', first)[1]))
    assert LISTING["en"]["first"] in second
    assert 'rel="next"' not in second
    seen = re.findall(r"/firm/contracts/([\w-]+)", first + second)
    assert len(seen) == len(set(seen)) == 61
    assert len(door.rows("/firm/contracts")) == 62


def test_the_overview_says_what_waits_what_is_in_force_and_how_close_the_limit_is(door):
    door.gate.lately = {CLINIC.number: (18, 40), CLINIC.number + 1: (2, 2), INSURER.number: (59, 80)}
    text = door.open("/firm")
    assert f"{CLINIC.contract}: to be signed" in text
    assert f"{CLINIC.card}: documents are missing" in text
    assert f"{CLINIC.application}: held" in text
    # The sanction allows 20 an hour, less than the 60 that are watched.
    assert f"+{CLINIC.number}: 18 calls within the hour, the limit is 20 (sanction)" in text
    assert "<b>5</b><span>numbers" in text
    assert "<b>1</b><span>consents in force" in text
    assert "<b>1</b><span>lapse within 30 days" in text
    assert "<b>3</b><span>reports in 7 days" in text
    assert "7 of them refused" in text


def test_the_numbers_show_what_they_used_of_the_least_limit(door):
    door.gate.lately = {CLINIC.number + 1: (51, 60)}
    _, line = door.rows("/firm/numbers")
    assert line[5:] == [f"51 (+{CLINIC.number + 1})", "60", "watched frequency", "60"]


def test_reports_are_counted_and_nobody_is_named(looked_at):
    head, line = looked_at.rows("/firm/reports")
    assert head == ["Day", "Category", "Number", "Reports"]
    assert line[1:] == ["insurance", f"+{CLINIC.number}", "3"]
    assert str(REPORTER)[:8] not in looked_at.open("/firm/reports")


def test_a_sanction_comes_with_its_reason_what_to_do_and_where_to_appeal(looked_at):
    head, line = looked_at.rows("/firm/sanctions")
    told = dict(zip(head, line, strict=True))
    assert told["Reason"] == "clinic sells without consent"
    assert told["What to do"] == looked_at.gate.pack.ladder.rungs["rate_limit"].remedy_en
    assert f'href="/appeal?id={CLINIC.sanction}"' in looked_at.open("/firm/sanctions")


def test_calls_are_told_by_day_action_and_reason(looked_at):
    rows = looked_at.rows("/firm/calls")[1:]
    assert sorted((row[1], row[3]) for row in rows) == [("labelled", "7"), ("let through", "7"), ("refused", "7")]
    said = [row[2] for row in rows if row[1] == "refused"]
    assert said == ["a commercial call without the subscriber's consent; no consent is a refusal"]


def test_an_application_is_filed_mended_papered_and_approved_and_stays_the_firms(door):
    form = CLINIC.form(holder="", credit_code="91000000000000001X")
    path = door.send("/firm/file-application", line_class="96", **form)
    page = door.open(path)
    assert "check sign does not fit" in page
    assert form["legal_id"] not in page
    # An identity number that is not filled in again stays.
    door.send(f"{path}/fields", **CLINIC.form(legal_id="", handler_id="", holder=""))
    page = door.open(path)
    assert "check sign does not fit" not in page
    assert "missing: identity number" not in page
    kinds = re.findall(r'name="kind" value="([^"]+)"', page)
    assert "neither PDF" in door.send(f"{path}/documents", {"file": ("a.txt", b"hello")}, 422, kind=kinds[0])
    for kind in kinds:
        door.send(f"{path}/documents", {"file": ("a.pdf", PDF)}, kind=kind)
    page = door.open(path)
    assert FIRM["en"]["holds_nothing"] in page
    assert FIRM["en"]["application_pending"] in page
    name = path.rpartition("/")[2]
    for who, step in (
        ("one", lambda act: do_review(act, name)),
        ("two", lambda act: do_approve(act, door.gate.desk, name)),
    ):
        with door.store.act(who) as act:
            step(act)
    with door.store.read() as conn:
        row = next(one for one in applications_of(conn, "clinic", 10) if one.application == name)
        assert row.state == "approved"
        holder = re.search(r'"holder":"([^"]+)"', row.fields)[1]
        assert party_of(conn, holder) == "clinic"
    # What is approved is not changed here any more.
    assert door.send(f"{path}/fields", status=422, scenario="another")
    assert "96123" in str(door.rows("/firm/numbers"))


def test_an_application_in_anothers_name_is_held(door):
    path = door.send("/firm/file-application", line_class="96", **CLINIC.form(entity_name="Insurer Ltd"))
    assert "the organisation is not the registered party" in door.open(path)


def test_an_application_is_taken_back(door):
    door.send(f"/firm/applications/{CLINIC.application}/withdraw")
    assert FIRM["en"]["application_withdrawn"] in door.open(f"/firm/applications/{CLINIC.application}")


def test_a_contract_is_signed_as_it_was_shown(door):
    path = f"/firm/contracts/{CLINIC.contract}"
    digest = re.search(r'name="digest" value="(\w+)"', door.open(path))[1]
    assert door.send(f"{path}/accept", status=422, signer="Clerk", digest="0" * 64)
    door.send(f"{path}/accept", signer="Clerk", digest=digest)
    with door.store.read() as conn:
        row = contract_row(conn, CLINIC.contract)
    assert (row.state, row.signer) == ("in-force", "Clerk")
    assert FIRM["en"]["sign"] not in re.findall(r"<button>([^<]+)", door.open(path))


def test_a_file_of_consents_is_taken_in_but_no_subscribers_no_is_overwritten(door):
    refused, withdrawn = 8613900000501, 8613900000502
    with door.store.act("cli:test") as act:
        do_refuse(act, Refused(refused, CLINIC.holder))
    door.send("/firm/consents/upload", {"file": ("a.csv", b"callee\n13900000502\n")}, holder=CLINIC.holder)
    said = door.send("/firm/consents/withdraw", status=200, holder=CLINIC.holder, number="13900000502", purpose="*")
    assert "1 consents were withdrawn" in said
    content = (
        "callee,purpose,until,holder\n13900000500,insurance,,\n13900000501,insurance,,\n13900000502,insurance,,\n"
        f"nobody,insurance,,\n13900000503,sorcery,,\n13900000504,insurance,2020-01-01,\n13900000505,,,{INSURER.holder}\n"
    )
    path = door.send("/firm/consents/upload", {"file": ("b.csv", content.encode())}, holder=CLINIC.holder)
    page = door.open(path)
    for words in (
        "the subscriber refused your calls",
        "the subscriber withdrew",
        "no purpose `sorcery`",
        "not the holder",
    ):
        assert words in page, words
    lines = door.rows(path)[1:]
    assert [line[0] for line in lines] == ["3", "4", "5", "6", "7", "8"]
    with door.store.read() as conn:
        assert [one.withdrawn for one in consents_of(conn, 8613900000500)] == [0]
        assert [one.withdrawn for one in consents_of(conn, withdrawn)] != [0]
        assert consents_of(conn, refused) == consents_of(conn, 8613900000505) == []
    assert "b.csv" in door.open("/firm/consents")


def test_what_is_no_list_of_consents_is_refused_in_words(door):
    assert "choose a file" in door.send("/firm/consents/upload", None, 422, holder=CLINIC.holder)
    sent = {"file": ("a.csv", b"name\nx\n")}
    assert "callee" in door.send("/firm/consents/upload", sent, 422, holder=CLINIC.holder)


def test_consents_grow_week_by_week_in_a_picture_and_a_table(door):
    door.store.clock.move(7 * DAY)
    door.sign_in()
    for n in range(3):
        door.send(
            "/firm/consents/upload", {"file": (f"{n}.csv", f"callee\n1390000060{n}\n".encode())}, holder=CLINIC.holder
        )
    page = door.open("/firm/consents")
    heights = [float(one) for one in re.findall(r'class="up"[^>]*height="([\d.]+)"', page)]
    assert len(heights) == 26
    assert heights[-1] == 120
    assert heights[-2] == 40
    assert "the most in a week: 3" in page


def test_consents_that_lapse_soon_are_listed(looked_at):
    _, line = looked_at.rows("/firm/lapsing")
    assert line[:2] == [f"+{CLINIC.callee}", CLINIC.holder]


def test_a_scrubbed_list_comes_back_with_what_may_be_told_and_nothing_is_kept(door):
    blocked, refused = 8613900000701, 8613900000702
    with door.store.act("cli:test") as act:
        do_list(act, Listed(blocked, CLINIC.number, CLINIC.number, ListVerdict.BLOCK))
        do_refuse(act, Refused(refused, CLINIC.holder))
    before = door.store.head()
    content = f"name,callee\nA,{CLINIC.callee}\nB,13900000701\nC,13900000702\nD,13900000703\nE,nobody\n"
    fields = {"holder": CLINIC.holder, "purpose": "insurance", "caller": f"+{CLINIC.number}"}
    page = door.send(
        "/firm/scrub/list",
        {"file": ("a.csv", content.replace(str(CLINIC.callee), f"+{CLINIC.callee}").encode())},
        200,
        **fields,
    )
    assert "1 of 5 lines may be called" in page
    data = base64.b64decode(re.search(r"base64,([^\"]+)", page)[1]).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(data)))
    assert rows[0] == ["name", "callee", "may", "why", "until", "again"]
    assert [(row[0], row[2], row[3]) for row in rows[1:]] == [
        ("A", "yes", "consented"),
        # What the subscriber wrote on the own list stays his.
        ("B", "no", "may-not"),
        ("C", "no", "refused"),
        ("D", "no", "no-consent"),
        ("E", "no", "no-number"),
    ]
    assert door.store.head() == before
    assert "own list" not in page
    for other in ({"holder": INSURER.holder}, {"caller": f"+{INSURER.number}"}):
        door.send("/firm/scrub/list", {"file": ("a.csv", content.encode())}, 404, **{**fields, **other})


def test_the_api_tells_an_enterprise_no_more_of_a_list_than_the_page(door):
    with door.store.act("cli:test") as act:
        do_list(act, Listed(8613900000701, CLINIC.number, CLINIC.number, ListVerdict.BLOCK))
        do_list(act, Listed(8613900000702, CLINIC.number, CLINIC.number, ListVerdict.ALLOW))
        token = do_make_token(act, door.doors.key, "clerk", "scrub", 30)
    body = {"holder": CLINIC.holder, "purpose": "insurance", "caller": f"+{CLINIC.number}"}
    numbers = ["13900000701", "13900000702", "13900000703"]
    head = {"Authorization": f"Bearer {token}"}
    reply = door.client.post("/v1/scrub", headers=head, json={**body, "callees": numbers})
    found = [(one["may"], one["why"]) for one in reply.json()["lines"]]
    assert found == [(False, "may-not"), (True, "may"), (False, "no-consent")]


def test_a_name_card_is_applied_for_and_gets_its_papers(door):
    fields = {
        "holder": CLINIC.holder, "licence": CLINIC.form()["credit_code"], "name_zh": CLINIC.name, "name_en": CLINIC.name,
        "numbers": f"+{CLINIC.number + 1}\n",
    }  # fmt: skip
    theirs = door.send("/firm/apply-card", status=422, **{**fields, "numbers": f"+{INSURER.number}"})
    assert "not registered for the holder" in theirs
    assert "is no phone number" in door.send("/firm/apply-card", status=422, **{**fields, "numbers": "hello"})
    path = door.send("/firm/apply-card", **fields)
    assert path.startswith("/firm/cards/clinic:")
    door.send(f"{path}/documents", {"file": ("a.pdf", PDF)}, kind="licence")
    assert "uploaded" in door.open(path)


def test_an_enterprise_comes_to_its_own_door_and_nowhere_else(door):
    assert door.client.get("/desk", follow_redirects=False).headers["location"] == "/firm"
    door.open("/desk/cases", status=403)
    nav = re.search(r"<nav.*?</nav>", door.open("/firm/contracts"), re.DOTALL)[0]
    assert "/desk/cases" not in nav
    assert re.findall(r'href="([^"]+)" aria-current', nav) == ["/firm/contracts"]
    door.client.cookies.clear()
    reply = door.client.get("/firm/contracts", follow_redirects=False)
    assert (reply.status_code, reply.headers["location"]) == (303, "/desk/sign-in?next=/firm/contracts")


def test_the_words_are_there_in_both_languages():
    assert FIRM["zh"].keys() == FIRM["en"].keys()
    assert not [name for name, words in FIRM["en"].items() if CHINESE.search(words)]
    assert not [name for name, words in FIRM["zh"].items() if not words]
