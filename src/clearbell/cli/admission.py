"""``clearbell admission``: who may get a line, number or SIM; lines issued; the shared blacklist."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cyclopts import App

from clearbell.cli.context import actor, language, open_store, refuse, say, words

if TYPE_CHECKING:
    from clearbell.ledger import Act

app = App(name="admission", help="Who may get a line, number or SIM. 入网审核与源头治理。")
blacklist = App(name="blacklist", help="The blacklist that carriers share. 共享黑名单。")
app.command(blacklist)


def _act(home: Path | None, do: Callable[[Act], Any]) -> Any:
    from clearbell.registry.errors import RegistryError

    try:
        with open_store(home).act(actor()) as act:
            return do(act)
    except RegistryError as error:
        refuse(error.zh, error.en)


@app.command
def ask(
    wanted: Literal["sim", "line", "number"],
    *,
    carrier: str,
    person_id: str = "",
    credit_code: str = "",
    legal_id: str = "",
    legal_name: str = "",
    name: str = "",
    address: str = "",
    area: str = "",
    device: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Ask whether someone may get a SIM, line or number; every limit is told with its reason and remedy.

    Parameters
    ----------
    wanted
        sim, line or number.
    carrier
        Who would issue it.
    person_id
        Resident identity number of the person who asks.
    credit_code
        Unified social credit code of the organisation that asks.
    legal_id
        Identity number of its legal person.
    legal_name
        Name of the legal person or person.
    name
        Name of the organisation; who is on the blacklist by name only is found by it.
    address
        Where a card is delivered to.
    area
        Administrative division code of that address.
    device
        IMEI of the device.
    pack
        Rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.applications import open_desk
    from clearbell.desk.admission import Question, do_ask
    from clearbell.registry.admission.model import Outcome, Wanted

    desk = open_desk(home, pack)
    question = Question(
        Wanted(wanted), carrier, person_id, credit_code, legal_id, legal_name, address, area, device, name
    )
    answer = _act(home, lambda act: do_ask(act, question, desk.pack, desk.identities))
    zh = language() == "zh"
    said = {
        Outcome.APPROVE: words("可以办理", "approve"),
        Outcome.HOLD: words("暂缓,须补充材料", "hold, with papers needed"),
        Outcome.REFUSE: words("不予办理", "refuse"),
    }
    sys.stdout.write(said[answer.outcome] + "\n")
    for reason in answer.reasons:
        sys.stdout.write(f"- {reason.zh if zh else reason.en} [{reason.code}; {reason.source}]\n")
        if reason.documents:
            sys.stdout.write(words("  须提交:", "  needed: ") + ", ".join(reason.documents) + "\n")
        sys.stdout.write(words("  救济:", "  remedy: ") + (reason.remedy_zh if zh else reason.remedy_en) + "\n")


@app.command
def record(
    line: str,
    number: str,
    *,
    carrier: str,
    person_id: str = "",
    address: str = "",
    device: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Record that a SIM or line was issued; people, addresses and devices are kept as digests only."""
    from clearbell.cli.applications import open_desk
    from clearbell.cli.fields import number as read_number
    from clearbell.registry.admission.model import LineIssued
    from clearbell.registry.admission.service import do_record_line
    from clearbell.registry.identity import is_resident_id

    if person_id and not is_resident_id(person_id):
        refuse("person_id: 身份证号校验位不符", "person_id: the identity number's check digit does not fit")
    digest = open_desk(home, pack).identities.digest
    fact = LineIssued(
        line,
        carrier,
        read_number(number, "number"),
        digest("id", person_id),
        digest("address", address),
        digest("device", device),
    )
    _act(home, lambda act: do_record_line(act, fact))
    say("已记录", "recorded")


@app.command
def end(line: str, *, home: Path | None = None) -> None:
    """Record that a SIM or line is no longer used."""
    from clearbell.registry.admission.service import do_end_line

    _act(home, lambda act: do_end_line(act, line))
    say("已记录", "recorded")


@app.command
def cards(person_id: str, *, pack: str = "cn", home: Path | None = None) -> None:
    """Show how many cards stand on an identity, by carrier (一证通查)."""
    from clearbell.cli.applications import open_desk
    from clearbell.cli.tables import show, table
    from clearbell.registry.admission.queries import cards_of

    person = open_desk(home, pack).identities.digest("id", person_id)
    with open_store(home).read() as conn:
        rows = list(cards_of(conn, person).items())
    show(table(words("名下电话卡", "Cards on the identity"), words("运营商 张数", "carrier cards").split(), rows))


@blacklist.command
def add(
    entry: str,
    *,
    breach: str,
    source: str,
    licence: str = "",
    person_id: str = "",
    name: str = "",
    until: str | None = None,
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Put a breach on the blacklist.

    Parameters
    ----------
    entry
        Id of the entry.
    breach
        What was done against the rules.
    source
        Who reported it.
    licence
        Unified social credit code.
    person_id
        Identity number of the legal person, or of the person; kept as a digest.
    name
        Name of that person, or of the organisation where neither its licence nor its legal person is known.
    until
        When the entry ends; none: until it is taken off.
    pack
        Rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.applications import open_desk
    from clearbell.cli.fields import moment
    from clearbell.registry.admission.model import Blacklisted
    from clearbell.registry.admission.service import do_blacklist

    person = open_desk(home, pack).identities.digest("id", person_id)
    fact = Blacklisted(entry, breach, source, licence, person, name, moment(until, "until"))
    _act(home, lambda act: do_blacklist(act, fact))
    say("已列入", "listed")


@blacklist.command
def remove(entry: str, *, reason: str, home: Path | None = None) -> None:
    """Take an entry off the blacklist."""
    from clearbell.registry.admission.model import Unlisted
    from clearbell.registry.admission.service import do_unlist

    _act(home, lambda act: do_unlist(act, Unlisted(entry, reason)))
    say("已移出", "taken off")


@blacklist.command(name="import")
def import_(file: Path, *, pack: str = "cn", home: Path | None = None) -> None:
    """Take in a CSV file: entry,licence,person_id,name,breach,source,until."""
    from clearbell.cli.applications import open_desk
    from clearbell.cli.bulk import take_in
    from clearbell.registry.admission.loaders import BlacklistLoader

    take_in(BlacklistLoader(open_desk(home, pack).identities), file, home)


@blacklist.command
def export(file: Path, *, home: Path | None = None) -> None:
    """Write the entries in force as a CSV file for another carrier; persons go out by name only."""
    from clearbell.registry.admission.loaders import write_blacklist
    from clearbell.registry.admission.queries import listed

    store = open_store(home)
    with store.read() as conn:
        entries = listed(conn, store.clock.now())
    write_blacklist(file, entries)
    say(f"{len(entries)} 条写入 {file}", f"{len(entries)} entries written to {file}")
