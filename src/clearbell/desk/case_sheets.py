"""A case as the sheets and the conversation that are handed over; reporters masked unless there is a reason not to."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from clearbell.cases.evidence import Content, Recording, VerificationCall
from clearbell.cases.files import case_of, evidence_in, part_of, unit_of, units_in
from clearbell.cases.model import EvidenceAdded, State, UnitKind, Verdict
from clearbell.cases.queries import category_of, story
from clearbell.cases.wording import STATES, VERDICTS, line_words, unit_words
from clearbell.dossier.model import Conversation, Judged, Language, Section, Sheet, Talk
from clearbell.dossier.model import Row as Line
from clearbell.dossier.vcon import recording_name, uuid8
from clearbell.notices.model import State as Sent
from clearbell.notices.queries import notice_of
from clearbell.numbering import format_e164, mask
from clearbell.policy.model import Pack
from clearbell.registry.queries import holder_name, holder_of
from clearbell.reports.model import Standing
from clearbell.reports.tables import report, report_detail
from clearbell.reports.wording import STANDINGS
from clearbell.sanctions.life import stages_of
from clearbell.sanctions.model import State as Standing_
from clearbell.sanctions.queries import notices_about, sanctions
from clearbell.vault import Vault, VaultError, media_of

HOST = "clearbell.invalid"
"""In ids of containers: nobody's."""
_MOST_REPORTS = 1_000
_SANCTION_STATES = {
    Standing_.ANNOUNCED: {"zh": "已公告,未生效", "en": "announced, not in force yet"},
    Standing_.IN_FORCE: {"zh": "生效中", "en": "in force"},
    Standing_.STEPPED_DOWN: {"zh": "生效中(已降级)", "en": "in force, stepped down"},
    Standing_.EXPIRED: {"zh": "已到期", "en": "expired"},
    Standing_.LIFTED: {"zh": "已解除", "en": "lifted"},
    Standing_.WITHDRAWN: {"zh": "已撤回", "en": "withdrawn"},
}

_NOTICE_STATES = {
    Sent.QUEUED: {"zh": "待发送", "en": "queued"},
    Sent.SENDING: {"zh": "发送中", "en": "being sent"},
    Sent.SENT: {"zh": "已发送", "en": "sent"},
    Sent.DELIVERED: {"zh": "已送达", "en": "delivered"},
    Sent.FAILED: {"zh": "失败", "en": "failed"},
    Sent.EXPIRED: {"zh": "过期未送", "en": "not sent in time"},
}


class Source(msgspec.Struct, frozen=True):
    """Where a case file is drawn from: one picture of the store at one time."""

    case: str
    hand_over: str
    to: str
    officers: tuple[str, str]
    """Who proposed it, and who hands it over."""
    at: int
    """µs UTC."""
    seq: int
    """Place and hash of the ledger's newest entry."""
    hash: str
    with_reporters: str = ""


class CaseFile(msgspec.Struct, frozen=True):
    """What is handed over, before it is files."""

    sheets: dict[Language, Sheet]
    conversation: Conversation
    recordings: dict[str, tuple[bytes, str]]
    """Content and media type by path in the package."""


def draw_up(conn: Connection, source: Source, pack: Pack, vault: Vault) -> CaseFile:
    """The case file as it stands. Raises :class:`~clearbell.cases.errors.UnknownCaseError`."""
    evidence = evidence_in(conn, source.case)
    reports = _reports(conn, source.case)
    hide = _hider({one.reporter for one in reports}) if not source.with_reporters else str
    recordings = _recordings(evidence, vault)
    sheets: dict[Language, Sheet] = {
        "zh": _sheet(conn, source, pack, "zh", reports, recordings, hide),
        "en": _sheet(conn, source, pack, "en", reports, recordings, hide),
    }
    return CaseFile(
        sheets,
        _conversation(conn, source, pack, evidence, recordings, hide),
        {recording_name(digest, media): (data, media) for digest, (data, media, _) in recordings.items() if data},
    )


def _reports(conn: Connection, case: str) -> list[Row[Any]]:
    numbers = [unit.number for unit in units_in(conn, case) if unit.number]
    query = (
        select(report, report_detail.c.description)
        .join(report_detail, report_detail.c.report == report.c.report, isouter=True)
        .where(report.c.number.in_(numbers), report.c.wanted.is_(False))
        .order_by(report.c.received, report.c.report)
        .limit(_MOST_REPORTS)
    )
    return list(conn.execute(query))


def _hider(reporters: set[int]) -> Any:
    """Masks the reporters' numbers wherever somebody wrote one down."""
    forms: list[tuple[str, str]] = []
    for one in sorted(reporters - {0}, reverse=True):
        digits, shown = str(one), mask(one)
        forms += [(f"+{digits}", shown), (digits, shown)]
        if digits.startswith("86") and len(digits) > len("86") + 7:
            forms.append((digits[2:], shown))

    def hide(text: str) -> str:
        for whole, shown in forms:
            text = text.replace(whole, shown)
        return text

    return hide


def _recordings(evidence: list[EvidenceAdded], vault: Vault) -> dict[str, tuple[bytes, str, int]]:
    """By digest: content (empty: no longer kept), media type, seconds."""
    found: dict[str, tuple[bytes, str, int]] = {}
    for one in evidence:
        what = one.what
        digest = what.digest if isinstance(what, Recording) else getattr(what, "recording", "")
        if not digest or digest in found:
            continue
        try:
            data = vault.get(digest)
        except VaultError:
            data = b""
        found[digest] = (data, media_of(data) or "audio/wav", getattr(what, "talk", 0))
    return found


def _sheet(
    conn: Connection,
    source: Source,
    pack: Pack,
    language: Language,
    reports: list[Row[Any]],
    recordings: dict[str, tuple[bytes, str, int]],
    hide: Any,
) -> Sheet:
    zh = language == "zh"
    row = case_of(conn, source.case)
    lines = story(conn, source.case)

    def when(at: int) -> str:
        return _when(at, pack)

    def told(line: Any) -> Line:
        said = hide(line_words(line, pack, language))
        return Line(when(line.at), f"{said} [{line.source}]" if line.source else said)

    def say(chinese: str, english: str) -> str:
        return chinese if zh else english

    sections = (
        Section(say("立案缘由", "What opened it"), tuple(told(one) for one in lines if one.joins is not None), "-"),
        Section(say("经过", "What happened"), tuple(told(one) for one in lines), "-"),
        Section(say("处置", "Sanctions"), tuple(_sanctions(conn, source.case, pack, language)), say("无", "none")),
        Section(
            say("录音", "Recordings"),
            tuple(
                Line(
                    say(f"{seconds} 秒", f"{seconds} s"),
                    recording_name(digest, media) if data else say(f"{digest}(已不再保存)", f"{digest} (kept no more)"),
                )
                for digest, (data, media, seconds) in recordings.items()
            ),
            say("无", "none"),
        ),
        Section(
            say("举报", "Reports")
            + (say("(举报人已隐去)", " (reporters masked)") if not source.with_reporters else ""),
            tuple(_report(one, source, pack, language, hide) for one in reports),
            say("无", "none"),
        ),
        Section(
            say("核验", "How to check this"),
            (
                Line(
                    say("文件", "files"),
                    say(
                        "manifest.json 写明每个文件的 SHA-256;signature.json 为账本密钥的签名和账本条目全文",
                        "manifest.json names the SHA-256 of each file; signature.json holds the signature by the "
                        "ledger's key and the whole ledger entry",
                    ),
                ),
                Line(say("命令", "command"), "clearbell hand-over verify FOLDER --key KEY"),
            ),
        ),
    )
    return Sheet(
        language,
        say(f"案件卷宗 {source.case}", f"Case file {source.case}"),
        tuple(_heads(conn, source, row, pack, language)),
        sections,
        say(
            f"移交 {source.hand_over} · 案件 {source.case} · 账本 {source.seq}",
            f"hand-over {source.hand_over} · case {source.case} · ledger {source.seq}",
        ),
    )


def _heads(conn: Connection, source: Source, row: Row[Any], pack: Pack, language: Language) -> list[Line]:
    zh = language == "zh"
    units = units_in(conn, source.case)
    category = pack.categories.get(category_of(conn, source.case))
    heads = [
        ("对象", "about", ", ".join(unit_words(unit, language) for unit in units)),
        ("状态", "state", STATES[State(row.state)][language]),
        ("结论", "verdict", VERDICTS[Verdict(row.verdict)][language] if row.verdict else "-"),
        ("类别", "category", (category.zh if zh else category.en) if category else "-"),
        ("移交对象", "handed over to", source.to),
        ("移交编号", "hand-over", source.hand_over),
        ("提出人", "proposed by", source.officers[0]),
        ("移交人", "handed over by", source.officers[1]),
        ("制作时间", "written", _when(source.at, pack)),
        ("账本位置", "ledger position", f"{source.seq}  {source.hash}"),
    ]
    held = [holder_of(conn, unit.number) for unit in units if unit.number]
    held += [unit.name for unit in units if unit.kind is UnitKind.HOLDER]
    names = sorted({f"{one} {holder_name(conn, one)}".strip() for one in held if one})
    if names:
        heads.insert(1, ("使用主体", "holder", ", ".join(names)))
    parts = part_of(conn, source.case)[1:]
    if parts:
        heads.insert(1, ("并入案件", "with cases", ", ".join(parts)))
    if source.with_reporters:
        heads.append(("举报人信息", "reporters", source.with_reporters))
    return [Line(chinese if zh else english, text) for chinese, english, text in heads]


def _sanctions(conn: Connection, case: str, pack: Pack, language: Language) -> list[Line]:
    zh = language == "zh"
    lines = []
    rows = [one for part in part_of(conn, case) for one in sanctions(conn, case=part, limit=None)]
    for one in sorted(rows, key=lambda row: (row.announced, row.sanction)):
        state = _SANCTION_STATES[Standing_(one.state)][language]
        what = format_e164(one.number) if one.number else one.name
        lines.append(
            Line(
                _when(one.announced, pack),
                f"{one.sanction} {what}:{state};{one.reason} [{one.officer}]"
                if zh
                else f"{one.sanction} {what}: {state}; {one.reason} [{one.officer}]",
            )
        )
        for stage in stages_of(one):
            rung = pack.rungs[stage.rung.value]
            end = _when(stage.until, pack) if stage.until else ("解除为止" if zh else "it is lifted")
            lines.append(Line("", f"{rung.zh} 至 {end}" if zh else f"{rung.en} until {end}"))
        for told in notices_about(conn, one.sanction):
            known = notice_of(conn, told.notice) if not told.fault else None
            became = told.fault or (_NOTICE_STATES[Sent(known.state)][language] if known is not None else "-")
            lines.append(Line(_when(told.at, pack), f"{'告知' if zh else 'told by'} {told.channel}: {became}"))
    return lines


def _report(one: Row[Any], source: Source, pack: Pack, language: Language, hide: Any) -> Line:
    known = pack.categories.get(one.category)
    about = one.category if known is None else known.zh if language == "zh" else known.en
    standing = STANDINGS[Standing(one.standing)][language]
    who = format_e164(one.reporter) if source.with_reporters and one.reporter else mask(one.reporter)
    words = f" {one.description}" if source.with_reporters and one.description else ""
    return Line(_when(one.received, pack), hide(f"{one.report} {who} {about or '-'}, {standing}{words}"))


def _conversation(
    conn: Connection,
    source: Source,
    pack: Pack,
    evidence: list[EvidenceAdded],
    recordings: dict[str, tuple[bytes, str, int]],
    hide: Any,
) -> Conversation:
    row = case_of(conn, source.case)
    unit = unit_of(row)
    talks, judged, named = [], [], set()
    for one in evidence:
        what = one.what
        if isinstance(what, VerificationCall):
            data, media, _ = recordings.get(what.recording, (b"", "", 0))
            talks.append(
                Talk(
                    one.at, what.talk, what.outcome, what.recording, data, media, hide(what.text), what.confidence,
                    one.reference,
                )
            )  # fmt: skip
            named.add(what.recording)
        elif isinstance(what, Content):
            judged.append(
                Judged(
                    what.category, what.confidence, what.doubt, what.recording, tuple(map(hide, what.spoke)), what.model
                )
            )
    for one in evidence:
        what = one.what
        if isinstance(what, Recording) and what.digest not in named:
            data, media, _ = recordings[what.digest]
            talks.append(Talk(one.at, what.talk, "", what.digest, data, media, reference=one.reference))
            named.add(what.digest)
    told = tuple(
        {
            "at": _when(line.at, pack),
            "source": line.source,
            "zh": hide(line_words(line, pack, "zh")),
            "en": hide(line_words(line, pack, "en")),
        }
        for line in story(conn, source.case)
    )
    held = holder_of(conn, unit.number) if unit.number else unit.name
    return Conversation(
        uuid8(source.at, HOST, source.hand_over),
        source.at,
        f"案件 {source.case} / case {source.case}",
        format_e164(unit.number) if unit.number else "",
        holder_name(conn, held) or held,
        tuple(talks),
        tuple(judged),
        told,
    )


def _when(at: int, pack: Pack) -> str:
    zone = datetime.timezone(datetime.timedelta(minutes=pack.utc_offset_minutes))
    return datetime.datetime.fromtimestamp(at / 1e6, zone).isoformat(" ", "minutes") if at else ""
