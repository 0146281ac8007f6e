"""Receipts: checked offline with the published key, and revoked by their code."""

import base64

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clearbell.calls import DAY
from clearbell.consent.errors import NoConsentError, UnknownReceiptError
from clearbell.consent.granting import do_grant
from clearbell.consent.model import Channel, ConsentGranted, ConsentWithdrawn, Provenance
from clearbell.consent.queries import in_force
from clearbell.consent.receipts import BadReceiptError, check, do_issue_receipt, do_revoke, published_key
from clearbell.consent.service import do_withdraw
from clearbell.testing import MovableClock, fresh_store

CALLEE = 8613900000002


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
def store(tmp_path, clock):
    store = fresh_store(tmp_path, clock)
    yield store
    store.close()


@pytest.fixture
def key():
    return Ed25519PrivateKey.from_private_bytes(b"k" * 32)


def give(store, **more):
    with store.act("cli:li") as act:
        do_grant(
            act,
            [ConsentGranted("H", CALLEE, "loans", channel=Channel.WEB, provenance=Provenance.SUBSCRIBER, **more)],
        )


def issue(store, key, *, seed=7, link="https://example.org/c/CODE"):
    with store.act("cli:li") as act:
        return do_issue_receipt(
            act,
            "H",
            CALLEE,
            "loans",
            key,
            randomness=lambda n: bytes((seed * 31 + i * 7) % 256 for i in range(n)),
            link=link,
        )


def keys(key):
    return msgspec.json.encode(published_key(key))


def revoke(store, code):
    with store.act("web:subscriber") as act:
        return do_revoke(act, code, Channel.WEB)


def test_a_receipt_says_what_was_agreed_and_verifies_offline(store, key, clock):
    give(store, until=clock.now() + 30 * DAY, per_day=2, evidence="ab" * 32)
    read = check(issue(store, key), keys(key))
    assert (read.holder, read.callee, read.purpose) == ("H", "+8613900000002", "loans")
    assert (read.per_day, read.channel, read.provenance, read.evidence) == (2, "web", "subscriber", "ab" * 32)
    assert read.until - read.given == 30 * 86_400
    assert read.revoke == f"https://example.org/c/{read.code}"


def test_a_receipt_is_read_by_any_jose_library(store, key):
    give(store)
    head, body, signature = issue(store, key).split(".")
    pad = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))  # noqa: E731
    key.public_key().verify(pad(signature), f"{head}.{body}".encode())
    assert msgspec.json.decode(pad(head))["alg"] == "EdDSA"
    assert msgspec.json.decode(pad(body))["purpose"] == "loans"


@pytest.mark.parametrize("place", [20, 150, -20])
def test_a_changed_receipt_does_not_hold(store, key, place):
    give(store)
    text = issue(store, key)
    changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
    with pytest.raises(BadReceiptError):
        check(changed, keys(key))


def test_a_receipt_of_another_key_does_not_hold(store, key):
    give(store)
    other = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
    with pytest.raises(BadReceiptError, match="not in the key file"):
        check(issue(store, other), keys(key))


def test_rubbish_is_no_receipt(key):
    for text in ("", "a.b.c", "....", "ä.ö.ü", "e30.e30.e30"):
        with pytest.raises(BadReceiptError):
            check(text, keys(key))
    with pytest.raises(BadReceiptError, match="key file"):
        check("a.b.c", b"{")


def test_revoking_by_code_ends_the_consent_however_the_code_is_typed(store, key, clock):
    give(store)
    code = check(issue(store, key), keys(key)).code
    assert len(code) == 16
    assert revoke(store, f" {code[:4].lower()}-{code[4:8]} {code[8:]} ")
    with store.read() as conn:
        assert not in_force(conn, "H", CALLEE, "loans", clock.now())
    assert not revoke(store, code)


def test_an_old_receipt_does_not_revoke_a_later_consent(store, key, clock):
    give(store)
    code = check(issue(store, key), keys(key)).code
    with store.act("cli:li") as act:
        do_withdraw(act, ConsentWithdrawn("H", CALLEE))
    clock.move(DAY)
    give(store)
    assert not revoke(store, code)
    with store.read() as conn:
        assert in_force(conn, "H", CALLEE, "loans", clock.now())


def test_there_is_no_receipt_without_a_consent_and_no_revocation_without_a_receipt(store, key):
    with pytest.raises(NoConsentError, match="no consent to H for loans in force"):
        issue(store, key)
    with pytest.raises(UnknownReceiptError):
        revoke(store, "ABCD")
