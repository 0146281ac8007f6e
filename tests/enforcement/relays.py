"""What stands between a node and whoever carries restrictions out, and keeps what went through."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import threading
import time

from clearbell.enforcement.adapters.kamailio import MARK
from clearbell.notices.transports.webhook import SIGNATURE, TIME


class _Server:
    """An HTTP server of a test's own; ``answer`` gets each body and says status and answer."""

    def __init__(self):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = outer.answer(body, self.headers)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                # Whoever asked may have been killed meanwhile.
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/clearbell"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Relay(_Server):
    """Passes calls of Kamailio's RPC on, and keeps which entry of the table was written or deleted when."""

    def __init__(self, port):
        self.behind = port
        self.wrote = []
        self.slow = 0.0
        """Seconds that each writing takes."""
        self.lock = threading.Lock()
        super().__init__()

    def answer(self, body, headers):
        asked = json.loads(body)
        method = asked["method"]
        if method in ("htable.sets", "htable.setxs", "htable.delete"):
            time.sleep(self.slow)
        connection = http.client.HTTPConnection("127.0.0.1", self.behind, timeout=5)
        try:
            kept = {name: headers[name] for name in ("Content-Type", "Authorization")}
            connection.request("POST", "/clearbell", body, kept)
            got = connection.getresponse()
            status, answer = got.status, got.read()
        finally:
            connection.close()
        if status == 200 and "result" in json.loads(answer):
            with self.lock:
                if method in ("htable.sets", "htable.setxs"):
                    self.wrote.append(("set", asked["params"][1]))
                elif method == "htable.delete":
                    self.wrote.append(("delete", asked["params"][1]))
        return status, answer

    def times(self, what):
        """How often each entry was written or deleted."""
        with self.lock:
            found = [key for did, key in self.wrote if did == what]
        return {key: found.count(key) for key in found if key != MARK}


class Carrier(_Server):
    """Another carrier's receiver of webhooks: it takes what it is told, and acknowledges at once when it is to."""

    def __init__(self):
        self.status = 200
        self.acknowledges = False
        self.told = []
        """Operation, restriction, message, and the node's time (s), of each message that was taken."""
        super().__init__()

    def answer(self, body, headers):
        said = json.loads(body)
        assert headers[SIGNATURE]
        if self.status != 200:
            return self.status, b"{}"
        for one in said["restrictions"]:
            self.told.append((said["operation"], one["restriction"], said["message"], int(headers[TIME])))
        return 200, json.dumps({"acknowledged": said["message"]} if self.acknowledges else {}).encode()

    def heard(self, operation="put"):
        """Restrictions that it was told of, in that order, each time."""
        return [name for did, name, _, _ in self.told if did == operation]
