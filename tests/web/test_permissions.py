"""Every address as every role: only what the matrix allows."""

import pytest
from litestar.testing import TestClient
from tests.web.world import ServedWorld

from clearbell.access.model import GRANTS, Permission, Role, Step
from clearbell.access.queries import reads
from clearbell.access.service import do_make_account, do_make_token, do_step
from clearbell.access.settings import AccessSettings
from clearbell.access.signing_in import join, sign_in
from clearbell.registry.model import PartyKind, PartyRegistered
from clearbell.registry.service import do_register_party
from clearbell.testing import fresh_store
from clearbell.testing.access import quick_access_key
from clearbell.web.app import create_app
from clearbell.web.doors import COOKIE, Doors
from clearbell.web.permissions import DOOR, NEEDS, OWN

PASSWORD = "nine bells at noon"
# No second factor here: whether one is asked for has a test of its own.
SETTINGS = AccessSettings(second_factor=())


class Office:
    """A served world with an account, a token and a session of every role."""

    def __init__(self, folder):
        self.store = fresh_store(folder)
        self.key = quick_access_key()
        self.tokens = {}
        self.cookies = {}
        with self.store.act("cli:test") as act:
            do_register_party(act, PartyRegistered("clinic", PartyKind.COMPANY, "Clinic"))
        for role in Role:
            tenant = "clinic" if role is Role.ENTERPRISE else ""
            with self.store.act("cli:test") as act:
                invited = do_make_account(act, self.key, SETTINGS, role.value, role.value, role, tenant)
            join(self.store, self.key, SETTINGS, role.value, invited.secret, PASSWORD)
            with self.store.act("cli:test") as act:
                self.tokens[role] = do_make_token(act, self.key, role.value, "test", 30)
            self.cookies[role] = sign_in(self.store, self.key, SETTINGS, role.value, PASSWORD).secret
        doors = Doors(self.store, self.key, SETTINGS, secure=False)
        self.app = create_app(ServedWorld(self.store, folder), doors=doors)

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
        guards = {"need_session", "open_or_session"} if path.startswith("/desk") else {"require_token"}
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
        if not path.startswith("/desk") or (method, path) in DOOR or method != "GET":
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
        elif path.startswith("/desk") and (method, path) not in DOOR:
            assert reply.status_code == 303, (method, path, reply.status_code)
            assert reply.headers["location"].startswith("/desk/sign-in?next=")


def test_a_form_without_the_sessions_own_mark_changes_nothing(office, client):
    client.cookies.set(COOKIE, office.cookies[Role.OFFICER])
    before = office.store.head()
    for method, path, _ in ours(office):
        if method == "POST" and path.startswith("/desk") and (method, path) not in DOOR:
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
    assert (newest.what, newest.subject) == ("/v1/subscribers/{number}", "13900000002")


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
