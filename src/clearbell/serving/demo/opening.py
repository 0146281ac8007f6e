"""A made demo, opened: a node without switches, its chores, and its pages."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from pathlib import Path

import msgspec

from clearbell.access.keys import AccessKey
from clearbell.desk.audiences import Sources
from clearbell.desk.mass_notices import MassDesk
from clearbell.discovery.campaigns.queries import numbers_of
from clearbell.ledger import Store
from clearbell.records.opening import open_lake
from clearbell.serving.demo.living import Living
from clearbell.serving.demo.making import DATABASE, MADE, NOTICES, Made, demo_pack
from clearbell.serving.demo.officers import ACCOUNTS
from clearbell.serving.demo.people import SETTINGS
from clearbell.serving.gate import open_gate
from clearbell.serving.node import Node
from clearbell.serving.notifying import Notifying
from clearbell.serving.replaying import Replaying
from clearbell.serving.upkeep import Upkeep
from clearbell.vault import Vault, load_secret
from clearbell.verification.settings import VerificationSettings
from clearbell.web.app import create_app
from clearbell.web.demonstration import Person
from clearbell.web.doors import Doors


class DemoStage:
    """Who is who in the demo, and who was let in."""

    def __init__(self, subscriber: int) -> None:
        self.people = tuple(Person(name, role) for name, role in ACCOUNTS.items())
        self.subscriber = subscriber
        self.secret = secrets.token_urlsafe(24)
        """Made anew whenever the demo is opened."""

    def knows(self, secret: str) -> bool:
        """Whether it is the secret of who was let in."""
        return hmac.compare_digest(self.secret.encode(), secret.encode())


class OpenDemo:
    """The demo while it is open. ``app`` answers its pages."""

    def __init__(self, folder: Path, randomness: Callable[[int], bytes], *, secure: bool) -> None:
        self.made = msgspec.json.decode((folder / MADE).read_bytes(), type=Made)
        pack = demo_pack(self.made.pack)
        self._store = Store.open(f"sqlite:///{(folder / DATABASE).absolute()}")
        # A later version may have added tables.
        self._store.create()
        self._node = Node(self._store, pack, folder, randomness=randomness)
        vault = Vault(folder / "documents", load_secret(folder / "document-key", randomness), randomness)
        self._notifying = Notifying(self._node, NOTICES)
        self._upkeep = Upkeep(self._node, vault, self._notifying.outbox, VerificationSettings())
        mass = MassDesk(Sources(lambda: open_lake(folder, pack, randomness), numbers_of), NOTICES.on())
        self.stage = DemoStage(self.made.subscriber)
        key = AccessKey(load_secret(folder / "access-key", randomness), randomness)
        doors = Doors(self._store, key, SETTINGS, secure=secure, stage=self.stage)
        self._replaying = Replaying(self._node)
        gate = open_gate(self._node, (), vault, self._notifying.outbox, mass, self._replaying, self._upkeep)
        self.app = create_app(gate, doors=doors)
        self._living = Living(self._node, self._store)
        self._node.start()
        self._notifying.start()
        self._living.start()
        self._upkeep.start()

    def close(self) -> None:
        """Stop everything; the folder stays."""
        self._replaying.stop()
        self._living.stop()
        self._notifying.stop()
        self._upkeep.stop()
        self._node.stop()
        self._store.close()
