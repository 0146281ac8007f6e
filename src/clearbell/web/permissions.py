"""What each address needs. With :data:`clearbell.access.model.GRANTS` it is the whole of who may ask what."""

from __future__ import annotations

from collections.abc import Mapping

from clearbell.access.model import Permission

P = Permission
PUBLIC = None
"""Anyone: pages for subscribers and the public, which prove what they need by codes, and what machines watch."""

_API: Mapping[tuple[str, str], P | None] = {
    ("POST", "/v1/screen"): P.SCREEN,
    ("POST", "/v1/screen/batch"): P.SCREEN,
    ("POST", "/v1/calls/ended"): P.SCREEN,
    ("POST", "/v1/calls/ended/batch"): P.SCREEN,
    ("GET", "/v1/decisions/{decision_id:str}"): P.DECISIONS_READ,
    ("POST", "/v1/consents"): P.CONSENT_CHANGE,
    ("POST", "/v1/consents/withdraw"): P.CONSENT_CHANGE,
    ("POST", "/v1/consents/asks"): P.CONSENT_CHANGE,
    ("POST", "/v1/consents/replies"): P.CONSENT_CHANGE,
    ("POST", "/v1/consents/receipts"): P.CONSENT_CHANGE,
    ("POST", "/v1/consents/revoke"): P.CONSENT_CHANGE,
    ("POST", "/v1/refusals"): P.CONSENT_CHANGE,
    ("POST", "/v1/evidence"): P.CONSENT_CHANGE,
    ("GET", "/v1/subscribers/{number:str}"): P.CONSENT_READ,
    ("POST", "/v1/subscribers/{number:str}/list"): P.CONSENT_CHANGE,
    ("PUT", "/v1/subscribers/{number:str}/wishes"): P.CONSENT_CHANGE,
    ("POST", "/v1/scrub"): P.SCRUB,
    ("GET", "/v1/forms/{line_class:str}"): P.APPLICATIONS_READ,
    ("POST", "/v1/applications"): P.APPLICATIONS_FILE,
    ("GET", "/v1/applications"): P.APPLICATIONS_READ,
    ("GET", "/v1/applications/{application:str}"): P.APPLICATIONS_READ,
    ("POST", "/v1/applications/{application:str}/fields"): P.APPLICATIONS_FILE,
    ("POST", "/v1/applications/{application:str}/documents"): P.APPLICATIONS_FILE,
    ("POST", "/v1/applications/{application:str}/{step:str}"): P.APPLICATIONS_DECIDE,
    ("POST", "/v1/contracts"): P.CONTRACTS_CHANGE,
    ("GET", "/v1/contracts/{contract:str}"): P.CONTRACTS_READ,
    ("POST", "/v1/contracts/{contract:str}/accept"): P.CONTRACTS_CHANGE,
    ("POST", "/v1/contracts/{contract:str}/{step:str}"): P.CONTRACTS_CHANGE,
    ("POST", "/v1/admission"): P.ADMISSION_ASK,
    ("GET", "/v1/scorecards"): P.SCORECARDS_READ,
    ("GET", "/v1/keys"): PUBLIC,
    ("GET", "/v1/labels"): P.LABELS_READ,
    ("GET", "/v1/labels/feeds/{form:str}"): P.LABELS_READ,
    # Asked by anyone about one number, a limited number of times a minute.
    ("GET", "/v1/labels/numbers/{number:str}"): PUBLIC,
    ("GET", "/v1/labels/hashed/{prefix:str}"): PUBLIC,
    ("POST", "/v1/label-appeals"): P.APPEALS_FILE,
    ("POST", "/v1/label-appeals/{appeal_id:str}/decision"): P.APPEALS_DECIDE,
    ("GET", "/v1/label-appeals/{appeal_id:str}"): P.APPEALS_READ,
    ("GET", "/v1/cards"): P.CARDS_READ,
    ("POST", "/v1/cards"): P.CARDS_FILE,
    ("POST", "/v1/cards/{card:str}/documents"): P.CARDS_FILE,
    ("POST", "/v1/cards/{card:str}/{step:str}"): P.CARDS_DECIDE,
    ("GET", "/v1/cards/waiting"): P.CARDS_READ,
    ("GET", "/v1/cards/{card:str}"): P.CARDS_READ,
    ("GET", "/v1/cards/feeds/{form:str}"): P.CARDS_READ,
    ("GET", "/v1/numbers/{number:str}/reassigned"): P.REGISTRY_READ,
    ("POST", "/v1/numbers/reassigned"): P.REGISTRY_READ,
    ("POST", "/v1/numbers/{number:str}/disconnect"): P.NUMBERS_CHANGE,
    ("POST", "/v1/numbers/{number:str}/reassign"): P.NUMBERS_CHANGE,
    ("POST", "/v1/reports"): P.REPORTS_FILE,
    ("GET", "/v1/reports/{receipt:str}"): P.REPORTS_READ,
    ("POST", "/v1/reports/{receipt:str}/withdrawal"): P.REPORTS_FILE,
    ("GET", "/v1/reports/aside"): P.REPORTS_READ,
    ("POST", "/v1/reports/{receipt:str}/decision"): P.REPORTS_DECIDE,
    ("GET", "/v1/reports/attacked"): P.REPORTS_READ,
    ("POST", "/v1/bad-faith"): P.REPORTS_DECIDE,
    ("POST", "/v1/bad-faith/{name:str}/lift"): P.REPORTS_DECIDE,
    ("POST", "/v1/verdicts"): P.REPORTS_DECIDE,
    ("GET", "/v1/complaints"): P.REPORTS_READ,
    ("POST", "/v1/complaints/{receipt:str}/{step:str}"): P.COMPLAINTS_HANDLE,
    ("POST", "/v1/cases"): P.CASES_OPEN,
    ("GET", "/v1/cases"): P.CASES_READ,
    ("GET", "/v1/cases/{case:str}"): P.CASES_READ,
    ("POST", "/v1/cases/{case:str}/assign"): P.CASES_WORK,
    ("POST", "/v1/cases/{case:str}/snooze"): P.CASES_WORK,
    ("POST", "/v1/cases/{case:str}/verify"): P.CASES_WORK,
    ("POST", "/v1/cases/{case:str}/evidence"): P.CASES_WORK,
    ("POST", "/v1/cases/{case:str}/note"): P.CASES_WORK,
    ("POST", "/v1/cases/{case:str}/verdict"): P.CASES_DECIDE,
    ("POST", "/v1/cases/{case:str}/confirm"): P.CASES_DECIDE,
    ("POST", "/v1/cases/{case:str}/sanction"): P.SANCTIONS_DECIDE,
    ("POST", "/v1/cases/{case:str}/appeal"): P.APPEALS_FILE,
    ("POST", "/v1/cases/{case:str}/appeal-decision"): P.APPEALS_DECIDE,
    ("POST", "/v1/cases/{case:str}/merge"): P.CASES_WORK,
    ("POST", "/v1/cases/{case:str}/reopen"): P.CASES_DECIDE,
    ("POST", "/v1/cases/{case:str}/close"): P.CASES_DECIDE,
}

_OPEN: Mapping[tuple[str, str], P | None] = dict.fromkeys(
    (
        ("GET", "/"),
        ("GET", "/status"),
        ("GET", "/blocked/{decision_id:str}"),
        ("GET", "/healthz"),
        ("GET", "/metrics"),
        ("GET", "/robots.txt"),
        ("GET", "/c/{code:str}"),
        ("POST", "/c/{code:str}/revoke"),
        ("GET", "/a/{code:str}"),
        ("POST", "/a/{code:str}/{answer:str}"),
        ("GET", "/report"),
        ("POST", "/report/code"),
        ("POST", "/report/send"),
        ("GET", "/r/{code:str}"),
        ("POST", "/r/{code:str}/withdraw"),
    ),
    PUBLIC,
)

OWN = frozenset(
    {
        ("GET", "/desk"),
        ("GET", "/desk/account"),
        ("POST", "/desk/account/second-factor"),
        ("POST", "/desk/account/password"),
        ("POST", "/desk/account/sessions/end"),
        ("POST", "/desk/account/tokens"),
        ("POST", "/desk/account/tokens/end"),
        ("POST", "/desk/sign-out"),
        ("GET", "/desk/matrix"),
    }
)
"""What everyone with a session may do: it touches nothing but what is their own."""
DOOR = frozenset(
    {
        ("GET", "/desk/sign-in"),
        ("POST", "/desk/sign-in/password"),
        ("POST", "/desk/sign-in/code"),
        ("GET", "/desk/join/{name:str}/{secret:str}"),
        ("POST", "/desk/join"),
    }
)
"""Where one comes in; without a session."""
_DESK: Mapping[tuple[str, str], P | None] = {
    ("GET", "/desk/cases"): P.CASES_READ,
    ("GET", "/desk/cases/{case:str}"): P.CASES_READ,
    ("POST", "/desk/open-case"): P.CASES_OPEN,
    ("POST", "/desk/cases/{case:str}/take"): P.CASES_WORK,
    ("POST", "/desk/cases/{case:str}/note"): P.CASES_WORK,
    ("POST", "/desk/cases/{case:str}/verdict"): P.CASES_DECIDE,
    ("POST", "/desk/cases/{case:str}/second"): P.CASES_DECIDE,
    ("POST", "/desk/cases/{case:str}/sanction"): P.SANCTIONS_DECIDE,
    ("POST", "/desk/cases/{case:str}/appeal"): P.APPEALS_DECIDE,
    ("POST", "/desk/cases/{case:str}/close"): P.CASES_DECIDE,
    ("GET", "/desk/ledger"): P.LEDGER_READ,
    ("GET", "/desk/reads"): P.LEDGER_READ,
    ("GET", "/desk/accounts"): P.ACCOUNTS_READ,
    ("POST", "/desk/new-account"): P.ACCOUNTS_CHANGE,
    ("POST", "/desk/accounts/{name:str}/{step:str}"): P.ACCOUNTS_CHANGE,
}

NEEDS: Mapping[tuple[str, str], P | None] = {**_API, **_OPEN, **_DESK}
"""By method and address, what a request needs; None: nothing. What stands nowhere only the node's own token may."""
PERSONAL = frozenset(
    {
        "/v1/decisions/{decision_id:str}",
        "/v1/subscribers/{number:str}",
        "/v1/applications/{application:str}",
        "/v1/reports/{receipt:str}",
        "/v1/cases/{case:str}",
        "/desk/cases/{case:str}",
    }
)
"""Addresses that show a person's data: who looks at one is written down."""
