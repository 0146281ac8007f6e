"""From a number to its class, by the plan."""

from __future__ import annotations

import functools

from clearbell.numbering.model import FirstCarrier, NumberClass, NumberFacts
from clearbell.numbering.plan import Plan, china

_CHINA = "86"
_MOBILE_LENGTH = 11
_FIXED_LENGTHS = (10, 11)
# Emergency numbers of all GSM networks, whatever the plan says.
_EVERYWHERE = frozenset({"112", "911"})


def _short(national: str, plan: Plan) -> NumberClass:
    length = len(national)
    if national in plan.emergency or national in _EVERYWHERE:
        return NumberClass.EMERGENCY
    if national in plan.carriers_own:
        return NumberClass.CARRIER_10
    if national.startswith("1010") and length == 8:
        return NumberClass.BUSINESS_1010
    if national.startswith("1064") and length >= 11:
        return NumberClass.IOT
    if national.startswith("106") and length >= 8 and length != 10:
        return NumberClass.SMS_106
    if length == 5 and national.startswith("10"):
        return NumberClass.CARRIER_10
    if national[0] == "1" and length in (3, 5):
        return NumberClass.PUBLIC_SERVICE
    if national.startswith("950") and 5 <= length <= 12:
        return NumberClass.CALL_CENTRE_95
    if national.startswith("95") and 5 <= length <= 8:
        if national[2] in "1247":
            return NumberClass.CALL_CENTRE_95
        if national[2] in "356":
            return NumberClass.SERVICE_95
        return NumberClass.UNALLOCATED
    if national.startswith("96") and length in (5, 6):
        return NumberClass.SHORT_96
    return NumberClass.UNALLOCATED


def area_code(national: str) -> str:
    """The area code a national fixed number starts with: 10 and 2x have two digits, all others three."""
    return national[:2] if national[:2] == "10" or national[0] == "2" else national[:3]


def _fixed(national: str) -> NumberClass:
    area = area_code(national)
    subscriber = national[len(area) :]
    if national[0] == "1" and area != "10":
        return NumberClass.UNALLOCATED
    if subscriber[:2] == "96" and len(subscriber) in (5, 6):
        return NumberClass.SHORT_96
    if subscriber[0] in "01":
        return NumberClass.UNALLOCATED
    # Two-digit areas have 8-digit subscribers, three-digit areas 7 or 8.
    if (len(area) == 2 and len(subscriber) == 8) or (len(area) == 3 and len(subscriber) in (7, 8)):
        return NumberClass.FIXED
    return NumberClass.UNALLOCATED


def _mobile(national: str, plan: Plan) -> tuple[NumberClass, FirstCarrier | None]:
    return plan.mobile.get(national[:4]) or plan.mobile.get(national[:3]) or (NumberClass.UNALLOCATED, None)


def _china_class(national: str, plan: Plan) -> NumberClass:
    length = len(national)
    if not national or national[0] == "0":
        return NumberClass.UNALLOCATED
    if length == _MOBILE_LENGTH and national[0] == "1" and national[1] in "3456789":
        return _mobile(national, plan)[0]
    if national.startswith("400"):
        return NumberClass.TOLL_400 if length == 10 else NumberClass.UNALLOCATED
    if national.startswith("800"):
        return NumberClass.TOLL_FREE_800 if length == 10 else NumberClass.UNALLOCATED
    if national.startswith("700"):
        return NumberClass.MIDDLE_700 if length in (11, 15) else NumberClass.UNALLOCATED
    short = _short(national, plan)
    if short is not NumberClass.UNALLOCATED:
        return short
    if length in (7, 8, 9, *_FIXED_LENGTHS):
        return _fixed(national)
    return NumberClass.UNALLOCATED


_FIRST_MOBILE, _LAST_MOBILE = 8613_0000_00000, 8619_9999_99999
PER_PREFIX = 10**7
"""Mobile numbers that share their first four digits."""


@functools.cache
def _mobiles() -> tuple[NumberClass, ...]:
    """Classes of Chinese 11-digit numbers from 130 to 199, by their first four digits."""
    plan = china()
    return tuple(_mobile(str(prefix), plan)[0] for prefix in range(1300, 2000))


def mobile_range(country: int) -> tuple[int, int]:
    """First and last number of the block in which that country's mobile numbers lie; 1 and 0 where none is known."""
    return (_FIRST_MOBILE, _LAST_MOBILE) if country == 86 else (1, 0)


def mobile_classes(country: int) -> tuple[NumberClass, ...]:
    """Classes in that block, one for each ``PER_PREFIX`` numbers."""
    return _mobiles() if country == 86 else ()


def class_of(key: int, country: int = 86) -> NumberClass:
    """Class of a number as seen from the home country with that calling code."""
    # Most numbers are such, and no two of them alike: a memory of those asked for would not help.
    if country == 86 and _FIRST_MOBILE <= key <= _LAST_MOBILE:
        return _mobiles()[key // PER_PREFIX - _FIRST_MOBILE // PER_PREFIX]
    return _class_of(key, country)


@functools.lru_cache(maxsize=1 << 16)
def _class_of(key: int, country: int) -> NumberClass:
    digits = str(key)
    if key <= 0:
        return NumberClass.NONE
    home = str(country)
    if not digits.startswith(home):
        return NumberClass.FOREIGN
    if home == _CHINA:
        return _china_class(digits[2:], china())
    national = digits[len(home) :]
    if national in _EVERYWHERE:
        return NumberClass.EMERGENCY
    return NumberClass.FIXED


def is_emergency(key: int, country: int = 86) -> bool:
    """Whether the number is an emergency number of the home country."""
    return class_of(key, country) is NumberClass.EMERGENCY


def is_home(key: int, country: int = 86) -> bool:
    """Whether the number claims the home country's code."""
    return key > 0 and str(key).startswith(str(country))


def classify(key: int) -> NumberFacts:
    """All that the digits tell of a number. China has its own plan; of other countries only the code is told."""
    digits = str(key)
    number_class = class_of(key)
    if number_class is NumberClass.NONE:
        return NumberFacts(key=0, country=0, national="", number_class=number_class)
    if number_class is NumberClass.FOREIGN:
        from clearbell.numbering.world import country_code

        country = country_code(digits)
        return NumberFacts(
            key=key, country=country, national=digits[len(str(country)) if country else 0 :], number_class=number_class
        )
    national = digits[2:]
    plan = china()
    carrier: FirstCarrier | None = None
    area, area_zh, area_en = "", "", ""
    if number_class is NumberClass.TOLL_400:
        carrier = plan.toll_400.get(national[:4])
    elif len(national) == _MOBILE_LENGTH and national[0] == "1":
        carrier = _mobile(national, plan)[1]
    elif number_class is NumberClass.FIXED:
        area = area_code(national)
        area_zh, area_en = plan.areas.get(area, ("", ""))
    return NumberFacts(
        key=key,
        country=86,
        national=national,
        number_class=number_class,
        first_carrier=carrier,
        area=area,
        area_zh=area_zh,
        area_en=area_en,
        inbound_only=number_class is NumberClass.TOLL_400,
    )
