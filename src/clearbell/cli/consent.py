"""``clearbell consent``: what subscribers agreed to, refused and wished."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cyclopts import App

from clearbell.cli.context import actor, language, open_store, refuse, say, words

if TYPE_CHECKING:
    from clearbell.ledger import Act

app = App(name="consent", help="Consents, refusals, lists, wishes. 同意、拒绝、名单与意愿。")


def _act(home: Path | None, do: Callable[[Act], object]) -> None:
    from clearbell.consent.errors import ConsentError

    try:
        with open_store(home).act(actor()) as act:
            do(act)
    except ConsentError as error:
        refuse(error.zh, error.en)


@app.command
def grant(
    *,
    holder: str,
    callee: str,
    purpose: str = "*",
    until: str | None = None,
    channel: Literal["web", "sms", "call", "paper", "api", "desk"] = "desk",
    evidence: Path | str = "",
    provenance: Literal["subscriber", "customer", "partner", "public", "unknown"] = "unknown",
    per_day: int = 0,
    home: Path | None = None,
) -> None:
    """Record that a subscriber agreed to calls.

    Parameters
    ----------
    holder
        Who may call.
    callee
        The subscriber's number.
    purpose
        Category code of the pack; ``*``: every purpose of the holder.
    until
        Last moment: a date (its beginning) or ISO 8601 with a zone; none: until withdrawn.
    channel
        How the subscriber said it.
    evidence
        What proves it: a file (a scan, a recording, a message), whose SHA-256 is kept, or that digest itself.
    provenance
        Where the holder got the number.
    per_day
        Calls in 24 hours that were agreed to; 0: as many as the pack allows.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import digest, moment, number
    from clearbell.consent.granting import do_grant
    from clearbell.consent.model import Channel, ConsentGranted, Provenance

    fact = ConsentGranted(
        holder,
        number(callee, "callee"),
        purpose,
        moment(until, "until"),
        Channel(channel),
        digest(str(evidence)),
        Provenance(provenance),
        per_day,
    )
    _act(home, lambda act: do_grant(act, [fact]))
    say("已记录同意", "consent recorded")


@app.command
def withdraw(*, holder: str, callee: str, purpose: str = "*", home: Path | None = None) -> None:
    """Record that a subscriber took a consent back; in force at once."""
    from clearbell.cli.fields import number
    from clearbell.consent.model import ConsentWithdrawn
    from clearbell.consent.service import do_withdraw

    fact = ConsentWithdrawn(holder, number(callee, "callee"), purpose)
    _act(home, lambda act: do_withdraw(act, fact))
    say("已撤回同意", "consent withdrawn")


@app.command(name="refuse")
def refuse_(*, callee: str, holder: str = "", caller: str = "", home: Path | None = None) -> None:
    """Record that a subscriber wants no more calls from a holder, or from a number.

    Parameters
    ----------
    callee
        The subscriber's number.
    holder
        The holder refused, on every number it has.
    caller
        The number refused, when its holder is not known.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import number
    from clearbell.consent.model import Refused
    from clearbell.consent.service import do_refuse

    fact = Refused(number(callee, "callee"), holder, number(caller, "caller") if caller else 0)
    _act(home, lambda act: do_refuse(act, fact))
    say("已记录拒绝", "refusal recorded")


@app.command(name="list")
def list_(
    owner: str,
    first: str,
    last: str | None = None,
    *,
    verdict: Literal["allow", "block", "none"],
    home: Path | None = None,
) -> None:
    """Put a number or range on a subscriber's own list, or take it off.

    Parameters
    ----------
    owner
        The subscriber's number.
    first
        The number, or the first of a range.
    last
        The last of the range.
    verdict
        allow, block, or none to take it off.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import number
    from clearbell.consent.model import Listed, ListVerdict
    from clearbell.consent.service import do_list

    start = number(first, "first")
    fact = Listed(number(owner, "owner"), start, number(last, "last") if last else start, ListVerdict(verdict))
    _act(home, lambda act: do_list(act, fact))
    say("名单已更新", "list updated")


@app.command
def wish(
    owner: str,
    *,
    refuse: tuple[str, ...] = (),
    refuse_withheld: bool = False,
    hours: tuple[str, ...] = (),
    zone: str = "",
    home: Path | None = None,
) -> None:
    """Replace a subscriber's wishes: categories not wanted, at any hour or at some, and calls with a hidden number.

    Parameters
    ----------
    owner
        The subscriber's number.
    refuse
        Category codes of the pack, such as ``loans``.
    refuse_withheld
        Take no calls from withheld numbers.
    hours
        Hours at which a category is not wanted, local time: ``"loans 22:00-07:00 mon-fri"``; ``*``: every category;
        without days: every day.
    zone
        Time zone of the hours, such as Asia/Shanghai; none: the pack's.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import number
    from clearbell.consent.hours import read_hours
    from clearbell.consent.model import Wished
    from clearbell.consent.service import do_wish

    person = number(owner, "owner")
    _act(
        home,
        lambda act: do_wish(act, Wished(person, refuse, refuse_withheld, read_hours(";".join(hours)), zone)),
    )
    say("意愿已更新", "wishes updated")


@app.command
def show(number: str, *, home: Path | None = None) -> None:
    """Show what a subscriber agreed to, refused and wished."""
    from clearbell.cli.fields import number as read_number
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table
    from clearbell.consent.queries import consents_of, list_of, refusals_of, wish_of
    from clearbell.numbering import mask

    key = read_number(number)
    zh = language() == "zh"
    with open_store(home).read() as conn:
        consents = [
            (c.holder, c.purpose, shown(c.given), shown(c.until), shown(c.withdrawn)) for c in consents_of(conn, key)
        ]
        refusals = [(r.holder or mask(r.caller), shown(r.at)) for r in refusals_of(conn, key)]
        lines = [(mask(line.first), mask(line.last), line.verdict) for line in list_of(conn, key)]
        wished = wish_of(conn, key)
    show_table(
        table(
            words("同意", "Consents"),
            ["使用主体", "用途", "给予", "截止", "撤回"]
            if zh
            else ["holder", "purpose", "given", "until", "withdrawn"],
            consents,
        )
    )
    show_table(table(words("拒绝", "Refusals"), ["对谁", "时间"] if zh else ["whom", "when"], refusals))
    show_table(
        table(words("名单", "Own list"), ["首号", "末号", "结论"] if zh else ["first", "last", "verdict"], lines)
    )
    if wished is not None:
        say(
            f"不愿接听:{wished.refuse or '-'}" + (",隐藏号码" if wished.refuse_withheld else ""),
            f"not wanted: {wished.refuse or '-'}" + (", withheld numbers" if wished.refuse_withheld else ""),
        )
        if wished.quiet:
            say(
                f"不愿接听的时段:{wished.quiet}(时区 {wished.zone or '按规则包'})",
                f"not wanted at these hours: {wished.quiet} (time zone {wished.zone or 'of the pack'})",
            )


@app.command(name="import")
def import_(
    what: Literal["grants", "withdrawals", "refusals", "lists", "wishes"], file: Path, *, home: Path | None = None
) -> None:
    """Take in a CSV file; rows that cannot be used are quarantined with their reason.

    Parameters
    ----------
    what
        grants: holder,callee,purpose,until,evidence,provenance,per_day; withdrawals: holder,callee,purpose; refusals:
        callee,holder,caller; lists: owner,first,last,verdict; wishes: owner,refuse,refuse_withheld,hours,zone.
    file
        The file, plain or .gz.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.bulk import take_in
    from clearbell.consent.loaders import GRANTS_CHUNK, LOADERS

    take_in(LOADERS[what](), file, home, GRANTS_CHUNK if what == "grants" else 5_000)


app.command("clearbell.cli.receipts:ask")
app.command("clearbell.cli.receipts:reply")
app.command("clearbell.cli.receipts:receipt")
app.command("clearbell.cli.receipts:check_receipt", name="check-receipt")
app.command("clearbell.cli.receipts:revoke")
app.command("clearbell.cli.receipts:publish_key", name="publish-key")
app.command("clearbell.cli.evidence:keep")
app.command("clearbell.cli.evidence:get_evidence", name="evidence")
app.command("clearbell.cli.evidence:expire")
app.command("clearbell.cli.scrub:scrub")
