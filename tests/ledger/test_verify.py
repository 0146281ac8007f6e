"""The chain tells of every change, and where."""

import shutil
import sqlite3

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearbell.ledger import Store
from clearbell.ledger.checkpoints import (
    EmptyLedgerError,
    do_checkpoint,
    from_text,
    load_key,
    signature_holds,
    to_text,
)
from clearbell.ledger.verify import FaultKind, verify
from clearbell.testing import fresh_store


class Said(msgspec.Struct, frozen=True):
    who: int
    what: str


def fill(store, entries=20):
    for n in range(entries):
        with store.act("cli:li") as act:
            if n % 2:
                act.append("test.open", [Said(n, f"public statement {n}")])
            else:
                act.append("test.said", [Said(n, f"word {n}"), Said(99, "other")], about=lambda fact: fact.who)


def change(folder, sql, *values):
    connection = sqlite3.connect(folder / "clearbell.db")
    with connection:
        assert connection.execute(sql, values).rowcount > 0
    connection.close()


def test_a_sound_chain_verifies(tmp_path):
    store = fresh_store(tmp_path)
    fill(store)
    seen = []
    result = verify(store, progress=lambda done, total: seen.append((done, total)), batch=7)
    assert (result.entries, result.sealed, result.erased, result.fault) == (20, 20, 0, None)
    assert seen[-1] == (20, 20)


def test_an_empty_chain_verifies(tmp_path):
    assert verify(fresh_store(tmp_path)).fault is None


def test_erasing_a_person_leaves_the_chain_verifiable(tmp_path):
    store = fresh_store(tmp_path)
    fill(store)
    with store.act("cli:li") as act:
        act.erase(99)
    result = verify(store)
    assert (result.erased, result.fault) == (10, None)


@pytest.mark.parametrize(
    ("sql", "values", "seq", "kind", "item"),
    [
        ("UPDATE ledger_entry SET body = ? WHERE seq = 6", (b'[{"who":1,"what":"forged"}]',), 6, FaultKind.ALTERED, -1),
        ("UPDATE ledger_entry SET actor = 'cli:wang' WHERE seq = 3", (), 3, FaultKind.ALTERED, -1),
        ("UPDATE ledger_entry SET at = at + 1 WHERE seq = 4", (), 4, FaultKind.ALTERED, -1),
        ("UPDATE ledger_sealed SET data = ? WHERE seq = 9 AND item = 1", (b"{}",), 9, FaultKind.SEALED_ALTERED, 1),
        ("UPDATE ledger_sealed SET subject = '7' WHERE seq = 9 AND item = 0", (), 9, FaultKind.SEALED_ALTERED, 0),
        ("DELETE FROM ledger_sealed WHERE seq = 9 AND item = 1", (), 9, FaultKind.SEALED_MISSING, 1),
        ("DELETE FROM ledger_entry WHERE seq = 5", (), 5, FaultKind.MISSING, -1),
    ],
)
def test_the_first_bad_entry_is_named(tmp_path, sql, values, seq, kind, item):
    store = fresh_store(tmp_path)
    fill(store)
    change(tmp_path, sql, *values)
    fault = verify(store).fault
    assert (fault.seq, fault.kind, fault.item) == (seq, kind, item)


def test_a_tail_cut_off_is_noticed_by_the_checkpoint(tmp_path):
    store = fresh_store(tmp_path)
    fill(store)
    with store.act("cli:li") as act:
        do_checkpoint(act, load_key(tmp_path / "key.pem"))
    change(tmp_path, "DELETE FROM ledger_sealed WHERE seq > 15")
    change(tmp_path, "DELETE FROM ledger_entry WHERE seq > 15")
    fault = verify(store).fault
    assert (fault.seq, fault.kind) == (16, FaultKind.MISSING)


def test_a_chain_rewritten_from_end_to_end_differs_from_a_checkpoint_kept_outside(tmp_path):
    for name in ("true", "forged"):
        (tmp_path / name).mkdir()
    true = fresh_store(tmp_path / "true")
    fill(true)
    with true.act("cli:li") as act:
        point = do_checkpoint(act, load_key(tmp_path / "key.pem"))
    forged = fresh_store(tmp_path / "forged")
    fill(forged)
    assert verify(forged).fault is None
    fault = verify(forged, outside=[point]).fault
    assert (fault.seq, fault.kind) == (20, FaultKind.CHECKPOINT)


def test_a_forged_signature_does_not_hold(tmp_path):
    store = fresh_store(tmp_path)
    fill(store, 2)
    with store.act("cli:li") as act:
        do_checkpoint(act, load_key(tmp_path / "key.pem"))
    change(tmp_path, "UPDATE ledger_checkpoint SET at = at + 1")
    assert verify(store).fault.kind is FaultKind.SIGNATURE


def test_a_checkpoint_survives_its_text_form(tmp_path):
    store = fresh_store(tmp_path)
    fill(store, 1)
    with store.act("cli:li") as act:
        point = do_checkpoint(act, load_key(tmp_path / "key.pem"))
        assert do_checkpoint(act, load_key(tmp_path / "key.pem")) == point
    assert from_text(to_text(point)) == point
    assert signature_holds(point)
    assert (tmp_path / "key.pem").stat().st_mode & 0o077 == 0


def test_nothing_is_signed_for_an_empty_ledger(tmp_path):
    store = fresh_store(tmp_path)
    with store.act("cli:li") as act, pytest.raises(EmptyLedgerError, match="账本为空"):
        do_checkpoint(act, load_key(tmp_path / "key.pem"))


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound")
    store = fresh_store(folder)
    fill(store, 60)
    store.close()
    connection = sqlite3.connect(folder / "clearbell.db")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return folder / "clearbell.db"


@given(place=st.integers(0, 10**6), bit=st.integers(0, 7))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_changed_byte_in_the_facts_of_the_file_is_named(sound, tmp_path_factory, place, bit):
    """Every byte of every sealed or public fact is under the chain: flip any one and its entry is named."""
    raw = sound.read_bytes()
    words = [f"word {n}".encode() for n in range(0, 60, 2)] + [f"statement {n}".encode() for n in range(1, 60, 2)]
    word = words[place % len(words)]
    at = raw.index(word) + place % len(word)
    folder = tmp_path_factory.mktemp("damaged")
    shutil.copy(sound, folder / "clearbell.db")
    with (folder / "clearbell.db").open("r+b") as file:
        file.seek(at)
        file.write(bytes([raw[at] ^ (1 << bit)]))
    store = Store.open(f"sqlite:///{folder / 'clearbell.db'}")
    fault = verify(store).fault
    store.close()
    number = int(word.split()[-1])
    assert fault is not None
    # raw.index may find "word 1" inside "word 1x": only the digits' prefix is certain.
    assert str(fault.seq - 1).startswith(str(number))
