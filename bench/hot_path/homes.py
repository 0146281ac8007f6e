"""Data folders of nodes, their views laid down as columns: a million numbers by a million acts take an hour."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bench.hot_path.packets import CALLERS, FIRST_CALLER, is_blocked
from bench.views.laying import alike, laid
from clearbell.ledger import Store
from clearbell.sanctions.model import Restricted, Rung, Target
from clearbell.serving.follower import load_views
from clearbell.serving.snapshots import save_views

BLOCKED = [number for number in range(FIRST_CALLER, FIRST_CALLER + CALLERS) if is_blocked(number)]
DATABASE = "clearbell.db"


def lay(home: Path, numbers: int, consents: int) -> None:
    """A folder with so many labelled numbers and consents, and the blocked callers' restrictions in its ledger."""
    assert alike()
    home.mkdir(parents=True)
    store = Store.open(f"sqlite:///{home / DATABASE}")
    store.create()
    with store.act("bench") as act:
        barred = [Restricted(f"R{n}", Target.NUMBER, Rung.BARRED, "bench", act.at, number=n) for n in BLOCKED]
        act.append("sanctions.restricted", barred, about=lambda fact: fact.number)
    views = load_views(store, None, laid(consents, numbers, 0))
    save_views(views, store, home / "views")
    store.close()


def copied(home: Path, to: Path) -> Path:
    """The same folder for another node, without a record of calls; a file of views never changes, so it is shared."""
    to.mkdir(parents=True)
    (to / "views").mkdir(mode=0o700)
    shutil.copy(home / DATABASE, to / DATABASE)
    for kept in (home / "views").iterdir():
        os.link(kept, to / "views" / kept.name)
    return to
