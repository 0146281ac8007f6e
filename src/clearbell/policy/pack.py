"""Reading a pack: everything that is wrong with it is said at once, with file, line and key."""

from __future__ import annotations

import datetime
import hashlib
import importlib.resources
import math
import re
import string
import tomllib
import zoneinfo
from typing import Any

import msgspec

from clearbell.calls import Action, Answer
from clearbell.policy.deadlines import DEADLINES, deadline_problems
from clearbell.policy.detectors import CAMPAIGN_LIMITS, DETECTOR_LIMITS, DETECTOR_WINDOWS
from clearbell.policy.enforcement import enforcement_problems
from clearbell.policy.ladder import ladder_problems
from clearbell.policy.model import (
    ActionStep,
    CardRules,
    CaseRules,
    Category,
    CodeRules,
    ContentRules,
    DetectorRule,
    MassRules,
    Pack,
    Price,
    Threshold,
    VerificationRules,
    Window,
)
from clearbell.policy.orders import order_problems
from clearbell.policy.places import line_of, lines_of
from clearbell.policy.problems import PackError, Problem, meant, meant_zh
from clearbell.policy.shapes import SINGLE, TABLES, RawDetectorRule, RawHead, RawPrice, RawThreshold, RawWindow
from clearbell.policy.symbols import CHECKS, EVIDENCE, FEATURE_LIMITS, LEARNING_LIMITS, THRESHOLDS
from clearbell.policy.testcalls import verification_problems


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.text = text
        self.places = lines_of(text)
        self.problems: list[Problem] = []

    def bad(self, key: str, zh: str, en: str) -> None:
        self.problems.append(Problem(line_of(self.places, key), key, zh, en))

    def read(self) -> Pack:
        try:
            raw = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            at = re.search(r"at line (\d+)", str(error))
            line = int(at[1]) if at else len(self.text.splitlines())
            problem = Problem(line, "-", f"不是有效的 TOML:{error}", f"not valid TOML: {error}")
            raise PackError(self.file, [problem]) from error
        for name in raw:
            if name not in TABLES:
                self.bad(name, f"没有这样的表{meant_zh(name, TABLES)}", f"no such table{meant(name, TABLES)}")
        single = {name: self.one(raw.get(name), TABLES[name], name) for name in SINGLE}
        many = {
            name: self.table(raw.get(name), TABLES[name], name)
            for name in TABLES
            if name not in SINGLE and name != "actions"
        }
        actions = self.actions(raw.get("actions"))
        self.check_names(many["symbols"], EVIDENCE, "symbols")
        self.check_names(many["thresholds"], dict.fromkeys(THRESHOLDS), "thresholds")
        self.check_names(many["features"], dict.fromkeys(FEATURE_LIMITS), "features")
        self.check_names(many["learning"], dict.fromkeys(LEARNING_LIMITS), "learning")
        self.check_names(many["detectors"], DETECTOR_LIMITS, "detectors")
        self.check_names(many["campaigns"], dict.fromkeys(CAMPAIGN_LIMITS), "campaigns")
        self.check_names(many["deadlines"], DEADLINES, "deadlines")
        for zh, en, key in deadline_problems(many["deadlines"]):
            self.bad(key, zh, en)
        detectors = {name: self.detector(name, r) for name, r in many["detectors"].items() if name in DETECTOR_LIMITS}
        prices = {name: self.price(name, price) for name, price in many["symbols"].items() if name in EVIDENCE}
        hours = {name: self.window(name, window) for name, window in many["hours"].items()}
        if "commercial" not in hours:
            self.bad(
                "hours", "缺少 commercial(商业外呼时段)", "`commercial`, the hours of commercial calls, is missing"
            )
        if single["codes"]:
            self.codes(single["codes"])
        if single["mass_notices"]:
            self.mass_notices(single["mass_notices"], hours)
        if single["cards"]:
            self.cards(single["cards"])
        if single["cases"]:
            self.cases(single["cases"], many["categories"])
        if single["content"]:
            self.content(single["content"])
        if single["ladder"]:
            for zh, en, key in ladder_problems(single["ladder"], many["rungs"], many["categories"]):
                self.bad(key, zh, en)
        if single["orders"]:
            for zh, en, key in order_problems(single["orders"]):
                self.bad(key, zh, en)
        if single["enforcement"]:
            for zh, en, key in enforcement_problems(single["enforcement"], many["rungs"]):
                self.bad(key, zh, en)
        head: RawHead | None = single["pack"]
        if single["verification"]:
            self.verification(single["verification"], hours)
        offset = self.head(head) if head else 0
        if self.problems or head is None:
            raise PackError(self.file, self.problems)
        digest = hashlib.sha256(self.text.encode()).hexdigest()[:8]
        return Pack(
            id=head.id,
            version=f"{head.version}#{digest}",
            zh=head.zh,
            en=head.en,
            home=head.home,
            country=head.country,
            timezone=head.timezone,
            utc_offset_minutes=offset,
            order=tuple(head.order),
            prices=prices,
            actions=actions,
            thresholds={name: _threshold(t) for name, t in many["thresholds"].items()},
            hours=hours,
            categories={code: Category(code, w.zh, w.en) for code, w in many["categories"].items()},
            rungs={code: Category(code, w.zh, w.en) for code, w in many["rungs"].items()},
            label=single["label"],
            reports=single["reports"],
            retention=single["retention"],
            codes=single["codes"],
            mass_notices=single["mass_notices"],
            cards=single["cards"],
            scrub=single["scrub"],
            figures=single["figures"],
            verification=single["verification"],
            cases=single["cases"],
            content=single["content"],
            ladder=single["ladder"],
            orders=single["orders"],
            enforcement=single["enforcement"],
            risky_areas=many["risky_areas"],
            deadlines={name: _threshold(t) for name, t in many["deadlines"].items()},
            features={name: _threshold(t) for name, t in many["features"].items()},
            learning={name: _threshold(t) for name, t in many["learning"].items()},
            detectors=detectors,
            campaigns={name: _threshold(t) for name, t in many["campaigns"].items()},
        )

    def one(self, raw: object, kind: Any, key: str) -> Any:
        if raw is None:
            self.bad(key, "缺少此表", "this table is missing")
            return None
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            message, _, path = str(error).partition(" - at ")
            inner = path.strip("`").removeprefix("$")
            unknown = re.search(r"unknown field `(.+)`", message)
            if unknown:
                fields = [field.name for field in msgspec.structs.fields(kind)]
                name = unknown[1]
                self.bad(
                    f"{key}{inner}.{name}",
                    f"没有这样的键{meant_zh(name, fields)}",
                    f"no such key{meant(name, fields)}",
                )
            else:
                self.bad(f"{key}{inner}", f"不合要求:{message}", message[:1].lower() + message[1:])
            return None

    def table(self, raw: object, kind: Any, key: str) -> dict[str, Any]:
        if not isinstance(raw, dict):
            self.bad(key, "缺少此表", "this table is missing")
            return {}
        read = {name: self.one(value, kind, f"{key}.{name}") for name, value in raw.items()}
        return {name: value for name, value in read.items() if value is not None}

    def actions(self, raw: object) -> tuple[ActionStep, ...]:
        if not isinstance(raw, list) or not raw:
            self.bad("actions", "至少要有一项", "there must be at least one")
            return ()
        steps = [self.one(step, ActionStep, f"actions[{place}]") for place, step in enumerate(raw)]
        found = [step for step in steps if step is not None]
        if found and found[0].action is not Action.ALLOW:
            self.bad("actions[0].action", "第一项须为 allow", "the first must be `allow`")
        for place in range(1, len(found)):
            if found[place].at_least <= found[place - 1].at_least:
                self.bad(
                    f"actions[{place}].at_least",
                    "须大于上一项的 at_least",
                    "must be more than `at_least` of the one before",
                )
        return tuple(found)

    def check_names(self, given: dict[str, Any], known: dict[str, Any], table: str) -> None:
        for name in given:
            if name not in known:
                self.bad(
                    f"{table}.{name}",
                    f"没有检查会用到它{meant_zh(name, known)}",
                    f"no check uses it{meant(name, known)}",
                )
        for name in known:
            faulty = any(f"{p.key}.".startswith(f"{table}.{name}.") for p in self.problems)
            if name not in given and not faulty:
                self.bad(table, f"缺少 {name}", f"`{name}` is missing")

    def price(self, name: str, price: RawPrice) -> Price:
        key = f"symbols.{name}"
        if not math.isfinite(price.points):
            self.bad(f"{key}.points", "须为有限数", "must be finite")
        if (price.decides is None) != (price.answer is None):
            self.bad(key, "decides 与 answer 须同时给出", "`decides` and `answer` go together")
        if price.decides is not None and price.answer is Answer.NETWORK_BLOCKED:
            self.bad(
                f"{key}.answer",
                "直接判定不得以分析拦截(network-blocked)应答",
                "a symbol that decides by itself must not answer as analytics (`network-blocked`)",
            )
        for language, words in (("zh", price.zh), ("en", price.en)):
            if not words:
                self.bad(f"{key}.{language}", "缺少文字", "the words are missing")
            try:
                used = {field for _, field, _, _ in string.Formatter().parse(words) if field is not None}
            except ValueError as error:
                self.bad(f"{key}.{language}", f"花括号有误:{error}", f"braces do not match: {error}")
                continue
            for field in sorted(used - set(EVIDENCE[name])):
                self.bad(
                    f"{key}.{language}",
                    f"没有名为 {field} 的证据{meant_zh(field, EVIDENCE[name])}",
                    f"it has no evidence `{field}`{meant(field, EVIDENCE[name])}",
                )
        return Price(price.points, price.decides, price.answer, price.zh, price.en, price.source, price.status)

    def codes(self, rules: CodeRules) -> None:
        if not 4 <= rules.digits <= 10:
            self.bad("codes.digits", "须为 4 至 10", "should be 4 to 10")
        for name in (
            "life_minutes", "tries", "resend_seconds", "per_number_hour", "per_number_day", "per_hour", "proof_minutes",
        ):  # fmt: skip
            if getattr(rules, name) < 1:
                self.bad(f"codes.{name}", "须至少为 1", "should be at least 1")

    def mass_notices(self, rules: MassRules, hours: dict[str, Window]) -> None:
        if "notices" not in hours:
            self.bad("hours", "缺少 notices(群发时段)", "`hours.notices`, when mass notices are sent, is missing")
        if not 1 <= rules.parts_most <= 16:
            self.bad("mass_notices.parts_most", "须为 1 至 16", "should be 1 to 16")
        for name in ("days_most", "attempts", "receipt_hours", "reply_days", "sample"):
            if getattr(rules, name) < 1:
                self.bad(f"mass_notices.{name}", "须至少为 1", "should be at least 1")
        if not rules.retry_seconds or min(rules.retry_seconds) < 1:
            self.bad("mass_notices.retry_seconds", "至少一项,且均至少为 1", "needs at least one wait, each at least 1")
        if not rules.purposes:
            self.bad("mass_notices.purposes", "至少一项", "needs at least one")
        for name, purpose in rules.purposes.items():
            if purpose.mandatory and purpose.commercial:
                self.bad(
                    f"mass_notices.purposes.{name}",
                    "商业性质的事由不能是必达的",
                    "what is commercial cannot be mandatory",
                )
        both = {word.casefold() for word in rules.opt_out_words} & {word.casefold() for word in rules.opt_in_words}
        for word in sorted(both):
            self.bad(
                "mass_notices.opt_in_words",
                f"「{word}」也是退订词",
                f"`{word}` is a word for opting out too",
            )
        for name in ("opt_out_words", "opt_in_words"):
            if not all(word.strip() == word and word for word in getattr(rules, name)):
                self.bad(f"mass_notices.{name}", "不能有空词或首尾空格", "no word may be empty or have outer spaces")

    def cards(self, rules: CardRules) -> None:
        for name in ("days", "name_width", "department_width"):
            if getattr(rules, name) < 1:
                self.bad(f"cards.{name}", "须至少为 1", "should be at least 1")
        for place, group in enumerate(rules.reserved):
            if not all(word.strip() for word in group.words):
                self.bad(f"cards.reserved[{place}].words", "不能有空词", "no word may be empty")

    def detector(self, name: str, rule: RawDetectorRule) -> DetectorRule:
        key = f"detectors.{name}"
        if rule.window not in DETECTOR_WINDOWS:
            known = ", ".join(map(str, DETECTOR_WINDOWS))
            self.bad(f"{key}.window", f"须为 {known} 之一", f"must be one of {known}")
        levels: list[dict[str, float] | None] = []
        for level, given in (("warning", rule.warning), ("critical", rule.critical)):
            if given is True:
                self.bad(f"{key}.{level}", "只能为 false(关闭)或一组限值", "must be `false` (off) or limits")
            limits = given if isinstance(given, dict) else None
            for limit in limits or ():
                if limit not in DETECTOR_LIMITS[name]:
                    self.bad(
                        f"{key}.{level}.{limit}",
                        f"此检测不看这一项{meant_zh(limit, DETECTOR_LIMITS[name])}",
                        f"the detector does not read it{meant(limit, DETECTOR_LIMITS[name])}",
                    )
            for limit in DETECTOR_LIMITS[name]:
                if limits is not None and limit not in limits:
                    self.bad(f"{key}.{level}", f"缺少 {limit}", f"`{limit}` is missing")
            levels.append(limits)
        return DetectorRule(rule.window, rule.min_sample, levels[0], levels[1], rule.source, rule.status)

    def cases(self, rules: CaseRules, categories: dict[str, Any]) -> None:
        for name in ("reporters", "window_days", "snooze_days"):
            if getattr(rules, name) < 1:
                self.bad(f"cases.{name}", "须至少为 1", "should be at least 1")
        for code in rules.grave:
            if code not in categories:
                self.bad(
                    "cases.grave",
                    f"没有类别 {code}{meant_zh(code, categories)}",
                    f"no category `{code}`{meant(code, categories)}",
                )

    def verification(self, rules: VerificationRules, hours: dict[str, Window]) -> None:
        for zh, en, key in verification_problems(rules, hours.get("verification")):
            self.bad(key, zh, en)

    def content(self, rules: ContentRules) -> None:
        for name in ("least_grams", "script_calls"):
            if getattr(rules, name) < 1:
                self.bad(f"content.{name}", "须至少为 1", "should be at least 1")
        for name in ("least_known", "undecided_below"):
            if not 0 <= getattr(rules, name) <= 1:
                self.bad(f"content.{name}", "须在 0 与 1 之间", "should be from 0 to 1")
        for name in ("script_likeness", "copy_likeness"):
            if not 0 < getattr(rules, name) <= 1:
                self.bad(f"content.{name}", "须大于 0 且至多为 1", "should be over 0 and at most 1")

    def window(self, name: str, window: RawWindow) -> Window:
        minutes = []
        for side, text in (("start", window.start), ("end", window.end)):
            at = re.fullmatch(r"(\d\d):(\d\d)", text)
            if not at or int(at[1]) * 60 + int(at[2]) > 24 * 60 or int(at[2]) > 59:
                self.bad(
                    f"hours.{name}.{side}", f"「{text}」应为 时:分,如 08:00", f"`{text}` should be HH:MM, such as 08:00"
                )
                minutes.append(0)
            else:
                minutes.append(int(at[1]) * 60 + int(at[2]))
        return Window(minutes[0], minutes[1], window.source, window.status)

    def head(self, head: RawHead) -> int:
        seen: set[str] = set()
        judged = False
        for name in head.order:
            if name not in CHECKS:
                self.bad(
                    "pack.order",
                    f"没有检查 {name}{meant_zh(name, CHECKS)}",
                    f"no check `{name}`{meant(name, CHECKS)}",
                )
                continue
            if name in seen:
                self.bad("pack.order", f"{name} 出现两次", f"`{name}` stands twice")
            seen.add(name)
            if not CHECKS[name].floor:
                judged = True
            elif judged:
                self.bad(
                    "pack.order", f"{name} 是底线,须排在最前", f"`{name}` is a floor and must come before all others"
                )
        for name, terms in CHECKS.items():
            if terms.floor and name not in seen:
                self.bad("pack.order", f"不得缺少底线 {name}", f"the floor `{name}` may not be left out")
        try:
            zone = zoneinfo.ZoneInfo(head.timezone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            self.bad("pack.timezone", f"没有时区 {head.timezone}", f"no time zone `{head.timezone}`")
            return 0
        # One offset for the whole year: so far only zones without summer time are packed.
        winter = datetime.datetime(2026, 1, 1, tzinfo=zone).utcoffset()
        summer = datetime.datetime(2026, 7, 1, tzinfo=zone).utcoffset()
        if winter != summer or winter is None:
            self.bad("pack.timezone", "尚不支持有夏令时的时区", "zones with summer time are not supported yet")
            return 0
        return int(winter.total_seconds() // 60)


def _threshold(raw: RawThreshold) -> Threshold:
    value = None if isinstance(raw.value, bool) else float(raw.value)
    return Threshold(value, raw.unit, raw.source, raw.status, raw.min_sample)


def load_pack(text: str, file: str) -> Pack:
    """Read a pack. Raises :class:`PackError` that holds everything wrong with it."""
    return _Reader(text, file).read()


def builtin_packs() -> list[str]:
    """Names of the packs that ship with Clearbell."""
    names = (
        one.name.removesuffix(".toml")
        for one in importlib.resources.files("clearbell.packs").iterdir()
        if one.name.endswith(".toml")
    )
    return sorted(name for name in names if not name.endswith("-workdays"))


def builtin_pack_text(name: str) -> str:
    """Text of a pack that ships with Clearbell. Raises :class:`PackError` when there is none of that name."""
    folder = importlib.resources.files("clearbell.packs")
    names = builtin_packs()
    if name not in names:
        known = ", ".join(names)
        raise PackError(
            name,
            [
                Problem(
                    1, "-", f"没有这样的规则包;现有:{known}", f"no such pack; there are: {known}{meant(name, names)}"
                )
            ],
        )
    return (folder / f"{name}.toml").read_text(encoding="utf-8")


def builtin_pack(name: str) -> Pack:
    """Read a pack that ships with Clearbell."""
    return load_pack(builtin_pack_text(name), f"packs/{name}.toml")
