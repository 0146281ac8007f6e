"""The conversation with one identity provider: authorization code with PKCE, state and nonce (OpenID Connect Core 3.1)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from joserfc import jwt
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError
from joserfc.jwk import KeySet

from clearbell.access.oidc.errors import BadStatementError, DeclinedError, StaleError, UnavailableError
from clearbell.access.oidc.fetching import Fetch
from clearbell.access.oidc.settings import ProviderSettings, is_safe
from clearbell.calls import HOUR, MINUTE, SECOND

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""How a statement may be signed: by keys that only the provider has. Neither ``none`` nor a shared secret counts."""
WITHIN = 10 * MINUTE
"""From the first step to the last of one sign-in, µs."""
LEEWAY = 60
"""Seconds by which the provider's clock may be off."""


def texts_at(claims: Mapping[str, Any], path: str) -> tuple[str, ...]:
    """The texts that a claim has: itself, or its list. Dots lead inwards, where no claim has the whole as its name."""
    found: Any = claims.get(path) if path else None
    if found is None and path:
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    listed = found if isinstance(found, list) else [found]
    return tuple(one for one in listed if isinstance(one, str) and one)


class Metadata(msgspec.Struct, frozen=True):
    """What is used of a provider's discovery document."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str = ""
    userinfo_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class Flight(msgspec.Struct, frozen=True):
    """A sign-in that was begun: what the browser keeps, sealed, until it is sent back."""

    provider: str
    state: str
    nonce: str
    verifier: str
    after: str
    """Where to go when in."""
    until: int
    """µs UTC."""


class _Tokens(msgspec.Struct, frozen=True):
    id_token: str = ""
    access_token: str = ""
    error: str = ""


class Provider:
    """One provider. Its document and keys are asked for when needed and kept for an hour."""

    def __init__(self, settings: ProviderSettings, secret: str, fetch: Fetch, now: Callable[[], int]) -> None:
        """``secret``: the client's; empty for a public client. ``now``: µs UTC."""
        self.settings = settings
        self._secret = secret
        self._fetch = fetch
        self._now = now
        self._lock = threading.Lock()
        self._metadata: Metadata | None = None
        self._keys: KeySet | None = None
        self._read = 0

    def begin(self, back: str, after: str, new_secret: Callable[[], str]) -> tuple[str, Flight]:
        """Where to send the browser, and what it has to bring back. ``back``: our address that it is sent back to.

        Raises :class:`UnavailableError`.
        """
        until = self._now() + WITHIN
        flight = Flight(self.settings.id, new_secret(), new_secret(), new_secret(), after, until)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(flight.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": back,
            "scope": " ".join(self.settings.scopes),
            "state": flight.state,
            "nonce": flight.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return _with_query(self._document().authorization_endpoint, asked), flight

    def finish(self, flight: Flight | None, back: str, given: Mapping[str, str]) -> dict[str, Any]:
        """The claims about who came back with ``given``, the query of the address. Raises the errors of the room."""
        if (
            flight is None
            or flight.provider != self.settings.id
            or flight.until <= self._now()
            or not hmac.compare_digest(flight.state.encode(), given.get("state", "").encode())
        ):
            raise StaleError
        if given.get("error") or not given.get("code"):
            raise DeclinedError(self.settings.id, _plain(given.get("error", "")) or "code")
        # RFC 9207: of several providers, which of them answered.
        if given.get("iss", self.settings.issuer) != self.settings.issuer:
            raise BadStatementError(self.settings.id, "iss")
        tokens = self._exchanged(given["code"], back, flight.verifier)
        claims = self._believed(tokens.id_token, flight.nonce)
        place = self._document().userinfo_endpoint
        if (
            self.settings.role_claim
            and not texts_at(claims, self.settings.role_claim)
            and place
            and tokens.access_token
        ):
            # Many providers keep the statement short and tell the rest to who asks.
            return self._told(place, tokens.access_token, str(claims["sub"])) | claims
        return claims

    def leaving(self, back: str) -> str:
        """Where one signs out at the provider too, to be sent ``back``; empty: it has no such place.

        Raises :class:`UnavailableError`.
        """
        place = self._document().end_session_endpoint
        asked = {"client_id": self.settings.client_id, "post_logout_redirect_uri": back}
        return _with_query(place, asked) if place else ""

    def _document(self) -> Metadata:
        with self._lock:
            if self._metadata is None or self._read < self._now() - HOUR:
                self._metadata = self._discovered()
                self._keys = None
                self._read = self._now()
            return self._metadata

    def _discovered(self) -> Metadata:
        issuer = self.settings.issuer
        found: Metadata = self._asked(f"{issuer.rstrip('/')}/.well-known/openid-configuration", Metadata)
        if found.issuer != issuer:
            raise UnavailableError(self.settings.id, "issuer")
        places = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri)
        perhaps = [one for one in (found.end_session_endpoint, found.userinfo_endpoint) if one]
        if not all(map(is_safe, (*places, *perhaps))):
            raise UnavailableError(self.settings.id, "https")
        return found

    def _told(self, place: str, access_token: str, who: str) -> dict[str, Any]:
        told: dict[str, Any] = self._asked(place, dict[str, Any], {"Authorization": f"Bearer {access_token}"})
        # OpenID Connect Core 5.3.2: what is said of somebody else is not used.
        if told.get("sub") != who:
            raise BadStatementError(self.settings.id, "sub")
        return told

    def _asked(self, url: str, form: type[Any], headers: Mapping[str, str] | None = None) -> Any:
        try:
            answer = self._fetch(url, None, headers or {})
            if answer.status != 200:
                raise UnavailableError(self.settings.id, f"HTTP {answer.status}")
            return msgspec.json.decode(answer.body, type=form)
        except OSError as error:
            raise UnavailableError(self.settings.id, type(error).__name__) from error
        except msgspec.DecodeError as error:
            raise UnavailableError(self.settings.id, "JSON") from error

    def _exchanged(self, code: str, back: str, verifier: str) -> _Tokens:
        found = self._document()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        name = self.settings.client_id
        methods = found.token_endpoint_auth_methods_supported
        if not self._secret:
            form["client_id"] = name
        elif "client_secret_basic" in methods or "client_secret_post" not in methods:
            # RFC 6749 2.3.1: both are form-encoded first.
            both = f"{quote(name, safe='')}:{quote(self._secret, safe='')}".encode()
            headers["Authorization"] = "Basic " + base64.b64encode(both).decode()
        else:
            form |= {"client_id": name, "client_secret": self._secret}
        try:
            answer = self._fetch(found.token_endpoint, urlencode(form).encode(), headers)
            said = msgspec.json.decode(answer.body, type=_Tokens)
        except OSError as error:
            raise UnavailableError(self.settings.id, type(error).__name__) from error
        except msgspec.DecodeError as error:
            raise UnavailableError(self.settings.id, "JSON") from error
        if answer.status != 200 or not said.id_token:
            raise DeclinedError(self.settings.id, _plain(said.error) or f"HTTP {answer.status}")
        return said

    def _believed(self, token: str, nonce: str) -> dict[str, Any]:
        claims = self._signed(token)
        registry = jwt.JWTClaimsRegistry(
            now=self._now() // SECOND,
            leeway=LEEWAY,
            iss={"essential": True, "value": self.settings.issuer},
            aud={"essential": True, "value": self.settings.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            registry.validate(claims)
        except ExpiredTokenError as error:
            raise BadStatementError(self.settings.id, "exp") from error
        except ClaimError as error:
            raise BadStatementError(self.settings.id, error.claim) from error
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else self.settings.client_id) != self.settings.client_id:
            raise BadStatementError(self.settings.id, "azp")
        return claims

    def _signed(self, token: str) -> dict[str, Any]:
        fresh = self._keys is None
        try:
            return jwt.decode(token, self._key_set(), algorithms=ALGORITHMS).claims
        except (JoseError, ValueError) as error:
            if fresh:
                raise BadStatementError(self.settings.id, "signature") from error
        # The provider may have changed its keys since they were read.
        with self._lock:
            self._keys = None
        return self._signed(token)

    def _key_set(self) -> KeySet:
        uri = self._document().jwks_uri
        with self._lock:
            if self._keys is None:
                self._keys = _usable(self._asked(uri, dict[str, Any]))
            return self._keys


def _usable(found: dict[str, Any]) -> KeySet:
    """The keys of a set that can be used; others are for somebody else."""
    keys = []
    for one in found.get("keys", []):
        try:
            keys += KeySet.import_key_set({"keys": [one]}).keys
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    return KeySet(keys)


def _with_query(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"


def _plain(text: str) -> str:
    """An error code as it may be shown (RFC 6749 4.1.2.1 has them in ASCII without quotes)."""
    return "".join(sign for sign in text[:60] if sign.isascii() and (sign.isalnum() or sign in "_-. "))
