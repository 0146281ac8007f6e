"""Opening the lake that belongs to a data folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from clearbell.policy.model import Pack
from clearbell.records.lake import Lake
from clearbell.records.pseudonyms import load_pseudonyms

LAKE = "lake"
"""Its folder in the data folder, unless another place is named."""
_KEY = "callee-key"


def open_lake(home: Path, pack: Pack, randomness: Callable[[int], bytes], elsewhere: str = "") -> Lake:
    """The lake of the data folder, or the one ``elsewhere`` (a folder or URL), kept as the pack asks.

    Raises :class:`~clearbell.records.lake.LakeError`, :class:`~clearbell.records.places.PlaceError`, and ``ValueError``
    when the key of called numbers cannot be used.
    """
    key = home / _KEY
    # A lake that was kept under pseudonyms needs its key to be read, also when the pack asks for none any more.
    wanted = pack.retention.callee_pseudonym or key.exists()
    return Lake(
        elsewhere or home / LAKE,
        pack.utc_offset_minutes,
        load_pseudonyms(key, randomness) if wanted else None,
        write_pseudonyms=pack.retention.callee_pseudonym,
    )
