"""Every address as every role: only what the matrix allows."""

import base64
import re

import pytest
from litestar.testing import TestClient
from tests.web.firms import Firm, found
from tests.web.world import ServedWorld

from clearbell.access.erasure import do_forget_number
from clearbell.access.model import GRANTS, TENANTS, Permission, Role, Step
from clearbell.access.queries import reads
from clearbell.access.service import do_make_account, do_make_token, do_step
from clearbell.access.settings import AccessSettings
from clearbell.access.signing_in import join, sign_in
from clearbell.testing import fresh_store
from clearbell.testing.access import quick_access_key
from clearbell.web.app import create_app
from clearbell.web.doors import COOKIE, Doors
from clearbell.web.permissions import DOOR, NEEDS, OWN
from clearbell.web.tenancy import TENANT, Kind, is_own_name

PASSWORD = "nine bells at noon"
# No second factor here: whether one is asked for has a test of its own.
SETTINGS = AccessSettings(second_factor=())


CLINIC, INSURER = Firm("clinic", 1), Firm("insurer", 2)


class Office:
    """A served world with an account, a token and a session of every role."""

    def __init__(self, folder):
        self.store = fresh_store(folder)
        self.key = quick_access_key()
        self.tokens = {}
        self.cookies = {}
        self.gate = ServedWorld(self.store, folder)
        for firm in (CLINIC, INSURER):
            found(self.store, self.gate, firm)
        for role in Role:
            tenant = "clinic" if role is Role.ENTERPRISE else ""
            with self.store.act("cli:test") as act:
                invited = do_make_account(act, self.key, SETTINGS, role.value, role.value, role, tenant)
            join(self.store, self.key, SETTINGS, role.value, invited.secret, PASSWORD)
            with self.store.act("cli:test") as act:
                self.tokens[role] = do_make_token(act, self.key, role.value, "test", 30)
            self.cookies[role] = sign_in(self.store, self.key, SETTINGS, role.value, PASSWORD).secret
        doors = Doors(self.store, self.key, SETTINGS, secure=False)
        self.app = create_app(self.gate, doors=doors)

    def addresses(self):
        """Every method and address that the application answers."""
        for route in self.app.routes:
            for handler in getattr(route, "route_handlers", []):
                for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                    yield str(method), route.path_format, handler


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = Office(tmp_path_factory.mktemp("office"))
    yield office
    office.store.close()


@pytest.fixture(scope="module")
def client(office):
    with TestClient(office.app, raise_server_exceptions=False) as client:
        yield client


def ours(office):
    return [(m, p, h) for m, p, h in office.addresses() if not p.startswith("/v1/openapi")]


def filled(path):
    # A stream of events ends after one.
    end = "?most=1" if path.endswith("/events") else ""
    return "/".join("1" if part.startswith("{") else part for part in path.split("/")) + end


def test_every_address_stands_in_the_table_and_the_table_names_no_other(office):
    assert {(method, path) for method, path, _ in ours(office)} == set(NEEDS) | OWN | DOOR


def test_every_address_that_needs_something_is_guarded(office):
    for method, path, handler in ours(office):
        needed = (method, path) in OWN or NEEDS.get((method, path)) is not None
        names = {
            getattr(guard, "__name__", getattr(getattr(guard, "func", guard), "__name__", ""))
            for guard in handler.resolve_guards()
        }
        guards = {"need_session", "open_or_session"} if path.startswith(("/desk", "/firm")) else {"require_token"}
        assert not needed or guards & names, (method, path)


@pytest.mark.parametrize("role", list(Role))
def test_a_token_opens_what_its_role_is_granted_and_nothing_else(office, client, role):
    for method, path, _ in ours(office):
        if not path.startswith("/v1"):
            continue
        needed = NEEDS[method, path]
        reply = client.request(
            method,
            filled(path),
            headers={"Authorization": f"Bearer {office.tokens[role]}"},
            json={} if method != "GET" else None,
        )
        allowed = needed is None or needed in GRANTS[role]
        assert (reply.status_code not in (401, 403)) == allowed, (role, method, path, reply.status_code, reply.text)


@pytest.mark.parametrize("role", list(Role))
def test_a_session_opens_what_its_role_is_granted_and_nothing_else(office, client, role):
    client.cookies.clear()
    client.cookies.set(COOKIE, office.cookies[role])
    for method, path, _ in ours(office):
        if not path.startswith(("/desk", "/firm")) or (method, path) in DOOR or method != "GET":
            continue
        reply = client.get(filled(path), follow_redirects=False)
        needed = NEEDS.get((method, path))
        allowed = (method, path) in OWN or needed in GRANTS[role]
        assert (reply.status_code != 403) == allowed, (role, path, reply.status_code)
        assert reply.status_code < 500, (role, path, reply.text)
    client.cookies.clear()


def test_without_token_or_session_nothing_but_the_public_opens(office, client):
    client.cookies.clear()
    for method, path, _ in ours(office):
        reply = client.request(method, filled(path), follow_redirects=False, json={} if method != "GET" else None)
        if path.startswith("/v1"):
            public = NEEDS[method, path] is None
            assert (reply.status_code != 401) == public, (method, path, reply.status_code)
        elif path.startswith(("/desk", "/firm")) and (method, path) not in DOOR:
            assert reply.status_code == 303, (method, path, reply.status_code)
            assert reply.headers["location"].startswith("/desk/sign-in?next=")


def test_a_form_without_the_sessions_own_mark_changes_nothing(office, client):
    client.cookies.set(COOKIE, office.cookies[Role.OFFICER])
    before = office.store.head()
    for method, path, _ in ours(office):
        if method == "POST" and path.startswith(("/desk", "/firm")) and (method, path) not in DOOR:
            for forged in ({}, {"csrf": "guessed"}):
                reply = client.post(filled(path), data=forged, follow_redirects=False)
                assert reply.status_code == 403, (path, reply.status_code)
    assert office.store.head() == before
    client.cookies.clear()


def test_a_token_cannot_act_in_anothers_name(office, client):
    head = {"Authorization": f"Bearer {office.tokens[Role.OFFICER]}"}
    body = {"words": "rings all day", "number": "13800000001", "officer": "supervisor"}
    refused = client.post("/v1/cases", headers=head, json=body)
    assert (refused.status_code, refused.json()["where"]) == (403, "officer")
    opened = client.post("/v1/cases", headers=head, json={**body, "officer": ""})
    assert opened.status_code == 201
    entry = next(one for one in reversed(office.store.entries(0, limit=10_000)) if one.kind == "cases.opened")
    assert entry.actor == "officer"


def test_who_looks_at_a_persons_data_is_written_down(office, client):
    head = {"Authorization": f"Bearer {office.tokens[Role.AUDITOR]}"}
    client.get("/v1/subscribers/13900000002", headers=head)
    with office.store.read() as conn:
        newest = reads(conn, name="auditor")[0]
    assert (newest.what, newest.subject) == ("/v1/subscribers/{number}", "+8613900000002")
    with office.store.act("cli:test") as act:
        assert do_forget_number(act, 8613900000002) == 1
    with office.store.read() as conn:
        after = reads(conn, name="auditor")[0]
        assert reads(conn, subject="13900000002") == []
    assert (after.at, after.what, after.subject) == (newest.at, newest.what, "")


def test_a_suspended_account_is_out_at_once(office, client):
    with office.store.act("cli:test") as act:
        invited = do_make_account(act, office.key, SETTINGS, "leaver", "Leaver", Role.OFFICER)
    join(office.store, office.key, SETTINGS, "leaver", invited.secret, PASSWORD)
    session = sign_in(office.store, office.key, SETTINGS, "leaver", PASSWORD)
    client.cookies.set(COOKIE, session.secret)
    assert client.get("/desk/cases").status_code == 200
    with office.store.act("cli:test") as act:
        do_step(act, "leaver", Step.SUSPEND)
    assert client.get("/desk/cases", follow_redirects=False).status_code == 303
    client.cookies.clear()


def test_roles_that_need_a_second_factor_get_no_further_without(office, tmp_path):
    doors = Doors(office.store, office.key, AccessSettings(), secure=False)
    app = create_app(ServedWorld(office.store, tmp_path), doors=doors)
    with TestClient(app) as client:
        client.cookies.set(COOKIE, office.cookies[Role.SUPERVISOR])
        reply = client.get("/desk/cases", follow_redirects=False)
        assert (reply.status_code, reply.headers["location"]) == (303, "/desk/account")
        assert client.get("/desk/account").status_code == 200
        client.cookies.set(COOKIE, office.cookies[Role.OFFICER])
        assert client.get("/desk/cases").status_code == 200


def test_all_permissions_are_asked_for_somewhere_or_kept_for_pages_to_come(office):
    unused = set(Permission) - {one for one in NEEDS.values() if one is not None}
    assert unused <= {
        Permission.SANCTIONS_READ,
        Permission.NODE_READ,
    }


NAMES = {
    Kind.HOLDER: lambda firm: firm.holder,
    Kind.NUMBER: lambda firm: f"+{firm.number}",
    Kind.APPLICATION: lambda firm: firm.application,
    Kind.CONTRACT: lambda firm: firm.contract,
    Kind.CARD: lambda firm: firm.card,
    Kind.CASE: lambda firm: firm.case,
    Kind.APPEALED: lambda firm: firm.sanction,
    Kind.APPEAL: lambda firm: firm.appeal,
    Kind.UPLOAD: lambda firm: firm.upload,
}
UNKNOWN = {**dict.fromkeys(Kind, "insurer-nothing"), Kind.NUMBER: "+8657188889999"}


def tenant_addresses():
    """Every address that a role of one party is granted."""
    return [address for address, needed in NEEDS.items() if any(needed in GRANTS[role] for role in TENANTS) and needed]


def placed(body, place, value):
    *inside, last = place.split(".")
    for part in inside:
        body = body.setdefault(part, {})
    body[last] = value


class Asking:
    """An account of one firm asks for what another has."""

    def __init__(self, office, client):
        self.office = office
        self.client = client
        self.csrf = None

    def ask(self, method, path, values):
        """Ask with one value for each thing that the address names."""
        body, parts = {}, path
        for named in TENANT[method, path]:
            if f"{{{named.place}}}" in parts:
                parts = parts.replace(f"{{{named.place}}}", values[named.kind])
            else:
                placed(body, named.place, values[named.kind])
        if path.startswith("/v1"):
            head = {"Authorization": f"Bearer {self.office.tokens[Role.ENTERPRISE]}"}
            return self.client.request(method, parts, headers=head, json=body if method != "GET" else None)
        self.client.cookies.set(COOKIE, self.office.cookies[Role.ENTERPRISE])
        try:
            if method == "GET":
                return self.client.get(parts, follow_redirects=False)
            body["csrf"] = self.form_mark()
            return self.client.post(parts, data=body, follow_redirects=False)
        finally:
            self.client.cookies.clear()

    def form_mark(self):
        if self.csrf is None:
            page = self.client.get("/desk/account").text
            self.csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
        return self.csrf


def test_every_address_granted_to_a_tenant_says_whose_the_things_are_that_it_names(office):
    granted = set(tenant_addresses())
    assert granted == set(TENANT)
    for _, path in granted:
        in_path = {part[1:-1] for part in path.split("/") if part.startswith("{")}
        named = {one.place for method in ("GET", "POST") for one in TENANT.get((method, path), ())}
        assert in_path <= named, path


@pytest.mark.parametrize("address", tenant_addresses(), ids=" ".join)
def test_a_firm_reaches_nothing_of_its_neighbour_and_does_not_learn_whether_it_exists(office, client, address):
    asking = Asking(office, client)
    theirs = {kind: name(INSURER) for kind, name in NAMES.items()}
    before = office.store.head()
    reply = asking.ask(*address, theirs)
    if not TENANT[address]:
        assert reply.status_code == 200, reply.text
        assert not [mark for mark in INSURER.marks if mark in reply.text]
        return
    assert reply.status_code in (404, 422), (address, reply.status_code, reply.text)
    said, other = reply.text, asking.ask(*address, UNKNOWN)
    for kind in Kind:
        said = said.replace(theirs[kind], "X")
    unknown = other.text
    for name in UNKNOWN.values():
        unknown = unknown.replace(name, "X")
    nonce = re.compile(r'nonce="[^"]+"')
    assert (other.status_code, nonce.sub("", unknown)) == (reply.status_code, nonce.sub("", said))
    assert not [mark for mark in INSURER.marks if mark in said]
    assert office.store.head() == before


@pytest.mark.parametrize("address", [one for one in tenant_addresses() if TENANT[one]], ids=" ".join)
def test_a_firm_reaches_its_own(office, client, address):
    """Otherwise the test above would pass where everything is refused."""
    reply = Asking(office, client).ask(*address, {kind: name(CLINIC) for kind, name in NAMES.items()})
    # It got past the question whose it is; what the form lacks is refused by its own rules.
    assert "yours" not in reply.text, (address, reply.text)
    assert reply.status_code not in (401, 403, 404), (address, reply.status_code)


def test_names_that_a_firm_gives_are_its_own(office):
    assert is_own_name("clinic", "clinic:2")
    assert not is_own_name("clinic", "clinic:")
    assert not is_own_name("clinic", "insurer:2")
    # A party whose id begins like another's.
    assert not is_own_name("org", "org:1:2")
    assert is_own_name("org:1", "org:1:2")


def test_a_firm_files_for_itself_and_under_its_own_names_only(office, client):
    head = {"Authorization": f"Bearer {office.tokens[Role.ENTERPRISE]}"}

    def file(name, **changes):
        body = {"application": name, "line_class": "96", "fields": CLINIC.form(**changes), "officer": "enterprise"}
        return client.post("/v1/applications", headers=head, json=body)

    assert file("clinic:second", holder="clinic:branch").json()["state"] == "held"
    assert file("clinic:third", holder=INSURER.holder).json()["where"] == "fields.holder"
    assert file("clinic:third", holder=f" {INSURER.holder}").status_code == 422
    taken, free = file(INSURER.application), file("insurer:another")
    assert (
        (taken.status_code, taken.json()["where"]) == (free.status_code, free.json()["where"]) == (422, "application")
    )


def book(client, scheme, secret):
    asked = f"anyone:{secret}" if scheme == "Basic" else secret
    given = base64.b64encode(asked.encode()).decode() if scheme == "Basic" else asked
    head = {"Authorization": f"{scheme} {given}"} if secret else {}
    return client.request("PROPFIND", "/carddav/", headers={**head, "Depth": "0"}).status_code


@pytest.mark.parametrize("role", list(Role))
def test_an_accounts_token_opens_the_address_book_where_its_role_reads_labels(office, client, role):
    opens = Permission.LABELS_READ in GRANTS[role]
    for scheme in ("Basic", "Bearer"):
        assert (book(client, scheme, office.tokens[role]) == 207) == opens


def test_the_address_book_is_closed_to_others_once_there_are_accounts(office, client):
    assert [book(client, scheme, secret) for scheme in ("Basic", "Bearer") for secret in ("", "guessed")] == [401] * 4
