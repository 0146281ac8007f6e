"""Whom a mass notice is meant for, by query: each source finds those it says, once, and tells who was left out."""

from __future__ import annotations

import hashlib
import itertools
import random

import pytest

from clearbell.calls import DAY, HOUR
from clearbell.cases.errors import UnknownCaseError
from clearbell.cases.model import Opened, Unit, UnitKind, number_unit
from clearbell.cases.model import Source as CaseSource
from clearbell.cases.service import do_open
from clearbell.consent.granting import do_grant
from clearbell.consent.model import ConsentGranted, ConsentWithdrawn, Listed, ListVerdict, Refused, Wished
from clearbell.consent.service import do_list, do_refuse, do_wish, do_withdraw
from clearbell.desk.audiences import Sources, gather, preview
from clearbell.ledger import Store
from clearbell.notices.mass.audience import CHANNELS, Gathered, ListLoader, Person, approve, audience_digest
from clearbell.notices.mass.drafting import Draft
from clearbell.notices.mass.errors import BadMassError, EmptyAudienceError
from clearbell.notices.mass.model import Audience, Source, Words
from clearbell.notices.mass.opting import do_opt_out
from clearbell.notices.mass.queries import mass_of
from clearbell.notices.mass.service import do_draft, do_submit
from clearbell.notices.model import Channel
from clearbell.numbering import NumberClass
from clearbell.policy.deadlines import due_after
from clearbell.policy.pack import builtin_pack
from clearbell.policy.workdays import builtin_workdays
from clearbell.records.lake import Lake
from clearbell.records.model import CallRecord
from clearbell.records.pseudonyms import Pseudonyms
from clearbell.registry.contacts.model import Contact, ContactOf, Way
from clearbell.registry.contacts.service import do_name_contact
from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose
from clearbell.registry.service import do_assign_numbers, do_register_holder, do_register_party
from clearbell.reports import do_file_reports
from clearbell.reports.complaints.service import do_answer
from clearbell.reports.model import Reported
from clearbell.sanctions.model import Restricted, Rung, Target
from clearbell.sanctions.service import do_restrict
from clearbell.testing import MovableClock

PACK = builtin_pack("cn")
FIRST = 8613900000000
CALLER = 8613800000001
SMS = (Channel.SMS,)


class Country:
    """A store and a lake to look in."""

    def __init__(self, folder, url, pseudonyms=None):
        self.store = Store.open(url, clock=MovableClock())
        self.store.create()
        self.lake = Lake(folder / "lake", utc_offset_minutes=480, pseudonyms=pseudonyms)
        self.campaigns = {}
        self._serial = itertools.count()

    @property
    def now(self):
        return self.store.clock.now()

    def do(self, *steps):
        with self.store.act("t") as act:
            for step, fact in steps:
                step(act, fact)

    def open_case(self, unit):
        with self.store.act("t") as act:
            return do_open(
                act,
                f"c{next(self._serial)}",
                Opened(CaseSource.OFFICER, unit, (), "look"),
                PACK.cases,
                lambda at, name: due_after(at, name, PACK, builtin_workdays("cn")),
                officer="li",
            ).case

    def called(self, caller, *callees, days_ago=1):
        start = self.now - days_ago * DAY
        self.lake.append(
            f"f{next(self._serial)}",
            [CallRecord(f"k{next(self._serial)}", "t", start, caller, callee) for callee in callees],
        )

    def find(self, audience, channels=SMS, purpose="announcement"):
        """Who is meant, and who is left out."""
        sources = Sources(lambda: self.lake, lambda _conn, name: self.campaigns.get(name, []))
        with self.store.read() as conn:
            gathered = gather(conn, audience, channels, PACK.mass_notices, purpose, sources, self.now)
            found = [(CHANNELS[p.channel].value, p.recipient) for p in gathered.people]
        return [recipient for _, recipient in found] if channels == SMS else found, gathered.left_out


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.process)])
def country(request, tmp_path):
    url = (
        f"sqlite:///{tmp_path / 'clearbell.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgresql_url")
    )
    made = Country(tmp_path, url)
    yield made
    made.store.close()


def digits(*places):
    return [str(FIRST + place) for place in places]


def holder(country, name="bank", first=FIRST + 50, last=FIRST + 52):
    country.do(
        (do_register_party, PartyRegistered(name, PartyKind.COMPANY, name)),
        (do_register_holder, HolderRegistered(name, name)),
        (do_assign_numbers, [NumbersAssigned(f"r-{name}", name, first, last, Purpose.SERVICE)]),
    )


def test_subscribers_are_all_who_ever_said_something_each_once(country):
    country.do(
        (do_grant, [ConsentGranted("bank", FIRST + 2, "*"), ConsentGranted("shop", FIRST + 2, "*")]),
        (do_refuse, Refused(FIRST + 1, caller=CALLER)),
        (do_list, Listed(FIRST + 3, CALLER, CALLER, ListVerdict.BLOCK)),
        (do_wish, Wished(FIRST + 3, ("loan",))),
    )
    assert country.find(Audience()) == (digits(1, 2, 3), {})
    assert country.find(Audience(Source.SETTINGS)) == (digits(3), {})


def test_consents_count_while_they_are_in_force(country):
    holder(country)
    country.do(
        (
            do_grant,
            [
                ConsentGranted("bank", FIRST + 1, "loan"),
                ConsentGranted("bank", FIRST + 2, "*", until=country.now + HOUR),
                ConsentGranted("bank", FIRST + 3, "loan"),
                ConsentGranted("shop", FIRST + 4, "loan"),
            ],
        ),
        (do_withdraw, ConsentWithdrawn("bank", FIRST + 3)),
    )
    assert country.find(Audience(Source.CONSENT, holder="bank"))[0] == digits(1, 2)
    assert country.find(Audience(Source.CONSENT, purpose="loan"))[0] == digits(1, 4)
    country.store.clock.move(2 * HOUR)
    assert country.find(Audience(Source.CONSENT, holder="bank"))[0] == digits(1)


def test_numbers_that_take_no_sms_are_left_out_and_narrowing_is_by_class_prefix_and_country(country):
    people = [FIRST + 1, 861082345678, 85291234567, 8617010000000]
    country.do(*((do_wish, Wished(number, ("loan",))) for number in people))
    found, left_out = country.find(Audience())
    assert sorted(found) == sorted(map(str, (FIRST + 1, 85291234567, 8617010000000)))
    assert left_out == {"takes-no-sms": 1}
    assert country.find(Audience(classes=(NumberClass.MOBILE,)))[0] == digits(1)
    assert country.find(Audience(prefixes=("86139", "852")))[0] == ["85291234567", *digits(1)]
    assert country.find(Audience(countries=(852,)))[0] == ["85291234567"]


def test_whoever_opted_out_is_left_out_unless_the_purpose_is_mandatory(country):
    with country.store.act("t") as act:
        do_opt_out(act, Channel.SMS, str(FIRST + 1))
    country.do(*((do_wish, Wished(FIRST + place, ("loan",))) for place in (1, 2)))
    assert country.find(Audience()) == (digits(2), {"opted-out": 1})
    assert country.find(Audience(), purpose="safety") == (digits(1, 2), {})


def test_called_are_those_in_the_lake_whom_the_numbers_of_a_case_or_campaign_called(country):
    holder(country, first=CALLER, last=CALLER + 9)
    country.called(CALLER, FIRST + 1, FIRST + 2, FIRST + 2)
    country.called(CALLER + 9, FIRST + 2, FIRST + 3, days_ago=3)
    country.called(CALLER + 20, FIRST + 4)
    number = country.open_case(number_unit(CALLER))
    whole = country.open_case(Unit(UnitKind.HOLDER, "bank"))
    country.campaigns["ring"] = [CALLER, CALLER + 20]
    since = country.now - 9 * DAY
    assert country.find(Audience(Source.CALLED, case=number, since=since)) == (digits(1, 2), {})
    assert country.find(Audience(Source.CALLED, case=whole, since=since))[0] == digits(1, 2, 3)
    assert country.find(Audience(Source.CALLED, case=whole, since=country.now - 2 * DAY))[0] == digits(1, 2)
    assert country.find(Audience(Source.CALLED, campaign="ring"))[0] == digits(1, 2, 4)
    with pytest.raises(BadMassError, match="no campaign"):
        country.find(Audience(Source.CALLED, campaign="other"))
    with pytest.raises(UnknownCaseError):
        country.find(Audience(Source.CALLED, case="none"))


def test_called_numbers_under_pseudonyms_are_counted_and_not_told(tmp_path):
    country = Country(tmp_path, f"sqlite:///{tmp_path / 'clearbell.db'}", Pseudonyms(b"k" * 32))
    country.called(CALLER, FIRST + 1, FIRST + 2)
    country.campaigns["ring"] = [CALLER]
    assert country.find(Audience(Source.CALLED, campaign="ring")) == ([], {"pseudonym": 2})
    country.store.close()


def test_reporters_and_those_who_wait_for_an_answer(country):
    def said(report, number, reporter, **more):
        at = country.now - HOUR
        return Reported(report, "desk", number, at, at, reporter, **more)

    filed = [
        said("a", CALLER, FIRST + 1),
        said("b", CALLER, FIRST + 2),
        said("c", CALLER + 1, FIRST + 3),
        said("d", CALLER, 0),
    ]
    with country.store.act("t") as act:
        do_file_reports(act, filed, due=lambda at, _name: at + DAY)
        do_answer(act, "b", "无此通话", lambda at, _name: at, officer="li")
    case = country.open_case(number_unit(CALLER))
    assert country.find(Audience(Source.REPORTERS, case=case))[0] == digits(1, 2)
    assert country.find(Audience(Source.WAITING))[0] == digits(1, 3)
    assert country.find(Audience(Source.WAITING, case=case))[0] == digits(1)


def test_restricted_are_told_by_their_contacts_and_else_by_the_number_unless_it_is_dead(country):
    holder(country)
    now = country.now

    def restricted(restriction, rung, **more):
        return do_restrict, Restricted(restriction, more.pop("target", Target.NUMBER), rung, "r", now, **more)

    country.do(
        (do_name_contact, Contact(ContactOf.HOLDER, "bank", Way.MAIL, "law@bank.example", "en")),
        restricted("x1", Rung.OUTGOING_BARRED, number=FIRST + 50),
        restricted("x2", Rung.BARRED, number=FIRST + 51),
        restricted("x3", Rung.OUTGOING_BARRED, number=FIRST + 60),
        restricted("x4", Rung.BARRED, number=FIRST + 61),
        restricted("x5", Rung.RATE_LIMIT, name="bank", target=Target.HOLDER, limit=5),
    )
    country.store.clock.move(HOUR)
    both = (Channel.MAIL, Channel.SMS)
    mail = ("mail", "law@bank.example")
    found, left_out = country.find(Audience(Source.RESTRICTED), both)
    assert sorted(found) == [mail, ("sms", str(FIRST + 60))]
    assert left_out == {"no-contact": 1}, "a number that is barred both ways takes no SMS"
    assert country.find(Audience(Source.RESTRICTED, rungs=("rate_limit",)), both)[0] == [mail]


def test_a_list_gives_its_channels_and_languages_and_one_that_is_not_there_is_refused(country):
    people = [Person(str(FIRST)), Person("a@b.example", CHANNELS.index(Channel.MAIL), "en")]
    with country.store.act("t") as act:
        ListLoader("l", [Channel.SMS, Channel.MAIL]).store(act, people)
    assert country.find(Audience(Source.LIST, "l")) == ([str(FIRST)], {"other-channel": 1})
    assert len(country.find(Audience(Source.LIST, "l"), (Channel.SMS, Channel.MAIL))[0]) == 2
    with pytest.raises(BadMassError, match="no list"):
        country.find(Audience(Source.LIST, "m"))


def test_the_approval_fixes_the_audience_with_a_digest_and_puts_nobody_in_twice(country):
    with country.store.act("t") as act:
        new = Draft("n", Words("停机", "down"), Audience(), act.at + HOUR)
        number = do_draft(act, PACK.mass_notices, new, officer="li")
        do_submit(act, number, officer="li")
    with pytest.raises(EmptyAudienceError):
        approve(country.store, number, Gathered([], {}), officer="wang", actor="t", token="x")
    twice = [Person(str(FIRST + place % 7)) for place in range(20)]
    count, left_out = approve(
        country.store, number, Gathered(twice, {"opted-out": 2}), officer="wang", actor="t", token="y"
    )
    assert (count, left_out) == (7, {"opted-out": 2, "duplicate": 13})
    with country.store.read() as conn:
        row = mass_of(conn, number)
        assert audience_digest(conn, number) == (7, row.digest)
    assert row.digest == hashlib.sha256("".join(f"{FIRST + place}\n" for place in range(7)).encode()).hexdigest()


def test_a_preview_counts_and_shows_a_sample_masked(country):
    country.do(*((do_wish, Wished(FIRST + place, ("loan",))) for place in range(30)))
    sources = Sources(lambda: country.lake, lambda _conn, _name: [])
    with country.store.read() as conn:
        gathered = gather(conn, Audience(), SMS, PACK.mass_notices, "announcement", sources, country.now)
        found = preview(gathered, 10, random.Random(7))
    assert (found.count, found.left_out, len(found.sample)) == (30, {}, 10)
    assert not any(str(FIRST + place) in one for one in found.sample for place in range(30))
