"""What operators type, as values; ends the command with words when it cannot be read."""

from __future__ import annotations

import datetime
import hashlib
import re
import zoneinfo
from pathlib import Path

from clearbell.cli.context import refuse


def number(text: str, field: str = "") -> int:
    """A number in any form, as E.164 digits."""
    from clearbell.numbering import Refusal, parse

    read = parse(text)
    if isinstance(read, Refusal):
        where = f"{field}: " if field else ""
        refuse(f"{where}「{text}」{read.zh}", f"{where}`{text}`: {read.en}")
    return read.key


def moment(text: str | None, field: str, *, zone: str = "Asia/Shanghai") -> int:
    """A time as µs UTC: ISO 8601 with a zone, or a date, which means its beginning in the zone; 0 for none."""
    if not text:
        return 0
    try:
        read = datetime.datetime.fromisoformat(text)
    except ValueError:
        read = None
    if read is not None and read.tzinfo is None and len(text) == len("2026-01-01"):
        read = read.replace(tzinfo=zoneinfo.ZoneInfo(zone))
    if read is None or read.tzinfo is None:
        refuse(
            f"{field}: 「{text}」应为日期(2026-12-31)或带时区的时间(2026-12-31T18:00:00+08:00)",
            f"{field}: `{text}` should be a date (2026-12-31) or a time with its zone (2026-12-31T18:00:00+08:00)",
        )
    return int(read.timestamp() * 1_000_000)


def digest(text: str) -> str:
    """SHA-256 (hex) of a file, or the digest itself when that is what was given; empty for none."""
    if not text or re.fullmatch("[0-9a-f]{64}", text):
        return text
    try:
        with Path(text).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        refuse(f"evidence: 读不出 {text}:{error.strerror}", f"evidence: cannot read {text}: {error.strerror}")


def shown(at: int, *, zone: str = "Asia/Shanghai") -> str:
    """A time for a table; ``-`` for none."""
    if not at:
        return "-"
    return datetime.datetime.fromtimestamp(at / 1e6, zoneinfo.ZoneInfo(zone)).isoformat(timespec="seconds")
