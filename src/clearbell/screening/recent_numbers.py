"""Bounded memories of numbers by numbers, as :class:`clearbell.screening.recent.Recent` is one of anything.

Compiled, each half is one piece of memory with open addressing: a look-up makes no object, and the garbage collector has
nothing to do with it. In plain Python dictionaries are quicker.
"""

from __future__ import annotations

import mmap
import struct

COMPILED = not __file__.endswith(".py")
"""Whether this runs compiled."""
_NUMBER_BITS = 60
"""A number has at most 18 digits."""
_PAIR, _EVENTS = 3, 6
"""Words of an entry: two numbers and what is remembered of them; a number, a word that is 0, and two words an event."""
_EVENT = struct.Struct("<QQ")
MOST_EVENTS = 2
_MIX_ONE, _MIX_OTHER = 0x9E37_79B9_7F4A_7C15, 0xC2B2_AE3D_27D4_EB4F
_ENTRY_BITS = 24
_ENTRY = (1 << _ENTRY_BITS) - 1
_TAG_FROM = 64 - (32 - _ENTRY_BITS)


class Half:
    """Entries one after the other, and an index of four bytes a place: which of them it is, and eight bits of its mix.

    Those bits tell nearly all who are elsewhere from who may be there. Most calls are between people who never spoke, and
    then no entry is looked at; a new one is written beside the last.
    """

    __slots__ = ("count", "index", "mask", "width", "words")

    def __init__(self, most: int, width: int) -> None:
        """``most``: entries of ``width`` words, below 2**24; half of the places at least stay free."""
        places = 1 << max(4, (2 * most - 1).bit_length())
        self.count = 0
        self.width = width
        self.mask = places - 1
        # The system gives memory only to what is used of it.
        self.words: memoryview = memoryview(mmap.mmap(-1, most * width * 8)).cast("Q")
        self.index: memoryview = memoryview(mmap.mmap(-1, places * 4)).cast("I")

    def find(self, mixed: int, one: int, other: int) -> int:
        """Where the words of an entry begin; -1 when there is none."""
        place = mixed & self.mask
        tag = mixed >> _TAG_FROM
        while True:
            slot = self.index[place]
            if not slot:
                return -1
            if slot >> _ENTRY_BITS == tag:
                at = ((slot & _ENTRY) - 1) * self.width
                if self.words[at] == one and self.words[at + 1] == other:
                    return at
            place = (place + 1) & self.mask

    def add(self, mixed: int, one: int, other: int) -> int:
        """Where the words of a new entry begin; there is room for one more."""
        place = mixed & self.mask
        while self.index[place]:
            place = (place + 1) & self.mask
        at = self.count * self.width
        self.count += 1
        self.index[place] = mixed >> _TAG_FROM << _ENTRY_BITS | self.count
        self.words[at] = one
        self.words[at + 1] = other
        return at


def _mixed(one: int, other: int) -> int:
    mixed = (one ^ _SEED) * _MIX_ONE
    mixed = ((mixed ^ mixed >> 32) + other) * _MIX_OTHER
    return mixed ^ mixed >> 29


# Who does not know it cannot choose numbers that all want the same place. Python's is keyed anew in each process.
_SEED = hash("places of numbers") & 0x7FFF_FFFF_FFFF_FFFF


class RecentNumbers:
    """Of pairs of numbers one each. Holds at most ``most``, and never fewer than the ``most // 2`` that were set last."""

    __slots__ = ("_half", "_later", "_now", "_old", "_young")

    def __init__(self, most: int) -> None:
        self._half = max(1, most // 2)
        self._young: dict[int, int] = {}
        self._old: dict[int, int] = {}
        self._now = Half(self._half if COMPILED else 1, _PAIR)
        self._later = Half(1, _PAIR)

    def __len__(self) -> int:
        """Pairs that are remembered; one that was set in both halves counts twice."""
        if COMPILED:
            return self._now.count + self._later.count
        return len(self._young) + len(self._old)

    def get(self, one: int, other: int) -> int:
        """What is remembered of the two, in this order; 0 when nothing is. Asking keeps nothing longer."""
        if COMPILED:
            mixed = _mixed(one, other)
            half = self._now
            at = half.find(mixed, one, other)
            if at < 0 and self._later.count:
                half = self._later
                at = half.find(mixed, one, other)
            return half.words[at + 2] if at >= 0 else 0
        key = one << _NUMBER_BITS | other
        return self._young.get(key) or self._old.get(key, 0)

    def put(self, one: int, other: int, value: int) -> None:
        """Remember a number above 0 of the two, which are thereby the pair used last."""
        if COMPILED:
            mixed = _mixed(one, other)
            half = self._now
            at = half.find(mixed, one, other)
            if at < 0:
                if half.count >= self._half:
                    self._later = half
                    half = self._now = Half(self._half, _PAIR)
                at = half.add(mixed, one, other)
            half.words[at + 2] = value
            return
        key = one << _NUMBER_BITS | other
        if key not in self._young and len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[key] = value


class RecentEvents:
    """Of numbers one or two events of 16 bytes each, for compiled code alone. Bounded as :class:`RecentNumbers` is."""

    __slots__ = ("_half", "_later", "_now")

    def __init__(self, most: int) -> None:
        self._half = max(1, most // 2)
        self._now = Half(self._half if COMPILED else 1, _EVENTS)
        self._later = Half(1, _EVENTS)

    def __len__(self) -> int:
        """Numbers that are remembered; one that was set in both halves counts twice, and one that was forgotten still."""
        return self._now.count + self._later.count

    def get(self, number: int) -> bytes | None:
        """The events of a number; None when it is not remembered."""
        mixed = _mixed(number, 0)
        half = self._now
        at = half.find(mixed, number, 0)
        if at < 0 and self._later.count:
            half = self._later
            at = half.find(mixed, number, 0)
        if at < 0 or not half.words[at + 2]:
            return None
        first = _EVENT.pack(half.words[at + 2], half.words[at + 3])
        return first + _EVENT.pack(half.words[at + 4], half.words[at + 5]) if half.words[at + 4] else first

    def begin(self, number: int, when: int, whom: int) -> None:
        """Set the one event of a number, given as two words."""
        at = self._room(number)
        half = self._now
        half.words[at + 2] = when
        half.words[at + 3] = whom
        half.words[at + 4] = half.words[at + 5] = 0

    def put(self, number: int, events: bytes) -> None:
        """Set the events of a number, one or two; none: it is forgotten."""
        at = self._room(number)
        half = self._now
        words = len(events) // 8
        for word in range(_EVENTS - 2):
            half.words[at + 2 + word] = _word(events, word * 8) if word < words else 0

    def _room(self, number: int) -> int:
        """Where the words of a number begin among the newer entries."""
        mixed = _mixed(number, 0)
        half = self._now
        at = half.find(mixed, number, 0)
        if at < 0:
            if half.count >= self._half:
                self._later = half
                half = self._now = Half(self._half, _EVENTS)
            at = half.add(mixed, number, 0)
        return at


def _word(data: bytes, at: int) -> int:
    """The eight bytes there, the least first."""
    word = 0
    for place in range(7, -1, -1):
        word = word << 8 | data[at + place]
    return word
