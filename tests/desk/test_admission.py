"""Source control: who may get a line, number or SIM, with the reason and the way out of every limit."""

import msgspec
import pytest

from clearbell.calls import DAY
from clearbell.desk.admission import BadQuestionError, Question, do_ask
from clearbell.policy.pack import builtin_pack, builtin_pack_text, load_pack
from clearbell.registry.admission.model import Blacklisted, LineIssued, Outcome, Unlisted, Wanted
from clearbell.registry.admission.queries import cards_of, listed
from clearbell.registry.admission.service import (
    BadLicenceError,
    BreachNeededError,
    NobodyListedError,
    TakenError,
    do_blacklist,
    do_end_line,
    do_record_line,
    do_unlist,
)
from clearbell.registry.errors import UnknownError
from clearbell.registry.identity import IdentityKey
from clearbell.registry.model import HolderRegistered, PartyKind, PartyRegistered
from clearbell.registry.service import do_register_holder, do_register_party
from clearbell.sanctions.model import Lifted, Restricted, Rung, Target
from clearbell.sanctions.service import do_lift, do_restrict
from clearbell.testing import MovableClock, fresh_store
from clearbell.testing.identities import credit_code, resident_id

KEYS = IdentityKey(b"k" * 32)
ME = resident_id(1)
BOSS = resident_id(2)
SIM = Question(Wanted.SIM, "cmcc", person_id=ME)
FIRM = Question(Wanted.NUMBER, "cmcc", credit_code=credit_code(1), legal_id=BOSS, legal_name="甲")


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
def store(tmp_path, clock):
    store = fresh_store(tmp_path, clock)
    yield store
    store.close()


def do(store, what, *args):
    with store.act("cli:li") as act:
        return what(act, *args)


def ask(store, question, pack=None):
    answer = do(store, do_ask, question, pack or builtin_pack("cn"), KEYS)
    for reason in answer.reasons:
        assert reason.zh
        assert reason.en
        assert reason.source
        assert reason.remedy_zh
        assert reason.remedy_en
        assert reason.documents or reason.outcome is Outcome.REFUSE
    return answer.outcome, [reason.code for reason in answer.reasons]


def issue(store, count, *, person=ME, carrier="cmcc", address="", device="", start=0):
    for n in range(start, start + count):
        fact = LineIssued(
            f"{carrier}-{n}", carrier, 8613900000000 + n, KEYS.digest("id", person),
            KEYS.digest("address", address), KEYS.digest("device", device),
        )  # fmt: skip
        do(store, do_record_line, fact)


def test_nobody_is_limited_without_a_reason(store):
    assert ask(store, SIM) == (Outcome.APPROVE, [])
    assert ask(store, FIRM) == (Outcome.APPROVE, [])


def test_the_sixth_card_of_a_person_with_a_carrier_is_refused(store):
    issue(store, 4)
    assert ask(store, SIM)[0] is Outcome.APPROVE
    issue(store, 1, start=4)
    assert ask(store, SIM) == (Outcome.REFUSE, ["cards-per-person"])
    assert ask(store, Question(Wanted.SIM, "unicom", person_id=ME))[0] is Outcome.APPROVE
    assert ask(store, Question(Wanted.SIM, "cmcc", person_id=resident_id(9)))[0] is Outcome.APPROVE
    do(store, do_end_line, "cmcc-0")
    assert ask(store, SIM)[0] is Outcome.APPROVE
    with pytest.raises(UnknownError):
        do(store, do_end_line, "cmcc-0")


def test_a_name_on_cards_query_counts_by_carrier(store):
    issue(store, 2)
    issue(store, 1, carrier="unicom", start=5)
    with store.read() as conn:
        assert cards_of(conn, KEYS.digest("id", ME)) == {"cmcc": 2, "unicom": 1}
        assert cards_of(conn, "") == {}


def test_a_blacklisted_legal_person_is_known_under_a_new_company(store):
    entry = Blacklisted("B1", "nuisance calls", "unicom", credit_code(7), KEYS.digest("id", BOSS), "甲")
    do(store, do_blacklist, entry)
    assert ask(store, FIRM) == (Outcome.REFUSE, ["blacklisted-legal-person"])
    # The old company under a new legal person, and the legal person as a private person.
    old = Question(Wanted.LINE, "cmcc", credit_code=credit_code(7).lower(), legal_id=resident_id(8))
    assert ask(store, old) == (Outcome.REFUSE, ["blacklisted-licence"])
    assert ask(store, Question(Wanted.SIM, "cmcc", person_id=BOSS))[0] is Outcome.REFUSE
    do(store, do_unlist, Unlisted("B1", "appeal upheld"))
    assert ask(store, FIRM)[0] is Outcome.APPROVE


def test_a_namesake_is_held_for_proof_not_refused(store):
    do(store, do_blacklist, Blacklisted("B1", "nuisance calls", "unicom", name=" 甲"))
    assert ask(store, FIRM) == (Outcome.HOLD, ["name-on-blacklist"])


def test_an_organisation_listed_by_name_alone_is_held_for_an_officer(store):
    do(store, do_blacklist, Blacklisted("B1", "nuisance calls", "unicom", name="浙江铃声 有限公司"))
    named = msgspec.structs.replace(FIRM, name="浙江铃声有限公司")
    assert ask(store, named) == (Outcome.HOLD, ["name-on-blacklist"])
    # Without the name, or under another, nothing speaks against it.
    assert ask(store, FIRM)[0] is Outcome.APPROVE
    assert ask(store, msgspec.structs.replace(FIRM, name="浙江铃声科技有限公司"))[0] is Outcome.APPROVE


def test_every_entry_of_that_name_is_told(store):
    for entry in ("B1", "B2"):
        do(store, do_blacklist, Blacklisted(entry, "nuisance calls", "unicom", name="甲"))
    [reason] = do(store, do_ask, FIRM, builtin_pack("cn"), KEYS).reasons
    assert "B1, B2" in reason.en
    assert "B1, B2" in reason.zh


def test_a_name_says_nothing_where_the_entry_says_who_is_meant(store):
    other = KEYS.digest("id", resident_id(9))
    do(store, do_blacklist, Blacklisted("B1", "nuisance calls", "unicom", person=other, name="甲"))
    do(store, do_blacklist, Blacklisted("B2", "nuisance calls", "unicom", credit_code(7), name="浙江铃声有限公司"))
    assert ask(store, msgspec.structs.replace(FIRM, name="浙江铃声有限公司")) == (Outcome.APPROVE, [])


def test_an_entry_ends_by_itself(store, clock):
    until = clock.now() + 10 * DAY
    do(store, do_blacklist, Blacklisted("B1", "card trade", "police", person=KEYS.digest("id", ME), until=until))
    assert ask(store, SIM)[0] is Outcome.REFUSE
    clock.move(10 * DAY)
    assert ask(store, SIM)[0] is Outcome.APPROVE
    with store.read() as conn:
        assert listed(conn, clock.now()) == []


def test_a_holder_under_sanction_gets_no_new_number(store, clock):
    party = f"org:{KEYS.digest('credit-code', credit_code(1))[:24]}"
    do(store, do_register_party, PartyRegistered(party, PartyKind.COMPANY, "Example Insurance"))
    do(store, do_register_holder, HolderRegistered("H", party))
    do(store, do_restrict, Restricted("R", Target.HOLDER, Rung.CONTRACT_ENDED, "x", clock.now(), name="H"))
    assert ask(store, FIRM) == (Outcome.REFUSE, ["sanction-in-force"])
    do(store, do_lift, Lifted("R", "remedied"))
    assert ask(store, FIRM)[0] is Outcome.APPROVE


def test_the_tenth_card_to_one_address_is_held_however_it_is_written(store):
    for n in range(9):
        issue(store, 1, person=resident_id(20 + n), address="1 Example Road", start=n)
    there = Question(Wanted.SIM, "cmcc", person_id=ME, address=" 1  EXAMPLE road")
    assert ask(store, there) == (Outcome.HOLD, ["cards-per-address"])
    assert ask(store, Question(Wanted.SIM, "cmcc", person_id=ME, address="2 Example Road"))[0] is Outcome.APPROVE


def test_many_cards_in_one_device_are_held(store):
    for n in range(5):
        issue(store, 1, person=resident_id(20 + n), device="490154203237518", start=n)
    question = Question(Wanted.SIM, "cmcc", person_id=ME, device="490154203237518")
    assert ask(store, question) == (Outcome.HOLD, ["cards-per-device"])


def test_risky_areas_are_the_packs(store):
    text = builtin_pack_text("cn").replace(
        "[risky_areas]\n",
        '[risky_areas]\n"3505" = { zh = "某地", en = "somewhere", source = "ours", status = "ours" }\n',
    )
    pack = load_pack(text, "test.toml")
    there = Question(Wanted.SIM, "cmcc", person_id=ME, area="350500")
    assert ask(store, there, pack) == (Outcome.HOLD, ["risky-area"])
    assert ask(store, there)[0] is Outcome.APPROVE
    assert ask(store, SIM, pack)[0] is Outcome.APPROVE


def test_a_person_gets_no_voice_line(store):
    assert ask(store, Question(Wanted.LINE, "cmcc", person_id=ME)) == (Outcome.REFUSE, ["organisations-only"])


def test_the_gravest_reason_is_the_answer_and_all_are_told(store):
    issue(store, 5)
    do(store, do_blacklist, Blacklisted("B1", "card trade", "police", name="甲"))
    question = Question(Wanted.SIM, "cmcc", person_id=ME, legal_name="甲")
    assert ask(store, question) == (Outcome.REFUSE, ["cards-per-person", "name-on-blacklist"])


@pytest.mark.parametrize(
    "question",
    [
        Question(Wanted.SIM, "cmcc"),
        Question(Wanted.SIM, "cmcc", person_id="1"),
        Question(Wanted.SIM, "", person_id=ME),
        Question(Wanted.SIM, "cmcc", person_id=ME, credit_code=credit_code(1)),
        Question(Wanted.LINE, "cmcc", credit_code="1", legal_id=ME),
        Question(Wanted.LINE, "cmcc", credit_code=credit_code(1)),
    ],
)
def test_a_question_names_whom_it_is_about(store, question):
    with pytest.raises(BadQuestionError):
        ask(store, question)


def test_what_cannot_be_listed_or_recorded_is_refused(store):
    for fact, error in (
        (Blacklisted("B", "x", "y"), NobodyListedError),
        (Blacklisted("B", " ", "y", name="z"), BreachNeededError),
        (Blacklisted("B", "x", "y", licence="1"), BadLicenceError),
    ):
        with pytest.raises(error):
            do(store, do_blacklist, fact)
    do(store, do_blacklist, Blacklisted("B", "x", "y", name="z"))
    with pytest.raises(TakenError):
        do(store, do_blacklist, Blacklisted("B", "x", "y", name="z"))
    issue(store, 1)
    with pytest.raises(TakenError):
        issue(store, 1)


def test_identity_numbers_and_addresses_are_nowhere_in_clear(store, tmp_path):
    issue(store, 1, address="1 Example Road")
    ask(store, SIM)
    store.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert ME.encode() not in kept
    assert b"Example Road" not in kept
