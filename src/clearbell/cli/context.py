"""What every command shares: the data folder, the store in it, who acts, and the operator's language."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import NoReturn

from clearbell.ledger import Store

EXIT_REFUSED = 1


def home_folder(home: Path | None) -> Path:
    """The data folder: ``--home``, else ``$CLEARBELL_HOME``, else ``./var``."""
    return home or Path(os.environ.get("CLEARBELL_HOME", "var"))


def store_url(home: Path) -> str:
    """Database of the data folder: ``$CLEARBELL_DATABASE`` when set, else SQLite inside the folder."""
    return os.environ.get("CLEARBELL_DATABASE") or f"sqlite:///{(home / 'clearbell.db').absolute()}"


def open_store(home: Path | None) -> Store:
    """Open the store of the data folder, making or upgrading it first."""
    store = Store.open(store_url(home_folder(home)))
    store.create()
    return store


def actor() -> str:
    """Who acts at this command line: ``cli:<login name>``."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return f"cli:{os.getuid()}"


def language() -> str:
    """``zh`` or ``en``: ``$CLEARBELL_LANG``, else the locale's, else English."""
    for name in ("CLEARBELL_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def words(zh: str, en: str) -> str:
    """The text in the operator's language."""
    return zh if language() == "zh" else en


def say(zh: str, en: str) -> None:
    """Print a line in the operator's language, at once, also into a file or a journal."""
    sys.stdout.write(words(zh, en) + "\n")
    sys.stdout.flush()


def refuse(zh: str, en: str) -> NoReturn:
    """Say on standard error what was wrong and what to do, and end with exit code 1."""
    sys.stderr.write(words(zh, en) + "\n")
    raise SystemExit(EXIT_REFUSED)
