"""Recordings and proofs are kept their time and then removed; a proof outlives its consent by that time."""

import os

import pytest

from clearbell.calls import DAY
from clearbell.consent.evidence import EvidenceKind, do_keep
from clearbell.consent.granting import do_grant
from clearbell.consent.model import ConsentGranted, ConsentWithdrawn
from clearbell.consent.service import do_withdraw
from clearbell.desk.deadlines.passing import pass_deadlines
from clearbell.desk.deadlines.sources import EVIDENCE, Works
from clearbell.ledger.verify import verify
from clearbell.policy.pack import builtin_pack
from clearbell.testing import MovableClock, fresh_store
from clearbell.vault import Vault, VaultError

PACK = builtin_pack("cn")
CALLEE = 8613900000002
SCAN, RECORDING = b"%PDF-1.7 signed", b"RIFF\x00\x00\x00\x00WAVEfmt "


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
def store(tmp_path, clock):
    store = fresh_store(tmp_path, clock)
    yield store
    store.close()


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path / "documents", b"k" * 32, os.urandom)


def keep(store, vault, data, kind):
    kept = vault.put(data, 1000)
    with store.act("cli:li") as act:
        do_keep(act, kept, kind, "H", CALLEE)
    return kept.digest


def remove_expired(store, vault):
    return len(pass_deadlines(store, Works(PACK, vault), [EVIDENCE]))


def there(vault, digest):
    try:
        return bool(vault.get(digest))
    except VaultError:
        return False


def test_a_recording_goes_after_its_time_and_not_before(store, vault, clock):
    digest = keep(store, vault, RECORDING, EvidenceKind.RECORDING)
    clock.move(30 * DAY - 1)
    assert remove_expired(store, vault) == 0
    assert there(vault, digest)
    clock.move(1)
    assert remove_expired(store, vault) == 1
    assert not there(vault, digest)
    assert remove_expired(store, vault) == 0
    assert verify(store).fault is None


def test_a_proof_stays_while_its_consent_is_in_force_and_its_time_after(store, vault, clock):
    digest = keep(store, vault, SCAN, EvidenceKind.CONSENT)
    with store.act("cli:li") as act:
        do_grant(act, [ConsentGranted("H", CALLEE, "loans", evidence=digest)])
    clock.move(400 * DAY)
    assert remove_expired(store, vault) == 0
    with store.act("cli:li") as act:
        do_withdraw(act, ConsentWithdrawn("H", CALLEE))
    clock.move(30 * DAY - 1)
    assert remove_expired(store, vault) == 0
    assert there(vault, digest)
    clock.move(1)
    assert remove_expired(store, vault) == 1
    assert not there(vault, digest)


def test_a_proof_of_nothing_is_kept_no_longer_than_a_recording(store, vault, clock):
    keep(store, vault, SCAN, EvidenceKind.CONSENT)
    clock.move(30 * DAY)
    assert remove_expired(store, vault) == 1


def test_many_are_removed_in_batches(store, vault, clock):
    for n in range(7):
        keep(store, vault, SCAN + bytes([n]), EvidenceKind.RECORDING)
    clock.move(31 * DAY)
    assert remove_expired(store, vault) == 7
