"""Why someone who was sent back by an identity provider does not come in; in both languages."""

from __future__ import annotations

from clearbell.access.errors import AccessError


class UnavailableError(AccessError):
    """The provider cannot be reached, or does not answer as OpenID Connect says."""

    def __init__(self, provider: str, why: str) -> None:
        super().__init__(
            f"暂时无法通过 {provider} 登录({why});请稍后再试,或用密码登录",
            f"{provider} cannot be asked now ({why}); try again later, or sign in by password",
        )


class StaleError(AccessError):
    """The sign-in was begun in another browser, too long ago, or not at all."""

    def __init__(self) -> None:
        super().__init__(
            "这次登录不是在此浏览器发起的,或已超过 10 分钟;请重新登录",
            "this sign-in was not begun in this browser, or more than 10 minutes ago; begin again",
        )


class DeclinedError(AccessError):
    """The provider did not sign the person in, or does not accept the code."""

    def __init__(self, provider: str, why: str) -> None:
        super().__init__(f"{provider} 未予登录:{why}", f"{provider} did not sign you in: {why}")


class BadStatementError(AccessError):
    """What the provider says of the person cannot be believed. It names the claim at fault, never its value."""

    def __init__(self, provider: str, claim: str) -> None:
        zh, en = _FAULTS.get(claim, (f"声明 {claim} 不符", f"its claim {claim} does not fit"))
        super().__init__(
            f"{provider} 的身份声明无法采信:{zh};请重新登录",
            f"what {provider} says of you cannot be believed: {en}; sign in again",
        )
        self.claim = claim


_FAULTS = {
    "signature": ("签名无效", "its signature is not right"),
    "nonce": ("不是对这次登录的答复", "it does not answer this sign-in"),
    "exp": ("已过期", "it has expired"),
    "iss": ("签发者不符", "somebody else issued it"),
    "aud": ("不是给本系统的", "it is meant for somebody else"),
}


class NoRoleError(AccessError):
    """The provider names no role that means one here."""

    def __init__(self, provider: str, named: tuple[str, ...]) -> None:
        shown = ", ".join(named[:8])
        super().__init__(
            f"{provider} 给您的角色({shown or '无'})在此没有对应的权限;请联系管理员",
            f"the roles that {provider} gives you ({shown or 'none'}) mean none here; ask the administrator",
            "role",
        )


class NotLinkedError(AccessError):
    """There is such an account already, and nobody said that it is the same person's; or none is made by itself."""

    def __init__(self, account: str, provider: str, subject: str, *, exists: bool) -> None:
        command = f"clearbell accounts link {account} {provider} {subject}"
        super().__init__(
            f"账号 {account} 已存在,但未与此身份关联;若是您本人,请管理员运行:{command}"
            if exists
            else f"您还没有账号;请管理员建立后运行:{command}",
            f"the account {account} exists and is not linked to this identity; if it is yours, let the administrator "
            f"run: {command}"
            if exists
            else f"you have no account; let the administrator make one and run: {command}",
            "account",
        )


class ShutError(AccessError):
    """The account is suspended or closed."""

    def __init__(self, account: str) -> None:
        super().__init__(
            f"账号 {account} 已停用或注销;请联系管理员",
            f"the account {account} is suspended or closed; ask the administrator",
            "account",
        )


class UnknownProviderError(AccessError):
    """The node's file has no such provider."""

    def __init__(self, provider: str) -> None:
        super().__init__(
            f"配置中没有身份提供方 {provider}",
            f"the node's file has no identity provider {provider}",
            "provider",
        )


class LinkTakenError(AccessError):
    """The identity is linked to another account."""

    def __init__(self, account: str) -> None:
        super().__init__(
            f"此身份已与账号 {account} 关联", f"the identity is linked to the account {account} already", "subject"
        )
