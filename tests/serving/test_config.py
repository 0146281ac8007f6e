"""A node's configuration is checked whole, with file, key and remedy."""

import pytest

from clearbell.serving.config import ConfigError, NodeConfig, listen_address, read_config


def read(tmp_path, text):
    (tmp_path / "c.toml").write_text(text)
    return read_config(tmp_path / "c.toml")


def test_an_empty_file_gives_the_values_for_loopback(tmp_path):
    assert read(tmp_path, "") == NodeConfig()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("pack = 1", "$.pack"),
        ("pakc = 'cn'", "$"),
        ("[sip", "-"),
        ("[sip]\nlisten = ['127.0.0.1:5060']", "sip.listen"),
        ("[sip]\nlisten = ['udp:host:5060']", "sip.listen"),
        ("[sip]\nlisten = ['udp:127.0.0.1:99999']", "sip.listen"),
        ("[http]\nlisten = 'everywhere'", "http.listen"),
        ("[http]\nlisten = '0.0.0.0:8080'", "http.token_file"),
        ("[[sip.source]]\nname = 'x'\naddress = 'router'", "sip.source[0].address"),
        ("[[sip.source]]\nname = 'x'\naddress = '10.0.0.1'\ngo_on = '200'", "sip.source[0].go_on"),
        ("[[sip.source]]\nname = 'x'", "$.sip.source[0]"),
        (
            "[[verification.line]]\nname = 'x'\nnumber = '057187650001'\ndomain = 'a;b'",
            "verification.line[0].domain",
        ),
    ],
)
def test_a_fault_names_file_key_and_both_languages(tmp_path, text, key):
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, text)
    assert f"c.toml: {key}: " in refused.value.en
    assert f"c.toml: {key}: " in refused.value.zh


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        read_config(tmp_path / "none.toml")


def test_ipv6_addresses_are_in_brackets():
    assert listen_address("[::1]:5060") == ("::1", 5060)
