"""How long sessions last and how often a password may be wrong: the operator's to say, in the node's file."""

from __future__ import annotations

import msgspec

from clearbell.access.model import Role
from clearbell.access.oidc.settings import ProviderSettings, faults_of
from clearbell.calls import HOUR, MINUTE


class AccessSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[access]`` of the node's file."""

    idle_minutes: int = 30
    """A session ends so long after it was last used."""
    session_hours: int = 12
    """And so long after it began, used or not."""
    invitation_hours: int = 72
    tries: int = 5
    """So many wrong passwords or codes in a row lock an account."""
    lock_minutes: int = 15
    password_least: int = 12
    """Characters."""
    second_factor: tuple[Role, ...] = (Role.ADMINISTRATOR, Role.SUPERVISOR)
    """Roles that must set one up before they can do anything else."""
    oidc: tuple[ProviderSettings, ...] = ()
    """Identity providers that officers and enterprises may sign in with."""

    @property
    def idle(self) -> int:
        """µs."""
        return self.idle_minutes * MINUTE

    @property
    def session(self) -> int:
        """µs."""
        return self.session_hours * HOUR

    @property
    def lock(self) -> int:
        """µs."""
        return self.lock_minutes * MINUTE


class Fault(msgspec.Struct, frozen=True):
    """One setting that cannot be used."""

    key: str
    zh: str
    en: str


def problems_of(settings: AccessSettings) -> list[Fault]:
    """Everything wrong with the settings."""
    least = {
        "idle_minutes": 1,
        "session_hours": 1,
        "invitation_hours": 1,
        "tries": 1,
        "lock_minutes": 1,
        "password_least": 8,
    }
    return [
        Fault(name, f"须至少为 {number}", f"should be at least {number}")
        for name, number in least.items()
        if getattr(settings, name) < number
    ] + [Fault(*fault) for fault in faults_of(settings.oidc)]
