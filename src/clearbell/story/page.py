"""A story as one HTML page: no script, nothing fetched from elsewhere."""

from __future__ import annotations

import datetime
from collections import Counter
from html import escape

from clearbell.calls import DAY, HOUR, MINUTE
from clearbell.policy.model import Pack
from clearbell.story.drawing import timeline
from clearbell.story.model import LANES, Deadline, Event, Lane, Story, Tone
from clearbell.story.style import STYLE
from clearbell.story.text import deadline_words, shown

_HASH = 12
_LEGEND = (
    ("against", "不利", "against"),
    ("for", "有利、解除", "clears or restores"),
    ("plain", "经过", "what was done"),
    ("late", "逾期、未果", "late or in vain"),
    ("kept", "附录音或材料", "with a recording or paper"),
    ("ring", "期限", "a deadline"),
)


def page(story: Story, pack: Pack, language: str = "zh", nonce: str = "", around: str = "") -> str:
    """The page in Chinese and English, showing ``language`` first.

    ``nonce``: of its style sheet, where it is served. ``around``: HTML of what stands above it there, as it is.
    """
    zone = datetime.timezone(datetime.timedelta(minutes=pack.utc_offset_minutes))
    checked = {one: " checked" if one == language else "" for one in ("zh", "en")}
    seq, digest = story.head
    mark = f' nonce="{escape(nonce)}"' if nonce else ""
    return "".join(
        [
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">',
            f"<title>清铃 Clearbell {escape(story.case)}</title><style{mark}>{STYLE}</style></head><body>",
            around,
            f'<input class="languages" type="radio" name="language" id="zh" aria-label="中文"{checked["zh"]}>',
            f'<input class="languages" type="radio" name="language" id="en" aria-label="English"{checked["en"]}>',
            '<header><span class="switch"><label for="zh" lang="x">中文</label><label for="en" lang="x">English</label></span>',
            f"<h1>{_both(f'案件 {story.case}:{story.unit[0]}', f'Case {story.case}: {story.unit[1]}')}</h1>",
            f"<p>{_both(f'状态:{story.state[0]}', f'State: {story.state[1]}')}</p></header><main>",
            _tiles(story),
            f'<div class="scroll">{timeline(story, lambda at: shown(at, zone))}</div>',
            f'<p class="legend soft">{"".join(_legend(*one) for one in _LEGEND)}</p>',
            _table(story, zone),
            f'<p class="soft">{_both(f"截至 {shown(story.told, zone)},时间为 {pack.timezone}。账本共 {seq} 条,末条摘要", f"Told at {shown(story.told, zone)}, times of {pack.timezone}. The ledger has {seq} entries; the hash of the last is")} ',
            f"<code>{digest}</code>. ",
            _both("每条的摘要由其内容与前一条的摘要算出,可用以下命令核对:", "The hash of each entry is made from it and the hash before; to check them all:"),
            " <code>clearbell ledger verify</code></p></main></body></html>\n",
        ]
    )  # fmt: skip


def _both(zh: str, en: str) -> str:
    return f'<span lang="zh">{escape(zh)}</span><span lang="en">{escape(en)}</span>'


def _legend(kind: str, zh: str, en: str) -> str:
    return f'<span><i class="{kind}"></i>{_both(zh, en)}</span>'


def _tiles(story: Story) -> str:
    events = story.events
    kinds: Counter[str] = Counter()
    for event in events:
        kinds[event.kind] += event.count
    first, last = (events[0].at, events[-1].at) if events else (0, 0)
    tiles = (
        (kinds["reports.received"], "举报", "reports"),
        (kinds["verification.done"], "拨测", "test calls"),
        (kinds["notices.delivered"] , "送达回执", "receipts of notices"),
        (sum(event.lane is Lane.CASE for event in events), "案件条目", "entries of the case"),
        (sum(event.tone is Tone.LATE for event in events), "逾期或未果", "late or in vain"),
    )  # fmt: skip
    cells = [f'<div class="tile"><b>{count}</b>{_both(zh, en)}</div>' for count, zh, en in tiles]
    zh, en = _span(last - first)
    cells.append(f'<div class="tile"><b>{_both(zh, en)}</b>{_both("从始至今", "from first to last")}</div>')
    return f'<div class="tiles">{"".join(cells)}</div>'


def _span(time: int) -> tuple[str, str]:
    for unit, zh, en in ((DAY, "天", "d"), (HOUR, "小时", "h"), (MINUTE, "分", "min")):
        if time >= 2 * unit:
            return f"{time // unit} {zh}", f"{time // unit} {en}"
    return f"{time // 1_000_000} 秒", f"{time // 1_000_000} s"


def _table(story: Story, zone: datetime.timezone) -> str:
    heads = (
        ("时间", "When"),
        ("账本", "Ledger"),
        ("", ""),
        ("经过", "What"),
        ("谁", "Who"),
        ("证据与期限", "Evidence and deadlines"),
    )
    head = "".join(f'<th scope="col">{_both(zh, en)}</th>' for zh, en in heads)
    rows = "".join(_row(event, zone) for event in story.events)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _row(event: Event, zone: datetime.timezone) -> str:
    entry = (
        f'<span title="{event.kind} {event.hash}">#{event.seq} <code>{event.hash[:_HASH]}</code></span>'
        if event.seq
        else _both("通话记录", "call records")
    )
    kept = "".join(f'<code title="{one}">{one[:_HASH]}…</code> ' for one in event.evidence)
    due = _due(event.deadline, zone) if event.deadline else ""
    return (
        f'<tr class="{event.tone.value}"><td class="at">{shown(event.at, zone)}</td><td class="seq">{entry}</td>'
        f'<td class="lane">{_both(*LANES[event.lane])}</td><td class="what">{_both(event.zh, event.en)}</td>'
        f'<td>{escape(event.who)}</td><td class="kept">{kept}{due}</td></tr>'
    )


def _due(deadline: Deadline, zone: datetime.timezone) -> str:
    late = bool(deadline.met) and deadline.met > deadline.due
    words = _both(deadline_words(deadline, zone, zh=True), deadline_words(deadline, zone, zh=False))
    return f'<span class="{"due-late" if late else "soft"}">{words}</span>'
