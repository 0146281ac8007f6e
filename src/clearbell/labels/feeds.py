"""Labels in the forms that phones and switches read, one after another.

Each holds only labels in force; its reader replaces what it had. Changes are told by version, see ``queries.changes``.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable, Iterable, Iterator, Mapping

from clearbell.calls import SECOND
from clearbell.labels.model import Labelled
from clearbell.numbering import format_e164

Words = Callable[[Labelled], str]
"""What is shown for a label."""
_FOLD = 75
_VCARD_ESCAPES = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n"})
# db_text separates cells by colons, and reads a backslash as the beginning of an escape.
_DB_TEXT_ESCAPES = str.maketrans({"\\": "\\\\", ":": "\\:", "\n": " ", "\r": " ", "\t": " "})
_QUOTED = str.maketrans({"\\": "", '"': "'", "\n": " ", "\r": " "})


def shown_utc(at: int) -> str:
    """µs UTC as ISO 8601 with a ``Z``."""
    return datetime.datetime.fromtimestamp(at // SECOND, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_csv(labels: Iterable[Labelled], words: Words) -> Iterator[str]:
    """CSV: ``number,category,text,complaints,until``."""
    yield "number,category,text,complaints,until\n"
    for one in labels:
        line = io.StringIO()
        cells = [format_e164(one.number), one.category, words(one), one.reporters, shown_utc(one.until)]
        csv.writer(line, lineterminator="\n").writerow(cells)
        yield line.getvalue()


def vcard(one: Labelled, words: Words) -> str:
    """A contact (vCard 3.0, RFC 2426) that a phone shows when the number calls."""
    return contact(uid_of(one.number), words(one), one.number, one.category, one.at)


def contact(uid: str, text: str, number: int, category: str, at: int) -> str:
    """A contact that shows ``text`` when ``number`` calls; ``at``: when it last changed, µs UTC."""
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "PRODID:-//Clearbell//Labels//EN",
        f"UID:{uid}",
        f"FN:{_escaped(text)}",
        f"N:{_escaped(text)};;;;",
        f"TEL;TYPE=VOICE:{format_e164(number)}",
        f"CATEGORIES:{_escaped(category)}",
        f"REV:{shown_utc(at)}",
        "END:VCARD",
    ]
    return "".join(_folded(line) + "\r\n" for line in lines)


def uid_of(number: int) -> str:
    """Name of the contact of a number; the same in every version."""
    return f"clearbell-{number}"


def write_vcards(labels: Iterable[Labelled], words: Words) -> Iterator[str]:
    """A phone book: one vCard after another."""
    for one in labels:
        yield vcard(one, words)


def write_kamailio(labels: Iterable[Labelled], words: Words) -> Iterator[str]:
    """A table of Kamailio's ``db_text`` that its ``htable`` module loads: number without plus to text."""
    yield "key_name(string) key_type(int) value_type(int) key_value(string) expires(int)\n"
    for one in labels:
        yield f"{one.number}:0:0:{words(one).translate(_DB_TEXT_ESCAPES)}:{one.until // SECOND}\n"


def write_asterisk(labels: Iterable[Labelled], words: Words) -> Iterator[str]:
    """Commands of Asterisk's console that fill its database: ``DB(clearbell/NUMBER)`` in a dial plan is the text."""
    yield "database deltree clearbell\n"
    for one in labels:
        yield f'database put clearbell {one.number} "{words(one).translate(_QUOTED)}"\n'


Writer = Callable[[Iterable[Labelled], Words], Iterator[str]]
FORMS: Mapping[str, tuple[str, Writer]] = {
    "csv": ("text/csv", write_csv),
    "vcf": ("text/vcard", write_vcards),
    "kamailio": ("text/plain", write_kamailio),
    "asterisk": ("text/plain", write_asterisk),
}
"""Name of each form, its media type and its writer."""


def _escaped(text: str) -> str:
    return text.translate(_VCARD_ESCAPES)


def _folded(line: str) -> str:
    """Lines of more than 75 octets go on in the next, behind a blank, cut between characters (RFC 2426, 2.6)."""
    if len(line.encode()) <= _FOLD:
        return line
    parts, current, size = [], "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > _FOLD:
            parts.append(current)
            current, size = "", 1
        current += sign
        size += width
    return "\r\n ".join([*parts, current])
