"""Signing in with an identity provider: what is believed, what is refused, and which account it leads to."""

import base64

import pytest
from joserfc.jwk import RSAKey
from tests.access.house import ISSUER, House

from clearbell.access.errors import TenantError
from clearbell.access.model import Role, State, Step
from clearbell.access.oidc.arriving import account_name, arrive, do_link
from clearbell.access.oidc.errors import (
    BadStatementError,
    DeclinedError,
    LinkTakenError,
    NoRoleError,
    NotLinkedError,
    ShutError,
    StaleError,
    UnavailableError,
)
from clearbell.access.oidc.provider import Provider, texts_at
from clearbell.access.oidc.settings import ProviderSettings, faults_of
from clearbell.access.queries import accounts, principal_by_token
from clearbell.access.second_factor import new_totp
from clearbell.access.service import do_make_account, do_make_token, do_set_second_factor, do_step
from clearbell.access.settings import AccessSettings
from clearbell.access.signing_in import join, principal_of, second_step, sign_in
from clearbell.calls import HOUR, MINUTE
from clearbell.registry.model import PartyKind, PartyRegistered
from clearbell.registry.service import do_register_party
from clearbell.testing import MovableClock, fresh_store
from clearbell.testing.access import phone_code, quick_access_key

BACK = "https://calls.example/desk/sign-in/back/house"
SETTINGS = AccessSettings()
HOUSE = ProviderSettings(
    "house",
    ISSUER,
    "clearbell",
    {"chief": Role.SUPERVISOR, "desk": Role.OFFICER, "firm": Role.ENTERPRISE},
    role_claim="realm_access.roles",
    tenant_claim="party",
    second_factor=("mfa",),
)
WANG = {"preferred_username": "Wang.Fang@house.example", "name": "王芳", "realm_access": {"roles": ["desk"]}}


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
def house(clock):
    return House(clock)


@pytest.fixture
def key():
    return quick_access_key()


@pytest.fixture
def provider(house, clock):
    return Provider(HOUSE, "s3cret", house.fetch, clock.now)


@pytest.fixture
def store(tmp_path, clock):
    store = fresh_store(tmp_path, clock)
    yield store
    store.close()


def claims_of(provider, house, key, **claims):
    url, flight = provider.begin(BACK, "/desk/cases", key.new_secret)
    return provider.finish(flight, BACK, house.signed_in(url, **claims))


def test_who_signed_in_there_is_known_here(provider, house, key):
    url, flight = provider.begin(BACK, "/desk/cases", key.new_secret)
    assert url.startswith("https://id.example/authorize?response_type=code&client_id=clearbell&")
    assert flight.verifier not in url
    claims = provider.finish(flight, BACK, house.signed_in(url, **WANG))
    assert (claims["sub"], claims["name"]) == ("f00d", "王芳")
    [sent] = [headers for url, _, headers in house.asked if url == "https://id.example/token"]
    assert base64.b64decode(sent["Authorization"].removeprefix("Basic ")) == b"clearbell:s3cret"


def test_a_public_client_sends_no_secret_and_proves_by_pkce_alone(house, key, clock):
    provider = Provider(HOUSE, "", house.fetch, clock.now)
    assert claims_of(provider, house, key)["sub"] == "f00d"
    [(_, body, headers)] = [one for one in house.asked if one[1] is not None]
    assert "Authorization" not in headers
    assert b"client_id=clearbell" in body
    url, flight = provider.begin(BACK, "", key.new_secret)
    stolen = house.signed_in(url)
    _, other = provider.begin(BACK, "", key.new_secret)
    with pytest.raises(DeclinedError, match="invalid_grant"):
        provider.finish(other, BACK, {**stolen, "state": other.state})
    assert flight.verifier != other.verifier


def test_what_the_statement_leaves_out_is_asked_for(provider, house, key):
    house.tells = {"sub": "f00d", "name": "other", "realm_access": {"roles": ["desk"]}, "iss": "https://evil.example"}
    claims = claims_of(provider, house, key, name="王芳")
    assert (texts_at(claims, HOUSE.role_claim), claims["name"], claims["iss"]) == (("desk",), "王芳", ISSUER)
    house.tells = house.tells | {"sub": "somebody else"}
    with pytest.raises(BadStatementError) as refused:
        claims_of(provider, house, key)
    assert refused.value.claim == "sub"
    asked = len(house.asked)
    claims_of(provider, house, key, **WANG)
    assert [url for url, *_ in house.asked[asked:]] == ["https://id.example/token"]


def test_each_sign_in_has_secrets_of_its_own(provider, key):
    flights = [provider.begin(BACK, "", key.new_secret)[1] for _ in range(2)]
    assert len({one for flight in flights for one in (flight.state, flight.nonce, flight.verifier)}) == 6


@pytest.mark.parametrize(
    ("changes", "claim"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"aud": "somebody"}, "aud"),
        ({"aud": ["clearbell", "somebody"]}, "azp"),
        ({"azp": "somebody"}, "azp"),
        ({"iss": "https://id.example/realms/other"}, "iss"),
        ({"exp": 1}, "exp"),
        ({"exp": None}, "exp"),
        ({"iat": 1 << 40}, "iat"),
        ({"sub": None}, "sub"),
    ],
)
def test_a_statement_that_does_not_fit_is_refused_and_the_claim_named(provider, house, key, changes, claim):
    house.changes = changes
    with pytest.raises(BadStatementError) as refused:
        claims_of(provider, house, key)
    assert refused.value.claim == claim


def test_several_audiences_are_right_when_it_says_that_it_was_meant_for_us(provider, house, key):
    house.changes = {"aud": ["somebody", "clearbell"], "azp": "clearbell"}
    assert claims_of(provider, house, key)["sub"] == "f00d"


def test_clocks_may_be_a_minute_apart_and_no_more(provider, house, key, clock):
    now = clock.now() // 1_000_000
    house.changes = {"exp": now - 59}
    assert claims_of(provider, house, key)
    house.changes = {"exp": now - 60}
    with pytest.raises(BadStatementError):
        claims_of(provider, house, key)


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("how", ["stranger", "none", "shared-secret"])
def test_only_the_providers_own_signature_counts(provider, house, key, how):
    if how == "stranger":
        house.signs_with = RSAKey.generate_key(2048, {"kid": "first"})
    elif how == "none":
        house.header = {"alg": "none"}
    else:
        house.header = {"alg": "HS256"}
    with pytest.raises(BadStatementError) as refused:
        claims_of(provider, house, key)
    assert refused.value.claim == "signature"


def test_changed_keys_are_read_again(provider, house, key):
    assert claims_of(provider, house, key)
    house.changes_keys()
    assert claims_of(provider, house, key)


def test_keys_of_kinds_that_nobody_here_knows_do_not_matter(provider, house, key):
    house.strange_keys = [{"kty": "NEW", "kid": "x"}, {"kty": "RSA", "kid": "broken"}]
    assert claims_of(provider, house, key)


def test_document_and_keys_are_kept_for_an_hour(provider, house, key, clock):
    claims_of(provider, house, key, **WANG)
    read = len(house.asked)
    claims_of(provider, house, key, **WANG)
    assert len(house.asked) == read + 1
    clock.move(HOUR + 1)
    claims_of(provider, house, key, **WANG)
    assert len(house.asked) == read + 4


def test_what_was_not_begun_here_or_too_long_ago_is_refused(provider, house, key, clock):
    url, flight = provider.begin(BACK, "", key.new_secret)
    given = house.signed_in(url)
    for wrong in (None, provider.begin(BACK, "", key.new_secret)[1]):
        with pytest.raises(StaleError):
            provider.finish(wrong, BACK, given)
    clock.move(10 * MINUTE)
    with pytest.raises(StaleError):
        provider.finish(flight, BACK, given)


def test_a_code_counts_once(provider, house, key):
    url, flight = provider.begin(BACK, "", key.new_secret)
    given = house.signed_in(url)
    provider.finish(flight, BACK, given)
    with pytest.raises(DeclinedError, match="invalid_grant"):
        provider.finish(flight, BACK, given)


def test_who_declined_there_is_told_so_without_markup(provider, key):
    _, flight = provider.begin(BACK, "", key.new_secret)
    with pytest.raises(DeclinedError) as refused:
        provider.finish(flight, BACK, {"state": flight.state, "error": "access_denied<script>"})
    assert "access_deniedscript" in str(refused.value)


def test_an_answer_of_another_provider_is_refused(provider, house, key):
    url, flight = provider.begin(BACK, "", key.new_secret)
    with pytest.raises(BadStatementError):
        provider.finish(flight, BACK, {**house.signed_in(url), "iss": "https://evil.example"})


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"issuer": "https://id.example"}, "issuer"),
        ({"token_endpoint": "http://id.example/token"}, "https"),
        ({"jwks_uri": 7}, "JSON"),
    ],
)
def test_a_document_that_cannot_be_trusted_is_not_used(provider, house, key, changes, why):
    house.metadata.update(changes)
    with pytest.raises(UnavailableError, match=why):
        provider.begin(BACK, "", key.new_secret)


def test_a_provider_that_is_away_is_said_and_asked_again(provider, house, key):
    house.away = True
    with pytest.raises(UnavailableError, match="TimeoutError"):
        provider.begin(BACK, "", key.new_secret)
    house.away = False
    assert claims_of(provider, house, key)


def test_signing_out_there_comes_back_here(provider, house):
    assert provider.leaving("https://calls.example/desk/sign-in") == (
        "https://id.example/leave?client_id=clearbell"
        "&post_logout_redirect_uri=https%3A%2F%2Fcalls.example%2Fdesk%2Fsign-in"
    )
    assert {url for url, *_ in house.asked} == {f"{ISSUER}/.well-known/openid-configuration"}


def come(store, key, provider=HOUSE, **changes):
    return arrive(store, key, SETTINGS, provider, {"sub": "f00d", **WANG, **changes}, "Firefox")


def test_a_first_arrival_makes_the_account_and_the_second_finds_it(store, key):
    first, second = come(store, key), come(store, key, preferred_username="renamed")
    assert (first.account, second.account) == ("wang.fang", "wang.fang")
    assert first.secret != second.secret
    who = principal_of(store, key, SETTINGS, second.secret)
    assert (who.name, who.role) == ("wang.fang", Role.OFFICER)
    with store.read() as conn:
        [row] = accounts(conn)
    assert (row.name, row.state, row.password, bytes(row.invitation)) == ("王芳", "active", "", b"")


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"preferred_username": "li"}, "li"),
        ({"preferred_username": "Li Wei"}, "li-wei"),
        ({"preferred_username": "王芳"}, "house-0f8721b0"),
        ({"preferred_username": "7"}, "house-0f8721b0"),
        ({}, "house-0f8721b0"),
    ],
)
def test_an_account_is_named_by_the_provider_where_its_name_can_be_one(claims, name):
    assert account_name(HOUSE, {"sub": "f00d", **claims}) == name


def test_a_name_that_somebody_has_is_given_to_nobody_else_until_they_are_linked(store, key):
    with store.act("cli:test") as act:
        invited = do_make_account(act, key, SETTINGS, "wang.fang", "Wang", Role.OFFICER)
    join(store, key, SETTINGS, "wang.fang", invited.secret, "nine bells at noon")
    with pytest.raises(NotLinkedError, match=r"clearbell accounts link wang\.fang house f00d"):
        come(store, key)
    with store.act("cli:test") as act:
        do_link(act, "wang.fang", "house", "f00d")
        with pytest.raises(LinkTakenError):
            do_link(act, "wang.fang", "house", "f00d")
    assert come(store, key).account == "wang.fang"
    assert sign_in(store, key, SETTINGS, "wang.fang", "nine bells at noon").account == "wang.fang"


def test_where_it_makes_no_accounts_only_linked_ones_come_in(store, key):
    closed = ProviderSettings("house", ISSUER, "c", HOUSE.roles, role_claim=HOUSE.role_claim, makes_accounts=False)
    with pytest.raises(NotLinkedError):
        come(store, key, closed)
    with store.read() as conn:
        assert not accounts(conn)


def test_the_role_is_what_the_claims_mean_now(store, key):
    before = come(store, key)
    with store.act("wang.fang") as act:
        token = do_make_token(act, key, "wang.fang", "script", 30)
    after = come(store, key, realm_access={"roles": ["other", "desk", "chief"]})
    assert principal_of(store, key, SETTINGS, before.secret) is None
    assert principal_by_token(store, key, token) is None
    assert principal_of(store, key, SETTINGS, after.secret).role is Role.SUPERVISOR


def test_who_has_no_role_there_any_more_is_out_here_too(store, key):
    before = come(store, key)
    with pytest.raises(NoRoleError) as refused:
        come(store, key, realm_access={"roles": ["kitchen"]})
    assert refused.value.zh == "house 给您的角色(kitchen)在此没有对应的权限;请联系管理员"
    assert refused.value.en == "the roles that house gives you (kitchen) mean none here; ask the administrator"
    assert principal_of(store, key, SETTINGS, before.secret) is None


def test_a_suspended_account_stays_out(store, key):
    come(store, key)
    with store.act("cli:test") as act:
        do_step(act, "wang.fang", Step.SUSPEND)
    with pytest.raises(ShutError):
        come(store, key)
    with store.read() as conn:
        assert accounts(conn)[0].state == State.SUSPENDED.value


def test_the_accounts_second_factor_is_asked_for_unless_the_provider_had_one(store, key, clock):
    come(store, key)
    secret = new_totp(key.randomness(20))
    with store.act("wang.fang") as act:
        do_set_second_factor(act, key, "wang.fang", secret, 0, [])
    half = come(store, key, amr=["pwd"])
    assert half.half
    assert principal_of(store, key, SETTINGS, half.secret) is None
    assert not second_step(store, key, SETTINGS, half, phone_code(secret, clock.now())).half
    assert not come(store, key, amr=["pwd", "mfa"]).half


def test_an_enterprise_belongs_to_the_party_that_the_claim_names(store, key):
    firm = {"realm_access": {"roles": ["firm"]}}
    for party in ({}, {"party": "clinic"}):
        with pytest.raises(TenantError):
            come(store, key, **firm, **party)
    with store.act("cli:test") as act:
        do_register_party(act, PartyRegistered("clinic", PartyKind.COMPANY, "Clinic"))
    who = principal_of(store, key, SETTINGS, come(store, key, **firm, party="clinic").secret)
    assert (who.role, who.tenant) == (Role.ENTERPRISE, "clinic")


def test_claims_are_found_by_their_whole_name_or_inwards():
    claims = {"https://a.example/roles": ["x"], "a": {"b": "y"}, "n": [1, "z", ""]}
    assert texts_at(claims, "https://a.example/roles") == ("x",)
    assert texts_at(claims, "a.b") == ("y",)
    assert texts_at(claims, "n") == ("z",)
    assert texts_at(claims, "a.b.c") == texts_at(claims, "") == ()


def test_settings_that_would_let_nobody_or_anybody_in_are_refused():
    wrong = ProviderSettings("House", "http://id.example", "", {}, scopes=("profile",))
    firm = ProviderSettings("house", ISSUER, "c", {"firm": Role.ENTERPRISE})
    assert [key for key, *_ in faults_of((wrong,))] == [
        f"oidc[0].{key}" for key in ("id", "issuer", "client_id", "scopes", "roles")
    ]
    assert [key for key, *_ in faults_of((firm, HOUSE))] == ["oidc[0].tenant_claim", "oidc[1].id"]
    local = ProviderSettings("house", "http://127.0.0.1:9400", "c", {"x": Role.OFFICER})
    assert list(faults_of((local,))) == []


def test_the_store_says_who_was_linked_and_by_what(store, key):
    come(store, key)
    assert [entry.kind for entry in store.entries(0)] == ["access.account", "access.identity", "access.moved"]
    with store.act("cli:test") as act:
        assert act.erase("account:wang.fang") == 3
