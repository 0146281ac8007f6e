"""The model bench ranks real users better than plain trees do, and no test label reaches a model."""

import numpy as np
import pytest

from bench import sichuan


@pytest.fixture(scope="module")
def users():
    """Made-up users, some fields empty, whose features tell the label in part."""
    random = np.random.default_rng(1)
    names = [f"f{place}" for place in range(6)]
    labels = (random.random(400) < 0.3).astype(np.int8)
    features = random.normal(size=(400, 6)) + labels[:, None]
    features[random.random((400, 6)) < 0.1] = np.nan
    return sichuan.Users(names, features, labels)


def test_models_see_the_labels_of_train_and_no_others(users):
    cut = sichuan.split(users.labels, 0.2, 7)
    turned = users.labels.copy()
    turned[cut[1]] = 1 - turned[cut[1]]
    turned[cut[2]] = 1 - turned[cut[2]]
    for model, _ in sichuan.MODELS.values():
        told = model(sichuan.parts(users.features, users.labels, cut), 7)
        again = model(sichuan.parts(users.features, turned, cut), 7)
        assert all(np.array_equal(one, other) for one, other in zip(told, again, strict=True))


def test_the_parts_are_of_the_protocols_sizes_and_share_no_user(users):
    train, validation, test = sichuan.split(users.labels, 0.2, 3)
    assert (len(train), len(validation), len(test)) == (80, 80, 240)
    assert sorted([*train, *validation, *test]) == list(range(400))


def test_shuffled_labels_of_train_teach_nothing(users):
    shuffled = users._replace(labels=np.random.default_rng(3).permutation(users.labels))
    found = []
    for seed in range(4):
        cut = sichuan.split(shuffled.labels, 0.6, seed)
        threshold, (_, told) = 0.5, sichuan.ours(sichuan.parts(shuffled.features, shuffled.labels, cut), seed)
        found.append(sichuan.marks(shuffled.labels[cut[2]], told, threshold)[0])
    # Of 80 users tested each time; the standard error of the mean is about 0.04.
    assert np.mean(found) == pytest.approx(0.5, abs=0.12)


@pytest.mark.data
def test_ours_ranks_real_users_well_and_better_than_plain_trees(shared_data):
    everyone = sichuan.read_users(shared_data("sichuan/all_feat_with_label.csv").parent)
    assert (len(everyone.names), len(sichuan.voice_only(everyone).names)) == (55, 26)
    found = {name: rows for name, rows, _ in sichuan.measure(everyone, 0.2, range(2), ["LightGBM, plain", "ours"])}
    assert found["ours"][:, 0].min() > 0.945
    assert found["ours"][:, 0].mean() > found["LightGBM, plain"][:, 0].mean()
