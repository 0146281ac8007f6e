"""Why nobody comes in, or an account cannot be changed; in both languages."""

from __future__ import annotations


class AccessError(Exception):
    """The change is refused, or nobody comes in. 拒绝访问或更改。"""

    def __init__(self, zh: str, en: str, column: str = "") -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.column = column


class UnknownAccountError(AccessError):
    """There is no such account."""

    def __init__(self, account: str) -> None:
        super().__init__(f"没有账号 {account}", f"there is no account {account}", "account")


class AccountTakenError(AccessError):
    """The id is in use, or was."""

    def __init__(self, account: str) -> None:
        super().__init__(
            f"账号 {account} 已存在;账号不得重复使用,请另取一个",
            f"account {account} exists already; ids are never used again, choose another",
            "account",
        )


class BadAccountError(AccessError):
    """The id has signs that facts and file names should not have."""

    def __init__(self) -> None:
        super().__init__(
            "账号须为 2 至 32 个小写字母、数字、点或连字符,以字母开头",
            "an account is 2 to 32 lower-case letters, digits, dots or hyphens, the first a letter",
            "account",
        )


class TenantError(AccessError):
    """A role of one party without the party, or another role with one."""

    def __init__(self, needed: bool, tenant: str) -> None:
        if needed:
            zh, en = (
                (f"没有登记主体 {tenant},请先登记", f"party {tenant} is not registered; register it first")
                if tenant
                else ("企业账号须写明所属主体", "an enterprise's account needs the party it belongs to")
            )
        else:
            zh, en = "此角色不属于任何企业", "that role belongs to no enterprise"
        super().__init__(zh, en, "tenant")


class NotFirstError(AccessError):
    """There is an account already."""

    def __init__(self) -> None:
        super().__init__(
            "已经有账号了;请登录,或请管理员建立账号",
            "there is an account already; sign in, or ask its administrator for one",
            "account",
        )


class NotInvitedError(AccessError):
    """The invitation is wrong, used or too old."""

    def __init__(self) -> None:
        super().__init__(
            "邀请无效、已使用或已过期;请管理员重新邀请",
            "the invitation is wrong, used or too old; ask the administrator for another",
            "invitation",
        )


class WeakPasswordError(AccessError):
    """Too short, or one of those that everybody tries first."""

    def __init__(self, least: int, common: bool) -> None:
        super().__init__(
            "这个密码太常见,请换一个" if common else f"密码至少 {least} 个字符,一句话也可以",
            "that password is among those everybody tries; choose another"
            if common
            else f"a password has at least {least} characters; a sentence will do",
            "password",
        )


class NotSignedInError(AccessError):
    """Wrong account, password or code. It does not say which: that would help who guesses."""

    def __init__(self) -> None:
        super().__init__("账号、密码或验证码不正确", "the account, the password or the code is not right", "password")


class LockedError(AccessError):
    """Too many wrong tries."""

    def __init__(self, minutes: int) -> None:
        super().__init__(
            f"输错次数过多,请 {minutes} 分钟后再试",
            f"too many wrong tries; try again in {minutes} min",
            "account",
        )


class SecondFactorError(AccessError):
    """The code does not fit the secret that is being set up."""

    def __init__(self) -> None:
        super().__init__(
            "动态码不正确;请核对手机时间后重试",
            "the code does not fit; check the phone's clock and try again",
            "code",
        )


class UnknownTokenError(AccessError):
    """There is no such token."""

    def __init__(self, token: str) -> None:
        super().__init__(f"没有令牌 {token}", f"there is no token {token}", "token")


class BadSpanError(AccessError):
    """A token that never begins, or hardly ever ends."""

    def __init__(self) -> None:
        super().__init__("令牌有效期须为 1 至 366 天", "a token lives for 1 to 366 days", "days")
