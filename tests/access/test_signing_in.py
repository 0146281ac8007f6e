"""Coming in by invitation, password and second factor; what ends it."""

import pytest

from clearbell.access.errors import LockedError, NotInvitedError, NotSignedInError, WeakPasswordError
from clearbell.access.model import Role, Step
from clearbell.access.queries import principal_by_token, sessions_of
from clearbell.access.second_factor import new_totp
from clearbell.access.service import (
    do_change_role,
    do_end_token,
    do_invite,
    do_make_account,
    do_make_token,
    do_set_second_factor,
    do_step,
)
from clearbell.access.settings import AccessSettings
from clearbell.access.signing_in import end_session, join, principal_of, second_step, sign_in
from clearbell.calls import DAY, HOUR, MINUTE, SECOND
from clearbell.ledger import Store
from clearbell.testing import MovableClock, fresh_store
from clearbell.testing.access import phone_code, quick_access_key

SETTINGS = AccessSettings()
PASSWORD = "nine bells at noon"


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
def key():
    return quick_access_key()


@pytest.fixture
def store(tmp_path, clock):
    store = fresh_store(tmp_path, clock)
    yield store
    store.close()


def made(store: Store, key, name="li", role=Role.OFFICER):
    with store.act("cli:test") as act:
        invited = do_make_account(act, key, SETTINGS, name, "Li", role)
    join(store, key, SETTINGS, name, invited.secret, PASSWORD)


def come_in(store, key, password=PASSWORD, name="li"):
    return sign_in(store, key, SETTINGS, name, password)


def test_an_invited_officer_chooses_a_password_and_comes_in(store, key):
    made(store, key)
    session = come_in(store, key)
    who = principal_of(store, key, SETTINGS, session.secret)
    assert who is not None
    assert (who.name, who.role, session.half) == ("li", Role.OFFICER, False)


def test_an_invitation_counts_once_and_not_for_ever(store, key, clock):
    with store.act("cli:test") as act:
        invited = do_make_account(act, key, SETTINGS, "li", "Li", Role.OFFICER)
    with pytest.raises(NotInvitedError):
        join(store, key, SETTINGS, "li", "something else", PASSWORD)
    clock.move(73 * HOUR)
    with pytest.raises(NotInvitedError):
        join(store, key, SETTINGS, "li", invited.secret, PASSWORD)
    with store.act("cli:test") as act:
        invited = do_invite(act, key, SETTINGS, "li")
    join(store, key, SETTINGS, "li", invited.secret, PASSWORD)
    with pytest.raises(NotInvitedError):
        join(store, key, SETTINGS, "li", invited.secret, PASSWORD)


@pytest.mark.parametrize("password", ["short", "passwordpassword", "1234567890123456", "li-li-li-li-li-li", "x" * 2000])
def test_passwords_that_are_guessed_first_are_refused(store, key, password):
    with store.act("cli:test") as act:
        invited = do_make_account(act, key, SETTINGS, "li", "Li", Role.OFFICER)
    with pytest.raises(WeakPasswordError):
        join(store, key, SETTINGS, "li", invited.secret, password)


def test_it_is_not_told_what_was_wrong(store, key):
    made(store, key)
    with pytest.raises(NotSignedInError) as wrong_password:
        come_in(store, key, "not it at all!")
    with pytest.raises(NotSignedInError) as nobody:
        come_in(store, key, name="wang")
    assert str(wrong_password.value) == str(nobody.value)


def test_wrong_passwords_lock_the_account_for_a_while(store, key, clock):
    made(store, key)
    for _ in range(SETTINGS.tries):
        with pytest.raises(NotSignedInError):
            come_in(store, key, "not it at all!")
    with pytest.raises(LockedError):
        come_in(store, key)
    clock.move(SETTINGS.lock)
    assert come_in(store, key).account == "li"


def test_a_right_password_forgives_the_wrong_ones(store, key):
    made(store, key)
    for _ in range(3):
        for _ in range(SETTINGS.tries - 1):
            with pytest.raises(NotSignedInError):
                come_in(store, key, "not it at all!")
        come_in(store, key)


def test_sessions_end_when_unused_and_at_the_latest_after_their_hours(store, key, clock):
    made(store, key)
    session = come_in(store, key)
    clock.move(29 * MINUTE)
    assert principal_of(store, key, SETTINGS, session.secret)
    clock.move(29 * MINUTE)
    assert principal_of(store, key, SETTINGS, session.secret)
    clock.move(31 * MINUTE)
    assert principal_of(store, key, SETTINGS, session.secret) is None
    session = come_in(store, key)
    for _ in range(26):
        clock.move(28 * MINUTE)
        last = principal_of(store, key, SETTINGS, session.secret)
    assert last is None


def test_a_session_is_ended_by_its_owner_and_by_no_one_else(store, key, clock):
    made(store, key)
    made(store, key, "wang")
    session = come_in(store, key)
    who = principal_of(store, key, SETTINGS, session.secret)
    end_session(store, who.session, "wang")
    assert principal_of(store, key, SETTINGS, session.secret)
    end_session(store, who.session, "li")
    assert principal_of(store, key, SETTINGS, session.secret) is None


@pytest.mark.parametrize("end", ["suspend", "role", "invite"])
def test_who_is_suspended_changed_or_invited_anew_is_out_at_once(store, key, clock, end):
    made(store, key)
    session = come_in(store, key)
    with store.act("cli:test") as act:
        token = do_make_token(act, key, "li", "script", 30)
    assert principal_by_token(store, key, token).name == "li"
    with store.act("cli:test") as act:
        if end == "suspend":
            do_step(act, "li", Step.SUSPEND, "left")
        elif end == "role":
            do_change_role(act, "li", Role.AUDITOR)
        else:
            do_invite(act, key, SETTINGS, "li")
    assert principal_of(store, key, SETTINGS, session.secret) is None
    assert principal_by_token(store, key, token) is None
    if end != "role":
        with pytest.raises(NotSignedInError):
            come_in(store, key)


def with_phone(store, key, clock):
    made(store, key)
    secret = new_totp(key.randomness(20))
    with store.act("li") as act:
        do_set_second_factor(act, key, "li", secret, 0, ["aaaa-bbbb", "cccc-dddd"])
    return secret


def test_with_a_second_factor_the_password_alone_opens_nothing(store, key, clock):
    secret = with_phone(store, key, clock)
    half = come_in(store, key)
    assert half.half
    assert principal_of(store, key, SETTINGS, half.secret) is None
    whole = second_step(store, key, SETTINGS, half, phone_code(secret, clock.now()))
    assert whole.secret != half.secret
    assert principal_of(store, key, SETTINGS, whole.secret).name == "li"
    assert principal_of(store, key, SETTINGS, half.secret) is None


def test_a_code_counts_once_and_from_a_clock_that_is_half_a_minute_off(store, key, clock):
    secret = with_phone(store, key, clock)
    code = phone_code(secret, clock.now() - 30 * SECOND)
    second_step(store, key, SETTINGS, come_in(store, key), code)
    with pytest.raises(NotSignedInError):
        second_step(store, key, SETTINGS, come_in(store, key), code)
    with pytest.raises(NotSignedInError):
        second_step(store, key, SETTINGS, come_in(store, key), phone_code(secret, clock.now() - 120 * SECOND))


def test_wrong_codes_lock_the_account_too(store, key, clock):
    secret = with_phone(store, key, clock)
    half = come_in(store, key)
    wrong = "000000" if phone_code(secret, clock.now()) != "000000" else "111111"
    for _ in range(SETTINGS.tries):
        with pytest.raises(NotSignedInError):
            second_step(store, key, SETTINGS, half, wrong)
    with pytest.raises(LockedError):
        second_step(store, key, SETTINGS, half, phone_code(secret, clock.now()))


def test_the_password_does_not_forgive_wrong_codes(store, key, clock):
    with_phone(store, key, clock)
    for _ in range(SETTINGS.tries):
        half = come_in(store, key)
        with pytest.raises(NotSignedInError):
            second_step(store, key, SETTINGS, half, "")
    with pytest.raises(LockedError):
        come_in(store, key)


def test_a_recovery_code_counts_once(store, key, clock):
    with_phone(store, key, clock)
    assert second_step(store, key, SETTINGS, come_in(store, key), "AAAA BBBB").account == "li"
    with pytest.raises(NotSignedInError):
        second_step(store, key, SETTINGS, come_in(store, key), "aaaa-bbbb")


def test_a_token_is_its_accounts_until_it_expires_or_is_ended(store, key, clock):
    made(store, key)
    with store.act("li") as act:
        first = do_make_token(act, key, "li", "script", 30)
        second = do_make_token(act, key, "li", "other", 1)
    assert principal_by_token(store, key, first).role is Role.OFFICER
    clock.move(DAY)
    assert principal_by_token(store, key, second) is None
    with store.act("li") as act:
        do_end_token(act, key.digest("token-id", first).hex()[:12], "li")
    assert principal_by_token(store, key, first) is None


def test_the_store_holds_nothing_that_opens_a_door(store, key, clock):
    secret = with_phone(store, key, clock)
    session = second_step(store, key, SETTINGS, come_in(store, key), phone_code(secret, clock.now()))
    with store.act("li") as act:
        token = do_make_token(act, key, "li", "script", 30)
    store.close()
    kept = b"".join(path.read_bytes() for path in (store.engine.url.database and [store_file(store)]) or [])
    for word in (PASSWORD, secret, session.secret, token, "aaaabbbb"):
        assert word.encode() not in kept


def store_file(store):
    from pathlib import Path

    return Path(store.engine.url.database)


def test_sessions_are_listed_with_what_they_came_from(store, key, clock):
    made(store, key)
    sign_in(store, key, SETTINGS, "li", PASSWORD, "Firefox")
    sign_in(store, key, SETTINGS, "li", PASSWORD, "phone")
    with store.read() as conn:
        assert {row.agent for row in sessions_of(conn, "li", clock.now())} == {"Firefox", "phone"}
