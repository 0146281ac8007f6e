"""Dialogues with the redirect server: bytes in, bytes out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearbell.calls import SECOND, Action, Answer, Attestation, Call, Charge, Decision, HangUp
from clearbell.consent.model import Listed, ListVerdict
from clearbell.labels.model import Labelled
from clearbell.sip.answers import AnswerError, Style, write
from clearbell.sip.callers import Reading
from clearbell.sip.codec import MAX_HEADERS, Malformed, Request, parse
from clearbell.sip.redirect import Redirect
from clearbell.testing.screening import CALLEE, CALLER, NOON, World
from clearbell.testing.sip import BLOCKED_URL, SWITCH, Switch, read_answer, request


@pytest.fixture
def switch():
    return Switch()


def decide(answer, action=Action.REJECT, **more):
    settings = {"charges": (Charge("X", 1.0, {}),), "total": 1.0, "decided_by": "total", "policy": "p", **more}
    return Decision(id="d42", call=Call("c", 0, CALLER, CALLEE), action=action, answer=answer, **settings)


def written(answer, style=None, **more):
    read = parse(request())
    return read_answer(write(read, decide(answer, **more), style or Style(blocked_url=BLOCKED_URL), "疑似诈骗"))


# ---- what each answer looks like


def test_go_on_is_route_advance_by_default():
    got = written(Answer.CONTINUE)
    assert (got.code, got.phrase) == (404, "Not Found")
    assert got.headers["x-clearbell-decision"] == ["d42"]


def test_go_on_with_a_route_says_that_nothing_was_found():
    got = written(Answer.CONTINUE, Style(go_on=302, blocked_url=BLOCKED_URL))
    assert got.code == 302
    assert got.headers["contact"] == ["<sip:+8613900000002@example.net>"]
    assert got.headers["reason"] == ['SIP;cause=302;text="no-fraud-detected"']


def test_a_label_goes_in_the_display_name_and_call_info():
    got = written(Answer.LABELLED)
    assert got.code == 302
    assert got.headers["p-asserted-identity"] == ['"疑似诈骗" <sip:+8613800000001@example.net>']
    assert 'call-reason="疑似诈骗"' in got.headers["call-info"][0]


def test_analytics_blocks_exactly_as_atis_1000099_says():
    got = written(Answer.NETWORK_BLOCKED)
    assert got.raw.startswith(b"SIP/2.0 603 Network Blocked\r\n")
    assert got.headers["reason"] == [
        'SIP;cause=603;text="v=analytics1;url=https://example.net/blocked/d42";location=RLN'
    ]


def test_603_carries_every_contact_that_is_configured():
    style = Style(blocked_url="https://example.net/", blocked_tel="+861012345678", blocked_email="a@example.net")
    assert written(Answer.NETWORK_BLOCKED, style).headers["reason"] == [
        'SIP;cause=603;text="v=analytics1;url=https://example.net/;tel=+861012345678;email=a@example.net";location=RLN'
    ]


def test_deterministic_refusals_do_not_look_like_analytics():
    assert (written(Answer.NOT_ENTITLED).code, written(Answer.UNWANTED).code) == (403, 607)
    for answer in (Answer.NOT_ENTITLED, Answer.UNWANTED):
        assert b"analytics" not in written(answer).raw
        assert b"Network Blocked" not in written(answer).raw


def test_a_challenge_is_diverted_where_a_device_is_configured():
    style = Style(blocked_url=BLOCKED_URL, challenge_contact="sip:captcha@192.0.2.9")
    assert written(Answer.CHALLENGE, style).headers["contact"] == ["<sip:captcha@192.0.2.9>"]
    assert "p-asserted-identity" in written(Answer.CHALLENGE).headers


@pytest.mark.parametrize(
    "style",
    [
        Style(),
        Style(go_on=200, blocked_url="https://example.net"),
        Style(blocked_url='https://example.net/";x="'),
        Style(blocked_url="https://example.net", challenge_contact="http://example.net"),
    ],
)
def test_a_style_that_could_not_be_sent_is_refused_at_configure_time(style):
    with pytest.raises(AnswerError) as refused:
        style.check()
    assert refused.value.zh


@given(st.text(max_size=80), st.text(max_size=40))
def test_no_label_or_mark_can_add_a_header(words, mark):
    read = parse(request())
    raw = write(read, decide(Answer.LABELLED, marks=(mark,)), Style(blocked_url=BLOCKED_URL), words)
    got = read_answer(raw)
    assert set(got.headers) <= {
        "via", "from", "to", "call-id", "cseq", "contact", "p-asserted-identity", "call-info",
        "x-clearbell-decision", "x-clearbell-marks", "server", "content-length",
    }  # fmt: skip


# ---- who calls whom


def test_the_caller_is_read_from_p_asserted_identity_first(switch):
    switch.send(request(extra=('P-Asserted-Identity: "Li" <sip:+8613811112222@x;verstat=TN-Validation-Passed>',)))
    [call] = switch.calls
    assert (call.caller, call.callee, call.attestation) == (8613811112222, CALLEE, Attestation.A)
    assert (call.source, call.at) == ("switch", switch.now)


@pytest.mark.parametrize("name", ["X-Clearbell-Trunk", "P-Charging-Vector", "X-Carrier"])
@pytest.mark.parametrize("written", ["{}: abroad", "{}:abroad", "{} :  abroad ", "X-Other: 1\r\n{}: abroad"])
def test_the_trunk_is_read_from_the_header_that_is_configured(name, written):
    switch = Switch(reading=Reading(trunk_header=name.lower().encode(), trunk="plain"))
    switch.send(request(extra=(written.format(name),)))
    switch.send(request(call_id="2", extra=(written.format(name.upper()),)))
    switch.send(request(call_id="3"))
    assert [call.trunk for call in switch.calls] == ["abroad", "abroad", "plain"]


def test_an_untrusted_identity_is_not_read():
    switch = Switch(reading=Reading(trust_pai=False))
    switch.send(request(extra=("P-Asserted-Identity: <sip:+8613811112222@x>",)))
    assert switch.calls[0].caller == CALLER


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("P-Asserted-Identity: <tel:+8613811112222>;verstat=TN-Validation-Failed", Attestation.FAILED),
        ("P-Asserted-Identity: <tel:+8613811112222;verstat=TN-Validation-Passed-C>", Attestation.C),
        ("P-Asserted-Identity: <tel:+8613811112222;verstat=No-TN-Validation>", Attestation.NONE),
        ("P-Asserted-Identity: <tel:+8613811112222;verstat=nonsense>", Attestation.NONE),
        ("P-Attestation-Indicator: A", Attestation.NONE),
    ],
)
def test_the_signature_is_read_wherever_it_stands_and_counts_only_when_it_passed(switch, header, expected):
    switch.send(request(extra=(header,)))
    assert switch.calls[0].attestation is expected


def test_the_level_comes_from_the_indicator_when_validation_passed(switch):
    switch.send(
        request(
            extra=(
                "P-Asserted-Identity: <tel:+8613811112222;verstat=TN-Validation-Passed>",
                "P-Attestation-Indicator: B",
            )
        )
    )
    assert switch.calls[0].attestation is Attestation.B


@pytest.mark.parametrize("caller", ["anonymous", "Anonymous", "unavailable"])
def test_an_anonymous_caller_is_withheld_and_not_malformed(switch, caller):
    answer = switch.send(request(caller=caller))
    assert switch.calls[0].withheld
    assert (switch.calls[0].caller, switch.calls[0].caller_text) == (0, "")
    assert answer.code == 404


def test_privacy_withholds_the_text_but_the_network_knows_the_number(switch):
    switch.send(request(caller="anonymous", extra=("Privacy: id", "P-Asserted-Identity: <sip:+8613811112222@x>")))
    [call] = switch.calls
    assert (call.withheld, call.caller, call.caller_text) == (True, 8613811112222, "")


def test_the_trunk_is_the_headers_or_the_sources():
    switch = Switch(reading=Reading(trunk="t9"))
    switch.send(request(extra=("X-Clearbell-Trunk: t1",)))
    switch.send(request(call_id="2"))
    assert [call.trunk for call in switch.calls] == ["t1", "t9"]


# ---- dialogues


def test_a_call_is_judged_and_answered(switch):
    switch.world.state(Listed(CALLEE, CALLER, CALLER, ListVerdict.BLOCK))
    assert switch.send(request()).code == 607
    assert switch.send(request(callee="+8613900000099", call_id="2")).code == 404


def test_a_labelled_call_names_the_label(switch):
    switch.world.state(Labelled(CALLER, "fraud", 9, 20.0, 20.0, NOON, NOON + 10**15))
    assert "疑似骚扰 fraud" in switch.send(request()).headers["p-asserted-identity"][0]


def test_a_retransmission_gets_the_same_bytes_and_is_judged_once(switch):
    first = switch.send(request())
    switch.now += SECOND
    assert switch.send(request()).raw == first.raw
    assert len(switch.calls) == 1
    assert switch.core.counts["retransmission"] == 1
    switch.now += 60 * SECOND
    switch.core.tidy(switch.now)
    switch.send(request())
    assert len(switch.calls) == 2


def test_the_same_call_id_from_another_branch_is_another_request(switch):
    switch.send(request())
    switch.send(request(branch="z9hG4bK2"))
    assert len(switch.calls) == 2


def test_ack_is_absorbed(switch):
    switch.send(request())
    assert switch.send(request("ACK")) is None


def test_cancel_is_answered(switch):
    assert switch.send(request("CANCEL")).code == 200


def test_options_tells_what_is_understood(switch):
    assert "INVITE" in switch.send(request("OPTIONS")).headers["allow"][0]


@pytest.mark.parametrize(("method", "code"), [("BYE", 481), ("REGISTER", 405), ("MESSAGE", 405), ("UPDATE", 481)])
def test_what_a_redirect_server_does_not_do_is_said(switch, method, code):
    assert switch.send(request(method)).code == code
    assert not switch.calls


def test_a_stranger_is_told_nothing_but_403(switch):
    answer = switch.send(request(), host="198.51.100.7")
    assert answer.code == 403
    assert "x-clearbell-decision" not in answer.headers
    assert not switch.calls


def test_a_source_over_its_limit_is_told_503_until_a_second_has_passed(switch):
    codes = [switch.send(request(call_id=str(n))).code for n in range(1010)]
    assert codes.count(503) == 10
    assert codes[-1] == 503
    switch.now += SECOND
    assert switch.send(request(call_id="later")).code != 503


def test_a_request_without_hops_left_is_refused(switch):
    raw = request().replace(b"Max-Forwards: 70", b"Max-Forwards: 0")
    assert switch.send(raw).code == 483


def test_screening_that_fails_lets_the_call_through_with_a_mark(switch):
    def broken(_call):
        raise RuntimeError

    core = switch.core
    failing = Redirect(
        core._sources, broken, switch.world.engine.fail_open, switch.ends.append, str, switch.codes.append
    )
    got = read_answer(failing.receive(request(), SWITCH, switch.now))
    assert got.code == 404
    assert got.headers["x-clearbell-marks"] == ["fail-open,screening-failed"]


def test_what_cannot_be_recorded_is_not_answered_and_is_judged_when_it_is_asked_again(switch):
    room = [False]

    def screen(call):
        if not room[0]:
            raise OSError(28, "No space left on device")
        return switch.world.engine.screen(call)

    core = Redirect(switch.core._sources, screen, lambda call, _why: screen(call), screen, str, screen)
    for _ in range(3):
        assert core.receive(request(), SWITCH, switch.now) is None
    assert core.counts["failed, not answered"] == 3
    room[0] = True
    assert read_answer(core.receive(request(), SWITCH, switch.now)).code == 404


def test_call_ends_come_in_by_publish(switch):
    body = '{"caller":"+8613800000001","callee":"13900000002","answered":true,"duration_ms":61000,"hangup":"callee"}'
    publish = request("PUBLISH", extra=("Event: clearbell-call-end", "Content-Type: application/json"), body=body)
    assert switch.send(publish).code == 200
    [end] = switch.ends
    assert (end.caller, end.callee, end.answered, end.duration, end.hangup) == (
        CALLER, CALLEE, True, 61 * SECOND, HangUp.CALLEE,
    )  # fmt: skip
    assert switch.send(publish).code == 200
    assert len(switch.ends) == 1


@pytest.mark.parametrize("body", ["", "{", "[]", '{"caller":"x","callee":"y","answered":true}', '{"answered":1}'])
def test_a_bad_call_end_is_refused_with_what_is_wrong(switch, body):
    answer = switch.send(request("PUBLISH", extra=("Event: clearbell-call-end",), body=body))
    assert answer.code == 400
    assert answer.headers["warning"]
    assert not switch.ends


def test_other_events_are_not_taken(switch):
    assert switch.send(request("PUBLISH", extra=("Event: presence",))).code == 489


# ---- malformed


TORTURE = {
    "empty": (b"", None),
    "keep-alive": (b"\r\n\r\n", None),
    "not SIP": (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", None),
    "a response": (b"SIP/2.0 200 OK\r\n\r\n", None),
    "no end of headers": (request()[:100], None),
    "no Call-ID": (request().replace(b"Call-ID: call-1\r\n", b""), None),
    "two Call-IDs": (request(extra=("Call-ID: other",)), 400),
    "two From": (request(extra=("f: <sip:x@y>;tag=2",)), 400),
    "CSeq of another method": (request().replace(b"CSeq: 1 INVITE", b"CSeq: 1 BYE"), 400),
    "CSeq without number": (request().replace(b"CSeq: 1 INVITE", b"CSeq: x INVITE"), 400),
    "CSeq too large": (request().replace(b"CSeq: 1 INVITE", b"CSeq: 99999999999 INVITE"), 400),
    "body shorter than said": (request().replace(b"Content-Length: 0", b"Content-Length: 900"), 400),
    "negative length": (request().replace(b"Content-Length: 0", b"Content-Length: -1"), 400),
    "hops that are no number": (request().replace(b"Max-Forwards: 70", b"Max-Forwards: many"), 400),
    "Via of another protocol": (request().replace(b"Via: SIP/2.0/UDP", b"Via: HTTP/1.1/TCP"), 400),
    "header without colon": (request(extra=("nonsense",)), None),
    "too many headers": (request(extra=tuple(f"X-{n}: 1" for n in range(MAX_HEADERS))), None),
    "a line too long": (request(extra=("X: " + "y" * 9000,)), None),
    "a NUL": (request(extra=("X: a\0b",)), None),
    "bare line feed": (request(extra=("X: a\nContact: b",)), None),
    "method of odd characters": (request("INV<ITE"), None),
}


@pytest.mark.parametrize("name", TORTURE)
def test_a_broken_message_is_answered_400_or_dropped_and_counted(switch, name):
    raw, code = TORTURE[name]
    answer = switch.send(raw)
    assert (answer.code if answer else None) == code
    assert sum(n for what, n in switch.core.counts.items() if what.startswith("malformed")) == 1
    assert not switch.calls


def test_folded_compact_and_oddly_cased_headers_are_read(switch):
    raw = (
        b"INVITE sip:13900000002@x SIP/2.0\r\nv: SIP/2.0/UDP h\r\n ;branch=z9hG4bKx\r\nVIA: SIP/2.0/TCP g\r\n"
        b'f: "A \\" B"\r\n\t<sip:13800000001@x>;tag=1\r\nt: sip:13900000002@x\r\ni: c\r\ncseq:\t7 INVITE\r\n'
        b"l: 0\r\n\r\n"
    )
    answer = switch.send(raw)
    assert answer.code == 404
    assert len(answer.headers["via"]) == 2
    assert switch.calls[0].caller == CALLER


@given(st.binary(max_size=400))
def test_no_bytes_break_the_server(raw):
    switch = Switch()
    switch.send(raw)


@given(st.integers(0, 400), st.binary(max_size=30), st.integers(0, 20))
@settings(max_examples=200)
def test_a_damaged_request_is_answered_well_or_not_at_all(place, blot, cut):
    raw = request(extra=("P-Asserted-Identity: <sip:+8613811112222@x>", "Privacy: id"))
    damaged = raw[:place] + blot + raw[place + cut :]
    Switch().send(damaged)


@given(st.binary(max_size=60), st.binary(max_size=60), st.binary(max_size=60))
def test_odd_identities_never_break_reading_or_answering(one, other, third):
    clean = [part.translate(None, b"\r\n\0") for part in (one, other, third)]
    raw = (
        b"INVITE sip:%s@x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=%s\r\nFrom: <sip:1@x>\r\nTo: <%s>\r\n"
        b"P-Asserted-Identity: %s\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n"
    ) % (clean[0].replace(b" ", b""), clean[1], clean[2], clean[1])
    switch = Switch(World())
    got = switch.core.receive(raw, SWITCH, NOON)
    if got is not None:
        assert got.startswith(b"SIP/2.0 ")


def test_parsing_keeps_what_the_answer_echoes():
    read = parse(request())
    assert isinstance(read, Request)
    assert (read.branch, read.call_id, read.cseq) == (b"z9hG4bK1", b"call-1", b"1 INVITE")
    assert isinstance(parse(b"x"), Malformed)
