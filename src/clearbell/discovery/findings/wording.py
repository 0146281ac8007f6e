"""A finding in words."""

from __future__ import annotations

from collections.abc import Mapping

from clearbell.discovery.detectors import DETECTORS
from clearbell.discovery.detectors.model import Level, Subject
from clearbell.discovery.features import FEATURES
from clearbell.numbering import mask

NAMES = {
    "high_frequency": ("高频呼叫", "high-frequency calling"),
    "cold_calling": ("陌生推销", "cold calling"),
    "burst": ("突发群呼", "burst of calls"),
    "sequential": ("顺号扫描", "sequential sweep"),
    "one_ring": ("响一声", "one-ring calls"),
    "bombed": ("遭呼死你攻击", "bombed with calls"),
    "bombing": ("呼死你", "call bombing"),
    "pestering": ("反复催呼", "calling the same people over and over"),
    "redial_after_refusal": ("拒绝后再呼", "calling again after refusals"),
    "rotation": ("换号外呼", "number rotation"),
    "rotation_unknown": ("换号外呼(主体不明)", "number rotation, holder unknown"),
    "sim_bank": ("猫池", "SIM bank"),
    "neighbour_spoofing": ("仿冒邻号", "neighbour spoofing"),
    "foreign_home": ("虚假境外来电", "foreign calls showing +86"),
    "inbound_only": ("仅呼入号码外呼", "inbound-only number calling out"),
    "purpose": ("擅改用途", "use against the registered purpose"),
    "no_consent": ("无同意外呼", "calls without consent"),
    "out_of_hours": ("时段外外呼", "calls out of hours"),
    "silent_calls": ("静默呼叫", "silent calls"),
}
"""Chinese and English name of each detector."""
LEVELS = {Level.WARNING: ("预警", "warning"), Level.CRITICAL: ("严重", "critical")}
SUBJECTS = {
    Subject.CALLER: ("主叫号码", "calling number"),
    Subject.HOLDER: ("使用主体", "holder"),
    Subject.TRUNK: ("中继", "trunk"),
    Subject.CALLEE: ("被叫号码", "called number"),
    Subject.GROUP: ("号码群", "group of numbers"),
}
_DERIVED = {
    "in_share": ("每次外呼的来电数", "calls in for each made", "share"),
    "repeat_share": ("被拒后再呼占比", "calls after a refusal, of attempts", "share"),
    "booked_repeats": ("打给已登记拒绝者的次数", "calls to those whose refusal is on record", "calls"),
    "attempts_per_number": ("平均每号呼叫次数", "attempts a number", "calls"),
    "numbers_per_line": ("每条并发线路的号码数", "numbers for each call at a time", "numbers"),
    "in_per_caller": ("每个来电号码的来电数", "calls from each number that called", "calls"),
    "unconsented_share": ("无同意的被叫占比", "callees without a consent", "share"),
    "disjoint_share": ("互不重复的被叫占比", "callees that no other of the numbers called", "share"),
    "alternation": ("换号率", "calls whose number had not been used lately", "share"),
}
_WORDS = {feature.name: (feature.zh, feature.en, feature.unit) for feature in FEATURES} | _DERIVED
_BY_NAME = {detector.name: detector for detector in DETECTORS}


def value_text(feature: str, value: float) -> str:
    """A value as people read it: shares in per cent, counts whole."""
    unit = _WORDS[feature][2] if feature in _WORDS else ""
    if unit == "share":
        return f"{value:.1%}"
    return f"{value:.0f}" if value == round(value) or value >= 100 else f"{value:.1f}"


def measured_text(feature: str, value: float) -> str:
    """A value with its unit where the value alone does not tell it."""
    unit = _WORDS[feature][2] if feature in _WORDS else ""
    return f"{value_text(feature, value)} s" if unit == "s" else value_text(feature, value)


def feature_text(feature: str, language: str) -> str:
    """Name of a feature, or of a column made from features."""
    words = _WORDS.get(feature)
    return words[0 if language == "zh" else 1] if words else feature


def sentence(detector: str, window: int, evidence: Mapping[str, float], language: str) -> str:
    """What a detector says, with its evidence."""
    known = _BY_NAME[detector]
    values = {name: value_text(name, evidence[name]) if name in evidence else "—" for name in known.evidence}
    return (known.zh if language == "zh" else known.en).format(window=window, **values)


def unit_text(subject: Subject, unit: str, language: str) -> str:
    """Whom a finding is about; numbers are masked."""
    if unit.isdigit() and subject in (Subject.CALLER, Subject.CALLEE):
        return mask(int(unit))
    if unit.startswith("-"):
        return "化名" if language == "zh" else "a pseudonym"
    if subject is Subject.GROUP:
        if unit.isdigit():
            return f"拨打 {mask(int(unit))} 的号码群" if language == "zh" else f"callers of {mask(int(unit))}"
        return f"中继 {unit} 上的号码群" if language == "zh" else f"numbers on {unit}"
    return unit
