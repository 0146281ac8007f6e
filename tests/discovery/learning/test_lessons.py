"""A verdict is learned from by what its number did before it, and by nothing later."""

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearbell.discovery.learning.lessons import join, read_features
from clearbell.discovery.learning.refusals import BadTableError, MissingFeaturesError
from clearbell.discovery.learning.verdicts import Verdict
from discovery.learning.people import DAY, FIRST, at, behaviour, cases, lessons


def rows(tmp_path, *days, kind="caller", window=30):
    """A number's attempts: each day's figure is the day."""
    path = tmp_path / "f.parquet"
    count = len(days)
    table = {"unit_kind": [kind] * count, "unit": [str(FIRST)] * count, "day": days, "window": [window] * count}
    pq.write_table(pa.table({**table, "attempts": days, "answer_share": [None] * count}), path)
    return path


def known(path, verdict, max_age_days=30, window=30):
    joined = join([verdict], read_features(path, window), 480, max_age_days)
    assert len(joined.verdicts) + joined.without_features == 1
    return joined.features.days.tolist()


def test_the_latest_day_before_the_verdict_counts_not_its_own_day(tmp_path):
    path = rows(tmp_path, DAY + 1, DAY - 2, DAY, DAY - 1)
    assert known(path, Verdict(FIRST, at(DAY, 0.1), True)) == [DAY - 1]
    assert known(path, Verdict(FIRST, at(DAY, 23.9), True)) == [DAY - 1]
    assert known(path, Verdict(FIRST, at(DAY + 1, 0.1), True)) == [DAY]


def test_features_of_long_ago_and_of_later_are_no_lesson(tmp_path):
    path = rows(tmp_path, DAY - 31, DAY)
    assert known(path, Verdict(FIRST, at(DAY), True)) == []
    assert known(path, Verdict(FIRST, at(DAY), True), max_age_days=31) == [DAY - 31]
    assert known(path, Verdict(FIRST + 1, at(DAY + 1), True)) == []


def test_holders_trunks_and_other_windows_are_not_taken_for_the_number(tmp_path):
    verdict = Verdict(FIRST, at(DAY + 1), True)
    assert known(rows(tmp_path, DAY, kind="callee"), verdict) == []
    assert known(rows(tmp_path, DAY, window=7), verdict) == []


def test_empty_fields_stay_missing(tmp_path):
    read = read_features(rows(tmp_path, DAY), 30)
    assert read.names == ("attempts", "answer_share")
    assert np.isnan(read.values[0, 1])


def test_missing_features_are_refused_by_name(tmp_path):
    with pytest.raises(MissingFeaturesError) as refused:
        read_features(rows(tmp_path, DAY), 30, ["attempts", "ring_mean_s", "refused_share"])
    assert refused.value.names == ("ring_mean_s", "refused_share")
    assert "ring_mean_s, refused_share" in refused.value.zh


def test_a_table_of_something_else_is_refused(tmp_path):
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"unit": ["1"], "attempts": [1]}), path)
    with pytest.raises(BadTableError, match="unit_kind, day, window"):
        read_features(path, 30)


def test_the_digest_names_the_training_set_whatever_its_order(tmp_path):
    some = cases(20)
    one = lessons(tmp_path, some)
    assert one.take(range(19, -1, -1)).digest() == one.digest()
    assert one.take(range(19)).digest() != one.digest()
    turned = [msgspec.structs.replace(some[0], confirmed=not some[0].confirmed), *some[1:]]
    assert lessons(tmp_path, turned, behaviour(some)).digest() != one.digest()
