"""Numbers: any text to E.164 or a clear refusal, and what a number's digits tell about it.

A number is carried as an ``int``, the digits of its E.164 form without the plus sign; 0 is no number.
"""

from clearbell.numbering.classes import class_of, classify, is_emergency, is_home
from clearbell.numbering.model import FirstCarrier, Number, NumberClass, NumberFacts, Reason, Refusal
from clearbell.numbering.parsing import parse, to_key
from clearbell.numbering.writing import format_e164, mask

__all__ = [
    "FirstCarrier",
    "Number",
    "NumberClass",
    "NumberFacts",
    "Reason",
    "Refusal",
    "class_of",
    "classify",
    "format_e164",
    "is_emergency",
    "is_home",
    "mask",
    "parse",
    "to_key",
]
