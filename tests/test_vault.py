"""Documents are known by their content, encrypted at rest, and given back unchanged or not at all."""

import os
import stat

import pytest

from clearbell.vault import Vault, VaultError, load_secret

PDF = b"%PDF-1.7\n" + b"secret words " * 100


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path / "documents", b"k" * 32, os.urandom)


def test_a_document_comes_back_and_is_not_readable_on_disk(vault, tmp_path):
    kept = vault.put(PDF, 10_000)
    assert (kept.media, kept.size) == ("application/pdf", len(PDF))
    assert vault.get(kept.digest) == PDF
    [path] = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert b"secret" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_document_is_kept_once(vault, tmp_path):
    assert vault.put(PDF, 10_000) == vault.put(PDF, 10_000)
    assert sum(path.is_file() for path in tmp_path.rglob("*")) == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (PDF * 100, "the most is 10000"),
        (b"MZ\x90\x00 named scan.pdf", "neither PDF, PNG, JPEG nor audio"),
        (b"<svg onload=alert(1)>", "neither PDF"),
    ],
)
def test_what_is_no_document_is_not_taken(vault, data, words):
    with pytest.raises(VaultError, match=words):
        vault.put(data, 10_000)


def test_a_changed_or_exchanged_document_is_not_given_back(vault, tmp_path):
    one, other = vault.put(PDF, 10_000), vault.put(b"\x89PNG\r\n\x1a\n0", 10_000)
    path = tmp_path / "documents" / one.digest[:2] / one.digest
    sealed = bytearray(path.read_bytes())
    sealed[40] ^= 1
    path.write_bytes(sealed)
    with pytest.raises(VaultError, match="was changed"):
        vault.get(one.digest)
    path.write_bytes((tmp_path / "documents" / other.digest[:2] / other.digest).read_bytes())
    with pytest.raises(VaultError, match="was changed"):
        vault.get(one.digest)
    assert vault.remove(one.digest)
    assert not vault.remove(one.digest)
    with pytest.raises(VaultError, match="there is no document"):
        vault.get(one.digest)
    with pytest.raises(VaultError, match="no document digest"):
        vault.get("../../etc/passwd")


def test_a_key_is_made_once_and_a_damaged_one_is_named(tmp_path):
    path = tmp_path / "keys" / "k"
    key = load_secret(path, os.urandom)
    assert load_secret(path, os.urandom) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_bytes(b"short")
    with pytest.raises(ValueError, match="not a key of 32 bytes"):
        load_secret(path, os.urandom)
