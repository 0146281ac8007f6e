"""The content bench sets near-domain calls apart and names what is absent."""

from __future__ import annotations

import sys

import pytest

from bench import content
from clearbell.content.kinds import builtin_kinds
from clearbell.content.transcripts import Transcript
from clearbell.policy.pack import builtin_pack

KINDS = builtin_kinds(builtin_pack("cn").categories)


def test_a_lawful_call_that_speaks_of_a_bank_is_near_and_a_fraud_never_is() -> None:
    said = ("您的银行卡寄出了,请留意快递。",)
    assert content.near_domains(Transcript("a", caller=said, kind="lawful_enquiry"), KINDS) == ["bank", "parcel"]
    assert content.near_domains(Transcript("a", callee=said, kind="lawful_enquiry"), KINDS) == ["bank", "parcel"]
    assert content.near_domains(Transcript("a", caller=said, kind="fraud_bank"), KINDS) == []
    assert content.near_domains(Transcript("a", caller=("我到楼下了",), kind="lawful_taxi"), KINDS) == []


def test_noise_spoils_about_the_share_asked_for_and_is_the_same_each_time() -> None:
    call = Transcript("a", caller=("天" * 4000,))
    spoiled = content.noisy(call, 0.2, "地", 1)
    assert spoiled == content.noisy(call, 0.2, "地", 1)
    assert spoiled.caller[0].count("地") == pytest.approx(400, abs=80)
    assert len(spoiled.caller[0]) == pytest.approx(3600, abs=80)
    assert content.noisy(call, 0.0, "地", 1) == call


def test_absent_data_are_named(tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(sys, "argv", ["content", "--data", str(tmp_path)])
    content.main()
    told = capsys.readouterr().out
    assert f"skipped: {tmp_path / 'robocalls-en.csv'} is absent" in told
    assert f"skipped: {tmp_path / 'calls-lawful-zh.jsonl'} is absent" in told
