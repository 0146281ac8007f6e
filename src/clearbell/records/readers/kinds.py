"""The formats by name, and what each needs to be told."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Literal, get_args

from clearbell.intake import IntakeError
from clearbell.records.readers.asterisk import AsteriskCsv
from clearbell.records.readers.cucm import CucmCsv
from clearbell.records.readers.fields import ZoneError, missing_zone, zone_of
from clearbell.records.readers.freeswitch import FreeswitchCsv, FreeswitchJson
from clearbell.records.readers.kamailio import KamailioCsv, KamailioJson, KamailioLog
from clearbell.records.readers.mapped import MappedCsv
from clearbell.records.readers.mapping import load_mapping
from clearbell.records.readers.model import Reader

Format = Literal[
    "asterisk",
    "freeswitch-csv",
    "freeswitch-json",
    "kamailio-log",
    "kamailio-csv",
    "kamailio-json",
    "cucm",
    "mapped",
]
FORMATS: tuple[Format, ...] = get_args(Format)


class ReaderError(IntakeError):
    """What the format needs was not told. 未给出此格式所需的信息。"""


def reader_of(form: Format, source: str, home: str, zone: str = "", mapping: Path | None = None) -> Reader:
    """The reader of a format. ``source`` is the name that its records carry, ``home`` the country of national numbers.

    Raises :class:`ReaderError` when a zone or mapping is needed and not given, or not to be used.
    """
    try:
        where = zone_of(zone) if zone else None
    except ZoneError as error:
        raise ReaderError(error.zh, error.en) from error
    if form == "mapped":
        if mapping is None:
            raise ReaderError(
                "此格式需要 --mapping 文件,写明各列的含义;见 docs/records.md",
                "this format needs --mapping, a file that tells what the columns are; see docs/records.md",
            )
        return MappedCsv(source, load_mapping(mapping), home)
    if form == "asterisk":
        return AsteriskCsv(source, _needed(where, "cdr_csv"), home)
    if form == "freeswitch-csv":
        return FreeswitchCsv(source, _needed(where, "mod_cdr_csv"), home)
    if form == "freeswitch-json":
        return FreeswitchJson(source, home)
    if form == "cucm":
        return CucmCsv(source, home)
    if form == "kamailio-csv":
        return KamailioCsv(source, where, home)
    return (KamailioLog if form == "kamailio-log" else KamailioJson)(source, where, home)


def _needed(zone: datetime.tzinfo | None, what: str) -> datetime.tzinfo:
    if zone is None:
        raise ReaderError(*missing_zone(what))
    return zone
