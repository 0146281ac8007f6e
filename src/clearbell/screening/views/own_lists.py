"""Subscribers' own lists, and the numbers they refused, tens of millions of them."""

from __future__ import annotations

import bisect
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence

from clearbell.consent.model import Listed, ListVerdict
from clearbell.screening.views.packed import Columned
from clearbell.screening.views.ragged import RaggedTable

ALLOW, BLOCK = 1, 2
_VERDICT_BITS = 2
"""A number has at most 18 digits, 60 bits: the verdict fits below it and a flag above."""
_VERDICT = (1 << _VERDICT_BITS) - 1
_RANGE = 1 << 63
_CODES = {ListVerdict.ALLOW: ALLOW, ListVerdict.BLOCK: BLOCK}
_VERDICTS = (ListVerdict.NONE, ListVerdict.ALLOW, ListVerdict.BLOCK)
Lines = dict[tuple[int, int], ListVerdict]
"""First and last number to what is said of them."""


def verdict_of(words: Sequence[int], caller: int) -> int:
    """What a list in words says of a caller: ``ALLOW``, ``BLOCK`` or 0; allow beats block wherever both hold.

    A list is its single numbers, rising, a word each (number, verdict), then its ranges, two words each, flagged.
    """
    count = len(words)
    low = caller << _VERDICT_BITS
    place = bisect.bisect_left(words, low)
    found = 0
    if place < count and words[place] >> _VERDICT_BITS == caller:
        found = words[place] & _VERDICT
        if found == ALLOW:
            return found
    if not count or words[count - 1] < _RANGE:
        return found
    place = bisect.bisect_left(words, _RANGE)
    while place < count:
        first = words[place] - _RANGE
        if first >> _VERDICT_BITS <= caller <= (words[place + 1] - _RANGE) >> _VERDICT_BITS:
            found = first & _VERDICT
            if found == ALLOW:
                return found
        place += 2
    return found


def _to_words(lines: Lines) -> array[int]:
    singles, ranges = [], []
    for (first, last), verdict in lines.items():
        word = first << _VERDICT_BITS | _CODES[verdict]
        if first == last:
            singles.append(word)
        else:
            ranges.append((_RANGE | word, _RANGE | last << _VERDICT_BITS))
    return array("Q", [*sorted(singles), *(word for pair in sorted(ranges) for word in pair)])


def _from_words(words: Sequence[int]) -> Lines:
    lines: Lines = {}
    place = 0
    while place < len(words):
        word = words[place]
        verdict = _VERDICTS[word & _VERDICT]
        if word < _RANGE:
            number = word >> _VERDICT_BITS
            lines[number, number] = verdict
            place += 1
        else:
            first, last = ((one - _RANGE) >> _VERDICT_BITS for one in words[place : place + 2])
            lines[first, last] = verdict
            place += 2
    return lines


class OwnList:
    """One subscriber's list, where it lies; to be asked at once, not kept."""

    __slots__ = ("_words",)

    def __init__(self, words: Sequence[int]) -> None:
        self._words = words

    @property
    def lines(self) -> Lines:
        """All of it."""
        return _from_words(self._words)

    def verdict(self, caller: int) -> ListVerdict:
        """What the list says of a caller; allow beats block wherever both hold."""
        return _VERDICTS[verdict_of(self._words, caller)]


class OwnLists:
    """Lists by subscriber: 12 bytes each, 8 for a number on it, 16 for a range."""

    NAME = "lists"

    def __init__(self, table: RaggedTable | None = None) -> None:
        self.table = table if table is not None else RaggedTable()

    def __len__(self) -> int:
        """Subscribers with a list."""
        return len(self.table)

    def has(self, owner: int) -> bool:
        """Whether a subscriber has a list."""
        return self.table.has(owner)

    def get(self, owner: int) -> OwnList | None:
        """The list of a subscriber, if he has one."""
        words = self.table.get(owner)
        return OwnList(words) if words is not None else None

    def verdict(self, owner: int, caller: int) -> int:
        """What the list of a subscriber says: ``ALLOW``, ``BLOCK`` or 0; -1 when he has none."""
        words = self.table.get(owner)
        return verdict_of(words, caller) if words is not None else -1

    def apply(self, fact: Listed) -> None:
        """Take in a line; a later one about the same numbers replaces it."""
        lines = _from_words(self.table.get(fact.owner) or ())
        if fact.verdict is ListVerdict.NONE:
            lines.pop((fact.first, fact.last), None)
        else:
            lines[fact.first, fact.last] = fact.verdict
        self.table.put(fact.owner, _to_words(lines))

    def state(self) -> object:
        """Canonical form of the state."""
        return sorted(
            (owner, sorted((span, verdict.value) for span, verdict in _from_words(words).items()))
            for owner, words in self.table.items()
        )

    @classmethod
    def restored(cls, columns: Mapping[str, memoryview]) -> OwnLists:
        """Make it of what was saved. Raises ``KeyError`` or ``ValueError`` when it does not fit together."""
        return cls(RaggedTable.restored(cls.NAME, columns))

    def saved(self) -> dict[str, Columned]:
        """What :meth:`restored` makes it of again. Everything must be folded."""
        return self.table.saved(self.NAME)


class RefusedNumbers:
    """Numbers that subscribers refused, each with when: 12 bytes a subscriber, 16 a number."""

    NAME = "refused_numbers"

    def __init__(self, table: RaggedTable | None = None) -> None:
        self.table = table if table is not None else RaggedTable()

    def __bool__(self) -> bool:
        """Whether anybody refused a number."""
        return bool(len(self.table))

    def refused_at(self, caller: int, callee: int) -> int:
        """When the callee refused the caller, µs UTC; 0: not, or it ended since."""
        words = self.table.get(callee)
        if words is None:
            return 0
        for place in range(0, len(words), 2):
            if words[place] == caller:
                return words[place + 1]
        return 0

    def get(self, pair: tuple[int, int], default: int = 0) -> int:
        """The same for (caller, callee)."""
        return self.refused_at(*pair) or default

    def put(self, caller: int, callee: int, at: int) -> None:
        """The callee refused the caller at ``at`` (µs UTC); 0: that ended."""
        words = self.table.get(callee) or ()
        pairs = dict(zip(words[::2], words[1::2], strict=True))
        if at:
            pairs[caller] = at
        else:
            pairs.pop(caller, None)
        self.table.put(callee, array("Q", _flat(pairs.items())))

    def state(self) -> object:
        """Canonical form of the state."""
        return sorted(
            ((words[place], callee), words[place + 1])
            for callee, words in self.table.items()
            for place in range(0, len(words), 2)
        )

    @classmethod
    def restored(cls, columns: Mapping[str, memoryview]) -> RefusedNumbers:
        """Make it of what was saved. Raises ``KeyError`` or ``ValueError`` when it does not fit together."""
        return cls(RaggedTable.restored(cls.NAME, columns))

    def saved(self) -> dict[str, Columned]:
        """What :meth:`restored` makes it of again. Everything must be folded."""
        return self.table.saved(self.NAME)


def _flat(pairs: Iterable[tuple[int, int]]) -> Iterator[int]:
    return (one for pair in pairs for one in pair)
