"""The files baresip reads: its configuration and the account of one line. Text in, text out.

Written for baresip 1.0.0, whose manual is its source: ``src/config.c``, ``src/account.c`` and the head of each module.
"""

from __future__ import annotations

from clearbell.numbering import classify
from clearbell.verification.settings import LineSettings

CODECS = "PCMA/8000/1,PCMU/8000/1"
"""G.711 in both laws: what every telephone network takes, and what the analysis expects."""
_NEVER_IN_PASSWORD = frozenset('";<>\\')


class PasswordError(ValueError):
    """The password cannot be written into an account line of baresip's. 口令含有 baresip 无法表示的字符。"""


PLAYED = "play.wav"
"""What is sent; beside the configuration, in the folder that baresip is started in."""


def configuration(line: LineSettings, modules: str, control_port: int) -> str:
    """Text of the file ``config``: no devices, sound from a file, both directions recorded where baresip is started.

    Paths are relative: the module that records cuts its file names at 127 bytes.
    """
    lines = {
        "poll_method": "epoll",
        "sip_listen": line.listen,
        "call_local_timeout": "3600",
        "call_max_calls": "1",
        "audio_source": f"aufile,{PLAYED}",
        "ausrc_format": "s16",
        "auplay_format": "s16",
        "auenc_format": "s16",
        "audec_format": "s16",
        "rtp_tos": "184",
        "rtp_ports": line.media_ports,
        "rtp_timeout": "0",
        "jitter_buffer_delay": "5-10",
        "module_path": modules,
        # The tones that `menu` would play to a person have no player here.
        "ringback_disabled": "yes",
        "menu_bell": "no",
        # Anyone who reaches this port commands the user agent, so it is on loopback and lives as long as one call.
        "ctrl_tcp_listen": f"127.0.0.1:{control_port}",
        "snd_path": ".",
    }
    text = "".join(f"{key}\t{value}\n" for key, value in lines.items())
    text += "".join(f"module\t{name}.so\n" for name in ("g711", "sndfile", "aufile"))
    text += "module_tmp\taccount.so\n"
    return text + "".join(f"module_app\t{name}.so\n" for name in ("menu", "ctrl_tcp"))


def account(line: LineSettings, password: str) -> str:
    """Text of the file ``accounts``. Raises :class:`PasswordError`."""
    if _NEVER_IN_PASSWORD & set(password) or not password.isprintable():
        raise PasswordError('a password with " ; < > \\ or control characters cannot be given to baresip')
    user = line.user or str(line.key)
    parameters = [
        f"regint={600 if line.register else 0}",
        "answermode=manual",
        f"audio_codecs={CODECS}",
    ]
    if line.proxy:
        parameters.append(f'outbound="sip:{line.proxy};transport={line.transport}"')
    if password:
        parameters += [f"auth_user={line.auth_user or user}", f"auth_pass={password}"]
    return f"<sip:{user}@{line.domain};transport={line.transport}>;{';'.join(parameters)}\n"


def address(line: LineSettings, number: int) -> str:
    """SIP URI that a number is dialled at on the line."""
    user = line.dial.format(number=number, national=classify(number).national or number)
    return f"sip:{user}@{line.domain};transport={line.transport}"
