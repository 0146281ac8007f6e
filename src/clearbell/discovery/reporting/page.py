"""The page of one day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from html import escape

import msgspec
from sqlalchemy import Connection

from clearbell.discovery.campaigns.model import TIE_WORDS, Campaign, Chapter, Tie
from clearbell.discovery.campaigns.queries import campaigns_on
from clearbell.discovery.campaigns.queries import story as story_of
from clearbell.discovery.detectors import DETECTORS
from clearbell.discovery.detectors.model import Level
from clearbell.discovery.findings.model import Finding, Sighting
from clearbell.discovery.findings.queries import lasting, passed_on, sightings
from clearbell.discovery.findings.wording import (
    LEVELS,
    NAMES,
    SUBJECTS,
    feature_text,
    measured_text,
    sentence,
    unit_text,
)
from clearbell.discovery.reporting.drawing import drawn, graph, story, timeline
from clearbell.discovery.reporting.style import STYLE
from clearbell.discovery.running import date_of
from clearbell.numbering import mask
from clearbell.policy.model import Pack

_FINDINGS = 300
"""Findings that a page tells in full; critical and new ones come first."""
_LISTED = 40
_SIDES = {
    (detector.name, sign.feature): "≥" if sign.at_least else "≤"
    for detector in DETECTORS
    for sign in (*detector.needs, *detector.tells)
}
_SAMPLES = {detector.name: detector.sample for detector in DETECTORS}


class Told(msgspec.Struct, frozen=True):
    """All that a page tells."""

    day: int
    findings: Sequence[Finding]
    seen: Mapping[str, Sequence[Sighting]]
    passed: Sequence[Finding]
    campaigns: Sequence[tuple[Campaign, Sequence[Chapter]]]


def gather(conn: Connection, day: int) -> Told:
    """Read what is kept about a local day (since 1970)."""
    found = lasting(conn, day)
    seen = {one.finding: [s for s in sightings(conn, one.finding) if s.day <= day] for one in found[:_FINDINGS]}
    campaigns = [(one, story_of(conn, one.campaign)) for one in campaigns_on(conn, day)]
    return Told(day, found, seen, passed_on(conn, day), campaigns)


def page(told: Told, pack: Pack, language: str = "zh") -> str:
    """The page, in Chinese and English; ``language`` is shown first. Numbers are masked."""
    date = str(date_of(told.day))
    title = _both(f"骚扰来电发现日报 {date}", f"Nuisance calls found, {date}")
    choices = "".join(
        f'<input type="radio" name="language" id="{code}"{" checked" if code == language else ""}>'
        f'<label for="{code}" lang="{code}">{name}</label>'
        for code, name in (("zh", "中文"), ("en", "English"))
    )
    return "".join(
        [
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>清铃 Clearbell {date}</title><style>{STYLE}</style></head><body>",
            f'<header><fieldset class="switch" aria-label="语言 Language">{choices}</fieldset>',
            f"<h1>{title}</h1>",
            f'<p class="soft">{_both("发现只是线索:处置前须核实,任何发现都不会自动处罚。", "A finding is a lead: it is verified before anything is done, and nothing here punishes by itself.")} ',
            f"{_both('规则包', 'Pack')} {escape(pack.id)} {escape(pack.version)}</p></header><main>",
            _tiles(told),
            _changes(told),
            _campaigns(told),
            _findings(told),
            "</main></body></html>\n",
        ]
    )


def _both(zh: str, en: str) -> str:
    return f'<span lang="zh">{escape(zh)}</span><span lang="en">{escape(en)}</span>'


def _new(told: Told) -> list[Finding]:
    return [one for one in told.findings if one.first_day == told.day]


def _raised(told: Told) -> list[Finding]:
    """Critical today, and yesterday still a warning."""
    raised = []
    for one in told.findings:
        before = [s for s in told.seen.get(one.finding, ()) if s.day < told.day]
        today = [s for s in told.seen.get(one.finding, ()) if s.day == told.day]
        if before and today and before[-1].level is Level.WARNING and today[0].level is Level.CRITICAL:
            raised.append(one)
    return raised


def _tiles(told: Told) -> str:
    critical = sum(one.level is Level.CRITICAL for one in told.findings)
    numbers = sum(len(one.numbers) for one, _ in told.campaigns)
    tiles = (
        ("critical", critical, "严重发现", "critical findings"),
        ("warning", len(told.findings) - critical, "预警", "warnings"),
        ("", len(_new(told)), "今日新增", "new today"),
        ("", len(told.passed), "今日消失", "passed today"),
        ("", len(told.campaigns), "团伙活动", "campaigns"),
        ("", numbers, "团伙所用号码", "numbers in campaigns"),
    )
    cells = (f'<div class="tile {kind}"><b>{count}</b>{_both(zh, en)}</div>' for kind, count, zh, en in tiles)
    return f'<div class="tiles">{"".join(cells)}</div>'


def _changes(told: Told) -> str:
    parts = [f"<h2>{_both('较昨日的变化', 'What changed since yesterday')}</h2>"]
    for found, zh, en in (
        (_new(told), "新发现", "New"),
        (_raised(told), "由预警升为严重", "Raised from warning to critical"),
        (told.passed, "不再出现", "Passed"),
    ):
        parts.append(f"<h3>{_both(zh, en)} ({len(found)})</h3>")
        parts.append(_listed(found, {one.finding for one in told.findings[:_FINDINGS]}))
    moved = [
        f'<li><a href="#{escape(one.campaign)}">{escape(one.campaign)}</a>: '
        f"{_both(f'加入 {chapter.joined},离开 {chapter.left}', f'{chapter.joined} joined, {chapter.left} left')}</li>"
        for one, chapters in told.campaigns
        for chapter in chapters
        if chapter.day == told.day
    ]
    parts.append(f"<h3>{_both('号码加入或离开的团伙', 'Campaigns that numbers joined or left')} ({len(moved)})</h3>")
    parts.append(f'<ul class="changes">{"".join(moved[:_LISTED])}</ul>' if moved else _nothing())
    return "".join(parts)


def _listed(found: Sequence[Finding], shown: Collection[str]) -> str:
    """Findings in a line each; those that the page tells in full are linked."""
    if not found:
        return _nothing()
    items = "".join(
        f"<li>{_badge(one.level)}{_both(NAMES[one.detector][0], NAMES[one.detector][1])} · {_linked(one, shown)}</li>"
        for one in found[:_LISTED]
    )
    return f'<ul class="changes">{items}</ul>{_rest(len(found) - _LISTED)}'


def _linked(one: Finding, shown: Collection[str]) -> str:
    return f'<a href="#{escape(one.finding)}">{_unit(one)}</a>' if one.finding in shown else _unit(one)


def _nothing() -> str:
    return f'<p class="soft">{_both("无", "nothing")}</p>'


def _rest(count: int) -> str:
    return f'<p class="soft">{_both(f"另有 {count} 项未列出", f"{count} more are not listed")}</p>' if count > 0 else ""


def _badge(level: Level) -> str:
    return f'<span class="badge {level.value}">{_both(*LEVELS[level])}</span>'


def _unit(one: Finding) -> str:
    return _both(unit_text(one.subject, one.unit, "zh"), unit_text(one.subject, one.unit, "en"))


def _campaigns(told: Told) -> str:
    parts = [f"<h2>{_both('团伙活动', 'Campaigns')}</h2>"]
    if not told.campaigns:
        parts.append(_nothing())
    for place, (one, chapters) in enumerate(told.campaigns[:_LISTED]):
        ties = "".join(
            f'<tr><td>{_both(*TIE_WORDS[Tie(name)])}</td><td class="n">{count}</td></tr>'
            for name, count in sorted(one.bonds.pairs.items(), key=lambda item: (-item[1], item[0]))
        )
        days = one.last_day - one.first_day + 1
        head = _both(
            f"{len(one.numbers)} 个号码,自 {date_of(one.first_day)} 起 {days} 天",
            f"{len(one.numbers)} numbers, since {date_of(one.first_day)}, {days} days",
        )
        parts.append(
            f'<details{" open" if place < 3 else ""} id="{escape(one.campaign)}">'
            f'<summary><span class="who">{escape(one.campaign)}</span>{head}</summary>{_graph(one)}'
            f"<table><tr><th>{_both('共同点', 'What they have in common')}</th>"
            f'<th class="n">{_both("号码对", "pairs")}</th></tr>{ties}</table>'
            f'<figure class="story"><figcaption id="{escape(one.campaign)}-story">'
            f"{_both('每日加入(上)与离开(下)的号码', 'Numbers joined (above) and left (below) by day')}</figcaption>"
            f'<div class="scroll">{story(chapters, told.day, caption=f"{escape(one.campaign)}-story")}</div></figure></details>'
        )
    parts.append(_rest(len(told.campaigns) - _LISTED))
    return "".join(parts)


def _graph(one: Campaign) -> str:
    shown, count, name = len(drawn(one)), len(one.numbers), f"{escape(one.campaign)}-graph"
    some_zh = f"(所示为 {count} 个中的 {shown} 个)" if shown < count else ""
    some_en = f" ({shown} of {count} are drawn)" if shown < count else ""
    caption = _both(
        f"点为号码{some_zh};中间是它们共用的主体、中继或号码群,蓝线相连;黄线连接拨打相同被叫的号码",
        f"Dots are numbers{some_en}; in the middle what they share, a holder, trunk or group, tied by blue lines; "
        "yellow lines tie numbers that called the same people",
    )
    return (
        f'<figure class="story"><figcaption id="{name}">{caption}</figcaption>'
        f'<div class="scroll">{graph(one, caption=name)}</div></figure>'
    )


def _findings(told: Told) -> str:
    parts = [f"<h2>{_both('发现', 'Findings')}</h2>"]
    shown = told.findings[:_FINDINGS]
    if not shown:
        parts.append(_nothing())
    for detector in DETECTORS:
        ours = [one for one in shown if one.detector == detector.name]
        if ours:
            parts.append(f"<h3>{_both(*NAMES[detector.name])} ({len(ours)})</h3>")
            parts.extend(_finding(told, one) for one in ours)
    parts.append(_rest(len(told.findings) - len(shown)))
    return "".join(parts)


def _finding(told: Told, one: Finding) -> str:
    new = f'<span class="badge new">{_both("新", "new")}</span>' if one.first_day == told.day else ""
    words = _both(
        sentence(one.detector, one.window, one.evidence, "zh"), sentence(one.detector, one.window, one.evidence, "en")
    )
    since = _both(f"首次发现 {date_of(one.first_day)}", f"first found {date_of(one.first_day)}")
    subject = _both(*SUBJECTS[one.subject])
    return (
        f'<details><summary>{_badge(one.level)}{new}<span class="who">{_unit(one)}</span>{words}</summary>'
        f'<p class="soft" id="{escape(one.finding)}">{escape(one.finding)} · {subject} · {since} · {escape(one.policy)}</p>'
        f"{_evidence(one)}{_members(one.members)}"
        f'<figure class="story"><figcaption id="{escape(one.finding)}-days">'
        f"{_both('每日所见:', 'Seen day by day:')} {_sample(one)}</figcaption>"
        f'<div class="scroll">{_days(told, one)}</div></figure></details>'
    )


def _days(told: Told, one: Finding) -> str:
    seen = told.seen.get(one.finding, ())
    return timeline(seen, told.day, _SAMPLES[one.detector], f"{escape(one.finding)}-days")


def _sample(one: Finding) -> str:
    name = _SAMPLES[one.detector]
    window_zh, window_en = f"近 {one.window} 天", f"in {one.window} days"
    return _both(f"{feature_text(name, 'zh')}({window_zh})", f"{feature_text(name, 'en')} {window_en}")


def _evidence(one: Finding) -> str:
    head = (
        f"<tr><th>{_both('特征', 'Feature')}</th>"
        f'<th class="n">{_both("值", "Value")}</th><th class="n">{_both("所及限值", "Limit reached")}</th></tr>'
    )
    rows = "".join(
        f"<tr><td>{_both(feature_text(name, 'zh'), feature_text(name, 'en'))}</td>"
        f'<td class="n">{measured_text(name, value)}</td>'
        f'<td class="n">{_limit(one, name)}</td></tr>'
        for name, value in one.evidence.items()
    )
    return f"<table>{head}{rows}</table>"


def _limit(one: Finding, name: str) -> str:
    if name not in one.limits:
        return "–"
    return f"{_SIDES.get((one.detector, name), '')} {measured_text(name, one.limits[name])}"


def _members(numbers: Iterable[int]) -> str:
    known = [escape(mask(number)) for number in numbers]
    if not known:
        return ""
    more = f" … +{len(known) - _LISTED}" if len(known) > _LISTED else ""
    return f"<p>{_both('成员', 'Members')}: {', '.join(known[:_LISTED])}{more}</p>"
