"""``clearbell notices mass opt-out``, ``opt-in`` and ``opted-out``: who wants no mass notices."""

from __future__ import annotations

from pathlib import Path

from clearbell.cli.context import actor, open_store, refuse, say
from clearbell.notices.model import Channel


def _read(recipient: str) -> tuple[Channel, str]:
    from clearbell.cli.fields import number
    from clearbell.notices.errors import BadRecipientError
    from clearbell.notices.recipients import check_recipient

    channel = Channel.MAIL if "@" in recipient else Channel.WEBHOOK if "://" in recipient else Channel.SMS
    try:
        return channel, check_recipient(channel, number(recipient) if channel is Channel.SMS else recipient)
    except BadRecipientError as error:
        refuse(error.zh, error.en)


def opt_out(recipient: str, *, home: Path | None = None) -> None:
    """Send someone no mass notices any more, but for mandatory ones; personal notices still go to them.

    Parameters
    ----------
    recipient
        Number, mail address or URL.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.notices.mass.opting import do_opt_out

    channel, who = _read(recipient)
    with open_store(home).act(actor()) as act:
        new = do_opt_out(act, channel, who)
    if new:
        say("已退订", "opted out")
    else:
        say("此前已退订", "had opted out before")


def opt_in(recipient: str, *, home: Path | None = None) -> None:
    """Send someone mass notices again.

    Parameters
    ----------
    recipient
        Number, mail address or URL.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.notices.mass.opting import do_opt_in

    channel, who = _read(recipient)
    with open_store(home).act(actor()) as act:
        new = do_opt_in(act, channel, who)
    if new:
        say("已恢复订阅", "subscribed again")
    else:
        say("未曾退订", "had not opted out")


def opted_out(recipient: str = "", *, home: Path | None = None) -> None:
    """Count who opted out, or tell whether one did.

    Parameters
    ----------
    recipient
        Number, mail address or URL; empty: count all.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import shown
    from clearbell.notices.mass.opting import opted_out_since, opted_out_total

    with open_store(home).read() as conn:
        if recipient:
            since = opted_out_since(conn, _read(recipient)[1])
            if since:
                say(f"自 {shown(since)} 起退订", f"opted out since {shown(since)}")
            else:
                say("未退订", "not opted out")
            return
        total = opted_out_total(conn)
    say(f"{total:,} 人已退订", f"{total:,} opted out")
