"""What the command line says of a sanction, in the language of who reads."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from clearbell.calls import DAY
from clearbell.registry.contacts.model import Contact, ContactOf, Way
from clearbell.registry.contacts.service import do_name_contact
from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose
from clearbell.registry.service import do_assign_numbers, do_register_holder, do_register_party
from clearbell.sanctions.model import Rung
from clearbell.testing import MovableClock, fresh_store
from desk.conftest import announce, confirmed, keep_up

NUMBER = 8613800000066


@pytest.fixture
def clearbell(tmp_path):
    """A node's folder on which a person's number is barred, though one of its ways did not reach anybody."""
    clock = MovableClock()
    store = fresh_store(tmp_path, clock)
    with store.act("test") as act:
        do_register_party(act, PartyRegistered("zhou", PartyKind.PERSON, "Zhou Min"))
        do_register_holder(act, HolderRegistered("zhou", "zhou"))
        do_assign_numbers(act, [NumbersAssigned("r", "zhou", NUMBER, NUMBER, Purpose.PERSONAL)])
        do_name_contact(act, Contact(ContactOf.PARTY, "zhou", Way.MAIL, "zhou@example.net"))
    confirmed(store, NUMBER)
    announce(store, Rung.BARRED)
    keep_up(store)
    clock.move(10 * DAY)
    keep_up(store)
    store.close()

    def run(*words, lang):
        done = subprocess.run(
            [sys.executable, "-m", "clearbell", "sanctions", *words, "--home", str(tmp_path)],
            env={**os.environ, "CLEARBELL_LANG": lang, "COLUMNS": "200", "TZ": "Asia/Shanghai"},
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        return done.stdout

    return run


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_sanction_is_shown_in_the_readers_language(clearbell, golden, lang):
    # Ids of notices are digests.
    said = re.sub(r"\b[0-9a-f]{16,64}\b", "…", clearbell("show", "c1/1", lang=lang))
    golden(f"show-{lang}.txt", said)
    listed = clearbell("list", "--everything", lang=lang)
    assert ("双停" in listed, "号码" in listed) == (lang == "zh", lang == "zh")
    assert ("barred in both directions" in listed) == (lang == "en")
