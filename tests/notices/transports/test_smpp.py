"""The real SMPP client against a fake SMS centre that is a process of its own."""

from __future__ import annotations

import time

import pytest

from clearbell.notices.settings import SmsSettings
from clearbell.notices.transports.protocol import Accepted, IncomingPart, Message, Receipt, ReceiptState, Refused
from clearbell.notices.transports.smpp import SmppTransport
from clearbell.notices.transports.smpp_link import LinkLostError
from clearbell.testing.smsc_process import running_smsc

pytestmark = pytest.mark.process

NUMBER = "8613900000002"
LONG = "您的号码将被限制,原因是多次被举报为骚扰电话。" * 8 + "如有异议😀请申诉。"


def transport_to(centre, *, password="secret", **more):
    settings = SmsSettings(
        **{
            "address": f"127.0.0.1:{centre.port}",
            "system_id": "bell",
            "source": "10690001",
            "per_second": 1000.0,
            **more,
        }
    )
    return SmppTransport(settings, password, now=lambda: time.time_ns() // 1000, utc_offset_minutes=480)


def message(text="你好", notice="n1", **more):
    now = time.time_ns() // 1000
    fields = {
        "notice": notice, "channel": "sms", "recipient": NUMBER, "subject": "", "text": text, "language": "zh", "purpose": "p",
        "template": "t", "priority": 1, "created": now, "not_after": now + 90_000_000, "attempt": 1, "reference": 42,
    }  # fmt: skip
    return Message(**{**fields, **more})


def until(transport, wanted, seconds=10.0):
    """Events until ``wanted(events)`` is true; receipts and messages are acknowledged."""
    events = []
    end = time.monotonic() + seconds
    while not wanted(events):
        assert time.monotonic() < end, events
        for event in transport.poll(0.1):
            events.append(event)
            transport.settled(event, kept=True)
    return events


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


def connected(transport):
    until(transport, lambda _: transport.bound)
    return transport


@pytest.fixture
def transport(smsc):
    made = connected(transport_to(smsc))
    yield made
    made.close()


def test_a_long_chinese_text_arrives_whole_and_each_part_is_proven(smsc, transport):
    transport.send(message(LONG))
    events = until(transport, lambda events: len(of(Receipt, events)) == 3)
    assert smsc.text_to(NUMBER) == LONG
    parts = smsc.events("part", 3)
    assert [(p["part"], p["parts"], p["reference"], p["coding"], p["registered"]) for p in parts] == [
        (1, 3, 42, 8, 1), (2, 3, 42, 8, 1), (3, 3, 42, 8, 1),
    ]  # fmt: skip
    assert all(p["octets"] <= 134 for p in parts)
    accepted = of(Accepted, events)
    assert [(a.part, a.parts) for a in accepted] == [(1, 3), (2, 3), (3, 3)]
    receipts = of(Receipt, events)
    assert {r.message_id for r in receipts} == {a.message_id for a in accepted}
    assert {(r.state, r.error) for r in receipts} == {(ReceiptState.DELIVERED, "")}
    # Receipts tell local minutes of the centre's time zone.
    assert all(abs(r.at / 1e6 - time.time()) < 90 for r in receipts)


def test_a_short_latin_text_goes_as_gsm_with_time_and_addresses(smsc, transport):
    transport.send(message("Pay 5 € [now]", reference=0))
    until(transport, lambda events: of(Accepted, events))
    [part] = smsc.events("part", 1)
    assert (part["text"], part["coding"], part["octets"], part["parts"]) == ("Pay 5 € [now]", 0, 16, 1)
    assert (part["from"], part["source"], part["dest"]) == ("10690001", [0, 1], [1, 1])
    assert part["validity"] in ("000000000130000R", "000000000131000R")


def test_a_signature_stands_before_the_text(smsc):
    transport = connected(transport_to(smsc, signature="清铃"))
    transport.send(message("你好"))
    until(transport, lambda events: of(Accepted, events))
    transport.close()
    assert smsc.text_to(NUMBER) == "【清铃】你好"


def test_an_acknowledged_part_is_not_sent_again(smsc, transport):
    transport.send(message(LONG, acknowledged=frozenset({(1, 3), (3, 3)})))
    [accepted] = of(Accepted, until(transport, lambda events: of(Receipt, events)))
    assert (accepted.part, [p["part"] for p in smsc.events("part", 1)]) == (2, [2])


def test_no_more_messages_a_second_than_agreed(smsc):
    transport = connected(transport_to(smsc, per_second=20.0, window=50))
    for place in range(21):
        transport.send(message("a", f"n{place}"))
    until(transport, lambda events: len(of(Accepted, events)) == 21)
    transport.close()
    times = [part["at"] for part in smsc.events("part", 21)]
    # 21 messages are 20 gaps: a second.
    assert times[-1] - times[0] >= 0.9


def test_a_throttled_message_waits_and_counts_as_no_attempt(smsc, transport):
    smsc.tell("refuse", status=0x58, count=1)
    began = time.monotonic()
    transport.send(message("a"))
    events = until(transport, lambda events: of(Accepted, events))
    assert not of(Refused, events)
    assert len(smsc.events("refused", 1)) == 1
    assert time.monotonic() - began >= 0.9


@pytest.mark.parametrize(("status", "for_good"), [(0x0B, True), (0x08, False)])
def test_a_refusal_says_whether_trying_again_may_help(smsc, transport, status, for_good):
    smsc.tell("refuse", status=status, count=1)
    transport.send(message(LONG))
    [refused] = of(Refused, until(transport, lambda events: of(Refused, events)))
    assert (refused.notice, refused.for_good, refused.reason) == ("n1", for_good, f"SMPP status 0x{status:08X}")


def test_a_dropped_connection_is_made_again_and_what_hung_in_the_air_is_told(smsc):
    transport = connected(transport_to(smsc))
    smsc.tell("silence", count=1)
    transport.send(message("a"))
    until(transport, lambda _: smsc.events("part"))
    smsc.tell("drop")
    [refused] = of(Refused, until(transport, lambda events: of(Refused, events)))
    assert (refused.for_good, transport.bound, transport.room()) == (False, False, 0)
    until(transport, lambda _: transport.bound)
    transport.send(message("b", "n2"))
    until(transport, lambda events: of(Accepted, events))
    transport.close()
    assert len(smsc.events("bound", 2)) == 2


def test_a_link_that_breaks_while_a_message_is_written_loses_no_message(smsc, monkeypatch):
    transport = connected(transport_to(smsc))

    def breaks(**_):
        raise LinkLostError("broken pipe")

    monkeypatch.setattr(transport._link, "submit", breaks)
    transport.send(message("a"))
    [refused] = of(Refused, until(transport, lambda events: of(Refused, events)))
    assert (refused.notice, refused.for_good, refused.reason) == ("n1", False, "connection lost: broken pipe")
    transport.close()


def test_what_was_not_acknowledged_to_the_centre_comes_again_after_the_next_bind(smsc):
    transport = connected(transport_to(smsc))
    transport.send(message("a"))
    events = []
    while not of(Receipt, events):
        events += transport.poll(0.1)
    smsc.tell("drop")
    [again] = of(Receipt, until(transport, lambda events: of(Receipt, events)))
    assert again.message_id == of(Receipt, events)[0].message_id
    # The token of the broken link answers nothing on the new one.
    transport.settled(of(Receipt, events)[0], kept=True)
    until(transport, lambda _: smsc.events("acknowledged"))
    transport.close()
    assert len(smsc.events("acknowledged", 1)) == 1


def test_an_answer_that_never_comes_is_waited_for_only_so_long(smsc):
    transport = connected(transport_to(smsc, answer_seconds=0.3))
    smsc.tell("silence", count=1)
    transport.send(message("a"))
    [refused] = of(Refused, until(transport, lambda events: of(Refused, events)))
    assert (refused.for_good, refused.reason) == (False, "no answer from the SMS centre")
    transport.close()


def test_a_quiet_link_is_tested(smsc):
    transport = connected(transport_to(smsc, enquire_seconds=0.2))
    until(transport, lambda _: len(smsc.events("enquired")) >= 2)
    assert transport.bound
    transport.close()


def test_a_wrong_password_binds_nothing_and_is_tried_again_later(smsc):
    transport = transport_to(smsc, password="wrong")
    assert transport.poll(0.1) == []
    smsc.wait_for(lambda line: line["event"] == "refused-bind")
    assert not transport.bound
    # Not at once: an SMS centre shuts clients out that knock too often.
    assert transport.poll(0.1) == []
    assert len(smsc.events("refused-bind")) == 1


def test_a_centre_that_comes_up_later_is_found(free_port):
    port = free_port()

    class Nowhere:
        pass

    nowhere = Nowhere()
    nowhere.port = port
    transport = transport_to(nowhere, password="")
    transport.poll(0.1)
    assert transport.room() == 0
    with running_smsc(port=port):
        until(transport, lambda _: transport.bound)
        transport.close()


def test_a_subscribers_long_message_comes_in_by_parts_and_is_acknowledged_once_kept(smsc, transport):
    text = "退订" * 50
    smsc.tell("send", to="10690001", text=text, **{"from": NUMBER})
    parts = of(IncomingPart, until(transport, lambda events: len(of(IncomingPart, events)) == 2))
    assert "".join(part.text for part in parts) == text
    assert {(part.sender, part.to, part.parts) for part in parts} == {(f"+{NUMBER}", "10690001", 2)}
    smsc.wait_for(lambda line: line["event"] == "acknowledged" and line.get("part") == 2)
    assert [line["status"] for line in smsc.events("acknowledged", 2)] == [0, 0]


def test_a_message_that_could_not_be_kept_is_not_acknowledged(smsc, transport):
    smsc.tell("send", to="10690001", text="y", **{"from": NUMBER})
    events = []
    while not events:
        events = transport.poll(0.1)
    transport.settled(events[0], kept=False)
    assert smsc.wait_for(lambda line: line["event"] == "acknowledged")["status"] == 0x64


def test_an_undelivered_message_tells_why(smsc, transport):
    smsc.tell("receipts", stat="UNDELIV", err="011")
    transport.send(message("a"))
    [receipt] = of(Receipt, until(transport, lambda events: of(Receipt, events)))
    assert (receipt.state, receipt.error) == (ReceiptState.UNDELIVERED, "UNDELIV 011")
