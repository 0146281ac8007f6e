"""From queued to an end: what each step does, and that no other step does anything."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearbell.calls import HOUR
from clearbell.ledger.verify import verify
from clearbell.lifecycles import IllegalStepError, move
from clearbell.notices.errors import (
    BadArgumentsError,
    BadRecipientError,
    ChannelOffError,
    KeyTakenError,
    LapsedNoticeError,
    NoSuchLanguageError,
    UnknownNoticeError,
    UnknownTemplateError,
)
from clearbell.notices.model import FACTS, TRANSITIONS, Channel, Priority, State, Step
from clearbell.notices.progress import do_keep_accepted, do_keep_receipt, do_keep_refused, do_lapse, do_take
from clearbell.notices.queries import notices_like, parts_of, receipts_of
from clearbell.notices.service import Outbox, do_forget_recipient, do_retry_notice
from clearbell.notices.tables import notice, notice_part, notice_receipt
from clearbell.notices.transports.protocol import Accepted, Receipt, ReceiptState, Refused

NUMBER = 8613900000002
ENDS = {State.DELIVERED, State.FAILED, State.EXPIRED}
ALL = list(Channel)


def receipt(message_id, state=ReceiptState.DELIVERED, at=0, error=""):
    return Receipt(message_id, state, at, error)


@given(st.lists(st.sampled_from(list(Step)), max_size=30))
def test_only_steps_of_the_table_move_a_notice(steps):
    state = State.QUEUED
    for step in steps:
        known = TRANSITIONS.get((state, step))
        if known is None:
            with pytest.raises(IllegalStepError):
                move(TRANSITIONS, state, step)
        else:
            state = move(TRANSITIONS, state, step).to


def test_every_state_is_reached_and_a_delivered_notice_stays_so():
    reached = {State.QUEUED} | {transition.to for transition in TRANSITIONS.values()}
    assert reached == set(State)
    assert State.DELIVERED not in {state for state, _ in TRANSITIONS}
    # What ended badly starts again by hand only.
    assert {step for state, step in TRANSITIONS if state in ENDS} == {Step.RETRY}


class Story:
    """What the table says, told beside what the store does."""

    def __init__(self, post):
        self.post = post
        self.id = post.queue(key=f"story:{post.now}:{post.store.head()}", not_after=post.now + 10 * HOUR)
        self.acknowledged = set()

    def act(self, do):
        with self.post.store.act("test") as act:
            return do(act)

    def play(self, move_):
        before = self.post.row(self.id)
        kind, value = move_
        if kind == "take":
            self.act(lambda act: do_take(act, ALL, "node", 10, act.at + 60_000_000))
        elif kind == "accept":
            self.acknowledged.add(value)
            self.act(lambda act: do_keep_accepted(act, Accepted(self.id, value, 2, f"{self.id}-{value}")))
        elif kind == "refuse":
            self.act(lambda act: do_keep_refused(act, Refused(self.id, "no", for_good=value), (5, 30)))
        elif kind == "receipt":
            part, state = value
            self.act(lambda act: do_keep_receipt(act, receipt(f"{self.id}-{part}", state)))
        elif kind == "lapse":
            self.act(lambda act: do_lapse(act, ALL))
        else:
            self.post.store.clock.move(value)
        return before.state, self.post.row(self.id).state


MOVES = st.one_of(
    st.just(("take", None)),
    st.tuples(st.just("accept"), st.sampled_from([1, 2])),
    st.tuples(st.just("refuse"), st.booleans()),
    st.tuples(st.just("receipt"), st.tuples(st.sampled_from([1, 2]), st.sampled_from(list(ReceiptState)))),
    st.just(("lapse", None)),
    st.tuples(st.just("wait"), st.sampled_from([6_000_000, 70_000_000, 11 * HOUR])),
)
REACHABLE = {(state, transition.to) for (state, _), transition in TRANSITIONS.items()} | {
    # Two steps in one act: the lease ran out and it is taken anew; the receipt came before the acknowledgement.
    (State.SENDING, State.SENDING), (State.SENDING, State.DELIVERED), (State.QUEUED, State.DELIVERED),
    (State.QUEUED, State.FAILED),
}  # fmt: skip


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=60
)
@given(moves=st.lists(MOVES, max_size=15))
def test_whatever_happens_a_notice_moves_by_the_table_and_ends_once(post, moves):
    story = Story(post)
    head = post.store.head()
    for step in moves:
        before, after = story.play(step)
        if before != after:
            assert (State(before), State(after)) in REACHABLE
            assert State(before) not in ENDS
    told = [
        (entry.kind, next(entry.decode(FACTS)).notice)
        for entry in post.store.entries(head)
        if entry.kind in ("notices.sent", "notices.delivered", "notices.failed", "notices.expired")
    ]
    mine = [kind for kind, of in told if of == story.id]
    state = State(post.state(story.id))
    assert mine.count("notices.sent") == (state in (State.SENT, State.DELIVERED) or "notices.sent" in mine)
    assert sum(kind != "notices.sent" for kind in mine) == (state in ENDS)
    if "notices.sent" in mine:
        assert story.acknowledged == {1, 2}


def test_queued_sent_and_delivered_with_proof(post):
    made = post.queue()
    assert post.state(made) == "queued"
    post.step()
    assert post.state(made) == "sent"
    assert post.transport.sent[0].text == "您的举报 R1 已处理:已核实。感谢您的举报。"
    post.transport.events = [receipt("m1", at=post.now - 1_000_000)]
    post.step()
    assert post.state(made) == "delivered"
    with post.store.read() as conn:
        [part] = parts_of(conn, made)
        [proof] = receipts_of(conn, made)
    assert (part.message_id, proof.state, proof.at, proof.received) == (
        "m1",
        "delivered",
        post.now - 1_000_000,
        post.now,
    )
    assert post.kinds() == ["notices.queued", "notices.sent", "notices.delivered"]
    [ended] = [next(e.decode(FACTS)) for e in post.store.entries(0) if e.kind == "notices.delivered"]
    assert (ended.notice, ended.recipient, ended.message_id, ended.at) == (
        made,
        str(NUMBER),
        "m1",
        post.now - 1_000_000,
    )


def test_the_same_key_is_the_same_notice(post):
    first = post.queue(key="restricted:R1")
    assert post.queue(key="restricted:R1") == first
    assert post.kinds() == ["notices.queued"]
    post.step(3)
    assert len(post.transport.sent) == 1
    with pytest.raises(KeyTakenError):
        post.queue(key="restricted:R1", recipient=8613900000003)


def test_a_long_message_is_delivered_when_every_part_is(post):
    post.transport.answer = lambda m: [Accepted(m.notice, n, 2, f"p{n}") for n in (1, 2)]
    made = post.queue()
    post.step()
    post.transport.events = [receipt("p2")]
    post.step()
    assert post.state(made) == "sent"
    post.transport.events = [receipt("p1")]
    post.step()
    assert post.state(made) == "delivered"


def test_a_receipt_before_its_acknowledgement_counts(post):
    post.transport.answer = lambda m: [receipt("m1"), Accepted(m.notice, 1, 1, "m1")]
    made = post.queue()
    post.step()
    assert post.state(made) == "delivered"


def test_an_undelivered_part_fails_the_notice_and_says_why(post):
    made = post.queue()
    post.step()
    post.transport.events = [receipt("m1", ReceiptState.UNDELIVERED, error="UNDELIV 011")]
    post.step()
    assert (post.state(made), post.row(made).reason) == ("failed", "UNDELIV 011")
    assert post.kinds()[-1] == "notices.failed"


def test_what_does_not_go_through_is_tried_again_after_longer_and_longer_waits_until_its_time_is_over(post):
    post.transport.answer = lambda m: [Refused(m.notice, "busy", for_good=False)]
    made = post.queue(not_after=post.now + 90_000_000)
    post.step(3)
    assert (post.state(made), len(post.transport.sent)) == ("queued", 1)
    for waits, attempts in ((4, 1), (1, 2), (29, 2), (1, 3), (29, 3), (1, 4)):
        post.store.clock.move(waits * 1_000_000)
        post.step(2)
        assert len(post.transport.sent) == attempts
    post.store.clock.move(25_000_000)
    post.step()
    assert (post.state(made), post.row(made).reason) == ("expired", "busy")
    post.store.clock.move(HOUR)
    post.step()
    assert len(post.transport.sent) == 4
    assert post.kinds() == ["notices.queued", "notices.expired"]


def test_the_urgent_and_the_oldest_go_first(post):
    post.transport.width = 1
    for key, priority in (("old", 0), ("new", 1), ("now", 2), ("newer", 1)):
        post.queue(key=key, priority=Priority(priority), purpose=key)
        post.store.clock.move(1_000_000)
    post.step(4)
    names = [message.purpose for message in post.transport.sent]
    assert names == ["now", "new", "newer", "old"]


def test_an_acknowledgement_that_comes_after_giving_up_still_counts(post):
    post.transport.answer = lambda m: [Refused(m.notice, "no answer", for_good=False)]
    made = post.queue()
    post.step()
    post.transport.events = [Accepted(made, 1, 1, "late")]
    post.step()
    assert post.state(made) == "sent"
    post.store.clock.move(HOUR // 2)
    post.step()
    assert len(post.transport.sent) == 1


def test_failed_and_expired_notices_are_sent_again_by_hand_and_others_are_not(post):
    post.transport.answer = lambda m: [Refused(m.notice, "no such number", for_good=True)]
    made = post.queue()
    with post.store.act("cli:li") as act, pytest.raises(IllegalStepError):
        do_retry_notice(act, post.outbox, made, act.at + HOUR)
    post.step()
    assert post.state(made) == "failed"
    post.transport.answer = lambda m: [Accepted(m.notice, 1, 1, "again")]
    with post.store.act("cli:li") as act:
        do_retry_notice(act, post.outbox, made, act.at + HOUR)
    post.step()
    assert post.state(made) == "sent"
    assert post.kinds() == ["notices.queued", "notices.failed", "notices.retried", "notices.sent"]
    with post.store.act("cli:li") as act, pytest.raises(UnknownNoticeError):
        do_retry_notice(act, post.outbox, "0" * 24, act.at + HOUR)


@pytest.mark.parametrize(
    ("more", "error", "zh", "en"),
    [
        ({"recipient": 8657188880001}, BadRecipientError,
         "+86571****0001 不是能接收短信的手机号码;请给出手机号码", "+86571****0001 is no mobile number that takes SMS; give a mobile number"),
        ({"channel": Channel.MAIL, "recipient": "a b@example.net"}, BadRecipientError,
         "「a b@example.net」不是邮件地址,应如 name@example.net", "`a b@example.net` is no mail address; it should look like name@example.net"),
        ({"channel": Channel.WEBHOOK, "recipient": "http://example.net/hook"}, BadRecipientError,
         "「http://example.net/hook」应为 https 网址(本机可用 http),且不含用户名",
         "`http://example.net/hook` should be an https URL (http for this machine only) without a user name"),
        ({"language": "fr"}, NoSuchLanguageError, "语言「fr」应为 zh 或 en", "the language `fr` should be zh or en"),
        ({"arguments": {"report": "R1"}}, BadArgumentsError,
         "模板 report-answered:缺少参数 answer", "template `report-answered`: missing: answer"),
        ({"arguments": {"report": "R1", "answer": "a", "x": ""}}, BadArgumentsError,
         "模板 report-answered:多余参数 x", "template `report-answered`: it takes no x"),
        ({"arguments": {"report": "R1\nBcc: x", "answer": "a"}}, BadArgumentsError,
         "模板 report-answered:参数 report 含换行或控制字符,请写成一行",
         "template `report-answered`: `report` holds a line break or control character; put it on one line"),
        ({"not_after": 1}, LapsedNoticeError, "截止时间已过;请给出将来的时间", "its time is over already; give a time to come"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_refused_in_both_languages_and_changes_nothing(post, more, error, zh, en):
    with pytest.raises(error) as refused:
        post.queue(**more)
    assert (refused.value.zh, refused.value.en) == (zh, en)
    assert post.kinds() == []


def test_an_unknown_template_names_those_there_are(post):
    with pytest.raises(UnknownTemplateError, match="report-answered"):
        post.queue(template="report-answred")


def test_a_channel_that_is_off_refuses_and_says_how_to_turn_it_on(post):
    post.outbox = Outbox(frozenset({Channel.MAIL}), post.outbox.templates, post.key)
    with pytest.raises(ChannelOffError) as refused:
        post.queue()
    assert refused.value.en == (
        "SMS is off on this node: set [notices.sms] address in its configuration, "
        'or `[notices] outbox = "folder"` to try things out'
    )
    assert "[notices.sms] address" in refused.value.zh
    assert post.kinds() == []


def test_a_forgotten_person_leaves_no_notice_and_no_fact(post):
    made = post.queue()
    other = post.queue(recipient=8613900000003)
    post.step()
    post.transport.events = [receipt("m1")]
    post.step()
    with post.store.act("cli:li") as act:
        assert do_forget_recipient(act, NUMBER) == 3
        assert act.erase(NUMBER) == 3
    with post.store.read() as conn:
        assert [row.notice for row in notices_like(conn)] == [other]
        assert conn.execute(notice_receipt.select()).all() == []
        assert [row.notice for row in conn.execute(notice_part.select())] == [other]
        assert str(NUMBER) not in repr(conn.execute(notice.select()).all())
    assert post.row(made) is None
    # What comes in about it later finds nobody and does no harm.
    post.transport.events = [Accepted(made, 1, 1, "m1"), receipt("m1")]
    post.step()
    assert verify(post.store).fault is None


def test_incoming_parts_make_one_message_which_is_told_once(post):
    from clearbell.notices.transports.protocol import IncomingPart

    part = IncomingPart("+8613900000002", "10690001", "二", 7, 2, 2, token=2)
    post.transport.events = [part]
    post.step()
    assert post.received == []
    post.transport.events = [IncomingPart("+8613900000002", "10690001", "一", 7, 1, 2, token=1)]
    post.step()
    [message] = post.received
    assert (message.sender, message.to, message.text) == (NUMBER, "10690001", "一二")
    assert post.kinds() == ["notices.received"]
    assert [kept for _, kept in post.transport.settlings] == [True, True]


def test_a_message_whose_taker_fails_is_not_kept_and_comes_again(post):
    from clearbell.notices.transports.protocol import IncomingPart

    def fails(act, message):
        raise RuntimeError("BUG")

    dispatcher = post.dispatcher_of(post.transport, received=fails)
    post.transport.events = [IncomingPart("+8613900000002", "10690001", "y", token=1), receipt("m9")]
    dispatcher.step(0)
    assert post.kinds() == []
    assert [kept for _, kept in post.transport.settlings] == [True, False]


def test_acknowledgements_that_the_store_did_not_take_are_kept_until_it_does(post, monkeypatch):
    from sqlalchemy.exc import OperationalError

    from clearbell.notices import dispatch

    made = post.queue()
    real = dispatch.do_keep_accepted

    def away(act, event):
        raise OperationalError("", {}, Exception("the store is away"))

    monkeypatch.setattr(dispatch, "do_keep_accepted", away)
    with pytest.raises(OperationalError):
        post.step()
    monkeypatch.setattr(dispatch, "do_keep_accepted", real)
    post.step()
    assert post.state(made) == "sent"
    assert len(post.transport.sent) == 1


def test_what_one_dispatcher_took_another_leaves_alone_until_the_lease_is_over(post):
    post.transport.answer = lambda m: []
    made = post.queue()
    post.step()
    other = post.dispatcher_of(post.transport, owner="other")
    other.step(0)
    assert len(post.transport.sent) == 1
    post.store.clock.move(601_000_000)
    other.step(0)
    assert [message.notice for message in post.transport.sent] == [made, made]


def test_a_process_of_the_same_name_takes_over_at_once(post):
    post.transport.answer = lambda m: []
    post.queue()
    post.step()
    assert post.dispatcher_of(post.transport, owner="other").recover() == 0
    again = post.dispatcher_of(post.transport)
    assert again.recover() == 1
    again.step(0)
    assert len(post.transport.sent) == 2
