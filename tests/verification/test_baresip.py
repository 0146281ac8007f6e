"""The files that baresip reads."""

import msgspec
import pytest

from clearbell.verification import baresip
from clearbell.verification.settings import LineSettings, VerificationSettings, problems_of

LINE = LineSettings(
    name="l", number="0571-8765-0001", domain="ims.example.net", password_file="pw", proxy="192.0.2.1:5060"
)


def test_an_account_names_user_proxy_and_password():
    text = baresip.account(LINE, "s3cret")
    assert text.startswith("<sip:8657187650001@ims.example.net;transport=udp>;regint=0;")
    assert 'outbound="sip:192.0.2.1:5060;transport=udp"' in text
    assert "auth_user=8657187650001;auth_pass=s3cret" in text
    assert "regint=600" in baresip.account(msgspec.structs.replace(LINE, register=True), "x")
    assert "auth_pass" not in baresip.account(LINE, "")


@pytest.mark.parametrize("password", ['a"b', "a;regint=1", "a>b", "a\nb", "a\\b"])
def test_a_password_that_would_mean_something_else_there_is_refused(password):
    with pytest.raises(baresip.PasswordError):
        baresip.account(LINE, password)


def test_numbers_are_dialled_as_the_line_wants_them():
    assert baresip.address(LINE, 8613800000001) == "sip:+8613800000001@ims.example.net;transport=udp"
    national = msgspec.structs.replace(LINE, dial="9{national}")
    assert baresip.address(national, 8613800000001) == "sip:913800000001@ims.example.net;transport=udp"


def test_a_good_line_has_no_problems():
    assert problems_of(VerificationSettings(line=(LINE,))) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "a b"), ("number", "nobody"), ("domain", "x>;y"), ("domain", ""), ("proxy", "a b"), ("user", 'a"b'),
        ("auth_user", "a;b"), ("transport", "sctp"), ("listen", "0.0.0.0"), ("listen", "here:5060"),
        ("media_ports", "20000"), ("media_ports", "300-200"), ("dial", "123"), ("dial", "{number};x"),
        ("answer_seconds", -1.0),
    ],
)  # fmt: skip
def test_each_fault_of_a_line_is_named(key, value):
    problems = problems_of(VerificationSettings(line=(msgspec.structs.replace(LINE, **{key: value}),)))
    assert [problem.key for problem in problems] == [f"line[0].{key}"]
    assert problems[0].zh
    assert problems[0].en


def test_two_lines_of_one_name_and_an_unknown_transcriber_are_faults():
    problems = problems_of(VerificationSettings(line=(LINE, LINE), transcriber="magic"))
    assert {problem.key for problem in problems} == {"line[1].name", "transcriber"}


def test_a_line_that_receives_can_be_reached():
    receives = msgspec.structs.replace(LINE, receives=True, listen="127.0.0.1:0", register=False)
    (problem,) = problems_of(VerificationSettings(line=(receives,)))
    assert (problem.key, problem.en) == (
        "line[0].listen",
        "a line that receives and does not register needs a port that calls can be sent to",
    )
    for reached in ({"register": True}, {"listen": "127.0.0.1:5066"}):
        assert problems_of(VerificationSettings(line=(msgspec.structs.replace(receives, **reached),))) == []


def test_a_node_answers_its_lines_that_receive_unless_told_otherwise():
    settings = VerificationSettings(line=(LINE, msgspec.structs.replace(LINE, name="pool-2", receives=True)))
    assert settings.receiving == ("pool-2",)
    assert msgspec.structs.replace(settings, answers=False).receiving == ()


def test_cases_plan_calls_on_lines_that_receive_too_but_not_on_honeypots():
    line, back = LINE, msgspec.structs.replace(LINE, name="pool-2", receives=True)
    honeypot = msgspec.structs.replace(back, name="pool-3", calls=False)
    settings = VerificationSettings(line=(line, back, honeypot))
    assert settings.for_cases == (line, back)
    assert msgspec.structs.replace(settings, answers=False).for_cases == (line,)
    assert msgspec.structs.replace(settings, dials=False).for_cases == ()
