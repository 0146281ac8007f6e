"""An identity provider that can be told to say things that are not right, and remembers what it was asked."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from clearbell.access.oidc.fetching import Fetched
from clearbell.calls import SECOND

ISSUER = "https://id.example/realms/house"


class House:
    """Answers ``fetch``; ``signed_in`` is what happens in the browser there."""

    def __init__(self, clock):
        self.clock = clock
        self.key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
        self.others = [ECKey.generate_key("P-256", {"kid": "other", "use": "sig", "alg": "ES256"})]
        self.strange_keys = []
        self.metadata = {
            "issuer": ISSUER,
            "authorization_endpoint": "https://id.example/authorize",
            "token_endpoint": "https://id.example/token",
            "jwks_uri": "https://id.example/keys",
            "end_session_endpoint": "https://id.example/leave",
            "userinfo_endpoint": "https://id.example/me",
        }
        self.codes = {}
        self.asked = []
        self.changes = {}
        self.header = {}
        self.signs_with = None
        self.away = False
        self.tells = {"sub": "f00d"}

    def signed_in(self, url, **claims):
        """What the address that the browser was sent to is answered with: the query that it brings back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = (asked, claims)
        return {"code": code, "state": asked["state"]}

    def fetch(self, url, body, headers):
        """As :data:`clearbell.access.oidc.fetching.Fetch`."""
        self.asked.append((url, body, dict(headers)))
        if self.away:
            raise TimeoutError
        if url == f"{ISSUER}/.well-known/openid-configuration":
            return Fetched(200, json.dumps(self.metadata).encode())
        if url == self.metadata["jwks_uri"]:
            keys = KeySet([self.key, *self.others]).as_dict(private=False)
            return Fetched(200, json.dumps({"keys": [*self.strange_keys, *keys["keys"]]}).encode())
        if url == self.metadata["userinfo_endpoint"]:
            right = headers["Authorization"] == "Bearer access-1"
            return Fetched(200 if right else 401, json.dumps(self.tells).encode())
        assert url == self.metadata["token_endpoint"]
        return self._token({name: values[0] for name, values in parse_qs(body.decode()).items()})

    def _token(self, form):
        asked, claims = self.codes.pop(form["code"], (None, None))
        if asked is None or form["redirect_uri"] != asked["redirect_uri"]:
            return Fetched(400, b'{"error": "invalid_grant"}')
        digest = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        assert asked["code_challenge_method"] == "S256"
        if digest.decode() != asked["code_challenge"]:
            return Fetched(400, b'{"error": "invalid_grant"}')
        now = self.clock.now() // SECOND
        said = {
            "iss": ISSUER,
            "aud": asked["client_id"],
            "sub": "f00d",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **claims,
            **self.changes,
        }
        said = {name: value for name, value in said.items() if value is not None}
        key = self.signs_with or self.key
        header = {"alg": "RS256", "kid": "first", **self.header}
        if header["alg"] == "HS256":
            token = shared_secret(self.key, header, said)
        else:
            token = jwt.encode(header, said, key, algorithms=[header["alg"]])
        return Fetched(
            200, json.dumps({"id_token": token, "access_token": "access-1", "token_type": "Bearer"}).encode()
        )

    def changes_keys(self):
        self.key = RSAKey.generate_key(2048, {"kid": "second", "use": "sig", "alg": "RS256"})
        self.header = {"kid": "second"}


def shared_secret(key, header, said):
    """The provider's public key taken for a shared secret: an old trick against checks that go by the header."""

    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    signed = b".".join(part(json.dumps(one).encode()) for one in (header, said))
    return (signed + b"." + part(hmac.digest(key.as_pem(private=False), signed, "sha256"))).decode()
