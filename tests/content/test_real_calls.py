"""Real and made dialogues beside the project: loose floors, and no copy across the split."""

import csv

import pytest

from clearbell.content.judging import categorise
from clearbell.content.scripts import scripts
from clearbell.content.splitting import hold_back
from clearbell.content.training import train
from clearbell.content.transcripts import read_jsonl

pytestmark = pytest.mark.data


def test_fraud_and_lawful_dialogues_are_told_apart(shared_data, kinds, pack):
    calls = []
    for name in ("text/calls-lawful-zh.jsonl", "text/calls-fraud-zh.jsonl"):
        with shared_data(name).open(encoding="utf-8") as lines:
            found, faults = read_jsonl(lines, kinds)
        assert not faults
        calls += found[::12]
    learned, held = hold_back(calls, 0.3, pack.content.copy_likeness)
    model = train(learned, kinds, pack.content.copy_likeness)
    opinions = [categorise(model, call, pack.content) for call in held]
    truth = [kinds.kinds[call.kind].category for call in held]
    right = [opinion.main.category == true for opinion, true in zip(opinions, truth, strict=True)]
    assert sum(right) / len(right) > 0.9
    assert sum(opinion.category is not None for opinion in opinions) / len(held) > 0.7


def test_real_robocalls_fall_into_dozens_of_campaigns(shared_data, pack):
    with shared_data("text/robocalls-en.csv").open(encoding="utf-8", newline="") as file:
        texts = {row["file_name"]: (row["transcript"],) for row in csv.DictReader(file)}
    found = scripts(texts, pack.content.script_likeness, calls=pack.content.script_calls)
    assert len(found) > 40
    assert sum(map(len, found)) > len(texts) / 2
    assert len(found[0]) < len(texts) / 4
