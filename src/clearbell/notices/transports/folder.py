"""For development: every message becomes a file, and nobody is told anything."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from clearbell.notices.transports.onebyone import OneByOne
from clearbell.notices.transports.protocol import Accepted, Event, Message, Refused

_PER_SECOND = 1000.0


class FolderTransport(OneByOne):
    """Writes ``<notice>.json`` into a folder, readable by its owner only: codes stand in it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(_PER_SECOND)
        self._folder = folder

    def deliver(self, message: Message) -> Event:
        """Write one file, whole or not at all."""
        shown = {
            name: getattr(message, name)
            for name in ("channel", "recipient", "subject", "text", "language", "purpose", "template", "created")
        }
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part = self._folder / f".{message.notice}.part"
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(shown), indent=2) + b"\n")
            part.replace(self._folder / f"{message.notice}.json")
        except OSError as error:
            return Refused(message.notice, f"outbox folder: {error}", for_good=False)
        return Accepted(message.notice, 1, 1, message.notice)
