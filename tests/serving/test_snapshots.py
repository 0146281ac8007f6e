"""Views kept in a file: a node starts from them, and from nothing that does not fit its ledger."""

import os

import pytest
from structlog.testing import capture_logs

from clearbell.consent.granting import do_grant
from clearbell.consent.model import ConsentGranted, ConsentWithdrawn, Listed, ListVerdict, Refused, Wished
from clearbell.consent.service import do_list, do_refuse, do_withdraw
from clearbell.labels.model import Labelled
from clearbell.policy.pack import builtin_pack
from clearbell.registry.model import HolderRegistered, NumbersAssigned, Purpose, TrunkKind, TrunkOpened
from clearbell.sanctions.model import Restricted, Rung, Target
from clearbell.screening.views import Views
from clearbell.serving import follower
from clearbell.serving.follower import load_views, open_views
from clearbell.serving.node import Node
from clearbell.serving.snapshots import read_views, save_views
from clearbell.testing import fresh_store
from clearbell.testing.screening import World

CALLER, CALLEE = 8613800000001, 8613900000002
LATE = 4_000_000_000_000_000


@pytest.fixture
def store(tmp_path):
    store = fresh_store(tmp_path)
    yield store
    store.close()


def grant(store, *callees, holder="H"):
    with store.act("cli:li") as act:
        do_grant(act, [ConsentGranted(holder, callee, "loans") for callee in callees])


@pytest.fixture
def always(monkeypatch):
    """Views are kept however few they are."""
    monkeypatch.setattr(follower, "FRESHEN", 1)


def everything():
    """Views that hold something of every kind."""
    world = World()
    world.state(
        TrunkOpened("t1", "carrier", TrunkKind.DOMESTIC, registered_only=True),
        HolderRegistered("H", "p", "insurance"),
        NumbersAssigned("r1", "H", 8695010001, 8695010001, Purpose.COMMERCIAL, trunks=("t1",), category="insurance"),
        NumbersAssigned("r2", "H", 8657188880000, 8657188889999, Purpose.COMMERCIAL),
        ConsentGranted("H", CALLEE, "loans"),
        ConsentGranted("K", CALLEE, "loans", until=LATE, per_day=2),
        ConsentGranted("K", 869999_9999_9999_9999, "*"),
        ConsentWithdrawn("H", CALLEE),
        Refused(CALLEE, holder="L"),
        Refused(CALLEE, caller=CALLER),
        Listed(CALLEE, CALLER, CALLER + 9, ListVerdict.BLOCK),
        Wished(CALLEE, ("loans",), refuse_withheld=True),
        Restricted("R1", Target.NUMBER, Rung.BARRED, "x", 1, number=CALLER),
        Restricted("R2", Target.HOLDER, Rung.BARRED, "x", 1, name="H"),
        Labelled(CALLER, "loans", 25, 20.5, 30.0, 1, LATE),
        Labelled(CALLER + 1, "fraud", 70_000, 0.1, 30.0, 1, LATE),
    )  # fmt: skip
    return world.engine.views


def test_views_with_something_of_every_kind_come_back_as_they_were(store, tmp_path):
    views = everything()
    fingerprint = views.fingerprint()
    views.seq = 0
    path = save_views(views, store, tmp_path / "views")
    again = read_views(store, tmp_path / "views")
    assert again is not None
    assert views.fingerprint() == again.fingerprint() == fingerprint
    assert again.restrictions.barring_holders == 1
    assert again.changes == 0
    assert path.stat().st_mode & 0o777 == 0o600, "it holds subscribers' numbers"


def test_rows_that_are_kept_one_by_one_come_back_however_many(store, tmp_path):
    world = World()
    world.state(
        *(NumbersAssigned(f"r{n}", f"H{n % 9}", CALLER + 10 * n, CALLER + 10 * n + n % 2, Purpose.COMMERCIAL) for n in range(1200)),
        *(Restricted(f"R{n}", Target.NUMBER, Rung.BARRED, "x", 1, number=CALLER + n) for n in range(700)),
    )  # fmt: skip
    views = world.engine.views
    fingerprint = views.fingerprint()
    views.seq = 0
    save_views(views, store, tmp_path / "views")
    again = read_views(store, tmp_path / "views")
    assert again.fingerprint() == fingerprint
    again.let_go()
    assert again.fingerprint() == Views().fingerprint(), "nothing stays in memory"


def test_a_node_that_starts_again_reads_only_what_came_since(store, tmp_path, always, monkeypatch):
    grant(store, *range(CALLEE, CALLEE + 50))
    open_views(store, tmp_path / "views")
    grant(store, CALLEE + 99)
    asked = []
    entries = store.entries
    monkeypatch.setattr(
        store, "entries", lambda after, *more, **named: asked.append(after) or entries(after, *more, **named)
    )
    monkeypatch.setattr(follower, "FRESHEN", 1000)
    views = open_views(store, tmp_path / "views")
    assert asked[0] == 1
    assert views.wills.grant_for("H", CALLEE + 99, "loans")
    assert views.fingerprint() == load_views(store).fingerprint()


def test_a_small_instance_keeps_no_file(store, tmp_path):
    grant(store, CALLEE)
    open_views(store, tmp_path / "views")
    assert not (tmp_path / "views").exists()


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "other"])
def test_a_file_that_is_not_whole_is_passed_over_and_made_anew(store, tmp_path, always, damage):
    grant(store, CALLEE)
    open_views(store, tmp_path / "views")
    (path,) = (tmp_path / "views").iterdir()
    raw = bytearray(path.read_bytes())
    if damage == "flipped":
        raw[-70] ^= 1
    path.write_bytes(
        {"cut": raw[:-64], "flipped": raw, "empty": b"", "other": b"CLEARBELL-VIEWS-0\n" + raw[18:]}[damage]
    )
    with capture_logs() as logs:
        views = open_views(store, tmp_path / "views")
    assert [line["event"] for line in logs] == ["views-file-passed-over"]
    assert views.fingerprint() == load_views(store).fingerprint()
    with capture_logs() as logs:
        assert read_views(store, tmp_path / "views") is not None
    assert logs == []


def test_a_file_of_another_ledger_is_passed_over(store, tmp_path, always):
    grant(store, CALLEE)
    save_views(load_views(store), store, tmp_path / "views")
    (tmp_path / "other").mkdir()
    other = fresh_store(tmp_path / "other")
    grant(other, CALLEE + 1)
    with capture_logs() as logs:
        views = open_views(other, tmp_path / "views")
    assert [line["error"] for line in logs] == ["the file belongs to another ledger"]
    assert not views.wills.grants_of("H", CALLEE)
    assert views.wills.grants_of("H", CALLEE + 1)
    other.close()


def test_nothing_of_an_erased_person_stays_in_the_file(store, tmp_path, always):
    grant(store, CALLEE, CALLEE + 1)
    node = Node(store, builtin_pack("cn"), tmp_path, randomness=os.urandom)
    (before,) = (tmp_path / "views").iterdir()
    number = CALLEE.to_bytes(8, "little")
    assert number in before.read_bytes()
    with store.act("cli:li") as act:
        act.erase(CALLEE)
    node.follower.settle()
    (after,) = (tmp_path / "views").iterdir()
    assert number not in after.read_bytes()
    assert node.fingerprint() == load_views(store).fingerprint()


def test_an_erasure_while_no_node_ran_empties_the_file_at_the_next_start(store, tmp_path, always):
    grant(store, CALLEE, CALLEE + 1)
    open_views(store, tmp_path / "views")
    with store.act("cli:li") as act:
        act.erase(CALLEE)
    views = open_views(store, tmp_path / "views")
    assert not views.needs_rebuild
    assert not views.wills.grants_of("H", CALLEE)
    (path,) = (tmp_path / "views").iterdir()
    assert CALLEE.to_bytes(8, "little") not in path.read_bytes()


def test_many_changes_make_the_views_anew_while_calls_go_on(store, tmp_path, always, monkeypatch):
    grant(store, CALLEE)
    node = Node(store, builtin_pack("cn"), tmp_path, randomness=os.urandom)
    monkeypatch.setattr(follower, "FRESHEN", 20)
    grant(store, *range(CALLEE, CALLEE + 30))
    node.follower.catch_up()
    with store.act("cli:li") as act:
        do_withdraw(act, ConsentWithdrawn("H", CALLEE))
        do_refuse(act, Refused(CALLEE + 1, holder="H"))
        do_list(act, Listed(CALLEE, CALLER, CALLER, ListVerdict.BLOCK))
    node.follower.settle()
    assert node.fingerprint() == load_views(store).fingerprint()
    (path,) = (tmp_path / "views").iterdir()
    assert int(path.stem) >= 2, "the file is of a later place in the ledger"


def test_a_folder_that_cannot_be_written_costs_only_the_next_start(store, tmp_path, always):
    grant(store, CALLEE)
    (tmp_path / "views").write_text("a file where the folder should be")
    with capture_logs() as logs:
        views = open_views(store, tmp_path / "views")
    assert [line["event"] for line in logs] == ["views-not-kept"]
    assert views.fingerprint() == load_views(store).fingerprint() != Views().fingerprint()
