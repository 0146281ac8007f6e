"""A number application from its form to its approval, and what stands in its way."""

import datetime
import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.calls import DAY
from clearbell.ledger.verify import verify
from clearbell.lifecycles import IllegalStepError, mermaid, move
from clearbell.policy.pack import builtin_pack
from clearbell.policy.workdays import builtin_workdays
from clearbell.registry.admission.model import Blacklisted, Unlisted
from clearbell.registry.admission.service import do_blacklist, do_unlist
from clearbell.registry.applications.checks import find_problems
from clearbell.registry.applications.errors import (
    ApplicationTakenError,
    FourEyesError,
    NamesakeError,
    NewApplicationNeededError,
    NotAskedForError,
    OnBlacklistError,
    ReasonNeededError,
)
from clearbell.registry.applications.findings import findings
from clearbell.registry.applications.forms import FORMS
from clearbell.registry.applications.model import FACTS, TRANSITIONS, LineClass, State, Step
from clearbell.registry.applications.queries import due_for_recheck, hits_of, queue
from clearbell.registry.applications.service import (
    Desk,
    application_row,
    do_approve,
    do_attach,
    do_change,
    do_edit,
    do_file,
    do_lapse,
    do_recheck,
    do_refuse,
    do_review,
    do_withdraw,
)
from clearbell.registry.identity import IdentityKey
from clearbell.registry.model import PartyKind, PartyRegistered, TrunkOpened
from clearbell.registry.queries import resource_of
from clearbell.registry.service import do_open_trunk, do_register_party
from clearbell.testing import MovableClock, fresh_store
from clearbell.testing.identities import credit_code, resident_id
from clearbell.vault import Kept

NUMBER = 864001234567
GOOD = {
    "entity_name": "Example Insurance",
    "entity_kind": "company",
    "licence_name": "Example Insurance",
    "credit_code": credit_code(1),
    "licence_legal_name": "甲",
    "licence_expiry": "9999-12-31",
    "address": "1 Example Street",
    "legal_name": "甲",
    "legal_id": resident_id(1),
    "legal_phone": "13800000001",
    "handler_name": "乙",
    "handler_id": resident_id(2),
    "handler_phone": "13800000002",
    "purpose": "service",
    "scenario": "answers to policy holders",
    "industry": "insurance",
    "calls_per_day": "100",
    "own_use": "yes",
    "holder": "H1",
    "first": "4001234567",
    "landing_number": "057188880001",
    "bill_name": "Example Insurance",
}


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
def store(tmp_path, clock):
    store = fresh_store(tmp_path, clock)
    yield store
    store.close()


@pytest.fixture
def desk():
    return Desk(builtin_pack("cn"), builtin_workdays("cn"), IdentityKey(b"k" * 32))


def do(store, who, what, *args):
    with store.act(f"web:{who}") as act:
        return what(act, *args)


def file(store, desk, name="A1", line_class=LineClass.TOLL_400, papers=True, **changes):
    problems = do(store, "clerk", do_file, desk, name, line_class, {**GOOD, **changes})
    if papers:
        for n, paper in enumerate(FORMS[line_class].documents):
            kept = Kept(f"{n:064x}", "application/pdf", 100)
            problems = do(store, "clerk", do_attach, desk, name, paper.kind, kept)
    return problems


def state(store, name="A1"):
    with store.read() as conn:
        return State(application_row(conn, name).state)


def codes(problems):
    return {(problem.field, problem.code) for problem in problems}


def test_disagreeing_names_hold_a_400_application_until_they_are_repaired(store, desk):
    problems = file(store, desk, bill_name="Another Firm", licence_legal_name="丙")
    assert codes(problems) == {("bill_name", "names-disagree"), ("legal_name", "names-disagree")}
    assert "落地号码账单户名与单位全称不一致" in problems[1].zh
    assert "`Another Firm`, `Example Insurance`" in problems[1].en
    assert state(store) is State.HELD
    with pytest.raises(IllegalStepError, match="`review` is not possible while it is `held`"):
        do(store, "first", do_review, "A1")
    # Width, blanks and brackets are no difference between names.
    assert (
        do(store, "clerk", do_edit, desk, "A1", {"bill_name": "EXAMPLE  Insurance", "licence_legal_name": " 甲 "}) == []
    )
    assert state(store) is State.PENDING


def on_list(store, entry, **who):
    do(store, "x", do_blacklist, Blacklisted(entry, "nuisance calls", "unicom", **who))


def test_who_has_a_name_of_the_blacklist_is_looked_at_by_each_officer(store, desk, clock):
    on_list(store, "B1", name="example  INSURANCE")
    assert file(store, desk) == []
    with store.read() as conn:
        assert [(hit.by, hit.entry) for hit in hits_of(conn, application_row(conn, "A1"), clock.now())] == [
            ("name", "B1")
        ]
    with pytest.raises(NamesakeError, match=r"entry B1 .* equal names are not equal people") as refused:
        do(store, "first", do_review, "A1")
    assert "同名未必同一主体" in refused.value.zh
    do(store, "first", do_review, "A1", "another licence, another town")
    with pytest.raises(NamesakeError):
        do(store, "second", do_approve, desk, "A1", "  ")
    do(store, "second", do_approve, desk, "A1", "the legal person is someone else")
    assert state(store) is State.APPROVED
    moved = [fact for entry in store.entries(0, ["application.moved"]) for fact in entry.decode(FACTS)]
    assert [fact.why for fact in moved if fact.step in (Step.REVIEW, Step.APPROVE)] == [
        ("another licence, another town",),
        ("the legal person is someone else",),
    ]


@pytest.mark.parametrize("who", ["licence", "person", "legal_name"])
def test_who_is_on_the_blacklist_does_not_pass_and_a_namesake_may(store, desk, who):
    listed = {
        "licence": {"licence": credit_code(1)},
        "person": {"person": desk.identities.digest("id", resident_id(1))},
        "legal_name": {"name": "甲"},
    }[who]
    on_list(store, "B1", **listed)
    file(store, desk)
    if who == "legal_name":
        do(store, "first", do_review, "A1", "born in another year")
        return
    with pytest.raises(OnBlacklistError, match=r"nuisance calls \(entry B1\)"):
        do(store, "first", do_review, "A1", "I know him")
    do(store, "x", do_unlist, Unlisted("B1", "appeal upheld"))
    do(store, "first", do_review, "A1")
    # Listed between the two: the second officer finds it.
    on_list(store, "B2", **listed)
    with pytest.raises(OnBlacklistError):
        do(store, "second", do_approve, desk, "A1")


def test_two_other_people_review_and_approve_and_the_number_takes_calls_only(store, desk):
    assert file(store, desk) == []
    with pytest.raises(FourEyesError, match="web:clerk has had a hand in this application"):
        do(store, "clerk", do_review, "A1")
    do(store, "first", do_review, "A1")
    for who in ("clerk", "first"):
        with pytest.raises(FourEyesError):
            do(store, who, do_approve, desk, "A1")
    assert state(store) is State.REVIEWED
    do(store, "second", do_approve, desk, "A1")
    with store.read() as conn:
        resource = resource_of(conn, NUMBER)
    assert (resource.holder, resource.inbound_only, resource.purpose, resource.name) == (
        "H1",
        True,
        "service",
        "Example Insurance",
    )
    assert verify(store).fault is None


def test_identity_numbers_are_nowhere_in_clear(store, desk, tmp_path):
    file(store, desk)
    file(store, desk, "A2", papers=False, legal_id="110101199001011239")
    store.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for number in (GOOD["legal_id"], GOOD["handler_id"], "110101199001011239"):
        assert number.encode() not in kept


def test_what_is_missing_is_all_said_at_once(store, desk):
    problems = do(store, "clerk", do_file, desk, "A1", LineClass.CENTRE_95, {"colour": "blue"})
    assert ("colour", "unknown-field") in codes(problems)
    assert {field for field, code in codes(problems) if code == "missing"} == {
        field.name for field in FORMS[LineClass.CENTRE_95].fields if not field.optional
    }
    assert ("telecom-permit", "document-missing") in codes(problems)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"entity_kind": "person"}, ("entity_kind", "bad-entity-kind")),
        ({"credit_code": "91330000000000000X"}, ("credit_code", "bad-credit-code")),
        ({"legal_id": "110101199001011239"}, ("legal_id", "bad-id")),
        ({"purpose": "commercial"}, ("purpose", "inbound-only")),
        ({"purpose": "personal"}, ("purpose", "bad-purpose")),
        ({"licence_expiry": "2020-01-01"}, ("licence_expiry", "licence-expired")),
        ({"licence_expiry": "soon"}, ("licence_expiry", "bad-date")),
        ({"own_use": "no"}, ("own_use", "bad-yes")),
        ({"first": "95511"}, ("first", "other-class")),
        ({"first": "hello"}, ("first", "bad-number")),
        ({"last": "4001234500"}, ("last", "no-range")),
        ({"industry": "nonsense"}, ("industry", "bad-category")),
        ({"calls_per_day": "many"}, ("calls_per_day", "bad-count")),
    ],
)
def test_each_rule_of_the_form_is_checked(store, desk, changes, problem):
    assert problem in codes(file(store, desk, **changes))
    assert state(store) is State.HELD


def test_the_wording_of_problems(desk, golden):
    today = datetime.date(2026, 11, 24)
    lines = []
    for line_class in LineClass:
        bad = {**GOOD, "entity_kind": "person", "bill_name": "X", "own_use": "no", "purpose": "commercial"}
        lines.extend(
            f"{line_class.value} {problem.field} {problem.code}\n  {problem.zh}\n  {problem.en}"
            for problem in find_problems(line_class, bad, (), desk.pack.categories, today)
        )
    golden("problems.txt", "\n".join(lines) + "\n")


def test_a_refused_application_has_a_reason_and_comes_back_edited(store, desk):
    file(store, desk)
    with pytest.raises(ReasonNeededError):
        do(store, "first", do_refuse, "A1", " ")
    do(store, "first", do_refuse, "A1", "the scenario is not told")
    assert state(store) is State.REFUSED
    do(store, "clerk", do_edit, desk, "A1", {"scenario": "answers to policy holders, 9 to 5"})
    assert state(store) is State.PENDING
    do(store, "clerk", do_withdraw, "A1")
    with pytest.raises(IllegalStepError, match="possible now: nothing"):
        do(store, "clerk", do_edit, desk, "A1", {})


def test_an_unknown_document_and_a_taken_id_are_refused(store, desk):
    file(store, desk)
    with pytest.raises(NotAskedForError, match="no document `selfie`"):
        do(store, "clerk", do_attach, desk, "A1", "selfie", Kept("0" * 64, "image/png", 1))
    with pytest.raises(ApplicationTakenError):
        file(store, desk)


def approved(store, desk, **more):
    file(store, desk, **more)
    do(store, "first", do_review, "A1")
    do(store, "second", do_approve, desk, "A1")


def test_a_trunks_numbers_may_call_on_that_trunk(store, desk):
    with store.act("cli:li") as act:
        do_register_party(act, PartyRegistered("ap", PartyKind.COMPANY, "Example Access"))
        do_open_trunk(act, TrunkOpened("T1", "ap", registered_only=True))
    values = {key: value for key, value in GOOD.items() if key not in ("landing_number", "bill_name")}
    values |= {"first": "057199990000", "last": "057199990099", "purpose": "commercial"}
    values |= {"access_location": "Hangzhou", "provider": "ap", "trunk": "T1"}
    do(store, "clerk", do_file, desk, "A1", LineClass.TRUNK, values)
    for n, paper in enumerate(FORMS[LineClass.TRUNK].documents):
        problems = do(store, "clerk", do_attach, desk, "A1", paper.kind, Kept(f"{n:064x}", "application/pdf", 1))
    assert problems == []
    do(store, "first", do_review, "A1")
    do(store, "second", do_approve, desk, "A1")
    with store.read() as conn:
        resource = resource_of(conn, 8657199990050)
    assert (resource.trunks, resource.purpose, resource.inbound_only) == ("T1", "commercial", False)


def test_every_year_an_approval_is_checked_again_or_lapses(store, desk, clock):
    approved(store, desk, licence_expiry="2028-01-01")
    clock.move(364 * DAY)
    assert not do(store, "clerk", do_lapse, "A1")
    with store.read() as conn:
        assert [row.application for row in due_for_recheck(conn, clock.now() + 30 * DAY)] == ["A1"]
    assert do(store, "first", do_recheck, desk, "A1") == []
    clock.move(366 * DAY)
    assert do(store, "clerk", do_lapse, "A1")
    assert not do(store, "clerk", do_lapse, "A1")
    assert state(store) is State.LAPSED
    assert codes(do(store, "first", do_recheck, desk, "A1")) == {("licence_expiry", "licence-expired")}
    assert state(store) is State.LAPSED


def test_a_review_is_due_while_it_is_with_the_reviewers_and_not_with_the_applicant(store, desk, clock):
    def ends():
        with store.read() as conn:
            return application_row(conn, "A1").due

    file(store, desk, bill_name="Another Firm")
    assert (state(store), ends()) == (State.HELD, 0)
    clock.move(3 * DAY)
    do(store, "clerk", do_edit, desk, "A1", {"bill_name": GOOD["entity_name"]})
    cleared = desk.due(clock.now(), "application_review")
    assert (state(store), ends()) == (State.PENDING, cleared)
    clock.move(DAY)
    do(store, "clerk", do_edit, desk, "A1", {"scenario": "answers to callers"})
    do(store, "first", do_review, "A1")
    assert ends() == cleared
    do(store, "second", do_refuse, "A1", "not now")
    assert ends() == 0
    do(store, "clerk", do_edit, desk, "A1", {"scenario": "answers to policy holders"})
    assert (state(store), ends()) == (State.PENDING, desk.due(clock.now(), "application_review"))


def test_a_recheck_does_not_lengthen_what_it_was_approved_for(store, desk, clock):
    approved(store, desk)
    for _ in range(5):
        clock.move(364 * DAY)
        assert do(store, "first", do_recheck, desk, "A1") == []
    with store.read() as conn:
        assert application_row(conn, "A1").valid_until == clock.now() + (1825 - 5 * 364) * DAY
    clock.move(5 * DAY)
    assert do(store, "clerk", do_lapse, "A1")
    assert do(store, "first", do_recheck, desk, "A1") == []
    with store.read() as conn:
        assert application_row(conn, "A1").valid_until == clock.now() + 1825 * DAY


def test_changes_are_due_in_ten_working_days_and_late_ones_are_found(store, desk, clock):
    approved(store, desk)
    today = desk.day(clock.now())
    soon = {"address": "2 Example Street"}
    assert do(store, "clerk", do_change, desk, "A1", soon, today - datetime.timedelta(14))
    assert not do(store, "clerk", do_change, desk, "A1", soon, today - datetime.timedelta(15))
    with store.read() as conn:
        [late] = findings(conn)
    assert late.rule == "late-change"
    assert msgspec.json.decode(late.evidence)["working_days"] == 11
    with pytest.raises(NewApplicationNeededError, match="`purpose` cannot be changed"):
        do(store, "clerk", do_change, desk, "A1", {"purpose": "commercial"}, today)


def test_the_queue_shows_who_waits_longest_first(store, desk, clock):
    for name in ("A1", "A2", "A3"):
        file(store, desk, name)
        clock.move(1_000_000)
    do(store, "first", do_review, "A1")
    with store.read() as conn:
        assert [row.application for row in queue(conn)] == ["A2", "A3", "A1"]


def test_the_documents_diagram_is_that_of_the_table():
    from pathlib import Path

    text = (Path(__file__).parents[3] / "docs" / "applications.md").read_text(encoding="utf-8")
    assert mermaid(TRANSITIONS, State.PENDING) in text


@given(st.lists(st.sampled_from(Step), max_size=15))
def test_no_way_leads_to_approval_past_two_reviews(steps):
    current, taken = State.PENDING, []
    for step in steps:
        if (current, step) in TRANSITIONS:
            current = move(TRANSITIONS, current, step).to
            taken.append(step)
    if current is State.APPROVED:
        reviewed = max(n for n, step in enumerate(taken) if step is Step.REVIEW)
        assert Step.APPROVE in taken[reviewed:]
        assert not {Step.EDIT, Step.HOLD} & set(itertools.takewhile(lambda s: s is not Step.APPROVE, taken[reviewed:]))
