"""Labels over HTTP: whole feeds and changes for switches and apps with a token, single look-ups for everyone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from litestar import MediaType, Request, Response, Router, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation
from litestar.response import Stream

from clearbell.labels.cards.queries import CardOnNumber, card_of, cards_in_bucket
from clearbell.labels.feeds import FORMS, shown_utc
from clearbell.labels.hashing import SIGNS, digest_of
from clearbell.labels.model import Labelled
from clearbell.labels.queries import changes, label_of, labels, labels_in_bucket, last_version
from clearbell.labels.wording import label_words
from clearbell.numbering import format_e164
from clearbell.web.doors import require_token
from clearbell.web.gate import Gate
from clearbell.web.limits import Limiter
from clearbell.web.refusals import REFUSALS
from clearbell.web.schemas import BadFieldError, to_number

MOST = 100_000
_PAGE = 10_000
APPEAL_PAGE = "/appeal"
ServedGate = NamedDependency[SkipValidation[Gate]]
Since = Annotated[int, QueryParameter(name="since", ge=0, le=2**62, description="Version that the reader has.")]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=_PAGE, description="Changes at most.")]
Size = Annotated[int, QueryParameter(name="size", ge=1, le=MOST, description="Labels at most, most reported first.")]
FeedLanguage = Annotated[str, QueryParameter(name="lang", pattern="^(zh|en)$", description="zh or en.")]


class LabelView(msgspec.Struct):
    """A label in force."""

    number: str
    category: str
    zh: str
    """What a phone shows."""
    en: str
    complaints: int
    at: str
    until: str


class LabelChange(msgspec.Struct):
    """A label as it now stands, or that it is gone."""

    version: int
    number: str
    removed: bool
    label: LabelView | None


class LabelChanges(msgspec.Struct):
    """What changed since a version, oldest first."""

    version: int
    """Ask from here the next time."""
    more: bool
    """Whether there are further changes to ask for now."""
    changes: list[LabelChange]


class CardView(msgspec.Struct):
    """A business name card in force."""

    number: str
    card: str
    revision: int
    zh: str
    """What a phone shows: the name, and department or purpose where there is one."""
    en: str
    logo: str
    """SHA-256 (hex) of the logo; empty for none."""
    at: str
    until: str


class LookedUp(msgspec.Struct):
    """What is known of a number."""

    number: str
    labelled: bool
    label: LabelView | None
    card: CardView | None = None
    """The verified holder's name card; never beside a label."""
    appeal: str = ""
    """Where the label can be appealed against, on this site; empty where there is none."""


class HashedLabel(msgspec.Struct):
    """A label under the digest of its number."""

    digest: str
    """SHA-256 (hex) of the number in E.164 form, ``+`` included."""
    category: str
    zh: str
    en: str
    until: str


class HashedCard(msgspec.Struct):
    """A name card under the digest of its number."""

    digest: str
    zh: str
    en: str
    logo: str
    until: str


class HashedLabels(msgspec.Struct):
    """Every label, and every name card, whose number's digest begins as asked."""

    prefix: str
    labels: list[HashedLabel]
    cards: list[HashedCard]


class TooManyAsksError(Exception):
    """The asker asked too often. 查询过于频繁。"""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self.zh = f"查询过于频繁,请 {seconds} 秒后再试;批量取用请使用带令牌的订阅"
        self.en = f"too many look-ups; ask again in {seconds} s, or use the feeds, which need a token, for many numbers"
        super().__init__(self.en)


def view(one: Labelled, gate: Gate) -> LabelView:
    """The label as feeds show it."""
    zh, en = (label_words(one.category, one.reporters, gate.pack, language) for language in ("zh", "en"))
    return LabelView(
        format_e164(one.number), one.category, zh, en, one.reporters, shown_utc(one.at), shown_utc(one.until)
    )


def card_view(one: CardOnNumber) -> CardView:
    """The card as feeds show it."""
    return CardView(
        format_e164(one.number),
        one.card,
        one.revision,
        one.texts.shown("zh"),
        one.texts.shown("en"),
        one.texts.logo,
        shown_utc(one.at),
        shown_utc(one.until),
    )


def words_in(gate: Gate, language: str) -> Callable[[Labelled], str]:
    """What is shown for a label, in the language."""
    return lambda one: label_words(one.category, one.reporters, gate.pack, language)


@get("/labels", sync_to_thread=True, responses=REFUSALS, summary="Labels that changed since a version")
def label_changes(gate: ServedGate, since: Since = 0, limit: Limit = _PAGE) -> LabelChanges:
    """Changes past a version, removals among them. From 0: everything in force."""
    with gate.store.read() as conn:
        found = changes(conn, since, limit)
        newest = last_version(conn)
    full = len(found) == limit
    return LabelChanges(
        # Without a full page everything was told, tombstones that a new reader is spared too.
        found[-1].version if full else max(newest, since),
        full,
        [
            LabelChange(
                change.version,
                format_e164(change.label.number),
                change.removed,
                None if change.removed else view(change.label, gate),
            )
            for change in found
        ],
    )


@get("/labels/feeds/{form:str}", sync_to_thread=True, responses=REFUSALS, summary="Labels in force as a file")
def label_feed(form: FromPath[str], gate: ServedGate, size: Size = MOST, lang: FeedLanguage = "zh") -> Stream:
    """The labels in force as ``csv``, ``vcf``, ``kamailio`` (a db_text table) or ``asterisk`` (console commands)."""
    if form not in FORMS:
        raise NotFoundException(detail="form")
    media, write = FORMS[form]
    with gate.store.read() as conn:
        found = labels(conn, gate.now(), size)
        version = last_version(conn)
    headers = {"X-Label-Version": str(version), "Cache-Control": "no-cache"}
    return Stream(write(found, words_in(gate, lang)), media_type=media, headers=headers)


def ask_open(request: Request[Any, Any, State], gate: Gate) -> None:
    """Count one asking of what is open to everyone. Raises :class:`TooManyAsksError`."""
    limiter: Limiter = request.app.state.limiter
    host = request.client.host if request.client else ""
    seconds = limiter.wait(host, gate.now())
    if seconds:
        raise TooManyAsksError(seconds)


@get("/labels/numbers/{number:str}", sync_to_thread=True, responses=REFUSALS, summary="Look a number up")
def look_up(number: FromPath[str], gate: ServedGate, request: Request[Any, Any, State]) -> LookedUp:
    """The label on a number, or else its name card; the query address of a phone's blocker. Open to everyone, so often a minute."""
    ask_open(request, gate)
    key = to_number(number, "number", gate.pack.home, blank_allowed=False)
    with gate.store.read() as conn:
        found = label_of(conn, key, gate.now())
        card = card_of(conn, key, gate.now()) if found is None else None
    return LookedUp(
        format_e164(key),
        found is not None,
        None if found is None else view(found, gate),
        None if card is None else card_view(card),
        APPEAL_PAGE if found is not None else "",
    )


@get("/labels/hashed/{prefix:str}", sync_to_thread=True, responses=REFUSALS, summary="Look up without telling")
def look_up_hashed(prefix: FromPath[str], gate: ServedGate, request: Request[Any, Any, State]) -> HashedLabels:
    """Every label and name card whose number's SHA-256 begins with five hexadecimal signs: the number itself is not told."""
    ask_open(request, gate)
    if len(prefix) != SIGNS or not set(prefix) <= set("0123456789abcdef"):
        raise BadFieldError(
            "prefix",
            f"应为 SHA-256 摘要的前 {SIGNS} 位小写十六进制字符",
            f"it should be the first {SIGNS} hexadecimal signs of the SHA-256, in lower case",
        )
    with gate.store.read() as conn:
        found = labels_in_bucket(conn, int(prefix, 16), gate.now())
        cards = [(digest_of(one.number), card_view(one)) for one in cards_in_bucket(conn, int(prefix, 16), gate.now())]
    hashed = []
    for one in found:
        shown = view(one, gate)
        hashed.append(HashedLabel(digest_of(one.number), one.category, shown.zh, shown.en, shown.until))
    named = [HashedCard(digest, one.zh, one.en, one.logo, one.until) for digest, one in cards]
    return HashedLabels(prefix, hashed, named)


@get("/robots.txt", sync_to_thread=False, include_in_schema=False)
def robots() -> Response[str]:
    """Nothing here is for search engines."""
    return Response("User-agent: *\nDisallow: /\n", media_type=MediaType.TEXT)


def feeds_routers() -> list[Router | HTTPRouteHandler]:
    """The routers of labels: with a token, and open."""
    return [
        Router(path="/v1", route_handlers=[label_changes, label_feed], guards=[require_token], tags=["labels"]),
        Router(path="/v1", route_handlers=[look_up, look_up_hashed], tags=["labels"]),
        robots,
    ]
