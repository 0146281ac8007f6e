"""A number is proven by a code that was sent to it: once, soon, and not by guessing."""

from __future__ import annotations

import collections
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.calls import DAY, HOUR, MINUTE
from clearbell.notices.codes import NotProven, Proven, do_check_code, do_send_code, verified_until
from clearbell.notices.errors import CodesBusyError, CodeTooSoonError, SecretGoneError, TooManyCodesError
from clearbell.notices.keys import NoticeKey
from clearbell.notices.model import FACTS
from clearbell.notices.progress import do_tidy
from clearbell.notices.service import do_forget_recipient, do_retry_notice
from clearbell.notices.tables import notice, notice_code
from clearbell.notices.transports.protocol import Refused
from clearbell.policy.pack import builtin_pack

NUMBER = 8613900000002
OTHER = 8613900000003
RULES = builtin_pack("cn").codes
SECOND = 1_000_000


class Form:
    """A web form that asks for codes and checks them."""

    def __init__(self, post):
        self.post = post
        self.rules = RULES

    def ask(self, number=NUMBER, purpose="report", **more):
        with self.post.store.act("web:form") as act:
            return do_send_code(act, self.post.outbox, self.rules, number, purpose, **more)

    def phone(self):
        """The code in the newest message."""
        self.post.step(2)
        return re.search(r"\d{6}", self.post.transport.sent[-1].text)[0]

    def enter(self, code, number=NUMBER, purpose="report"):
        with self.post.store.act("web:form") as act:
            return do_check_code(act, self.post.key, self.rules, number, purpose, code)

    def proven(self, token, number=NUMBER, purpose="report"):
        return verified_until(self.post.key, number, purpose, token, self.post.now)

    def wait(self, microseconds):
        self.post.store.clock.move(microseconds)


@pytest.fixture
def form(post):
    return Form(post)


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06d}"


def test_the_code_on_the_phone_proves_the_number_for_a_while(form):
    sent = form.ask()
    assert sent.until == form.post.now + 5 * MINUTE
    proof = form.enter(form.phone())
    assert isinstance(proof, Proven)
    assert form.proven(proof.token) == proof.verified_until == form.post.now + 15 * MINUTE
    assert str(NUMBER) not in proof.token
    form.wait(15 * MINUTE - 1)
    assert form.proven(proof.token)
    form.wait(1)
    assert not form.proven(proof.token)


def test_a_proof_counts_for_its_number_its_purpose_and_its_time_only(form):
    form.ask()
    token = form.enter(form.phone()).token
    assert form.proven(token, number=OTHER) == 0
    assert form.proven(token, purpose="appeal") == 0
    until, _, signature = token.partition(".")
    assert form.proven(f"{int(until) + HOUR}.{signature}") == 0
    assert verified_until(NoticeKey(b"x" * 32, bytes), NUMBER, "report", token, form.post.now) == 0


@given(st.text(max_size=80))
def test_any_text_as_a_proof_is_no_proof(text):
    assert verified_until(NoticeKey(b"k" * 32, bytes), NUMBER, "report", text, 0) == 0
    assert verified_until(NoticeKey(b"k" * 32, bytes), NUMBER, "report", f"9{text}.{text}", 0) == 0


def test_a_code_is_good_once(form):
    form.ask()
    code = form.phone()
    assert isinstance(form.enter(code), Proven)
    again = form.enter(code)
    assert isinstance(again, NotProven)
    assert again.zh == "没有可用的验证码(未获取、已使用、已过期或输错次数过多);请重新获取"


def test_full_width_digits_and_blanks_do_not_matter(form):
    form.ask()
    code = form.phone()
    entered = f" {code[:3]} {code[3:]} ".translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)})
    assert isinstance(form.enter(entered), Proven)


def test_a_code_lives_five_minutes(form):
    form.ask()
    code = form.phone()
    form.wait(5 * MINUTE)
    assert isinstance(form.enter(code), NotProven)


def test_after_five_wrong_tries_the_right_code_is_void(form):
    form.ask()
    code = form.phone()
    left = [form.enter(wrong(code)).tries_left for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    assert isinstance(form.enter(code), NotProven)


def test_wrong_tries_are_told_in_both_languages(form):
    form.ask()
    code = form.phone()
    first = form.enter(wrong(code))
    assert (first.zh, first.en) == ("验证码不正确,还可再试 4 次", "the code is not right; 4 tries are left")
    for _ in range(3):
        form.enter(wrong(code))
    last = form.enter(wrong(code))
    assert last.en == "the code is not right, and no tries are left; ask for a new one"
    assert last.zh == "验证码不正确,且已无可试次数;请重新获取"


def test_a_new_code_voids_the_one_before_and_only_for_its_purpose(form):
    form.ask()
    first = form.phone()
    form.wait(MINUTE)
    form.ask(purpose="appeal")
    appeal = form.phone()
    form.wait(MINUTE)
    form.ask()
    second = form.phone()
    assert first != second
    assert isinstance(form.enter(first), NotProven)
    assert isinstance(form.enter(second), Proven)
    assert isinstance(form.enter(appeal, purpose="report"), NotProven)
    assert isinstance(form.enter(appeal, purpose="appeal"), Proven)


def test_another_code_is_sent_after_a_minute_and_not_before(form):
    form.ask()
    code = form.phone()
    form.wait(20 * SECOND)
    with pytest.raises(CodeTooSoonError) as refused:
        form.ask()
    assert refused.value.seconds == 40
    assert refused.value.zh == "验证码刚刚发送,请查看短信;40 秒后可重新获取"
    # Another purpose is the same phone that rings.
    with pytest.raises(CodeTooSoonError):
        form.ask(purpose="appeal")
    form.ask(number=OTHER)
    # The refusal left the code as it was.
    assert isinstance(form.enter(code), Proven)
    form.wait(40 * SECOND)
    form.ask()


def test_a_number_gets_five_codes_an_hour_and_ten_a_day(form):
    for _ in range(5):
        form.ask()
        form.wait(2 * MINUTE)
    with pytest.raises(TooManyCodesError) as refused:
        form.ask()
    assert (refused.value.minutes, refused.value.column) == (50, "number")
    assert "5 codes were sent to this number" in refused.value.en
    form.wait(50 * MINUTE)
    for _ in range(5):
        form.ask()
        form.wait(13 * MINUTE)
    with pytest.raises(TooManyCodesError, match="10 codes were sent"):
        form.ask()
    form.wait(DAY)
    form.ask()


def test_all_numbers_together_get_so_many_codes_an_hour(form):
    form.rules = msgspec.structs.replace(RULES, per_hour=3)
    for place in range(3):
        form.ask(number=NUMBER + place)
    with pytest.raises(CodesBusyError):
        form.ask(number=NUMBER + 3)
    form.wait(HOUR)
    form.ask(number=NUMBER + 3)


def test_the_code_stands_nowhere_in_the_store_and_its_cipher_goes_when_it_was_sent(form):
    form.ask()
    with form.post.store.read() as conn:
        assert conn.execute(notice.select()).one().secret
    code = form.phone()
    with form.post.store.read() as conn:
        rows = [*conn.execute(notice.select()), *conn.execute(notice_code.select())]
        assert conn.execute(notice.select()).one().secret == b""
        assert conn.execute(notice_code.select()).one().digest != b""
    facts = [fact for entry in form.post.store.entries(0) for fact in entry.facts]
    assert form.post.kinds() == ["notices.queued", "notices.code-sent", "notices.sent"]
    form.post.store.engine.dispose()
    files = b"".join(path.read_bytes() for path in form.post.folder.glob("clearbell.db*"))
    for kept in (repr(rows), repr(facts)):
        assert code not in re.sub(r"[0-9a-f]{24}", "", kept)
    assert f'"{code}"'.encode() not in files


def test_a_codes_message_cannot_be_sent_again_by_hand(form):
    form.post.transport.answer = lambda m: [Refused(m.notice, "no", for_good=True)]
    sent = form.ask()
    form.post.step()
    with form.post.store.act("cli:li") as act, pytest.raises(SecretGoneError):
        do_retry_notice(act, form.post.outbox, sent.notice, act.at + HOUR)


def test_a_code_of_another_key_cannot_be_read_and_fails_with_a_reason(form):
    sent = form.ask()
    form.post.outbox = msgspec.structs.replace(form.post.outbox, key=NoticeKey(b"x" * 32, bytes))
    form.post.dispatcher_of(form.post.transport).step(0)
    assert (form.post.state(sent.notice), form.post.row(sent.notice).reason) == (
        "failed", "the secret arguments were encrypted with another key",
    )  # fmt: skip
    assert form.post.transport.sent == []


def test_every_code_is_about_equally_likely(form):
    from clearbell.notices.codes import _new_code

    codes = [_new_code(form.post.key, 6) for _ in range(20_000)]
    assert {len(code) for code in codes} == {6}
    first = collections.Counter(code[0] for code in codes)
    assert set(first) == set("0123456789")
    assert max(first.values()) < 1.15 * min(first.values())


def test_checks_are_facts_about_the_number_and_go_with_it(form):
    form.ask()
    form.enter(wrong(form.phone()))
    facts = [fact for entry in form.post.store.entries(0) for fact in entry.decode(FACTS)]
    assert (facts[-1].number, facts[-1].right) == (NUMBER, False)
    with form.post.store.act("cli:li") as act:
        do_forget_recipient(act, NUMBER)
        act.erase(NUMBER)
    with form.post.store.read() as conn:
        assert conn.execute(notice_code.select()).all() == []
    assert not any(fact for entry in form.post.store.entries(0) for fact in entry.facts)


def test_codes_of_yesterday_are_removed(form):
    form.ask()
    form.wait(DAY + SECOND)
    with form.post.store.act("test") as act:
        do_tidy(act)
    with form.post.store.read() as conn:
        assert conn.execute(notice_code.select()).all() == []
