"""What a number is, and why a text is none."""

from __future__ import annotations

import enum

import msgspec

MAX_DIGITS = 18
"""Longest number kept. E.164 ends at 15 digits; Chinese 106 ports may be longer."""


class NumberClass(enum.Enum):
    """Kind of number, by the numbering plan (regime §3)."""

    MOBILE = "mobile"
    FIXED = "fixed"
    SERVICE_95 = "service-95"
    """953, 955, 956: customer lines of large service firms (regime 3.5)."""
    CALL_CENTRE_95 = "call-centre-95"
    """950, 951, 952, 954, 957: call centres and other value-added telecom firms (regime 3.6)."""
    SHORT_96 = "short-96"
    """Provincial short number (regime 3.8)."""
    TOLL_400 = "toll-400"
    """Inbound only by default (regime 3.14)."""
    TOLL_FREE_800 = "toll-free-800"
    BUSINESS_1010 = "business-1010"
    CARRIER_10 = "carrier-10"
    """10000, 10010, 10086 and their like: carriers' own service."""
    SMS_106 = "sms-106"
    MIDDLE_700 = "middle-700"
    """Number protection (regime 3.13): stands for another number."""
    PUBLIC_SERVICE = "public-service"
    """12xxx and other 1-prefixed service codes, such as 12321 and 12345."""
    EMERGENCY = "emergency"
    IOT = "iot"
    """Things, not people; no portability (regime 3.19)."""
    RESALE = "resale"
    """Mobile of a virtual operator; no portability (regime 3.19)."""
    SATELLITE = "satellite"
    FOREIGN = "foreign"
    """Any country but the home country."""
    UNALLOCATED = "unallocated"
    """Has the home country's code, and no class of its plan."""
    NONE = "none"
    """No number: withheld or unreadable."""


class FirstCarrier(msgspec.Struct, frozen=True):
    """The carrier a range was first allocated to, never the carrier of a number today.

    Subscribers take their numbers along (携号转网): to route a complaint by this is wrong wherever ``portable``
    is true (regime 3.19).
    """

    name: str
    portable: bool


class NumberFacts(msgspec.Struct, frozen=True):
    """What the digits alone tell."""

    key: int
    country: int
    """Country calling code; 0 when there is none."""
    national: str
    """Digits after the country code."""
    number_class: NumberClass
    first_carrier: FirstCarrier | None = None
    area: str = ""
    """Area code of a fixed number, without the leading 0."""
    area_zh: str = ""
    area_en: str = ""
    """Names of the area; empty where the table has none."""
    inbound_only: bool = False


class Number(msgspec.Struct, frozen=True):
    """A readable number."""

    key: int
    text: str
    """As it was given."""


class Reason(enum.Enum):
    """Why a text is no number, with the words that say so (Chinese, English)."""

    EMPTY = ("没有号码", "there is no number")
    WITHHELD = ("号码被隐藏", "the number is withheld")
    NOT_DIGITS = ("含有不属于号码的字符", "it has characters that no number has")
    TOO_SHORT = ("位数太少", "it has too few digits")
    TOO_LONG = ("位数太多", "it has too many digits")
    NEEDS_AREA_CODE = ("缺少区号,请以 0 开头写明区号", "the area code is missing; write it with its leading 0")
    IMPOSSIBLE = ("不是可能存在的号码", "no such number is possible")

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en


class Refusal(msgspec.Struct, frozen=True):
    """A text that is no number."""

    reason: Reason
    text: str
    """As it was given, cut to 64 characters."""

    @property
    def zh(self) -> str:
        """Why, in Chinese."""
        return self.reason.zh

    @property
    def en(self) -> str:
        """Why, in English."""
        return self.reason.en
