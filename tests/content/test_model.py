"""A model file is read as it was written, or refused with what to do."""

import io
import pickle
import zipfile

import msgspec
import numpy as np
import pytest

from clearbell.content.judging import categorise
from clearbell.content.model import Model, ModelError, load_model, save_model
from clearbell.content.transcripts import Transcript

LOAN = Transcript("c1", caller=("我们银行有一款低息贷款,利率很低当天放款,您看要不要了解一下贷款产品?",))


@pytest.fixture
def saved(model, tmp_path):
    path = tmp_path / "model.npz"
    return path, save_model(model, path)


def test_a_model_read_back_gives_the_same_opinions_and_names_its_digest(saved, pack):
    path, written = saved
    read = load_model(path)
    assert len(read.header.digest) == 64
    assert categorise(read, LOAN, pack.content) == categorise(written, LOAN, pack.content)
    assert categorise(read, LOAN, pack.content).model == read.header.digest


def test_the_same_model_gives_the_same_bytes(saved, tmp_path):
    path, written = saved
    save_model(written, tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == path.read_bytes()


def test_the_file_holds_no_text_of_any_call(saved):
    path, _ = saved
    with zipfile.ZipFile(path) as archive:
        inside = b"".join(archive.read(name) for name in archive.namelist())
    assert "体检".encode() not in inside
    assert b"gift" not in inside
    assert b"pickle" not in inside


def test_an_altered_weight_is_refused(saved):
    path, _ = saved
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive.files}
    arrays["caller.weights"] = arrays["caller.weights"] + 1
    np.savez_compressed(path, **arrays)
    with pytest.raises(ModelError, match="contents and digest differ") as refused:
        load_model(path)
    assert "摘要不符" in refused.value.zh


@pytest.mark.parametrize("changes", [{"format": 2}, {"features": "words"}])
def test_another_version_is_refused_and_says_to_train_anew(model, tmp_path, changes):
    path = tmp_path / "model.npz"
    save_model(Model(msgspec.structs.replace(model.header, **changes), model.views), path)
    with pytest.raises(ModelError, match="train it anew") as refused:
        load_model(path)
    assert "请重新训练" in refused.value.zh


def test_other_files_are_refused(tmp_path):
    whole = io.BytesIO()
    np.savez(whole, header=np.array([{"a": 1}], dtype=object))
    empty = io.BytesIO()
    np.savez(empty, other=np.zeros(3))
    for data in (b"", b"text", pickle.dumps({"weights": 1}), whole.getvalue(), whole.getvalue()[:80], empty.getvalue()):
        path = tmp_path / "other.npz"
        path.write_bytes(data)
        with pytest.raises(ModelError, match="no model of clearbell content train"):
            load_model(path)


def test_a_file_cut_short_is_refused(saved):
    path, _ = saved
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(ModelError):
        load_model(path)
