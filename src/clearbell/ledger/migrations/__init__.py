"""Migrations: how the tables came to be as they are."""

from __future__ import annotations

import importlib
import pkgutil

from sqlalchemy import Engine

_ROOMS = ("ledger", "intake", "registry", "consent", "sanctions", "reports", "labels")


def upgrade(engine: Engine) -> None:
    """TEMPORARY until the first migration is written: make every room's tables."""
    from clearbell.ledger.tables import metadata

    for room in _ROOMS:
        package = importlib.import_module(f"clearbell.{room}")
        if any(m.name == "tables" for m in pkgutil.iter_modules(package.__path__)):
            importlib.import_module(f"clearbell.{room}.tables")
    with engine.begin() as conn:
        metadata.create_all(conn)
