"""Kamailio: restrictions as entries of an htable, by its JSON-RPC over HTTP (modules xhttp, jsonrpcs, htable).

The table is in Kamailio's memory. A mark among its entries tells whether it is still the one that was filled; when
Kamailio was restarted, or holds more or less than it should, the whole list is given anew. Every entry carries its end,
so that it ends in time also when nobody is there to remove it.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import Row

from clearbell.enforcement.adapters.callers import CallerTable, Value
from clearbell.enforcement.adapters.protocol import Delivery, Whole
from clearbell.enforcement.errors import UnreachableError
from clearbell.enforcement.model import Entry, How, Operation
from clearbell.enforcement.progress import Delivered
from clearbell.enforcement.settings import KamailioSettings

MARK = "clearbell"
"""Key of the mark; no number and no trunk can be called so."""
_SECOND = 1_000_000
_COUNT_SECONDS = 60
_NOT_FOUND = ("doesn't exist", "not found")


class RpcError(Exception):
    """Kamailio answered that it cannot do it."""


class Rpc:
    """Calls of Kamailio's JSON-RPC over one connection."""

    def __init__(self, settings: KamailioSettings, token: str) -> None:
        self._settings = settings
        self._headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        self._connection: http.client.HTTPConnection | None = None
        self._id = 0

    def call(self, method: str, *params: str | int) -> Any:
        """The result. Raises :class:`RpcError`, or :class:`UnreachableError` when Kamailio does not answer."""
        self._id += 1
        # Written without spaces, in this order: clearbell-enforced.cfg lets nothing else through.
        body = msgspec.json.encode({"jsonrpc": "2.0", "method": method, "params": params, "id": self._id})
        fresh = self._connection is None
        try:
            status, answer = self._post(body)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            # A connection that was idle for long is closed by Kamailio; setting and deleting bear repetition.
            if fresh:
                raise UnreachableError(f"Kamailio: {error!r}") from error
            try:
                status, answer = self._post(body)
            except (OSError, http.client.HTTPException) as again:
                self.close()
                raise UnreachableError(f"Kamailio: {again!r}") from again
        try:
            said = msgspec.json.decode(answer)
        except msgspec.DecodeError:
            raise UnreachableError(f"Kamailio: HTTP {status}") from None
        if not isinstance(said, dict) or ("error" not in said and "result" not in said):
            raise UnreachableError(f"Kamailio: HTTP {status}")
        if "error" in said:
            fault = said["error"]
            raise RpcError(str(fault.get("message", "") if isinstance(fault, dict) else fault))
        return said["result"]

    def _post(self, body: bytes) -> tuple[int, bytes]:
        parts = urlsplit(self._settings.url)
        if self._connection is None:
            seconds, host = self._settings.answer_seconds, parts.hostname or ""
            self._connection = (
                http.client.HTTPSConnection(
                    host,
                    parts.port,
                    timeout=seconds,
                    context=ssl.create_default_context(cafile=self._settings.ca_file or None),
                )
                if parts.scheme == "https"
                else http.client.HTTPConnection(host, parts.port, timeout=seconds)
            )
        self._connection.request("POST", parts.path or "/", body, self._headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class KamailioAdapter:
    """One Kamailio."""

    most = 500
    tells_again = True
    together = False

    def __init__(self, settings: KamailioSettings, token: str) -> None:
        self._settings = settings
        self._rpc = Rpc(settings, token)
        self._table = CallerTable()
        self._checked = 0
        self._counted = 0

    def load(self, wanted: Sequence[Entry]) -> None:
        """Learn what should be in the table."""
        self._table = CallerTable(wanted)

    def check(self, now: int) -> str:
        """Whether the table is still the one that was filled, and, now and then, whether it has as many entries."""
        if now - self._checked < self._settings.check_seconds * _SECOND:
            return ""
        try:
            self._rpc.call("htable.get", self._settings.table, MARK)
        except RpcError as error:
            if not any(words in str(error) for words in _NOT_FOUND):
                raise UnreachableError(f"Kamailio: {error}") from error
            return "empty"
        self._checked = now
        if now - self._counted >= _COUNT_SECONDS * _SECOND:
            self._counted = now
            if self._count() != len(self._table.all(now / _SECOND)) + 1:
                return "different"
        return ""

    def tell(self, deliveries: Sequence[Delivery], now: int) -> list[Delivered]:
        """Set or delete the keys of each restriction; Kamailio's answer acknowledges it."""
        found = []
        fault = ""
        for one in deliveries:
            name = one.entry.restriction
            if not fault:
                try:
                    self._tell_one(one, now)
                except (UnreachableError, RpcError) as error:
                    fault = str(error)
            how = None if fault else How.ANSWER
            found.append(Delivered(name, one.operation, how, f"{self._settings.table}/{one.serial}", "", fault))
        return found

    def _tell_one(self, one: Delivery, now: int) -> None:
        if one.operation is Operation.PUT:
            touched = self._table.put(one.entry)
        else:
            touched = self._table.remove(one.entry.restriction)
        try:
            self._write(touched, now)
        except (UnreachableError, RpcError):
            # What was left undone is done with the whole list, or at the next attempt.
            self._counted = 0
            raise

    def _write(self, keys: Iterable[str], now: int) -> None:
        for key in sorted(keys):
            value = self._table.value(key, now / _SECOND)
            if value is None:
                self._delete(key)
            else:
                self._set(key, value, now)

    def _set(self, key: str, value: Value, now: int) -> None:
        left = value.lasts - now / _SECOND
        if left == float("inf"):
            self._rpc.call("htable.sets", self._settings.table, key, value.text)
        else:
            self._rpc.call("htable.setxs", self._settings.table, key, value.text, max(1, int(left)))

    def _delete(self, key: str) -> None:
        try:
            self._rpc.call("htable.delete", self._settings.table, key)
        except RpcError as error:
            if not any(words in str(error) for words in _NOT_FOUND):
                raise

    def tell_all(self, wanted: Sequence[Entry], now: int) -> Whole:
        """Make the table what it should be: set what is missing or says something else, delete what should not be."""
        self.load(wanted)
        should = self._table.all(now / _SECOND)
        try:
            there = self._dump()
            if there is None:
                self._rpc.call("htable.flush", self._settings.table)
                there = {}
            strange = [key for key in there if key not in should and key != MARK]
            for key in strange:
                self._delete(key)
            missing = [key for key, value in should.items() if there.get(key) != value.text]
            for key in missing:
                self._set(key, should[key], now)
            self._rpc.call("htable.sets", self._settings.table, MARK, "1")
        except RpcError as error:
            raise UnreachableError(f"Kamailio: {error}") from error
        self._checked = self._counted = now
        return Whole(len(missing), len(strange))

    def _dump(self) -> dict[str, str] | None:
        """Everything in the table; None where it is too much for Kamailio to say."""
        try:
            slots = self._rpc.call("htable.dump", self._settings.table)
        except RpcError as error:
            if "No such htable" in str(error):
                raise
            return None
        return {
            str(item["name"]): str(item["value"]) for slot in slots or () for item in slot["slot"] if "value" in item
        }

    def _count(self) -> int:
        try:
            tables = self._rpc.call("htable.stats")
        except RpcError as error:
            raise UnreachableError(f"Kamailio: {error}") from error
        return next((int(one["all"]) for one in tables if one["name"] == self._settings.table), 0)

    def look(self, waiting: Sequence[Row[Any]], now: int) -> list[Delivered]:  # noqa: ARG002
        """Nothing is acknowledged later."""
        return []

    def close(self) -> None:
        """Close the connection."""
        self._rpc.close()
