"""A model is trained from verdicts alone, honestly measured, kept whole, and explained to the last part."""

import re
import subprocess
import sys

import msgspec
import numpy as np
import pytest

from clearbell.discovery.learning.evaluation import unseen
from clearbell.discovery.learning.explaining import explain
from clearbell.discovery.learning.lessons import FeatureRows
from clearbell.discovery.learning.loading import NoModel, current_model, model_path, trained_models
from clearbell.discovery.learning.measures import auc
from clearbell.discovery.learning.model_file import MAGIC, open_model
from clearbell.discovery.learning.refusals import (
    MissingFeaturesError,
    ModelFileError,
    TooFewVerdictsError,
    UnknownModelError,
)
from clearbell.discovery.learning.training import do_keep_model, train
from clearbell.discovery.learning.verdicts import Verdict
from clearbell.ledger.verify import verify
from clearbell.testing import fresh_store
from discovery.learning.people import DAY, FIRST, NAMES, PACK, QUICK, SETTINGS, at, behaviour, cases, lessons, trained


@pytest.fixture
def store(tmp_path):
    return fresh_store(tmp_path)


def keep(store, tmp_path, made):
    path = model_path(tmp_path, made.fact.digest)
    with store.act("test") as act:
        do_keep_model(act, made, path)
    return path


def test_what_cases_found_is_learned_and_measured_on_verdicts_held_back(tmp_path):
    made = trained(tmp_path)
    held = made.header.measured
    assert held.measures.auc.value > 0.8
    assert held.measures.auc.low < held.measures.auc.value < held.measures.auc.high
    assert made.header.held_back.confirmed + made.header.held_back.cleared == 150
    assert made.header.grown.confirmed + made.header.grown.cleared == 450
    # The strictest share needs a thousand cleared verdicts, and is not guessed from fewer.
    assert held.measures.at[0].threshold is None


def test_shuffled_verdicts_teach_nothing_so_nothing_leaks(tmp_path):
    some = cases(600)
    table = behaviour(some)
    found = []
    for seed in range(6):
        shuffled = np.random.default_rng(seed).permutation([one.confirmed for one in some])
        turned = [msgspec.structs.replace(one, confirmed=bool(said)) for one, said in zip(some, shuffled, strict=True)]
        made = train(lessons(tmp_path, turned, table), SETTINGS, PACK, 30, 0, QUICK)
        found.append(made.header.measured.measures.auc.value)
    # The standard error of the mean of six is 0.02.
    assert np.mean(found) == pytest.approx(0.5, abs=0.06)


def test_later_behaviour_cannot_leak_into_a_verdict(tmp_path):
    some = cases(300)
    table = behaviour(some, gap=3)
    late = table.set_column(2, "day", [[day + 1 for day in table.column("day").to_pylist()]])
    assert lessons(tmp_path, some, late).without_features == 300


def test_the_latest_numbers_are_held_back_and_no_number_stands_on_both_sides(tmp_path):
    some = cases(400)
    # Each number of the first day is judged again on the last: both its verdicts go with the later one.
    again = [Verdict(one.number, at(DAY + 45), one.confirmed) for one in some[:20]]
    made = train(lessons(tmp_path, some + again, behaviour(some + again)), SETTINGS, PACK, 30, 0, QUICK)
    back = made.header.held_back
    numbers_held = round(0.25 * sum(one.confirmed for one in some)) + round(
        0.25 * sum(not one.confirmed for one in some)
    )
    assert back.confirmed + back.cleared == numbers_held + 20
    assert made.header.measured.until == at(DAY + 45)


def test_too_few_verdicts_of_a_kind_are_refused_with_what_is_there_and_what_is_needed(tmp_path):
    some = cases(300, share=0.1)
    confirmed = sum(one.confirmed for one in some)
    with pytest.raises(TooFewVerdictsError) as refused:
        train(lessons(tmp_path, some), SETTINGS, PACK, 30, 0, QUICK)
    assert f"{confirmed} confirmed and {300 - confirmed} cleared, at least 100" in refused.value.en
    assert f"属实 {confirmed} 个、澄清 {300 - confirmed} 个" in refused.value.zh
    fewer = msgspec.structs.replace(SETTINGS, min_verdicts=8)
    assert train(lessons(tmp_path, some), fewer, PACK, 30, 0, QUICK).fact.confirmed == confirmed


def test_the_same_verdicts_make_the_same_file(tmp_path):
    assert trained(tmp_path, 300).data == trained(tmp_path, 300).data


def test_a_feature_without_content_is_left_out_and_told(tmp_path):
    some = cases(300)
    table = behaviour(some).append_column("ring_mean_s", [[None] * 300]).append_column("busy_share", [[0.5] * 300])
    table = table.set_column(
        table.schema.get_field_index("ring_mean_s"), "ring_mean_s", table["ring_mean_s"].cast("double")
    )
    made = train(lessons(tmp_path, some, table), SETTINGS, PACK, 30, 0, QUICK)
    assert made.dropped == ("ring_mean_s", "busy_share")
    assert made.header.features == NAMES


def test_a_kept_model_answers_as_before_and_stands_in_the_ledger(store, tmp_path):
    made = trained(tmp_path)
    path = keep(store, tmp_path, made)
    [(_, fact)] = trained_models(store)
    assert fact == made.fact
    assert verify(store).fault is None
    model = current_model(store, tmp_path)
    assert model.digest == made.fact.digest
    assert model.header == made.header
    some = cases(600)
    told = model.probabilities(lessons(tmp_path, some).features)
    assert auc(np.array([one.confirmed for one in some], np.int8), told) > 0.8
    assert ((told > 0) & (told < 1)).all()
    assert path.read_bytes().startswith(MAGIC)
    # No number is in the file.
    assert not re.search(rb"86138\d{8}", path.read_bytes())


def test_a_changed_file_is_refused_before_anything_of_it_is_read(store, tmp_path):
    path = keep(store, tmp_path, trained(tmp_path, 300))
    data = path.read_bytes()
    path.write_bytes(data.replace(b"leaf_value=", b"leaf_value=9", 1))
    with pytest.raises(UnknownModelError) as refused:
        current_model(store, tmp_path)
    assert "不在账本中" in refused.value.zh
    path.write_bytes(b"something else")
    with pytest.raises(ModelFileError, match="no model file"):
        current_model(store, tmp_path)


def test_a_model_trained_elsewhere_is_refused(store, tmp_path):
    made = trained(tmp_path, 300)
    path = tmp_path / "theirs.model"
    path.write_bytes(made.data)
    with pytest.raises(UnknownModelError):
        open_model(path, {fact.digest for _, fact in trained_models(store)})


def test_a_file_of_another_format_is_refused_by_its_number(tmp_path):
    import hashlib

    path = tmp_path / "m.model"
    path.write_bytes(MAGIC + b'{"format":99}\n')
    with pytest.raises(ModelFileError, match="its format is 99"):
        open_model(path, {hashlib.sha256(path.read_bytes()).hexdigest()})


def test_an_act_that_fails_leaves_no_fact(store, tmp_path):
    made = trained(tmp_path, 300)
    (tmp_path / "taken").write_text("a file where the folder should be")
    with pytest.raises(OSError), store.act("test") as act:  # noqa: PT011
        do_keep_model(act, made, tmp_path / "taken" / "m.model")
    assert list(trained_models(store)) == []


def test_without_a_model_the_answer_says_so_and_is_no_failure(store, tmp_path):
    none = current_model(store, tmp_path)
    assert isinstance(none, NoModel)
    assert "none was trained yet" in none.en
    path = keep(store, tmp_path, trained(tmp_path, 300))
    path.unlink()
    gone = current_model(store, tmp_path)
    assert isinstance(gone, NoModel)
    assert str(path) in gone.zh


def test_without_the_extra_the_answer_is_that_there_is_no_model(store, tmp_path):
    program = (
        "import sys; sys.modules['lightgbm'] = None\n"
        "from pathlib import Path\n"
        "from clearbell.discovery.learning.loading import NoModel, current_model\n"
        "from clearbell.ledger import Store\n"
        "folder = Path(sys.argv[1])\n"
        "found = current_model(Store.open(f'sqlite:///{folder}/clearbell.db'), folder)\n"
        "assert isinstance(found, NoModel)\n"
        "print(found.en)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=False)
    assert done.stdout == "no model: lightgbm is missing (pip install 'clearbell[learn]')\n", done.stderr


def test_the_model_trained_last_is_the_one_in_use(store, tmp_path):
    keep(store, tmp_path, trained(tmp_path, 300))
    later = trained(tmp_path, 400)
    keep(store, tmp_path, later)
    assert current_model(store, tmp_path).digest == later.fact.digest


def test_missing_features_are_refused_by_name_when_numbers_are_scored(store, tmp_path):
    keep(store, tmp_path, trained(tmp_path, 300))
    rows = FeatureRows(("attempts", "answer_share"), np.array([FIRST]), np.array([DAY]), np.zeros((1, 2)))
    with pytest.raises(MissingFeaturesError) as refused:
        current_model(store, tmp_path).probabilities(rows)
    assert refused.value.names == ("callee_hangup_share", "talk_mean_s", "silent_share")


def test_the_order_of_columns_does_not_matter(store, tmp_path):
    keep(store, tmp_path, trained(tmp_path, 300))
    model = current_model(store, tmp_path)
    rows = lessons(tmp_path, cases(300)).features
    turned = FeatureRows(rows.names[::-1], rows.numbers, rows.days, rows.values[:, ::-1])
    assert np.array_equal(model.log_odds(rows), model.log_odds(turned))


def test_the_parts_of_an_explanation_sum_to_the_score(store, tmp_path):
    keep(store, tmp_path, trained(tmp_path, 300))
    model = current_model(store, tmp_path)
    for told in explain(model, lessons(tmp_path, cases(300)).features):
        total = told.start + sum(reason.adds for reason in told.reasons)
        assert total == pytest.approx(told.log_odds, abs=1e-9)
        assert told.probability == pytest.approx(1 / (1 + np.exp(-total)))
        assert {reason.name for reason in told.reasons} == set(NAMES)
        assert [abs(reason.adds) for reason in told.reasons] == sorted(
            (abs(r.adds) for r in told.reasons), reverse=True
        )


def test_an_explanation_speaks_both_languages_and_says_what_is_not_known(store, tmp_path):
    keep(store, tmp_path, trained(tmp_path, 600))
    model = current_model(store, tmp_path)
    values = np.array([[0.02, 0.9, np.nan, 300, 0.5]])
    [told] = explain(model, FeatureRows(NAMES, np.array([FIRST]), np.array([DAY]), values))
    words = {reason.name: reason for reason in told.reasons}
    assert words["answer_share"].adds > 0
    assert words["answer_share"].en.startswith("answered calls, of attempts: 2.0% (median ")
    assert words["answer_share"].zh.startswith("接通率:2.0%(中位数 ")
    assert words["talk_mean_s"].en.startswith("mean talk of answered calls: not known (median ")
    assert words["talk_mean_s"].zh.startswith("平均通话时长:未知(中位数 ")


def test_only_verdicts_that_the_model_cannot_know_measure_it_anew():
    old, again, new = Verdict(1, 10, True), Verdict(1, 20, False), Verdict(2, 20, True)
    assert unseen([old, again, new], known_until=10) == [new]
