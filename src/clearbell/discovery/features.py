"""The features of who calls: each column of the feature table by name, with its words, unit and way of merging.

A row is one unit over one window: ``unit_kind`` and ``unit`` (a number's digits, a holder's or a trunk's name), ``day``
(last local day of the window, days since 1970), ``window`` (1, 7 or 30 local days), then the features in the order of
:data:`FEATURES`. A feature is null where its kind of unit has none, or where there was nothing to divide by.
Where called numbers are kept under pseudonyms, callees are these, and nothing is known of regions.
Which calls count as short, silent, one-ring or refused is the pack's ``[features]``.
"""

from __future__ import annotations

import enum

import msgspec

WINDOWS = (1, 7, 30)
"""Lengths of the windows, local days. Each ends with the day asked for."""
LOOKBACK = max(WINDOWS)
"""Days, the present one included, in which an earlier call, refusal or first sight is looked for."""
KEY_COLUMNS = ("unit_kind", "unit", "day", "window")


class UnitKind(enum.Enum):
    """Whose behaviour a row tells."""

    CALLER = "caller"
    """A calling number. Withheld numbers are nobody's and make no unit."""
    HOLDER = "holder"
    """All numbers of one holder, as the registry knew at the time of the call."""
    TRUNK = "trunk"
    CALLEE = "callee"
    """A called number, for what is done to it: only the ``in_`` features."""


class Merge(enum.Enum):
    """How the partial aggregates of days become the feature of a window. None loses anything against the calls."""

    SUM = "sum"
    MAX = "max"
    MIN = "min"
    RATIO = "ratio"
    """A quotient of merged integer sums, divided last."""
    CLASSES = "classes"
    """The class in which the median falls, from summed class counts."""
    SPANS = "spans"
    """Distinct items: each is counted on its last day in the window, by when it had been seen before that."""
    WEIGHTED = "weighted"
    """A mean of days, weighted by attempts; floating point, equal between engines within 1e-9."""


class Feature(msgspec.Struct, frozen=True):
    """One column."""

    name: str
    zh: str
    en: str
    unit: str
    """``calls``, ``numbers``, ``share`` (0 to 1), ``s``, ``days``, ``bits`` or ``1``."""
    merge: Merge
    kinds: frozenset[UnitKind]

    @property
    def integer(self) -> bool:
        """Whether the column holds whole numbers (int64); otherwise it is float64."""
        return self.merge in (Merge.SUM, Merge.MAX, Merge.MIN, Merge.SPANS)


_OUT = frozenset({UnitKind.CALLER, UnitKind.HOLDER, UnitKind.TRUNK})
_DIALLING = frozenset({UnitKind.CALLER, UnitKind.HOLDER})
_NUMBER = frozenset({UnitKind.CALLER})
_MANY = frozenset({UnitKind.HOLDER, UnitKind.TRUNK})
_IN = frozenset({UnitKind.CALLER, UnitKind.CALLEE})

BAND_HOURS = 3
"""Width of a band of the hour profile."""
BANDS = tuple(range(0, 24, BAND_HOURS))
"""Local hours at which the bands begin."""
TALK_CLASSES = (2, 6, 15, 30, 60, 180, 600)
"""Upper bounds of the talk classes, seconds; what lasts longer is in one more class."""


def _share(name: str, zh: str, en: str, kinds: frozenset[UnitKind] = _OUT) -> Feature:
    return Feature(name, zh, en, "share", Merge.RATIO, kinds)


FEATURES: tuple[Feature, ...] = (
    # How much, and how it went.
    Feature("attempts", "呼叫次数", "calls attempted", "calls", Merge.SUM, _OUT),
    Feature("answered", "接通次数", "calls answered", "calls", Merge.SUM, _OUT),
    _share("answer_share", "接通率", "answered calls, of attempts"),
    Feature("attempts_day_max", "单日最多呼叫次数", "most attempts on one day", "calls", Merge.MAX, _OUT),
    Feature("attempts_hour_max", "单个整点小时最多呼叫次数", "most attempts in one clock hour", "calls", Merge.MAX, _OUT),
    _share("screened_share", "被网络拒绝的占比", "turned away by screening or a switch, of attempts"),
    _share("failed_share", "网络无法接续的占比", "could not be set up, of attempts"),
    _share("busy_share", "被叫忙的占比", "found the callee busy, of attempts"),
    # Talk and ringing.
    Feature("talk_mean_s", "平均通话时长", "mean talk of answered calls", "s", Merge.RATIO, _OUT),
    Feature(
        "talk_median_s",
        "通话时长中位数所在档的上限",
        "upper bound of the talk class that holds the median; above the last class its lower bound",
        "s",
        Merge.CLASSES,
        _OUT,
    ),
    _share("short_share", "极短通话占比", "very short talk, of answered calls"),
    _share("silent_share", "接通即被主叫挂断的占比", "abandoned: answered and at once hung up by the caller, of answered"),
    _share("callee_hangup_share", "由被叫挂断的占比", "hung up by the callee, of answered calls"),
    Feature("ring_mean_s", "平均振铃时长", "mean ringing of the attempts that rang", "s", Merge.RATIO, _OUT),
    _share("one_ring_share", "响一声占比", "unanswered and hung up by the caller after one ring, of attempts"),
    # The rhythm of dialling, within days.
    Feature("gaps", "同日相邻呼叫的间隔数", "gaps between successive attempts of a day", "calls", Merge.SUM, _DIALLING),
    Feature("gap_mean_s", "平均呼叫间隔", "mean gap between the starts of attempts", "s", Merge.RATIO, _DIALLING),
    Feature("gap_variation", "呼叫间隔变异系数", "coefficient of variation of the gaps", "1", Merge.RATIO, _DIALLING),
    _share("regular_gap_share", "等间隔占比", "gaps nearly equal to the gap before, of gaps with one before", _DIALLING),
    _share("sequential_share", "顺号拨打占比", "callee a few above the callee before, of gaps", _DIALLING),
    Feature(
        "peak_concurrency", "最大并发呼叫数", "most calls ringing or talking at one time", "calls", Merge.MAX, _OUT
    ),
    # Whom it calls.
    Feature("callees", "不同被叫数", "distinct callees", "numbers", Merge.SPANS, _OUT),
    _share("callee_share", "离散度(不同被叫数/呼叫次数)", "fan-out: distinct callees an attempt"),
    Feature("callee_day_max", "单日对同一被叫最多呼叫次数", "most attempts to one callee on a day", "calls", Merge.MAX, _OUT),
    Feature(
        "callee_hour_max", "单个整点小时对同一被叫最多呼叫次数", "most attempts to one callee in a clock hour", "calls",
        Merge.MAX, _OUT,
    ),
    _share("new_callee_share", "较前一日新增被叫占比", "callees of a day not called the day before, of each day's callees"),
    _share("first_callee_share", "回看期内首次呼叫的被叫占比", "callees of a day never called in the look-back, of each day's callees"),
    _share(
        "shared_callee_share",
        "同日被同一中继(主体、中继:自身)其他号码呼叫的被叫占比",
        "callees that another number of the same trunk (holder, trunk: of itself) called that day, of each day's callees",
    ),
    Feature("mutual_callees", "双向通话的对端数", "callees that also called it within the window", "numbers", Merge.SPANS, _NUMBER),
    _share("mutual_share", "双向对端占比", "callees that also called it within the window, of callees", _NUMBER),
    _share("neighbour_share", "同号段呼叫占比", "callee shares all but the last four digits with the caller, of attempts"),
    Feature("regions_day_max", "单日最多地区数", "most regions (mobile ranges of 7 digits, area codes) on one day", "1", Merge.MAX, _OUT),
    Feature("region_entropy", "地区熵(日均)", "entropy of a day's attempts over regions", "bits", Merge.WEIGHTED, _OUT),
    _share("region_spread", "地区离散度", "chance that two attempts of a day go to different regions"),
    # Refusals.
    Feature("refused", "被叫拒绝次数", "attempts that the callee refused", "calls", Merge.SUM, _OUT),
    _share("refused_share", "被叫拒绝占比", "attempts that the callee refused, of attempts"),
    Feature("refusing_callees", "拒绝过的被叫数", "distinct callees that refused", "numbers", Merge.SPANS, _OUT),
    Feature(
        "repeats_after_refusal", "被拒后再次呼叫次数", "attempts to a callee that had refused in the look-back", "calls",
        Merge.SUM, _OUT,
    ),
    # Who it is, and where it comes in.
    Feature("callers", "不同主叫号码数", "distinct calling numbers", "numbers", Merge.SPANS, _MANY),
    _share("foreign_home_share", "境外中继显示本国号码的占比", "showing a home number on a foreign trunk, of attempts"),
    _share("attested_a_share", "签名 A 级占比", "attestation A, of attempts"),
    _share("attested_b_share", "签名 B 级占比", "attestation B, of attempts"),
    _share("attested_c_share", "签名 C 级占比", "attestation C, of attempts"),
    _share("attestation_failed_share", "签名校验失败占比", "failed attestation, of attempts"),
    # When.
    _share("out_of_hours_share", "商业外呼时段外占比", "outside the pack's commercial hours, of attempts"),
    *(
        _share(
            f"hours_{hour:02d}_share",
            f"{hour:02d}–{hour + BAND_HOURS:02d} 时占比",
            f"started from {hour:02d}:00 to {hour + BAND_HOURS:02d}:00 local time, of attempts",
        )
        for hour in BANDS
    ),
    Feature("active_days", "有呼叫的天数", "days with attempts", "days", Merge.SUM, _OUT),
    Feature("age_days", "首次出现至今天数", "days since the first attempt in the look-back", "days", Merge.MIN, _OUT),
    # What comes in to the number.
    Feature("in_attempts", "来电次数", "calls to it", "calls", Merge.SUM, _IN),
    Feature("in_answered", "接听次数", "calls to it that it answered", "calls", Merge.SUM, _IN),
    _share("in_answer_share", "接听率", "calls to it that it answered, of calls to it", _IN),
    Feature("in_callers", "不同来电号码数", "distinct numbers that called it", "numbers", Merge.SPANS, _IN),
    Feature("in_hour_max", "单个整点小时最多来电次数", "most calls to it in one clock hour", "calls", Merge.MAX, _IN),
    Feature(
        "in_callers_hour_max", "单个整点小时最多不同来电号码数", "most distinct callers in one clock hour", "numbers",
        Merge.MAX, _IN,
    ),
)  # fmt: skip
"""Every feature, in the order of the columns."""


def feature_names(kind: UnitKind) -> tuple[str, ...]:
    """Names of the features that units of a kind have, in the order of the columns."""
    return tuple(feature.name for feature in FEATURES if kind in feature.kinds)
