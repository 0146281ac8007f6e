"""What a pack says, checked and laid out for use."""

from __future__ import annotations

from typing import Literal

import msgspec

from clearbell.calls import Action, Answer
from clearbell.numbering import NumberClass
from clearbell.policy.enforcement import EnforcementRules
from clearbell.policy.figures import FigureRules
from clearbell.policy.ladder import LadderRules
from clearbell.policy.orders import OrderRules
from clearbell.policy.status import Status as Status


class Price(msgspec.Struct, frozen=True):
    """What a symbol costs, whether it decides by itself, and the words for it."""

    points: float
    decides: Action | None
    answer: Answer | None
    """How the decision is said; set exactly when ``decides`` is."""
    zh: str
    en: str
    source: str
    status: Status


class Threshold(msgspec.Struct, frozen=True):
    """A limit that a check reads."""

    value: float | None
    """None: off."""
    unit: str
    source: str
    status: Status
    min_sample: int = 0
    """With fewer observations than this the check does not apply."""


class ActionStep(msgspec.Struct, frozen=True):
    """From this total on, this is done."""

    at_least: float
    action: Action
    answer: Answer


class Category(msgspec.Struct, frozen=True):
    """A kind of nuisance or trade, as reports, wishes, purposes and labels name it."""

    code: str
    zh: str
    en: str


class Window(msgspec.Struct, frozen=True):
    """Hours of the day, in the pack's time zone: minutes since midnight, the end not included."""

    start: int
    end: int
    source: str
    status: Status

    def __str__(self) -> str:
        """``08:00-21:00``."""
        return "-".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in (self.start, self.end))


class Area(msgspec.Struct, frozen=True):
    """An area whose deliveries are verified more closely."""

    zh: str
    en: str
    source: str
    status: Status


class LabelRules(msgspec.Struct, frozen=True):
    """When a number gets a label from reports, and for how long."""

    min_reporters: int
    min_score: float
    """Decayed complaints (evidence) from which a label is published."""
    days: int
    heat_half_life_days: float
    evidence_half_life_days: float
    source: str
    status: Status
    min_confidence: float = 0.3
    """Lower Wilson bound of the share of complaints among complaints and votes for the number; 0: votes do not matter."""


class ReportRules(msgspec.Struct, frozen=True):
    """What a report of a nuisance call weighs: every weight there is. One plain complaint is the unit.

    A reporter is one voice about a number, however often he complains: his weightiest complaint counts, as fresh as
    it is.
    """

    trusted: tuple[str, ...] = ("desk", "api", "csv", "ftc", "simulation")
    """Sources that have verified their reporters: their reports are proven where no call records can tell."""
    answered: tuple[str, ...] = ("portal", "api", "desk")
    """Sources whose complaints are owed an answer within the deadlines; those of lists are the sender's to answer."""
    matched: float = 1.25
    """Weight of a report whose call is on record at the time told."""
    loose: float = 1.0
    """Weight of one whose call is on record, but at another hour of the day, refused before it rang, or of another length."""
    unrecorded: float = 1.0
    """Weight of a report by a verified reporter, or from a trusted source, about a call of which there can be no record."""
    unproven: float = 0.2
    """Weight of such a report from any other source. It never makes a reporter that a label needs."""
    unproven_per_day: int = 2
    """Unproven reports about a number and day that count; further ones are set aside as a burst."""
    match_minutes: int = 60
    """How far the time told may be from that on record."""
    records_wait_minutes: int = 60
    """How long a report waits for the record of its call, which another switch may deliver late."""
    code_minutes: int = 30
    """How long after a call its callee can report it by dialling the code."""
    complaint_days: int = 30
    """A report of a call longer ago is a mere report: it weighs ``old``, and no answer is owed."""
    old: float = 0.5
    stale_days: int = 180
    """A report of a call longer ago is set aside."""
    private_days: int = 60
    """How far back a private dispute shows."""
    private_talks: int = 2
    """Talks in each direction that mark a possible private dispute."""
    refuted: float = 2.0
    """Weight of a verdict against a reporter's report, where one for it weighs 1."""
    credit: float = 3.0
    """Verdicts that a reporter is taken to have had in his favour: the larger, the slower the first errors count."""
    least_credibility: float = 0.1
    credible: float = 0.5
    """Credibility below which a reporter does not count among those that a label needs."""
    bad_faith_days: int = 365
    """Longest time for which one mark of bad faith voids a reporter's reports."""
    bombing: int = 10
    """Reports about a number set aside in a day that show as an attack on it."""
    source: str = ""
    status: Status = Status.OURS


class UrgencyRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What makes a case urgent: whole points that add up, once for each kind of reason."""

    reports: int
    finding: int
    detector: int
    order: int
    officer: int
    per_reporter: int
    """For each distinct reporter past the line."""
    reporters_most: int
    """Most points that reporters past the line add."""
    grave: int
    """Where a grave category is told of, by most reporters or by the content of a call."""
    late: int
    """For each deadline of the case that passed."""
    urgent_at: int
    """From so many points on a case is shown as urgent."""


class CaseRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a case is opened by itself, what a verdict needs, and what makes a case urgent."""

    reporters: int
    """Distinct proven reporters within the window from which reports open a case."""
    window_days: int
    matches: tuple[Literal["matched", "loose", "no-records"], ...]
    """What call records must say of a report that helps to open one: values of ``reports.model.Match``."""
    four_eyes: tuple[Literal["confirmed", "cleared", "inconclusive"], ...]
    """Verdicts that a second officer confirms."""
    hand_over_four_eyes: bool
    """Whether a second officer confirms that a case file is handed over to an authority."""
    proof: tuple[Literal["calls", "test-call", "recording", "content", "finding", "sanction", "note"], ...]
    """Kinds of evidence of which a confirmed verdict needs at least one; empty: it needs none."""
    snooze_days: int
    """Longest that a case may be put off at a time."""
    grave: tuple[str, ...]
    """Categories that make a case more urgent."""
    urgency: UrgencyRules
    source: str
    status: Status


class ContentRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the category of a call's content is told, and when two calls follow one script. Shares are 0 to 1."""

    least_grams: int
    """N-grams that a text needs: with fewer nothing is told."""
    least_known: float
    """Share of them that the model has met; below it the call is like none that it learned from."""
    undecided_below: float
    """Confidence below which nothing is told."""
    script_likeness: float
    """Share of shingles in common (Jaccard) from which two texts follow one script."""
    script_calls: int
    """Calls that make a campaign."""
    copy_likeness: float
    """Likeness from which texts are near copies, kept together when some are held back for a test."""
    source: str
    status: Status


class Retention(msgspec.Struct, frozen=True):
    """How long records are kept."""

    decisions_days: int
    cdr_days: Threshold
    """Days that finished calls stay in the lake; its value None: until they are removed by hand."""
    source: str
    status: Status
    callee_pseudonym: bool = False
    """Called numbers are written to the lake under a keyed pseudonym."""


class DetectorRule(msgspec.Struct, frozen=True):
    """When a detector of discovery finds something."""

    window: int
    """Days that it looks at, the last one included."""
    min_sample: int
    """With fewer it does not apply."""
    warning: dict[str, float] | None
    """Limits by feature, and ``signs``; None: off."""
    critical: dict[str, float] | None
    source: str
    status: Status


class CodeRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One-time codes that prove a number."""

    digits: int
    life_minutes: int
    tries: int
    """How often a wrong code may be entered before another must be asked for."""
    resend_seconds: int
    """Between two codes to one number."""
    per_number_hour: int
    per_number_day: int
    """Most codes to one number within 24 hours."""
    per_hour: int
    """Most codes to all numbers within an hour."""
    proof_minutes: int
    """How long a proven number counts as proven."""
    source: str
    status: Status


class MassPurpose(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a mass notice may be for."""

    zh: str
    en: str
    mandatory: bool
    """It goes also to those who opted out."""
    commercial: bool = False
    """It goes only to those whose consent to its holder is in force; opting out withdraws that."""


class MassRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mass notices."""

    parts_most: int
    """Parts of an SMS, at most 16."""
    days_most: int
    """From drafting to the end of its time."""
    attempts: int
    """How often a recipient is tried whom the other side would not take yet."""
    retry_seconds: tuple[int, ...]
    """Waits before each further attempt; the last one repeats."""
    in_doubt: Literal["end", "again"]
    """What becomes of a message that left without an answer, where the other side does not know repeats: ``end``: it
    has that as its reason and is not sent again; ``again``: it is sent again, and some get it twice."""
    receipt_hours: int
    """How long a delivery receipt is waited for after the message was accepted."""
    reply_days: int
    """How long after a notice, or an ask for a consent, an SMS is taken for the answer to it."""
    sample: int
    """Recipients that a preview shows, masked."""
    opt_out_words: tuple[str, ...]
    """An SMS that says nothing else opts its sender out; capital or not."""
    opt_in_words: tuple[str, ...]
    source: str
    status: Status
    purposes: dict[str, MassPurpose]

    def is_mandatory(self, purpose: str) -> bool:
        """Whether a notice for it goes also to those who opted out."""
        found = self.purposes.get(purpose)
        return found is not None and found.mandatory

    def is_commercial(self, purpose: str) -> bool:
        """Whether a notice for it needs each recipient's consent."""
        found = self.purposes.get(purpose)
        return found is not None and found.commercial


class ReservedWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that only a public body whose own name has one of them may show on a name card."""

    words: tuple[str, ...]
    source: str
    status: Status


class CardRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What business name cards may show, and for how long."""

    days: int
    """From publication or re-check to expiry."""
    name_width: int
    """Widest name; a Chinese character counts 2."""
    department_width: int
    forbidden: tuple[str, ...]
    """What nobody may show: it would be taken for a mark of ours, or for a link."""
    source: str
    status: Status
    reserved: tuple[ReservedWords, ...] = ()


class ScrubRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a caller who holds a calling list against consents and refusals may be told."""

    tells: tuple[str, ...]
    """Reasons told as they are; of every other only whether the number may be called."""
    source: str
    status: Status


class HearingRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the sound of a test call is judged. Times in ms, levels in dB of full scale."""

    floor_db: float
    """What is quieter is silence."""
    voice_db: float
    """How much louder than the line's own noise voice is."""
    gap_ms: int
    """Pauses shorter than this belong to an utterance."""
    utterance_ms: int
    """Shorter sounds are clicks."""
    tone_share: float
    """Share of a frame's power within two pitches from which it may be a tone."""
    tone_steady_db: float
    """How much the level of a tone changes at most from one frame to the next."""
    tone_ms: int
    """A tone lasts at least so long."""
    greeting_ms: int
    """A person's first words last no longer …"""
    wait_ms: int
    """… and are followed by a wait of at least so long."""
    late_ms: int
    """A person begins to speak within this time."""
    monologue_ms: int
    """Whoever speaks so long without a wait is a machine."""
    repeat_ms: int
    """What is said again after at least so long is an announcement."""
    match_votes: int
    """Pairs of spectral peaks that have to agree on one shift before two recordings are the same …"""
    match_share: float
    """… and their share of the pairs of the shorter one."""


class ForCases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Test calls that a case plans by itself when its verification begins."""

    calls: int
    """To each number; 0: none is planned by itself."""
    numbers: int
    """Of a holder: its numbers that called most, so many."""
    times: tuple[str, ...]
    """Windows of the day, ``HH:MM-HH:MM`` in the pack's time zone, ascending: each call is made in the next one after the
    call before it."""

    @property
    def windows(self) -> tuple[tuple[int, int], ...]:
        """The windows as minutes since midnight, the end not included."""
        return tuple((minutes(one[:5]), minutes(one[6:])) for one in self.times)


def minutes(text: str) -> int:
    """Minutes since midnight of ``HH:MM``."""
    return int(text[:2]) * 60 + int(text[3:])


class VerificationRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Test calls: how many, when, how long, what is never called, and how their sound is judged."""

    per_number_day: int
    """Most test calls to a number within 24 hours."""
    per_pool_day: int
    """Most test calls of a pool of lines within 24 hours."""
    concurrency: int
    """Most test calls of a pool at a time."""
    gap_minutes: int
    """Least time between two test calls to a number."""
    spread_minutes: int
    """A call's time is drawn within so long after it may be made, so that a pattern does not give us away."""
    ring_seconds: int
    talk_seconds: int
    immediate_seconds: float
    """Who hangs up sooner after the answer hung up at once."""
    call_back_hours: int
    """A call to one of our lines so long after a test call on it is its call-back."""
    recording_notice: str
    """``none``, ``tone`` (a beep), or ``spoken`` (the node's WAV file, which has to say the words below)."""
    notice_zh: str
    notice_en: str
    recordings_days: int
    prints_days: int
    """How long a recording can be recognised, which may be longer than it is kept."""
    prints_seconds: int
    """How much of it, from its first voice on, is kept for that."""
    never: tuple[NumberClass, ...]
    """Classes never called; emergency and public-service numbers are among them always."""
    statuses: dict[str, tuple[int, ...]]
    """What SIP statuses mean: ``busy``, ``no-answer``, ``refused``, ``not-in-service``; others are failures."""
    for_cases: ForCases
    hearing: HearingRules
    source: str
    status: Status


class Pack(msgspec.Struct, frozen=True):
    """A jurisdiction's rules."""

    id: str
    version: str
    """Declared version and a digest of the text: any edit changes it."""
    zh: str
    en: str
    home: str
    """ISO code of the country whose national number forms are understood."""
    country: int
    """Its calling code."""
    timezone: str
    utc_offset_minutes: int
    order: tuple[str, ...]
    """Names of checks, in the order of judgement."""
    prices: dict[str, Price]
    actions: tuple[ActionStep, ...]
    """Ascending; the first is where every total stands at least."""
    thresholds: dict[str, Threshold]
    hours: dict[str, Window]
    categories: dict[str, Category]
    rungs: dict[str, Category]
    """Names of the sanction ladder's rungs, mildest first."""
    label: LabelRules
    reports: ReportRules
    retention: Retention
    codes: CodeRules
    mass_notices: MassRules
    cards: CardRules
    scrub: ScrubRules
    figures: FigureRules
    cases: CaseRules
    content: ContentRules
    verification: VerificationRules
    ladder: LadderRules
    orders: OrderRules
    enforcement: EnforcementRules
    deadlines: dict[str, Threshold]
    """Deadlines, and limits that no check of the call path reads."""
    risky_areas: dict[str, Area] = {}
    """By administrative division code or the beginning of one."""
    features: dict[str, Threshold] = {}
    """Limits that the features of discovery are counted by."""
    learning: dict[str, Threshold] = {}
    """What a model is trained, measured and watched by."""
    detectors: dict[str, DetectorRule] = {}
    """What discovery looks for, by detector."""
    campaigns: dict[str, Threshold] = {}
    """What ties suspect numbers into campaigns."""

    def price(self, symbol: str) -> Price:
        """Price of a symbol of :mod:`clearbell.policy.symbols`; the loader made sure that it has one."""
        return self.prices[symbol]

    def limit(self, name: str) -> float | None:
        """Value of a threshold; None when it is off."""
        return self.thresholds[name].value

    def action_for(self, total: float) -> ActionStep:
        """What a total leads to."""
        chosen = self.actions[0]
        for step in self.actions[1:]:
            if total < step.at_least:
                break
            chosen = step
        return chosen
