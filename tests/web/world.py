"""A node with a store but without doors or journal, for tests of pages and of the API."""

import os

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clearbell.desk.audiences import Sources
from clearbell.desk.mass_notices import MassDesk
from clearbell.notices.keys import NoticeKey
from clearbell.notices.model import Channel
from clearbell.notices.service import Outbox
from clearbell.notices.templates import builtin_templates
from clearbell.policy.pack import builtin_pack
from clearbell.policy.workdays import builtin_workdays
from clearbell.records.journal import DecidedTo
from clearbell.records.lake import Lake
from clearbell.registry.applications.service import Desk
from clearbell.registry.identity import IdentityKey
from clearbell.replay.candidate import candidate_of
from clearbell.replay.files import ReplayFolder
from clearbell.testing.screening import World
from clearbell.vault import Vault


class Counts:
    calls = 0
    ends = 0
    fail_open = 0

    def __init__(self):
        self.by_action = {}
        self.by_reason = {}


class Replayed:
    """Replays that are begun and never run."""

    def __init__(self, folder):
        self.folder = ReplayFolder(folder)
        self.is_busy = False

    def begin(self, asked):
        candidate_of(builtin_pack("cn"), asked.change, asked.pack_text)
        return None if self.is_busy else self.folder.new(asked, os.urandom)

    def go_on(self, name):
        return not self.is_busy

    def ask_to_stop(self, name):
        self.stopped = name

    def find(self, name):
        return self.folder.find(name)

    def newest(self):
        return self.folder.newest()


class ServedWorld:
    """The gate of a node that stands still."""

    def __init__(self, store, folder):
        self.store = store
        self.pack = builtin_pack("cn")
        self.world = World()
        self.lately = {}
        self.started = store.clock.now()
        self.counts = Counts()
        self.views_seq = 0
        self.decided = []
        self.stale = False
        self.journal_damage = ()
        self.chores_well = True
        self.receipt_key = Ed25519PrivateKey.generate()
        self.ledger_key = Ed25519PrivateKey.generate()
        self.desk = Desk(self.pack, builtin_workdays(self.pack.id), IdentityKey(b"i" * 32))
        self.vault = Vault(folder / "documents", b"v" * 32, os.urandom)
        self.outbox = Outbox(frozenset(), builtin_templates(), NoticeKey(b"n" * 32, os.urandom))

        self.replays = Replayed(folder)
        self.mass = MassDesk(Sources(lambda: Lake(folder / "lake", 480), lambda _conn, _name: []), frozenset(Channel))

    def now(self):
        return self.store.clock.now()

    def screen(self, call):
        self.decided.append(self.world.engine.screen(call))
        return self.decided[-1]

    def ended(self, end):
        self.world.engine.ended(end)

    def recent(self):
        return []

    def find(self, decision_id):
        return next((one for one in self.decided if one.id == decision_id), None)

    def decided_since(self, since):
        return iter(())

    def decided_to(self, callee, since, most):
        found = [one for one in self.decided if one.call.callee == callee and one.call.at >= since]
        return DecidedTo(found[::-1][:most], len(found) <= most)

    def calls_of(self, number):
        return []

    def calls_lately(self, unit):
        return self.lately.get(unit, (0, 0))

    def door_counts(self):
        return {}
