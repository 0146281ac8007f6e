"""The process of a node's chores. It shares nothing with the node but the store and the data folder, and ends with it.

The node holds one end of a pipe, and nobody else does: once it is closed, however the node ended, this process ends.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec
import structlog
from sqlalchemy.exc import SQLAlchemyError

from clearbell.ledger import Clock, Store
from clearbell.notices.keys import NoticeKey
from clearbell.notices.settings import NoticesSettings
from clearbell.policy.model import Pack
from clearbell.records.checking import Damage
from clearbell.records.locking import turn_if_free
from clearbell.serving.follower import make_views
from clearbell.serving.holders import Holders
from clearbell.serving.notifying import open_outbox
from clearbell.serving.snapshots import FOLDER
from clearbell.serving.upkeep import ROUND_SECONDS, Upkeep
from clearbell.vault import Vault, load_secret
from clearbell.verification.settings import VerificationSettings

log = structlog.get_logger()

MAKE_VIEWS = "make-views"
"""What the node asks for."""
END_SECONDS = 10.0
"""How long a chore that is being done may take to its end once the node is gone; acts are whole or not at all."""
NICE = 5
"""Answers go first, also where the machine has one core."""


class Job(msgspec.Struct, frozen=True):
    """What the process needs."""

    url: str
    clock: Clock
    home: Path
    pack: Pack
    notices: NoticesSettings
    verification: VerificationSettings
    public_url: str
    configure_logs: Callable[[], None]


class Done(msgspec.Struct, frozen=True):
    """Told after each round."""

    damaged: tuple[Damage, ...]


class Made(msgspec.Struct, frozen=True):
    """Told when views were made."""

    kept: bool
    fault: str = ""
    """Why they were not made; empty: they were."""


class _Beside:
    """Stands for the node."""

    def __init__(self, job: Job, store: Store) -> None:
        self.store, self.pack, self.home, self.folder = store, job.pack, job.home, job.home / "journal"
        self.randomness: Callable[[int], bytes] = os.urandom
        self.holders = Holders(store)
        self.holder_of = self.holders.holder_of


class _Line:
    """The pipe to the node."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._turn = threading.Lock()

    def tell(self, what: Done | Made) -> None:
        """Tell the node; one that is gone hears nothing."""
        with self._turn, contextlib.suppress(OSError):
            self._pipe.send(what)

    def listen(self, stop: threading.Event, asked: Callable[[], None]) -> None:
        """Do what is asked for until the node is gone, then end."""
        with contextlib.suppress(EOFError, OSError):
            while True:
                if self._pipe.recv() == MAKE_VIEWS:
                    threading.Thread(target=asked, name="views-maker", daemon=True).start()
        stop.set()
        time.sleep(END_SECONDS)
        os._exit(1)


def do_chores(job: Job, pipe: Connection) -> None:
    """Do a node's chores until it is gone."""
    job.configure_logs()
    stop = threading.Event()
    # The node ends this one. It was begun with Ctrl-C held back.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with contextlib.suppress(OSError):
        os.nice(NICE)
    line = _Line(pipe)
    store = Store.open(job.url, clock=job.clock)
    made = threading.Lock()

    def make() -> None:
        with made:
            try:
                line.tell(Made(make_views(store, job.home / FOLDER)))
            except (SQLAlchemyError, OSError) as error:
                line.tell(Made(kept=False, fault=str(error)))

    threading.Thread(target=line.listen, args=(stop, make), name="node", daemon=True).start()
    waited = False
    while not stop.is_set():
        # One of a node that was killed may still be ending.
        with turn_if_free(job.home / "chores.lock") as mine:
            if mine:
                _go_round(job, store, line, stop)
                break
        if not waited:
            log.warning("chores-wait", folder=str(job.home))
            waited = True
        stop.wait(ROUND_SECONDS)
    store.close()


def _go_round(job: Job, store: Store, line: _Line, stop: threading.Event) -> None:
    beside = _Beside(job, store)
    vault = Vault(job.home / "documents", load_secret(job.home / "document-key", os.urandom), os.urandom)
    outbox = open_outbox(job.notices, NoticeKey(load_secret(job.home / "notice-key", os.urandom), os.urandom))
    upkeep = None
    rounds = 0
    while not stop.wait(ROUND_SECONDS):
        try:
            beside.holders.catch_up()
        except (SQLAlchemyError, OSError) as error:
            log.warning("registry-unreadable", error=str(error))
            continue
        if upkeep is None:
            upkeep = Upkeep(beside, vault, outbox, job.verification, job.public_url)
        upkeep.go_round(rounds, stop)
        rounds += 1
        line.tell(Done(upkeep.damaged))
