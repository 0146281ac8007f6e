"""The closed list of checks: the symbols each may raise, the evidence these carry, and the thresholds it reads.

A pack prices exactly these symbols; its words may use exactly this evidence.
"""

from __future__ import annotations

import msgspec


class CheckTerms(msgspec.Struct, frozen=True):
    """What the policy must know about one check."""

    symbols: dict[str, tuple[str, ...]]
    """Symbol to the names of its evidence."""
    thresholds: tuple[str, ...] = ()
    floor: bool = False
    """Nothing may be judged before it."""


_LIMIT = ("calls", "limit")

CHECKS: dict[str, CheckTerms] = {
    "emergency": CheckTerms({"EMERGENCY_CALLEE": ("number",), "EMERGENCY_CALLER": ("number",)}, floor=True),
    "call_back": CheckTerms(
        {"EMERGENCY_CALL_BACK": ("hours",), "CALL_BACK": ("minutes",)},
        ("emergency_call_back_hours", "call_back_hours"),
        floor=True,
    ),
    "malformed": CheckTerms({"CALLER_MALFORMED": ("text",), "CALLEE_MALFORMED": ("text",)}),
    "unallocated": CheckTerms({"CALLER_UNALLOCATED": ("number",)}),
    "foreign_home": CheckTerms({"FOREIGN_SHOWING_HOME": ("trunk",)}),
    "entitlement": CheckTerms(
        {"NOT_ENTITLED_ON_TRUNK": ("number_class", "trunk", "holder"), "INBOUND_ONLY": ("number_class",)}
    ),
    "restriction": CheckTerms(
        {
            "RESTRICTED_NUMBER": ("restriction", "rung"),
            "RESTRICTED_HOLDER": ("restriction", "rung", "holder"),
            "RESTRICTED_TRUNK": ("restriction", "rung", "trunk"),
            "RESTRICTED_CALLEE": ("restriction", "rung"),
            "RATE_LIMITED": ("restriction", "limit", "calls"),
        }
    ),
    "own_list": CheckTerms({"OWN_ALLOW": (), "OWN_BLOCK": ()}),
    "known_contact": CheckTerms({"KNOWN_CONTACT": ("days_ago",)}, ("known_contact_days", "known_contact_seconds")),
    "refusal": CheckTerms({"REFUSED_HOLDER": ("holder", "days_ago"), "REFUSED_NUMBER": ("days_ago",)}),
    "wish": CheckTerms(
        {
            "WISH_CATEGORY": ("category",),
            "WISH_HOURS": ("category", "local_time", "window", "zone"),
            "WISH_NO_WITHHELD": (),
        }
    ),
    "consent": CheckTerms(
        {
            "NO_CONSENT": ("holder", "purpose"),
            "CONSENT_LAPSED": ("holder", "purpose", "days_ago"),
            "CONSENT_WITHDRAWN": ("holder", "purpose", "days_ago"),
            "CONSENT_EXCEEDED": ("holder", "calls", "limit"),
            "CONSENTED": ("holder", "purpose"),
        },
        ("consent_days",),
    ),
    "hours": CheckTerms({"OUT_OF_HOURS": ("local_time", "window")}),
    "redial": CheckTerms({"REDIAL_5M": _LIMIT, "REDIAL_24H": _LIMIT}, ("redial_5m", "redial_24h")),
    "frequency": CheckTerms({"BURST_1M": _LIMIT, "HIGH_FREQUENCY_1H": _LIMIT}, ("burst_1m", "frequency_1h")),
    "fan_out": CheckTerms({"FAN_OUT_1H": ("callees", "calls", "limit")}, ("fan_out_1h",)),
    "short_calls": CheckTerms(
        {"SHORT_CALLS_24H": ("share", "answered", "limit")}, ("short_share_24h", "short_seconds")
    ),
    "answer_rate": CheckTerms({"LOW_ANSWER_24H": ("share", "calls", "limit")}, ("answer_share_24h",)),
    "one_ring": CheckTerms({"ONE_RING_1H": ("share", "calls", "limit")}, ("one_ring_share_1h", "one_ring_seconds")),
    "bombing": CheckTerms({"CALLEE_BOMBED_5M": ("calls", "limit")}, ("bombing_5m",)),
    "unregistered": CheckTerms({"UNREGISTERED_COMMERCIAL": ("number_class",)}),
    "reputation": CheckTerms({"REPUTATION": ("score", "reporters", "limit")}, ("reputation_score",)),
    "label": CheckTerms({"LABELLED": ("category", "reporters")}),
    "attestation": CheckTerms({"ATTESTATION_FAILED": (), "ATTESTATION_C": ()}),
    "withheld": CheckTerms({"WITHHELD": ()}),
}

EVIDENCE: dict[str, tuple[str, ...]] = {
    symbol: fields for terms in CHECKS.values() for symbol, fields in terms.symbols.items()
}
THRESHOLDS: tuple[str, ...] = tuple(name for terms in CHECKS.values() for name in terms.thresholds)

FEATURE_LIMITS = ("silent_seconds", "refusal_seconds", "sequential_step", "regular_gap_seconds")
"""What the features of discovery are counted by, besides ``short_seconds`` and ``one_ring_seconds``."""

LEARNING_LIMITS = (
    "min_verdicts",
    "max_age_days",
    "held_back_share",
    "false_alarms_strict",
    "false_alarms_usual",
    "false_alarms_loose",
    "drift_notice",
    "drift_alarm",
)
"""What a model is trained, measured and watched by."""
