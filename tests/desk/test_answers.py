"""What subscribers answer by SMS is done at once, and answered."""

from __future__ import annotations

import os

import msgspec
import pytest

from clearbell.calls import DAY, HOUR
from clearbell.consent.asking import do_ask
from clearbell.consent.granting import do_grant
from clearbell.consent.model import Channel as Said
from clearbell.consent.model import ConsentAsked, ConsentGranted
from clearbell.consent.queries import in_force, refusals_of
from clearbell.desk.answers import consent_gone, do_take_message
from clearbell.notices.keys import NoticeKey
from clearbell.notices.mass.audience import Gathered, Person, approve
from clearbell.notices.mass.drafting import Draft
from clearbell.notices.mass.errors import BadMassError
from clearbell.notices.mass.model import Audience, Event, Source, Words
from clearbell.notices.mass.opting import opted_out_since
from clearbell.notices.mass.sending import Change, do_claim, do_keep
from clearbell.notices.mass.service import do_draft, do_start, do_submit
from clearbell.notices.mass.tables import mass_recipient
from clearbell.notices.model import Channel, MessageReceived
from clearbell.notices.queries import notices_like
from clearbell.notices.service import Outbox
from clearbell.notices.templates import builtin_templates
from clearbell.policy.pack import builtin_pack
from clearbell.testing import MovableClock, fresh_store

RULES = builtin_pack("cn").mass_notices
NUMBER = 8613900000002
SHOP = Audience(Source.CONSENT, holder="shop")
COMMERCIAL = Words("周末特惠。拒收请回复R", "Weekend offers. Answer STOP to refuse.")


class Line:
    """A store whose clock moves, and a line of SMS."""

    def __init__(self, folder):
        self.clock = MovableClock()
        self.store = fresh_store(folder, self.clock)
        self.templates = builtin_templates()
        self.outbox = Outbox(frozenset({Channel.SMS}), self.templates, NoticeKey(b"k" * 32, os.urandom))

    def do(self, what, *args):
        with self.store.act("t") as act:
            return what(act, *args)

    def told(self, purpose="announcement", audience=SHOP, words=COMMERCIAL):
        """A mass notice that the number got."""
        with self.store.act("t") as act:
            draft = Draft("n", words, audience, act.at + HOUR, purpose)
            mass = do_draft(act, RULES, draft, officer="li")
            do_submit(act, mass, officer="li")
        approve(self.store, mass, Gathered([Person(str(NUMBER))], {}), officer="wang", actor="t", token="x")
        with self.store.act("t") as act:
            do_start(act, mass, officer="li")
            do_claim(act, mass, [Channel.SMS], "", 1, {"zh": 1})
            do_keep(act, mass, [Change(str(NUMBER), Channel.SMS, Event.ACCEPT, 1, 1, 0, "m1")])
        self.clock.move(1_000_000)

    def asked(self):
        ask = ConsentAsked("shop", NUMBER, "retail", Said.SMS, 0, 0, "code")
        self.do(do_ask, ask, None)
        self.clock.move(1_000_000)

    def says(self, text, sender=NUMBER):
        with self.store.act("t") as act:
            message = MessageReceived(sender, str(sender), "10690001", text)
            return do_take_message(act, message, rules=RULES, outbox=self.outbox)

    def answers(self):
        with self.store.read() as conn:
            rows = notices_like(conn, recipient=str(NUMBER))
        return [
            self.templates.render(row.template, row.language, msgspec.json.decode(bytes(row.arguments))).text
            for row in reversed(rows)
        ]

    def is_opted_out(self):
        with self.store.read() as conn:
            return bool(opted_out_since(conn, str(NUMBER)))

    def agrees(self, purpose="retail"):
        with self.store.read() as conn:
            return in_force(conn, "shop", NUMBER, purpose, self.clock.now())


@pytest.fixture
def line(tmp_path):
    made = Line(tmp_path)
    yield made
    made.store.close()


@pytest.mark.parametrize("text", ["退订", "TD", " td。", "STOP", "T", "R"])
def test_a_word_of_the_packs_opts_its_sender_out_and_is_answered(line, text):
    line.told()
    assert line.says(text) == "opted-out"
    assert line.is_opted_out()
    assert len(line.answers()) == 1


def test_whoever_opted_out_of_something_commercial_has_withdrawn_the_consent_to_its_holder(line):
    line.do(do_grant, [ConsentGranted("shop", NUMBER, "*"), ConsentGranted("clinic", NUMBER, "*")])
    line.told("commercial")
    assert line.says("R") == "opted-out-commercial"
    assert not line.agrees()
    with line.store.read() as conn:
        assert in_force(conn, "clinic", NUMBER, "health", line.clock.now()), "another holder's consent stands"
    assert [entry.kind for entry in line.store.entries(0)][-3:] == [
        "notices.opted-out",
        "consent.withdrawn",
        "notices.queued",
    ]


def test_an_announcement_takes_no_consent_away(line):
    line.do(do_grant, [ConsentGranted("shop", NUMBER, "*")])
    line.told("announcement")
    assert line.says("退订") == "opted-out"
    assert line.agrees()


def test_whoever_wants_them_again_is_in_again(line):
    line.told()
    line.says("退订")
    assert line.says("订阅") == "opted-in"
    assert not line.is_opted_out()


def test_the_same_word_again_within_the_hour_is_not_answered_again(line):
    line.told()
    for _ in range(3):
        line.says("退订")
    assert len(line.answers()) == 1
    line.clock.move(HOUR)
    line.says("退订")
    assert len(line.answers()) == 2


@pytest.mark.parametrize("text", ["谁啊", "please stop calling me", "1390", ""])
def test_other_words_change_nothing_and_are_not_answered(line, text):
    line.told()
    assert line.says(text) == ""
    assert not line.is_opted_out()
    assert line.answers() == []


@pytest.mark.parametrize(("text", "template"), [("Y", "consent-agreed"), ("同意", "consent-agreed")])
def test_a_yes_to_what_was_asked_is_a_consent(line, text, template):
    line.asked()
    assert line.says(text) == template
    assert line.agrees()


@pytest.mark.parametrize("text", ["N", "拒绝", "不同意", "退订"])
def test_a_no_to_what_was_asked_last_is_a_refusal_of_its_holder_and_of_nothing_else(line, text):
    line.told()
    line.asked()
    assert line.says(text) == "consent-refused"
    with line.store.read() as conn:
        assert [row.holder for row in refusals_of(conn, NUMBER)] == ["shop"]
    assert not line.is_opted_out()


def test_after_a_later_notice_its_words_are_about_that_and_a_plain_no_still_about_the_ask(line):
    line.asked()
    line.told()
    assert line.says("退订") == "opted-out"
    assert line.says("拒绝") == "consent-refused"


def test_an_ask_of_long_ago_is_not_answered_any_more(line):
    line.asked()
    line.clock.move((RULES.reply_days + 1) * DAY)
    assert line.says("Y") == ""
    assert not line.agrees()


def test_whoever_writes_english_to_an_english_notice_is_answered_in_english(line):
    line.told()
    with line.store.act("t") as act:
        act.conn.execute(mass_recipient.update().values(language="en"))
    line.says("STOP")
    assert line.answers()[0].endswith("answer START.")


def test_a_word_counts_also_where_no_answer_can_be_sent(line):
    line.outbox = Outbox(frozenset(), line.templates, line.outbox.key)
    assert line.says("退订") == "opted-out"
    assert line.is_opted_out()


def test_what_is_not_from_a_mobile_number_is_left_alone(line):
    assert line.says("退订", sender=8610000) == ""


def test_whose_consent_is_over_is_not_told(line):
    line.do(
        do_grant,
        [ConsentGranted("shop", NUMBER + n, "retail", until) for n, until in ((0, 0), (1, line.clock.now() + 5))],
    )
    line.clock.move(10)
    line.says("退订", sender=NUMBER + 2)
    names = [str(NUMBER + n) for n in range(3)]
    with line.store.read() as conn:
        gone = consent_gone(conn, names, holder="shop", purpose="retail", now=line.clock.now)
    assert gone == {names[1]: "the consent is not in force any more", names[2]: "opted out"}


@pytest.mark.parametrize(
    ("audience", "words"),
    [
        (Audience(), COMMERCIAL),
        (Audience(Source.CONSENT), COMMERCIAL),
        (SHOP, Words("周末特惠", "Answer STOP")),
        (SHOP, Words("退订回T", "Nonstop offers")),
    ],
)
def test_what_is_commercial_needs_consent_and_a_way_to_refuse(line, audience, words):
    with line.store.act("t") as act, pytest.raises(BadMassError):
        do_draft(act, RULES, Draft("n", words, audience, act.at + HOUR, "commercial"), officer="li")


def test_the_answers_in_both_languages(line, golden):
    told = []
    for name in ("opted-out", "opted-out-commercial", "opted-in", "consent-agreed", "consent-refused"):
        template = line.templates.template(name)
        for language, word in (("zh", "订阅"), ("en", "START")):
            given = {"word": word, "holder": "示例商店"}
            arguments = {one: given[one] for one in template.arguments}
            told.append(f"{name} {language}: {line.templates.render(name, language, arguments).text}")
    golden("answers.txt", "\n".join(told) + "\n")
