"""What an ONNX model says of itself is read without an engine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.verification.onnx_files import onnx_file

from clearbell.verification.onnx_metadata import OnnxError, metadata_of


def test_the_metadata_stand_behind_the_graph(tmp_path):
    file = tmp_path / "model.onnx"
    file.write_bytes(onnx_file(model_type="paraformer", vocab_size="8404", comment="一个模型" * 60))
    assert metadata_of(file) == {"model_type": "paraformer", "vocab_size": "8404", "comment": "一个模型" * 60}


def test_a_model_that_says_nothing_has_none(tmp_path):
    file = tmp_path / "model.onnx"
    file.write_bytes(onnx_file())
    assert metadata_of(file) == {}


@pytest.mark.parametrize("data", [b"hello " * 100, onnx_file(model_type="paraformer")[:-3], b"\x00" * 40, b"\xff" * 40])
def test_what_is_no_model_is_refused(tmp_path, data):
    file = tmp_path / "model.onnx"
    file.write_bytes(data)
    with pytest.raises(OnnxError):
        metadata_of(file)


@given(st.binary(max_size=200))
def test_no_bytes_bring_more_than_a_refusal(tmp_path_factory, data):
    file = tmp_path_factory.getbasetemp() / "any.onnx"
    file.write_bytes(data)
    try:
        found = metadata_of(file)
    except OnnxError:
        return
    assert all(isinstance(value, str) for value in found.values())
