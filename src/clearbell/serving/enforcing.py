"""Enforcement from a served node: one worker for each target of the configuration."""

from __future__ import annotations

import functools
import os
import socket
from collections.abc import Mapping
from pathlib import Path

from clearbell.enforcement.adapters.kamailio import KamailioAdapter
from clearbell.enforcement.adapters.protocol import Adapter
from clearbell.enforcement.adapters.webhook import WebhookAdapter
from clearbell.enforcement.settings import (
    AnyTarget,
    EnforcementSettings,
    KamailioSettings,
    WebhookTarget,
    keys_of,
    secret_of,
)
from clearbell.enforcement.worker import Worker
from clearbell.ledger import Store
from clearbell.policy.model import Pack
from clearbell.serving.config import ConfigError


def secrets_of(settings: EnforcementSettings, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Each target's secret. Raises :class:`ConfigError` for one that cannot be read."""
    found = {}
    for one in settings.targets:
        try:
            found[one.name] = secret_of(one, environ)
        except ValueError as error:
            raise ConfigError(
                "enforcement",
                f"{one.kind.value}.{one.name}.{'secret_env' if one.secret_env else 'secret_file'}",
                f"读不出密钥:{error}",
                f"cannot read the secret: {error}",
            ) from error
    return found


def worker_of(
    store: Store, pack: Pack, settings: EnforcementSettings, one: AnyTarget, secret: str, *, owner: str
) -> Worker:
    """What looks after one target."""
    adapter = _adapter(store, one, secret)
    return Worker(store, one, settings.targets, adapter, pack.enforcement, owner=owner)


def _adapter(store: Store, one: AnyTarget, secret: str) -> Adapter:
    if isinstance(one, KamailioSettings):
        return KamailioAdapter(one, secret)
    if isinstance(one, WebhookTarget):
        return WebhookAdapter(one, functools.partial(keys_of, one, os.environ), now=store.clock.now)
    try:
        from clearbell.enforcement.adapters.sftp import SftpAdapter
    except ImportError as error:
        raise ConfigError(
            "enforcement",
            f"sftp.{one.name}",
            "SFTP 需要 asyncssh:pip install 'clearbell[sftp]'",
            "SFTP needs asyncssh: pip install 'clearbell[sftp]'",
        ) from error
    return SftpAdapter(one, secret)


class Enforcing:
    """The node's workers."""

    def __init__(self, store: Store, pack: Pack, settings: EnforcementSettings, home: Path) -> None:
        """Raises :class:`ConfigError`."""
        secrets = secrets_of(settings)
        # The folder tells two nodes on one machine apart.
        owner = f"{socket.gethostname()}:{home.absolute()}"
        self._workers = [
            worker_of(store, pack, settings, one, secrets[one.name], owner=owner) for one in settings.targets
        ]

    def start(self) -> None:
        """Begin."""
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        """Stop; what was begun is finished."""
        for worker in self._workers:
            worker.stop()
