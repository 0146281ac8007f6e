"""The least of an ONNX file: a graph that is no graph, and what the model says of itself."""


def _number(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _sized(field, data):
    return _number(field << 3 | 2) + _number(len(data)) + data


def onnx_file(**says):
    """Bytes of a file: ir_version, producer, a graph of some kilobytes, then the metadata."""
    pairs = b"".join(_sized(14, _sized(1, key.encode()) + _sized(2, value.encode())) for key, value in says.items())
    return _number(1 << 3) + _number(8) + _sized(2, b"tests") + _sized(7, bytes(5000)) + pairs
