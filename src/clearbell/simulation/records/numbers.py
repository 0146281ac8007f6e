"""The phone numbers of the cast, and those of everyone it calls."""

from __future__ import annotations

import numpy as np

from clearbell.simulation.callers import MOBILE_PREFIXES
from clearbell.simulation.records.chance import Ints
from clearbell.simulation.records.model import Numbers

_PLACES = 10_000_000
_PREFIXES = np.array([int(one) for one in MOBILE_PREFIXES], np.int64)
_ABROAD = np.array([1, 44, 61, 65, 81, 82, 49, 33, 232, 371, 252, 63, 84, 60], np.int64)


def mobiles(places: Ints) -> Ints:
    """Mobile numbers of places below 10,000,000; those of :func:`clearbell.simulation.callers.subscriber_number`."""
    tail = places * 7_654_321 % _PLACES
    return np.asarray(((86_000 + _PREFIXES[places % len(_PREFIXES)]) * 10 + places % 10) * _PLACES + tail)


def shown(form: Numbers, places: Ints) -> Ints:
    """Distinct numbers of a form, for distinct places below 1,000,000."""
    mixed = places * 654_321 % 1_000_000
    match form:
        case Numbers.SUBSCRIBER:
            return mobiles(places)
        case Numbers.MOBILE:
            return mobiles(_PLACES - 1 - places)
        case Numbers.MIDDLE:
            return np.asarray(86_700_00_000_000 + mixed * 89)
        case Numbers.FIXED:
            return np.asarray(86_571_80_000_000 + mixed * 9 + places % 9)
        case Numbers.SERVICE_95:
            return np.asarray(86_955_00_000 + mixed % 100_000)
        case Numbers.CENTRE_95:
            return np.asarray(86_950_00_000 + mixed % 100_000)
        case Numbers.TOLL_400:
            return np.asarray(86_400_1_000_000 + mixed)
        case Numbers.FOREIGN:
            return np.asarray(_ABROAD[places % len(_ABROAD)] * 1_000_000_000 + 200_000_000 + mixed * 7)
