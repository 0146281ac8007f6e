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
    ("GET", "/v1/decisions/{decision_id}"): P.DECISIONS_READ,
    ("POST", "/v1/consents"): P.CONSENT_CHANGE,
    ("POST", "/v1/consents/withdraw"): P.CONSENT_CHANGE,
    ("POST", "/v1/consents/asks"): P.CONSENT_CHANGE,
    ("POST", "/v1/consents/replies"): P.CONSENT_CHANGE,
    ("POST", "/v1/consents/receipts"): P.CONSENT_CHANGE,
    ("POST", "/v1/consents/revoke"): P.CONSENT_CHANGE,
    ("POST", "/v1/refusals"): P.CONSENT_CHANGE,
    ("POST", "/v1/evidence"): P.CONSENT_CHANGE,
    ("GET", "/v1/subscribers/{number}"): P.CONSENT_READ,
    ("POST", "/v1/subscribers/{number}/list"): P.CONSENT_CHANGE,
    ("PUT", "/v1/subscribers/{number}/wishes"): P.CONSENT_CHANGE,
    ("POST", "/v1/scrub"): P.SCRUB,
    ("GET", "/v1/forms/{line_class}"): P.APPLICATIONS_READ,
    ("POST", "/v1/applications"): P.APPLICATIONS_FILE,
    ("GET", "/v1/applications"): P.APPLICATIONS_READ,
    ("GET", "/v1/applications/{application}"): P.APPLICATIONS_READ,
    ("POST", "/v1/applications/{application}/fields"): P.APPLICATIONS_FILE,
    ("POST", "/v1/applications/{application}/documents"): P.APPLICATIONS_FILE,
    ("POST", "/v1/applications/{application}/{step}"): P.APPLICATIONS_DECIDE,
    ("POST", "/v1/contracts"): P.CONTRACTS_CHANGE,
    ("GET", "/v1/contracts/{contract}"): P.CONTRACTS_READ,
    ("POST", "/v1/contracts/{contract}/accept"): P.CONTRACTS_CHANGE,
    ("POST", "/v1/contracts/{contract}/{step}"): P.CONTRACTS_CHANGE,
    ("POST", "/v1/admission"): P.ADMISSION_ASK,
    ("GET", "/v1/scorecards"): P.SCORECARDS_READ,
    ("GET", "/v1/keys"): PUBLIC,
    ("GET", "/v1/labels"): P.LABELS_READ,
    ("GET", "/v1/labels/feeds/{form}"): P.LABELS_READ,
    # Asked by anyone about one number, a limited number of times a minute.
    ("GET", "/v1/labels/numbers/{number}"): PUBLIC,
    ("GET", "/v1/labels/hashed/{prefix}"): PUBLIC,
    ("POST", "/v1/label-appeals"): P.APPEALS_FILE,
    ("POST", "/v1/label-appeals/{appeal_id}/decision"): P.APPEALS_DECIDE,
    ("GET", "/v1/label-appeals/{appeal_id}"): P.APPEALS_READ,
    ("GET", "/v1/cards"): P.CARDS_READ,
    ("POST", "/v1/cards"): P.CARDS_FILE,
    ("POST", "/v1/cards/{card}/documents"): P.CARDS_FILE,
    ("POST", "/v1/cards/{card}/{step}"): P.CARDS_DECIDE,
    ("GET", "/v1/cards/waiting"): P.CARDS_READ,
    ("GET", "/v1/cards/{card}"): P.CARDS_READ,
    ("GET", "/v1/cards/feeds/{form}"): P.CARDS_READ,
    ("GET", "/v1/numbers/{number}/reassigned"): P.REGISTRY_READ,
    ("POST", "/v1/numbers/reassigned"): P.REGISTRY_READ,
    ("POST", "/v1/numbers/{number}/disconnect"): P.NUMBERS_CHANGE,
    ("POST", "/v1/numbers/{number}/reassign"): P.NUMBERS_CHANGE,
    ("POST", "/v1/reports"): P.REPORTS_FILE,
    ("GET", "/v1/reports/{receipt}"): P.REPORTS_READ,
    ("POST", "/v1/reports/{receipt}/withdrawal"): P.REPORTS_FILE,
    ("GET", "/v1/reports/aside"): P.REPORTS_READ,
    ("POST", "/v1/reports/{receipt}/decision"): P.REPORTS_DECIDE,
    ("GET", "/v1/reports/attacked"): P.REPORTS_READ,
    ("POST", "/v1/bad-faith"): P.REPORTS_DECIDE,
    ("POST", "/v1/bad-faith/{name}/lift"): P.REPORTS_DECIDE,
    ("POST", "/v1/verdicts"): P.REPORTS_DECIDE,
    ("GET", "/v1/complaints"): P.REPORTS_READ,
    ("POST", "/v1/complaints/{receipt}/{step}"): P.COMPLAINTS_HANDLE,
    ("POST", "/v1/cases"): P.CASES_OPEN,
    ("GET", "/v1/cases"): P.CASES_READ,
    ("GET", "/v1/cases/{case}"): P.CASES_READ,
    ("POST", "/v1/cases/{case}/assign"): P.CASES_WORK,
    ("POST", "/v1/cases/{case}/snooze"): P.CASES_WORK,
    ("POST", "/v1/cases/{case}/verify"): P.CASES_WORK,
    ("POST", "/v1/cases/{case}/evidence"): P.CASES_WORK,
    ("POST", "/v1/cases/{case}/note"): P.CASES_WORK,
    ("POST", "/v1/cases/{case}/verdict"): P.CASES_DECIDE,
    ("POST", "/v1/cases/{case}/confirm"): P.CASES_DECIDE,
    ("POST", "/v1/cases/{case}/sanction"): P.SANCTIONS_DECIDE,
    ("POST", "/v1/cases/{case}/appeal"): P.APPEALS_FILE,
    ("POST", "/v1/cases/{case}/appeal-decision"): P.APPEALS_DECIDE,
    ("POST", "/v1/cases/{case}/merge"): P.CASES_WORK,
    ("POST", "/v1/cases/{case}/reopen"): P.CASES_DECIDE,
    ("POST", "/v1/cases/{case}/close"): P.CASES_DECIDE,
    ("GET", "/v1/orders"): P.ORDERS_READ,
    # From a regulator, or on paper to a supervisor, who takes it in.
    ("POST", "/v1/orders"): P.ORDERS_GIVE,
    ("GET", "/v1/orders/{order}"): P.ORDERS_READ,
    ("POST", "/v1/orders/{order}/acknowledge"): P.ORDERS_WORK,
    ("POST", "/v1/orders/{order}/propose"): P.ORDERS_WORK,
    ("POST", "/v1/orders/{order}/confirm"): P.ORDERS_WORK,
    ("POST", "/v1/orders/{order}/reply"): P.ORDERS_WORK,
    ("POST", "/v1/orders/{order}/must-do/{place}/do"): P.ORDERS_WORK,
    ("POST", "/v1/orders/{order}/must-do/{place}/prove"): P.ORDERS_WORK,
    ("POST", "/v1/orders/{order}/must-do/{place}/cannot"): P.ORDERS_WORK,
    ("POST", "/v1/orders/{order}/must-do/{place}/reopen"): P.ORDERS_WORK,
}

_OPEN: Mapping[tuple[str, str], P | None] = dict.fromkeys(
    (
        ("GET", "/"),
        ("GET", "/status"),
        ("GET", "/blocked/{decision_id}"),
        ("GET", "/healthz"),
        ("GET", "/metrics"),
        ("GET", "/robots.txt"),
        ("GET", "/c/{code}"),
        ("POST", "/c/{code}/revoke"),
        ("GET", "/a/{code}"),
        ("POST", "/a/{code}/{answer}"),
        ("GET", "/report"),
        ("POST", "/report/code"),
        ("POST", "/report/send"),
        ("GET", "/r/{code}"),
        ("POST", "/r/{code}/withdraw"),
        # The subscriber's door: every page but the first needs a number proven by a code.
        ("GET", "/me"),
        ("GET", "/me/enter"),
        ("POST", "/me/enter/code"),
        ("POST", "/me/code"),
        ("POST", "/me/leave"),
        ("POST", "/me/calls/{decision}/{what}"),
        ("GET", "/me/consents"),
        ("POST", "/me/consents/{what}"),
        ("GET", "/me/wishes"),
        ("POST", "/me/wishes/keep"),
        ("GET", "/me/list"),
        ("POST", "/me/list/change"),
        ("GET", "/me/list.csv"),
        ("GET", "/me/list.vcf"),
        ("GET", "/me/reports"),
        ("POST", "/me/reports/withdraw"),
        ("GET", "/me/data"),
        ("GET", "/me/data/export"),
        ("POST", "/me/data/erase"),
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
        ("GET", "/desk/join/{name}/{secret}"),
        ("POST", "/desk/join"),
    }
)
"""Where one comes in; without a session."""
_DESK: Mapping[tuple[str, str], P | None] = {
    ("GET", "/desk/cases"): P.CASES_READ,
    ("GET", "/desk/cases/{case}"): P.CASES_READ,
    ("GET", "/desk/cases/{case}/story"): P.CASES_READ,
    ("POST", "/desk/open-case"): P.CASES_OPEN,
    ("POST", "/desk/cases/{case}/take"): P.CASES_WORK,
    ("POST", "/desk/cases/{case}/note"): P.CASES_WORK,
    ("POST", "/desk/cases/{case}/verdict"): P.CASES_DECIDE,
    ("POST", "/desk/cases/{case}/second"): P.CASES_DECIDE,
    ("POST", "/desk/cases/{case}/sanction"): P.SANCTIONS_DECIDE,
    ("POST", "/desk/cases/{case}/appeal"): P.APPEALS_DECIDE,
    ("POST", "/desk/cases/{case}/close"): P.CASES_DECIDE,
    ("GET", "/desk/ledger"): P.LEDGER_READ,
    ("GET", "/desk/reads"): P.LEDGER_READ,
    ("GET", "/desk/accounts"): P.ACCOUNTS_READ,
    ("POST", "/desk/new-account"): P.ACCOUNTS_CHANGE,
    ("POST", "/desk/accounts/{name}/{step}"): P.ACCOUNTS_CHANGE,
}

NEEDS: Mapping[tuple[str, str], P | None] = {**_API, **_OPEN, **_DESK}
"""By method and address, what a request needs; None: nothing. What stands nowhere only the node's own token may."""
PERSONAL = frozenset(
    {
        "/v1/decisions/{decision_id}",
        "/v1/subscribers/{number}",
        "/v1/applications/{application}",
        "/v1/reports/{receipt}",
        "/v1/cases/{case}",
        "/v1/orders/{order}",
        "/desk/cases/{case}",
        "/desk/cases/{case}/story",
    }
)
"""Addresses that show a person's data: who looks at one is written down."""
