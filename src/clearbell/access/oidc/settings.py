"""Which identity providers are believed, and what their claims mean here: the operator's to say, in the node's file."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec

from clearbell.access.model import TENANTS, Role

_ID = re.compile(r"[a-z][a-z0-9-]{0,23}")


class ProviderSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[access.oidc]]``."""

    id: str
    """Short name, a part of the address it sends people back to: ``/desk/sign-in/back/ID``."""
    issuer: str
    """Its issuer identifier; ``ISSUER/.well-known/openid-configuration`` says the rest (OpenID Connect Discovery 4)."""
    client_id: str
    """What it calls this site."""
    roles: dict[str, Role]
    """What the role claim says, and the role that it means here. Of several that fit, the first of this table."""
    zh: str = ""
    en: str = ""
    """What its button says; without, its id."""
    client_secret_file: str = ""
    """File whose first line is the client's secret; empty: a public client, which PKCE alone protects."""
    scopes: tuple[str, ...] = ("openid", "profile")
    account_claim: str = "preferred_username"
    """From what a new account gets its id."""
    name_claim: str = "name"
    role_claim: str = "roles"
    """A text or a list of texts; dots lead inwards, as in ``realm_access.roles``."""
    tenant_claim: str = ""
    """Id of the registered party, for the role ``enterprise``."""
    second_factor: tuple[str, ...] = ()
    """Values of the claim ``amr`` (RFC 8176), such as ``mfa`` or ``hwk``, that are taken for a second factor; with none
    of them, the second factor of the account is asked for here."""
    makes_accounts: bool = True
    """Whether who comes for the first time gets an account; else only those whose account was linked."""

    def said(self, language: str) -> str:
        """What it is called."""
        return (self.zh if language == "zh" else self.en) or self.id


def is_safe(url: str) -> bool:
    """Whether an address goes over HTTPS, or stays on this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        return bool(host)
    try:
        return parts.scheme == "http" and (host == "localhost" or ipaddress.ip_address(host).is_loopback)
    except ValueError:
        return False


def faults_of(providers: tuple[ProviderSettings, ...]) -> Iterator[tuple[str, str, str]]:
    """What is wrong with the providers: key, and words in Chinese and English."""
    seen: set[str] = set()
    for place, one in enumerate(providers):
        at = f"oidc[{place}]"
        if not _ID.fullmatch(one.id):
            yield (
                f"{at}.id",
                "须为 1 至 24 个小写字母、数字或连字符,以字母开头",
                "should be 1 to 24 lower-case letters, digits or hyphens, the first a letter",
            )
        if one.id in seen:
            yield f"{at}.id", f"{one.id} 重复", f"`{one.id}` stands twice"
        seen.add(one.id)
        if not is_safe(one.issuer):
            yield (
                f"{at}.issuer",
                "须为 https 地址(本机除外)",
                "should be an https address, unless it is on this machine",
            )
        if not one.client_id:
            yield f"{at}.client_id", "不能为空", "should not be empty"
        if "openid" not in one.scopes:
            yield f"{at}.scopes", "须含 openid", "should hold `openid`"
        if not one.roles:
            yield (
                f"{at}.roles",
                "须写明哪些声明对应哪些角色,否则无人能登录",
                "should say which claim means which role; without, nobody comes in",
            )
        if TENANTS & set(one.roles.values()) and not one.tenant_claim:
            yield (
                f"{at}.tenant_claim",
                "企业角色须有写明所属主体的声明",
                "the role of an enterprise needs a claim that names its party",
            )
