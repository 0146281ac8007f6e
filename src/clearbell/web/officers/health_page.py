"""How the node does, its followers, its feeds, the enforcement points and the lines that are answered, on one page."""

from __future__ import annotations

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from clearbell.desk.followers import MOST, followers_standing, notices_waiting
from clearbell.enforcement.health import health_of
from clearbell.labels.cards.queries import last_card_version
from clearbell.labels.queries import last_version
from clearbell.verification.lines import lines_health
from clearbell.web.doors import need_session
from clearbell.web.enforcement import signing_of
from clearbell.web.feeds import ServedGate
from clearbell.web.officers.health_texts import HEALTH, span_words
from clearbell.web.officers.page import Asked, language_of, show
from clearbell.web.revocation import shown_time


@get("/desk/health", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def health_page(request: Asked, gate: ServedGate) -> Response[str]:
    """What is well, and what somebody should look at."""
    language, now = language_of(request), gate.now()
    words = HEALTH[language]
    with gate.store.read() as conn:
        followers = followers_standing(conn, now)
        targets = health_of(conn, now, signing_of(request).names)
        lines = lines_health(conn, now, request.app.state.lines)
        waiting = notices_waiting(conn, now)
        labels, cards = last_version(conn), last_card_version(conn)
    counts = gate.counts
    damage = gate.journal_damage
    well = (
        not gate.stale
        and not damage
        and gate.chores_well
        and all(
            (
                *(one.well for one in followers),
                *(one.well for one in targets),
                *(one.well for one in lines),
                *(one.well for one in waiting),
            )
        )
    )
    return show(
        request,
        "health.html",
        o=words,
        well=well,
        stale=gate.stale,
        views=gate.views_seq,
        head=gate.store.head(),
        chores=gate.chores_well,
        calls=counts.calls,
        fail_open=counts.fail_open,
        policy=gate.pack.version,
        damage=[words["journal_line"].format(segment=one.segment, at=one.at, hidden=one.hidden) for one in damage],
        followers=[
            (
                getattr(one.followed, language),
                one.followed.name,
                one.cursor,
                f"{one.behind}{'+' if one.behind == MOST else ''}",
                span_words(one.lag, language) if one.behind else "–",
                shown_time(one.moved, gate) or words["never"],
                one.well,
            )
            for one in followers
        ],
        targets=[
            {
                "name": one.target,
                "kind": one.kind,
                "provider": one.provider,
                "owner": one.owner,
                "behind": one.behind,
                "unacknowledged": one.unacknowledged,
                "overdue": one.overdue,
                "oldest": span_words(now - one.oldest, language) if one.oldest else "",
                "deadline": shown_time(one.deadline, gate),
                "seen": shown_time(one.seen, gate) or words["never"],
                "next_try": shown_time(one.next_try, gate),
                "fault": one.fault,
                "well": one.well,
            }
            for one in targets
        ],
        lines=[
            {
                "name": one.line,
                "number": one.number,
                "owner": one.owner,
                "since": shown_time(one.since, gate),
                "doing": words[f"line_{one.doing.value}"],
                "calls": one.calls,
                "back": one.back,
                "last": shown_time(one.last, gate) or words["never"],
                "planned": one.planned,
                "fault": one.fault,
                "well": one.well,
            }
            for one in lines
        ],
        waiting=[
            words["waiting_line"].format(channel=one.channel, count=one.count, lag=span_words(one.lag, language))
            for one in waiting
        ],
        labels=labels,
        cards=cards,
    )


def health_handlers() -> list[HTTPRouteHandler]:
    """The handlers of the page of health."""
    return [health_page]
