"""The telephone network of this story beyond its edge: the switch of the pool's lines, and suspects who answer."""

from __future__ import annotations

import socket
import threading
import time

from clearbell.testing.kamailio import end, start_kamailio
from clearbell.verification import sound
from clearbell.verification.agent import take_call
from clearbell.verification.settings import LineSettings, VerificationSettings

MARKETER, CLINIC = 8613800000066, 8657187000001


CORE = """#!KAMAILIO
debug=1
log_stderror=yes
children=1
listen=udp:127.0.0.1:{port}
auto_aliases=no
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "siputils.so"
loadmodule "textops.so"
request_route {{
	if (is_method("OPTIONS") && uri == myself) {{ sl_send_reply("200", "OK"); exit; }}
	if (has_totag()) {{ loose_route(); t_relay(); exit; }}
	if (is_method("ACK|CANCEL")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}
	record_route();
{routes}
	if ($du == $null) {{ sl_send_reply("404", "Not Found"); exit; }}
	t_relay();
}}
"""


class Core:
    """The switch that the pool of lines is connected to: it finds whoever is called by the number."""

    def __init__(self, folder, free_port, ports):
        self.port = free_port(socket.SOCK_DGRAM)
        routes = "".join(
            f'\tif ($rU == "+{number}") {{ $du = "sip:127.0.0.1:{port}"; }}\n' for number, port in ports.items()
        )
        config = folder / "core.cfg"
        config.write_text(CORE.format(port=self.port, routes=routes))
        self.process = start_kamailio(config, folder / "run-core", self.port)

    def stop(self):
        end(self.process)


class Suspect:
    """A number's own telephone: a baresip that answers whoever calls it, and speaks."""

    def __init__(self, number, free_port, spoken, media):
        self.port = free_port(socket.SOCK_DGRAM)
        self.line = LineSettings(
            name=f"suspect-{number}", number=f"+{number}", user=f"+{number}", domain=f"127.0.0.1:{self.port}",
            listen=f"127.0.0.1:{self.port}", media_ports=media, answer_seconds=1.0, receives=True,
        )  # fmt: skip
        self.played = sound.write_wav(sound.script([sound.silence(1.0), spoken], 120))
        self.called_by = []
        self.stopping = False
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while not self.stopping:
            taken = take_call(
                VerificationSettings(), self.line, self.played, 60_000, 60_000,
                lambda: time.monotonic_ns() // 1_000_000, lambda: self.stopping,
            )  # fmt: skip
            if taken is not None:
                self.called_by.append(taken[0])

    def stop(self):
        self.stopping = True
        self.thread.join(30)
