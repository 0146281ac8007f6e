"""Name cards in the forms that phones and switches read. Each holds only cards in force."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping

from clearbell.labels.cards.queries import CardOnNumber
from clearbell.labels.feeds import contact, shown_utc
from clearbell.numbering import format_e164


def write_csv(cards: Iterable[CardOnNumber], language: str) -> Iterator[str]:
    """CSV: ``number,text,logo,until``."""
    yield "number,text,logo,until\n"
    for one in cards:
        line = io.StringIO()
        cells = [format_e164(one.number), one.texts.shown(language), one.texts.logo, shown_utc(one.until)]
        csv.writer(line, lineterminator="\n").writerow(cells)
        yield line.getvalue()


def write_vcards(cards: Iterable[CardOnNumber], language: str) -> Iterator[str]:
    """A phone book: one vCard 3.0 after another."""
    for one in cards:
        yield contact(f"clearbell-card-{one.number}", one.texts.shown(language), one.number, "verified", one.at)


Writer = Callable[[Iterable[CardOnNumber], str], Iterator[str]]
FORMS: Mapping[str, tuple[str, Writer]] = {
    "csv": ("text/csv", write_csv),
    "vcf": ("text/vcard", write_vcards),
}
"""Name of each form, its media type and its writer."""
