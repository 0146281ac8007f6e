"""``clearbell registry``: parties, holders, numbers, trunks."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from cyclopts import App

from clearbell.cli.context import actor, language, open_store, refuse, say, words
from clearbell.cli.reassignment import app as disconnects

app = App(name="registry", help="Parties, holders, numbers, trunks. 主体、码号与中继。")
app.command(disconnects)


def _done(what: str) -> None:
    say(f"已登记 {what}", f"registered {what}")


@app.command
def party(
    party: str, name: str, *, kind: Literal["company", "public-body", "person"] = "company", home: Path | None = None
) -> None:
    """Register a person or organisation, or correct one.

    Parameters
    ----------
    party
        Its id.
    name
        Its name.
    kind
        What it is.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.registry.model import PartyKind, PartyRegistered
    from clearbell.registry.service import do_register_party

    with open_store(home).act(actor()) as act:
        do_register_party(act, PartyRegistered(party, PartyKind(kind), name))
    _done(party)


@app.command
def holder(holder: str, party: str, *, category: str = "", home: Path | None = None) -> None:
    """Make a registered party a holder: one who uses numbers (使用主体).

    Parameters
    ----------
    holder
        Its id as a holder.
    party
        Id of the party.
    category
        Trade, a category code of the pack such as ``insurance``.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.registry.errors import RegistryError
    from clearbell.registry.model import HolderRegistered
    from clearbell.registry.service import do_register_holder

    try:
        with open_store(home).act(actor()) as act:
            do_register_holder(act, HolderRegistered(holder, party, category))
    except RegistryError as error:
        refuse(error.zh, error.en)
    _done(holder)


@app.command
def trunk(
    trunk: str,
    provider: str,
    *,
    kind: Literal["domestic", "foreign"] = "domestic",
    registered_only: bool = False,
    home: Path | None = None,
) -> None:
    """Open a trunk with the access provider that answers for it (谁接入谁负责), or change one.

    Parameters
    ----------
    trunk
        Its name, as the switch says it.
    provider
        Id of the party that connected it.
    kind
        Where its calls come from.
    registered_only
        Only numbers registered for this trunk may send calls on it.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.registry.errors import RegistryError
    from clearbell.registry.model import TrunkKind, TrunkOpened
    from clearbell.registry.service import do_open_trunk

    try:
        with open_store(home).act(actor()) as act:
            do_open_trunk(act, TrunkOpened(trunk, provider, TrunkKind(kind), registered_only))
    except RegistryError as error:
        refuse(error.zh, error.en)
    _done(trunk)


@app.command
def close_trunk(trunk: str, *, home: Path | None = None) -> None:
    """Close a trunk: it sends no more calls."""
    from clearbell.registry.errors import RegistryError
    from clearbell.registry.service import do_close_trunk

    try:
        with open_store(home).act(actor()) as act:
            do_close_trunk(act, trunk)
    except RegistryError as error:
        refuse(error.zh, error.en)
    say(f"已关闭中继 {trunk}", f"closed trunk {trunk}")


@app.command
def number(
    resource: str,
    holder: str,
    first: str,
    last: str | None = None,
    *,
    purpose: Literal["personal", "service", "notice", "commercial"] = "service",
    trunk: tuple[str, ...] = (),
    inbound_only: bool | None = None,
    category: str = "",
    home: Path | None = None,
) -> None:
    """Assign a number or a range to a holder.

    Parameters
    ----------
    resource
        Id of the resource.
    holder
        Who uses it.
    first
        The number, or the first of a range.
    last
        The last of the range.
    purpose
        What it is used for; commercial calls need a consent each.
    trunk
        Trunks on which it may appear; none: any.
    inbound_only
        It may take calls and not make them (default: true for 400 numbers).
    category
        Category code of the pack, where it differs from the holder's.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import number as read_number
    from clearbell.numbering import NumberClass, class_of
    from clearbell.registry.errors import RegistryError
    from clearbell.registry.model import NumbersAssigned, Purpose
    from clearbell.registry.service import do_assign_numbers

    key = read_number(first, "first")
    end = read_number(last, "last") if last else key
    if inbound_only is None:
        inbound_only = class_of(key) is NumberClass.TOLL_400
    fact = NumbersAssigned(resource, holder, key, end, Purpose(purpose), trunk, inbound_only, category)
    try:
        with open_store(home).act(actor()) as act:
            do_assign_numbers(act, [fact])
    except RegistryError as error:
        refuse(error.zh, error.en)
    _done(resource)


@app.command
def release(resource: str, *, home: Path | None = None) -> None:
    """Release a resource: its holder no longer uses it."""
    from clearbell.registry.errors import RegistryError
    from clearbell.registry.service import do_release_numbers

    try:
        with open_store(home).act(actor()) as act:
            do_release_numbers(act, resource)
    except RegistryError as error:
        refuse(error.zh, error.en)
    say(f"已注销 {resource}", f"released {resource}")


@app.command
def show(number: str, *, home: Path | None = None) -> None:
    """Show who holds a number and what its digits tell."""
    from clearbell.cli.fields import number as read_number
    from clearbell.numbering import classify, format_e164
    from clearbell.registry.queries import resource_of

    key = read_number(number)
    facts = classify(key)
    area = facts.area_zh if language() == "zh" else facts.area_en
    carrier = facts.first_carrier
    say(
        f"{format_e164(key)}:{facts.number_class.value} {area}"
        + (f",首次分配给 {carrier.name}(可能已携号转网)" if carrier else ""),
        f"{format_e164(key)}: {facts.number_class.value} {area}"
        + (f", first allocated to {carrier.name} (may have been ported since)" if carrier else ""),
    )
    with open_store(home).read() as conn:
        found = resource_of(conn, key)
    if found is None:
        say("没有登记使用主体", "no holder is registered")
        return
    say(
        f"资源 {found.resource},使用主体 {found.holder}({found.name}),用途 {found.purpose},"
        f"中继 {found.trunks or '不限'}" + (",仅供呼入" if found.inbound_only else ""),
        f"resource {found.resource}, holder {found.holder} ({found.name}), purpose {found.purpose}, "
        f"trunks {found.trunks or 'any'}" + (", inbound only" if found.inbound_only else ""),
    )


@app.command(name="list")
def list_(*, holder: str = "", limit: int = 100, home: Path | None = None) -> None:
    """List number resources; numbers are masked."""
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table
    from clearbell.numbering import mask
    from clearbell.registry.queries import resources

    with open_store(home).read() as conn:
        rows = [
            (r.resource, r.holder, mask(r.first), mask(r.last), r.purpose, r.trunks or "-", r.inbound_only)
            for r in resources(conn, holder, limit)
        ]
    columns = (
        ["资源", "使用主体", "首号", "末号", "用途", "中继", "仅呼入"]
        if language() == "zh"
        else ["resource", "holder", "first", "last", "purpose", "trunks", "inbound only"]
    )
    show_table(table(words("码号资源", "Number resources"), columns, rows))


@app.command(name="import")
def import_(what: Literal["parties", "holders", "trunks", "numbers"], file: Path, *, home: Path | None = None) -> None:
    """Take in a CSV file; rows that cannot be used are quarantined with their reason.

    Parameters
    ----------
    what
        parties: party,kind,name; holders: holder,party,category; trunks: trunk,provider,kind,registered_only;
        numbers: resource,holder,first,last,purpose,trunks,inbound_only,category.
    file
        The file, plain or .gz.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.bulk import take_in
    from clearbell.registry.loaders import LOADERS

    take_in(LOADERS[what](), file, home)


app.command("clearbell.cli.scorecards:scorecards")


@app.command
def contact(
    address: str,
    *,
    number: str = "",
    holder: str = "",
    party: str = "",
    by: Literal["sms", "mail", "webhook"] = "sms",
    lang: Literal["zh", "en"] = "zh",
    home: Path | None = None,
) -> None:
    """Name who is told what concerns a number, a holder or a party: another number, a mail address or a URL.

    Parameters
    ----------
    address
        Where it is told.
    number
        The number it concerns.
    holder
        The holder it concerns.
    party
        The party it concerns, such as an access provider.
    by
        How it is told.
    lang
        In which language.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import number as read_number
    from clearbell.notices.errors import NoticeError
    from clearbell.notices.model import Channel
    from clearbell.notices.recipients import check_recipient
    from clearbell.registry.contacts.model import Contact, ContactOf, Way
    from clearbell.registry.contacts.service import do_name_contact
    from clearbell.registry.errors import RegistryError

    if sum(map(bool, (number, holder, party))) != 1:
        refuse("请写明 --number、--holder、--party 之一", "name one of --number, --holder and --party")
    kind = ContactOf.NUMBER if number else ContactOf.HOLDER if holder else ContactOf.PARTY
    unit = str(read_number(number, "--number")) if number else holder or party
    try:
        kept = check_recipient(Channel(by), read_number(address) if by == "sms" else address)
        with open_store(home).act(actor()) as act:
            do_name_contact(act, Contact(kind, unit, Way(by), kept, lang))
    except (NoticeError, RegistryError) as error:
        refuse(error.zh, error.en)
    _done(words("联系方式", "the contact"))
