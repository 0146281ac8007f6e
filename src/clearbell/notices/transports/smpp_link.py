"""One SMPP 3.4 connection: smpplib's client, with limits on what the other side may send and nothing in its logs."""

from __future__ import annotations

import logging
import select
import socket
import ssl
import struct
from typing import Any

from smpplib import client, exceptions, smpp

_HEADER = 16
_PDU_MOST = 65_536
"""No PDU of SMPP 3.4 comes near: its longest field is a message_payload of 64 KiB, sent by nobody as SMS."""
_CHUNK = 65_536
_CONNECT_SECONDS = 5.0


class LinkLostError(Exception):
    """The connection cannot be used any more."""


class _Client(client.Client):  # type: ignore[misc]  # smpplib has no types
    def _create_socket(self) -> socket.socket:
        # smpplib's own speaks IPv4 only and checks no certificate's name.
        raw = socket.create_connection((self.host, self.port), self.timeout)
        if self._ssl_context is None:
            return raw
        secured: socket.socket = self._ssl_context.wrap_socket(raw, server_hostname=self.host)
        return secured

    def connect(self) -> None:
        self._socket = self._create_socket()
        self.state = 1  # SMPP_CLIENT_STATE_OPEN

    def read_pdu(self) -> Any:
        head = self._recv_exact(_HEADER)
        (length,) = struct.unpack(">L", head[:4])
        if not _HEADER <= length <= _PDU_MOST:
            message = f"a PDU of {length} bytes"
            raise LinkLostError(message)
        pdu = self.parse(head + self._recv_exact(length - _HEADER))
        if not pdu.is_error() and pdu.command == "bind_transceiver_resp":
            self.state = 4  # SMPP_CLIENT_STATE_BOUND_TRX
        return pdu

    def parse(self, raw: bytes) -> Any:
        """One whole PDU."""
        try:
            return smpp.parse_pdu(raw, client=self, allow_unknown_opt_params=True)
        except (KeyError, ValueError, IndexError, struct.error, exceptions.UnknownCommandError):
            # Optional parameters that smpplib does not know for this PDU. A response counts without them.
            _, command_id, status, sequence = struct.unpack(">LLLL", raw[:_HEADER])
            body = raw[_HEADER:]
            if command_id & 0x8000_0000 and b"\0" in body:
                plain = body[: body.index(b"\0") + 1]
                head = struct.pack(">LLLL", _HEADER + len(plain), command_id, status, sequence)
                return smpp.parse_pdu(head + plain, client=self, allow_unknown_opt_params=True)
            raise


class SmppLink:
    """A bound transceiver. Every method raises :class:`LinkLostError` when the connection is of no use any more."""

    def __init__(
        self, host: str, port: int, *, system_id: str, password: str, system_type: str, tls: ssl.SSLContext | None
    ) -> None:
        """Connect and bind."""
        self._client: Any = _Client(
            host, port, timeout=_CONNECT_SECONDS, ssl_context=tls, allow_unknown_opt_params=True
        )
        self._buffer = bytearray()
        # smpplib logs whole PDUs, phone numbers and texts included.
        silent = logging.Logger("smpp")  # noqa: LOG001 nobody may turn it on by name
        silent.addHandler(logging.NullHandler())
        self._client.logger = silent
        try:
            self._client.connect()
            self._client.bind_transceiver(system_id=system_id, password=password, system_type=system_type)
        except (OSError, exceptions.ConnectionError, exceptions.PDUError, LinkLostError, *_PARSING) as error:
            self.close()
            raise LinkLostError(_why(error)) from error

    def submit(self, **fields: Any) -> int:
        """Submit a message; returns its sequence number."""
        return self._send("submit_sm", **fields)

    def enquire(self) -> None:
        """Ask whether the other side is there."""
        self._send("enquire_link")

    def answer(self, command: str, sequence: int, status: int = 0) -> None:
        """Answer a request."""
        self._send(command, sequence=sequence, status=status)

    def read(self, seconds: float) -> Any:
        """The next PDU; None when none begins within so long."""
        sock = self._client._socket  # noqa: SLF001 smpplib gives no other way to wait
        try:
            ready = isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
            if not ready and not select.select([sock], [], [], max(0.0, seconds))[0]:
                return None
            return self._client.read_pdu()
        except (OSError, exceptions.ConnectionError, *_PARSING) as error:
            raise LinkLostError(_why(error)) from error

    # For many messages at once: made one by one, sent together, and whatever has come is read together. Whoever uses
    # these does not use `read`.

    def blank(self, **fields: Any) -> Any:
        """A message with everything but its destination, for :meth:`numbered`."""
        return smpp.make_pdu("submit_sm", client=self._client, **fields)

    def numbered(self, blank: Any, destination: str) -> tuple[int, bytes]:
        """The message to one destination: its sequence number, and its bytes for :meth:`push`."""
        blank.destination_addr = destination
        blank.sequence = self._client.next_sequence()
        return blank.sequence, blank.generate()

    def push(self, data: bytes) -> None:
        """Send bytes of :meth:`numbered`. When it fails, any of them may have gone."""
        try:
            self._client._socket.sendall(data)  # noqa: SLF001 smpplib sends one PDU at a time
        except OSError as error:
            raise LinkLostError(_why(error)) from error

    def fileno(self) -> int:
        """For ``select``."""
        number: int = self._client._socket.fileno()  # noqa: SLF001
        return number

    def pending(self) -> bool:
        """Whether something has come that ``select`` does not see."""
        sock = self._client._socket  # noqa: SLF001
        return isinstance(sock, ssl.SSLSocket) and sock.pending() > 0

    def drain(self) -> list[Any]:
        """Every whole PDU of what has come; to be called when something has."""
        try:
            data = self._client._socket.recv(_CHUNK)  # noqa: SLF001
            if not data:
                message = "the SMS centre closed the connection"
                raise LinkLostError(message)
            self._buffer += data
            found = []
            at = 0
            while len(self._buffer) - at >= _HEADER:
                length = int.from_bytes(self._buffer[at : at + 4], "big")
                if not _HEADER <= length <= _PDU_MOST:
                    message = f"a PDU of {length} bytes"
                    raise LinkLostError(message)
                if len(self._buffer) - at < length:
                    break
                found.append(self._client.parse(bytes(self._buffer[at : at + length])))
                at += length
            del self._buffer[:at]
        except (OSError, exceptions.ConnectionError, *_PARSING) as error:
            raise LinkLostError(_why(error)) from error
        return found

    def close(self) -> None:
        """Close the socket without a word."""
        sock = self._client._socket  # noqa: SLF001 its own disconnect logs warnings
        self._client._socket = None  # noqa: SLF001
        if sock is not None:
            sock.close()

    def unbind(self) -> None:
        """Take leave and close."""
        try:
            self._send("unbind")
        except LinkLostError:
            return
        finally:
            self.close()

    def _send(self, command: str, *, sequence: int | None = None, status: int = 0, **fields: Any) -> int:
        pdu = smpp.make_pdu(command, client=self._client, **fields)
        if sequence is not None:
            pdu.sequence = sequence
        pdu.status = status
        try:
            self._client._socket.sendall(pdu.generate())  # noqa: SLF001 send_pdu refuses answers in some states
        except OSError as error:
            raise LinkLostError(_why(error)) from error
        number: int = pdu.sequence
        return number


_PARSING = (KeyError, ValueError, IndexError, AttributeError, struct.error, exceptions.UnknownCommandError)


def _why(error: BaseException) -> str:
    # smpplib puts the status beside the words.
    words = error.args[0] if error.args and isinstance(error.args[0], str) else str(error)
    return words or type(error).__name__
