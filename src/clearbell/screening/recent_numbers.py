"""A bounded memory of numbers by pairs of numbers, as :class:`clearbell.screening.recent.Recent` is one of anything.

Compiled, each half is one piece of memory with open addressing: a look-up makes no object, and the garbage collector has
nothing to do with it. In plain Python dictionaries are quicker.
"""

from __future__ import annotations

import mmap

COMPILED = not __file__.endswith(".py")
"""Whether this runs compiled."""
_NUMBER_BITS = 60
"""A number has at most 18 digits."""
_WORDS = 3
"""Of an entry: the two numbers, and what is remembered of them."""
_MIX_ONE, _MIX_OTHER = 0x9E37_79B9_7F4A_7C15, 0xC2B2_AE3D_27D4_EB4F
_TAG_FROM = 57
_TAKEN = 128


class Half:
    """Entries in places by what is mixed of their two numbers.

    A byte of each place says whether it is taken, and tells nearly all who are elsewhere from who may be there: most calls
    are between people who never spoke, and then the entries, which lie too far apart for any cache, are not looked at.
    """

    __slots__ = ("count", "mask", "tags", "words")

    def __init__(self, most: int) -> None:
        """``most``: entries; half of the places at least stay free."""
        places = 1 << max(4, (2 * most - 1).bit_length())
        self.count = 0
        self.mask = places - 1
        # The system gives memory only to what is used of it.
        self.words: memoryview = memoryview(mmap.mmap(-1, places * _WORDS * 8)).cast("Q")
        self.tags: memoryview = memoryview(mmap.mmap(-1, places))


class RecentNumbers:
    """Holds at most ``most`` pairs, and never fewer than the ``most // 2`` that were set last."""

    __slots__ = ("_half", "_later", "_now", "_old", "_seed", "_young")

    def __init__(self, most: int) -> None:
        self._half = max(1, most // 2)
        self._young: dict[int, int] = {}
        self._old: dict[int, int] = {}
        self._now = Half(self._half if COMPILED else 1)
        self._later = Half(1)
        # Who does not know it cannot choose numbers that all want the same place. Python's is keyed anew in each process.
        self._seed = hash("places of numbers") & 0x7FFF_FFFF_FFFF_FFFF

    def __len__(self) -> int:
        """Pairs that are remembered; one that was set in both halves counts twice."""
        if COMPILED:
            return self._now.count + self._later.count
        return len(self._young) + len(self._old)

    def get(self, one: int, other: int) -> int:
        """What is remembered of the two, in this order; 0 when nothing is. Asking keeps nothing longer."""
        if COMPILED:
            mixed = self._mixed(one, other)
            found = self._found(self._now, mixed, one, other)
            return found if found or not self._later.count else self._found(self._later, mixed, one, other)
        key = one << _NUMBER_BITS | other
        return self._young.get(key) or self._old.get(key, 0)

    def put(self, one: int, other: int, value: int) -> None:
        """Remember a number above 0 of the two, which are thereby the pair used last."""
        if COMPILED:
            mixed = self._mixed(one, other)
            half = self._now
            place = self._place(half, mixed, one, other)
            if not half.tags[place]:
                if half.count >= self._half:
                    half = self._turned()
                    place = self._place(half, mixed, one, other)
                half.tags[place] = _TAKEN | mixed >> _TAG_FROM
                half.words[place * _WORDS] = one
                half.words[place * _WORDS + 1] = other
                half.count += 1
            half.words[place * _WORDS + 2] = value
            return
        key = one << _NUMBER_BITS | other
        if key not in self._young and len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[key] = value

    def _mixed(self, one: int, other: int) -> int:
        mixed = (one ^ self._seed) * _MIX_ONE
        mixed = ((mixed ^ mixed >> 32) + other) * _MIX_OTHER
        return mixed ^ mixed >> 29

    def _found(self, half: Half, mixed: int, one: int, other: int) -> int:
        place = self._place(half, mixed, one, other)
        return half.words[place * _WORDS + 2] if half.tags[place] else 0

    def _place(self, half: Half, mixed: int, one: int, other: int) -> int:
        """Where the pair is, or would be put."""
        mask = half.mask
        place = mixed & mask
        tag = _TAKEN | mixed >> _TAG_FROM
        while half.tags[place]:
            at = place * _WORDS
            if half.tags[place] == tag and half.words[at] == one and half.words[at + 1] == other:
                return place
            place = (place + 1) & mask
        return place

    def _turned(self) -> Half:
        self._later = self._now
        self._now = Half(self._half)
        return self._now
