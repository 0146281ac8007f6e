"""Roles, permissions and which has which. Facts of the room stand in :mod:`clearbell.access.facts`."""

from __future__ import annotations

import enum
from collections.abc import Mapping

import msgspec

from clearbell.lifecycles import Transition


class Role(enum.Enum):
    """What someone is to this system. An account or token has one."""

    SWITCH = "switch"
    """A machine that asks about calls and tells how they ended."""
    ENTERPRISE = "enterprise"
    """A company that calls; it sees what is its own."""
    COMPLAINTS = "complaints"
    """The complaint centre."""
    OFFICER = "officer"
    """A carrier's officer who deals with cases."""
    SUPERVISOR = "supervisor"
    """Who decides what an officer proposed."""
    REGULATOR = "regulator"
    """Who orders and looks on."""
    AUDITOR = "auditor"
    """Reads everything and changes nothing."""
    ADMINISTRATOR = "administrator"
    """Keeps accounts and looks after the node; decides no case."""


class Permission(enum.Enum):
    """One thing that may be done. Those that only look end in ``-read``."""

    SCREEN = "screen"
    DECISIONS_READ = "decisions-read"
    LABELS_READ = "labels-read"
    CONSENT_READ = "consent-read"
    CONSENT_CHANGE = "consent-change"
    SCRUB = "scrub"
    FIRM = "firm"
    """See, at the enterprise door, what is one's own."""
    FIRM_CHANGE = "firm-change"
    """File, sign, record and withdraw there, for one's own party."""
    REGISTRY_READ = "registry-read"
    NUMBERS_CHANGE = "numbers-change"
    APPLICATIONS_READ = "applications-read"
    APPLICATIONS_FILE = "applications-file"
    APPLICATIONS_DECIDE = "applications-decide"
    CONTRACTS_READ = "contracts-read"
    CONTRACTS_CHANGE = "contracts-change"
    ADMISSION_ASK = "admission-ask"
    SCORECARDS_READ = "scorecards-read"
    CARDS_READ = "cards-read"
    CARDS_FILE = "cards-file"
    CARDS_DECIDE = "cards-decide"
    REPORTS_FILE = "reports-file"
    REPORTS_READ = "reports-read"
    REPORTS_DECIDE = "reports-decide"
    COMPLAINTS_HANDLE = "complaints-handle"
    CASES_READ = "cases-read"
    CASES_OPEN = "cases-open"
    CASES_WORK = "cases-work"
    CASES_DECIDE = "cases-decide"
    SANCTIONS_READ = "sanctions-read"
    SANCTIONS_DECIDE = "sanctions-decide"
    APPEALS_READ = "appeals-read"
    APPEALS_FILE = "appeals-file"
    APPEALS_DECIDE = "appeals-decide"
    ORDERS_READ = "orders-read"
    ORDERS_GIVE = "orders-give"
    ORDERS_WORK = "orders-work"
    NOTICES_READ = "notices-read"
    NOTICES_SEND = "notices-send"
    DEADLINES_READ = "deadlines-read"
    NODE_READ = "node-read"
    LEDGER_READ = "ledger-read"
    ACCOUNTS_READ = "accounts-read"
    ACCOUNTS_CHANGE = "accounts-change"
    DEMO = "demo"


P = Permission
_READS = frozenset(one for one in Permission if one.value.endswith("-read"))
_DESK = frozenset(
    {
        P.DECISIONS_READ,
        P.LABELS_READ,
        P.CONSENT_READ,
        P.REGISTRY_READ,
        P.APPLICATIONS_READ,
        P.CONTRACTS_READ,
        P.SCORECARDS_READ,
        P.CARDS_READ,
        P.REPORTS_READ,
        P.CASES_READ,
        P.SANCTIONS_READ,
        P.APPEALS_READ,
        P.ORDERS_READ,
        P.NOTICES_READ,
        P.DEADLINES_READ,
        P.NODE_READ,
    }
)
_OFFICER = _DESK | {
    P.CONSENT_CHANGE,
    P.NUMBERS_CHANGE,
    P.APPLICATIONS_FILE,
    P.APPLICATIONS_DECIDE,
    P.CONTRACTS_CHANGE,
    P.ADMISSION_ASK,
    P.CARDS_FILE,
    P.CARDS_DECIDE,
    P.REPORTS_FILE,
    P.REPORTS_DECIDE,
    P.COMPLAINTS_HANDLE,
    P.CASES_OPEN,
    P.CASES_WORK,
    P.CASES_DECIDE,
    P.SANCTIONS_DECIDE,
    P.APPEALS_FILE,
    P.APPEALS_DECIDE,
    P.ORDERS_WORK,
    P.NOTICES_SEND,
}

GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.SWITCH: frozenset({P.SCREEN, P.LABELS_READ, P.CARDS_READ}),
    Role.ENTERPRISE: frozenset({P.FIRM, P.FIRM_CHANGE, P.SCRUB, P.APPLICATIONS_FILE, P.CARDS_FILE, P.APPEALS_FILE}),
    Role.COMPLAINTS: frozenset(
        {
            P.DECISIONS_READ,
            P.LABELS_READ,
            P.REPORTS_FILE,
            P.REPORTS_READ,
            P.REPORTS_DECIDE,
            P.COMPLAINTS_HANDLE,
            P.CASES_READ,
            P.CASES_OPEN,
            P.APPEALS_READ,
            P.APPEALS_FILE,
        }
    ),
    Role.OFFICER: frozenset(_OFFICER),
    Role.SUPERVISOR: frozenset(_OFFICER | {P.LEDGER_READ, P.ACCOUNTS_READ, P.ORDERS_GIVE, P.DEMO}),
    Role.REGULATOR: frozenset(_DESK | {P.LEDGER_READ, P.CASES_OPEN, P.ORDERS_GIVE}),
    Role.AUDITOR: _READS,
    Role.ADMINISTRATOR: frozenset({P.NODE_READ, P.LEDGER_READ, P.ACCOUNTS_READ, P.ACCOUNTS_CHANGE, P.DEMO}),
}
"""The permission matrix. What it does not grant is refused."""

TENANTS = frozenset({Role.ENTERPRISE})
"""Roles that belong to one registered party and see nothing of another's."""


class State(enum.Enum):
    """Where an account stands."""

    INVITED = "invited"
    """It has no password yet."""
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Step(enum.Enum):
    """What moves it."""

    JOIN = "join"
    INVITE = "invite"
    SUSPEND = "suspend"
    RESUME = "resume"
    CLOSE = "close"


TRANSITIONS: Mapping[tuple[State, Step], Transition[State]] = {
    (State.INVITED, Step.JOIN): Transition(State.ACTIVE),
    (State.INVITED, Step.INVITE): Transition(State.INVITED, "administrator"),
    (State.INVITED, Step.CLOSE): Transition(State.CLOSED, "administrator"),
    # A lost password: the old one ends, a new invitation lets another be chosen.
    (State.ACTIVE, Step.INVITE): Transition(State.INVITED, "administrator"),
    (State.ACTIVE, Step.SUSPEND): Transition(State.SUSPENDED, "administrator"),
    (State.ACTIVE, Step.CLOSE): Transition(State.CLOSED, "administrator"),
    (State.SUSPENDED, Step.RESUME): Transition(State.ACTIVE, "administrator"),
    (State.SUSPENDED, Step.INVITE): Transition(State.INVITED, "administrator"),
    (State.SUSPENDED, Step.CLOSE): Transition(State.CLOSED, "administrator"),
}


class Principal(msgspec.Struct, frozen=True):
    """Who asks, as far as the request proved it."""

    name: str
    """Id of the account, or of the token's owner; what officers' facts name."""
    role: Role | None
    """None: the node's own bearer token, which may do everything and is believed whom it acts for."""
    tenant: str = ""
    """Id of the party that it belongs to, for roles of :data:`TENANTS`."""
    session: bytes = b""
    """Digest of its session; empty for a token."""
    csrf: str = ""
    """What a form sent in the session has to carry."""

    def may(self, permission: Permission) -> bool:
        """Whether the matrix grants it."""
        return self.role is None or permission in GRANTS[self.role]


NODE = Principal("api", None)
"""Who has the node's own bearer token, or asks a node that has none."""
