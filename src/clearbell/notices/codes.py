"""One-time codes: proof that someone holds a number, asked for by a web form.

Only a salted digest of a code is kept, keyed by the node's key; the code itself travels encrypted in its notice and is
wiped when that was sent. Codes of six digits are safe because tries are few, so a wrong try must be counted: checking
answers with a value and never raises for a wrong code, since raising would take the count back with the act.
"""

from __future__ import annotations

import base64
import binascii
import hmac

import msgspec
from sqlalchemy import Connection, func, select, update

from clearbell.calls import DAY, HOUR, MINUTE
from clearbell.ledger import Act
from clearbell.notices.errors import CodesBusyError, CodeTooSoonError, TooManyCodesError
from clearbell.notices.keys import NoticeKey
from clearbell.notices.model import Channel, CodeChecked, CodeSent, Priority
from clearbell.notices.service import Notice, Outbox, do_queue_notice
from clearbell.notices.tables import notice_code
from clearbell.policy.model import CodeRules

_SECOND = 1_000_000
_SALT = 16
TEMPLATE = "code"


class SentCode(msgspec.Struct, frozen=True):
    """A code is on its way."""

    notice: str
    until: int
    """Until when it can be entered, µs UTC."""
    again: int
    """From when another may be asked for, µs UTC."""


class Proven(msgspec.Struct, frozen=True):
    """The code was right: whoever has the token proved to hold the number."""

    token: str
    """For :func:`verified_until`; it says nothing about the number."""
    verified_until: int
    """Until when the token counts, µs UTC."""


class NotProven(msgspec.Struct, frozen=True):
    """The code was not right; the try is counted once the act commits."""

    zh: str
    en: str
    tries_left: int
    """0: another code must be asked for."""
    column: str = "code"


def do_send_code(
    act: Act, outbox: Outbox, rules: CodeRules, number: int, purpose: str, *, language: str = "zh"
) -> SentCode:
    """Send a new code to a number for a purpose; an earlier one for the same purpose is void from now on.

    Raises :class:`CodeTooSoonError`, :class:`TooManyCodesError`, :class:`CodesBusyError`, and what
    :func:`~clearbell.notices.service.do_queue_notice` raises; then nothing is sent and the earlier code still counts.
    """
    _check_limits(act, rules, number)
    salt = outbox.key.randomness(_SALT)
    code = _new_code(outbox.key, rules.digits)
    until = act.at + rules.life_minutes * MINUTE
    notice = do_queue_notice(
        act,
        outbox,
        Notice(
            key=f"code:{salt.hex()}",
            channel=Channel.SMS,
            recipient=number,
            template=TEMPLATE,
            arguments={"code": code, "minutes": str(rules.life_minutes)},
            language=language,
            purpose=purpose,
            not_after=until,
            priority=Priority.URGENT,
        ),
    )
    mine = (notice_code.c.number == number) & (notice_code.c.purpose == purpose) & (notice_code.c.done == 0)
    act.conn.execute(update(notice_code).where(mine).values(done=act.at))
    act.conn.execute(
        notice_code.insert().values(
            notice=notice,
            number=number,
            purpose=purpose,
            salt=salt,
            digest=outbox.key.code_digest(salt, number, purpose, code),
            sent=act.at,
            until=until,
            tries=0,
            done=0,
        )
    )
    act.append("notices.code-sent", [CodeSent(number, purpose, notice, until)], about=lambda f: f.number)
    return SentCode(notice, until, act.at + rules.resend_seconds * _SECOND)


def do_check_code(
    act: Act, key: NoticeKey, rules: CodeRules, number: int, purpose: str, code: str
) -> Proven | NotProven:
    """Check a code that someone entered. A right one is used up; a wrong one costs a try, so the act must commit."""
    row = act.conn.execute(
        select(notice_code)
        .where(notice_code.c.number == number, notice_code.c.purpose == purpose, notice_code.c.done == 0)
        .order_by(notice_code.c.sent.desc())
    ).first()
    if row is None or row.until <= act.at or row.tries >= rules.tries:
        return NotProven(
            "没有可用的验证码(未获取、已使用、已过期或输错次数过多);请重新获取",
            "there is no code to check: none was asked for, or it was used, is too old, or was wrong too often; "
            "ask for a new one",
            0,
        )
    # People type full-width digits and blanks; the digits are what was sent.
    entered = "".join(str(int(sign)) for sign in code if sign.isdecimal())
    right = hmac.compare_digest(bytes(row.digest), key.code_digest(bytes(row.salt), number, purpose, entered))
    values = {"done": act.at} if right else {"tries": row.tries + 1}
    act.conn.execute(update(notice_code).where(notice_code.c.notice == row.notice).values(**values))
    act.append("notices.code-checked", [CodeChecked(number, purpose, right)], about=lambda f: f.number)
    if right:
        until = act.at + rules.proof_minutes * MINUTE
        return Proven(proof_until(key, number, purpose, until), until)
    left = rules.tries - row.tries - 1
    if left:
        return NotProven(f"验证码不正确,还可再试 {left} 次", f"the code is not right; {left} tries are left", left)
    return NotProven(
        "验证码不正确,且已无可试次数;请重新获取",
        "the code is not right, and no tries are left; ask for a new one",
        0,
    )


def verified_until(key: NoticeKey, number: int, purpose: str, token: str, now: int) -> int:
    """Until when (µs UTC) the token proves that its bearer holds the number for the purpose; 0: it does not, or no more."""
    until_text, _, signature = token.partition(".")
    if not (until_text.isascii() and until_text.isdigit()) or len(until_text) > 18:
        return 0
    until = int(until_text)
    try:
        given = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    except (binascii.Error, ValueError):
        return 0
    good = hmac.compare_digest(key.proof(number, purpose, until), given)
    return until if good and now < until else 0


def proof_until(key: NoticeKey, number: int, purpose: str, until: int) -> str:
    """A token by which its bearer proves until ``until`` (µs UTC) that he holds the number; give it to nobody else."""
    signature = base64.urlsafe_b64encode(key.proof(number, purpose, until)).rstrip(b"=").decode()
    return f"{until}.{signature}"


def _new_code(key: NoticeKey, digits: int) -> str:
    # Rejecting the uneven rest keeps every code equally likely.
    space = 10**digits
    limit = 2**64 // space * space
    while (drawn := int.from_bytes(key.randomness(8), "big")) >= limit:
        pass
    return f"{drawn % space:0{digits}d}"


def _check_limits(act: Act, rules: CodeRules, number: int) -> None:
    mine = notice_code.c.number == number
    newest = act.conn.execute(select(func.max(notice_code.c.sent)).where(mine)).scalar_one()
    wait = rules.resend_seconds * _SECOND
    if newest is not None and act.at - newest < wait:
        raise CodeTooSoonError(-(-(newest + wait - act.at) // _SECOND))
    for most, span in ((rules.per_number_hour, HOUR), (rules.per_number_day, DAY)):
        oldest = _nth_newest(act.conn, number, most)
        if oldest is not None and act.at - oldest < span:
            raise TooManyCodesError(most, -(-(oldest + span - act.at) // MINUTE))
    sent: int = act.conn.execute(
        select(func.count()).select_from(notice_code).where(notice_code.c.sent > act.at - HOUR)
    ).scalar_one()
    if sent >= rules.per_hour:
        raise CodesBusyError


def _nth_newest(conn: Connection, number: int, place: int) -> int | None:
    query = select(notice_code.c.sent).where(notice_code.c.number == number)
    found: int | None = conn.execute(
        query.order_by(notice_code.c.sent.desc()).limit(1).offset(place - 1)
    ).scalar_one_or_none()
    return found
