"""``clearbell accounts``: who may sign in at the desk, and tokens of the API."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App

from clearbell.cli.context import actor, home_folder, language, open_store, refuse, say, words

if TYPE_CHECKING:
    from clearbell.access.keys import AccessKey
    from clearbell.access.model import Role
    from clearbell.access.service import Invited
    from clearbell.access.settings import AccessSettings

app = App(name="accounts", help="Who may sign in, and tokens of the API. 账号与接口令牌。")


def _key(home: Path | None) -> AccessKey:
    import os

    from clearbell.access.keys import AccessKey
    from clearbell.vault import load_secret

    return AccessKey(load_secret(home_folder(home) / "access-key", os.urandom), os.urandom)


def _settings(home: Path | None) -> AccessSettings:
    from clearbell.serving.config import ConfigError, NodeConfig, read_config

    path = home_folder(home) / "clearbell.toml"
    try:
        return (read_config(path) if path.exists() else NodeConfig()).access
    except ConfigError as error:
        refuse(error.zh, error.en)


def _invited(invited: Invited, hours: int) -> None:
    path = f"/desk/join/{invited.account}/{invited.secret}"
    say(
        f"请将此链接交给本人,{hours} 小时内在工作台打开以设置密码,只显示这一次:{path}",
        f"Give this to its owner, who opens it on the desk within {hours} hours to choose a password; it is shown once: {path}",
    )


@app.command
def add(account: str, name: str, *, role: str, tenant: str = "", home: Path | None = None) -> None:
    """Make an account and print its invitation.

    Parameters
    ----------
    account
        Its id: lower-case letters, digits, dots, hyphens. Never used again for someone else.
    name
        The owner's name.
    role
        switch, enterprise, complaints, officer, supervisor, regulator, auditor or administrator.
    tenant
        The registered party, for an enterprise's account.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.access.errors import AccessError
    from clearbell.access.service import do_make_account

    settings = _settings(home)
    try:
        with open_store(home).act(actor()) as act:
            invited = do_make_account(act, _key(home), settings, account, name, _role(role), tenant)
    except AccessError as error:
        refuse(error.zh, error.en)
    _invited(invited, settings.invitation_hours)


def _role(text: str) -> Role:
    from clearbell.access.model import Role

    try:
        return Role(text)
    except ValueError:
        known = ", ".join(one.value for one in Role)
        refuse(f"没有角色 {text};现有:{known}", f"there is no role {text}; there are: {known}")


@app.command
def invite(account: str, *, reason: str = "", home: Path | None = None) -> None:
    """Invite again who lost password or phone; both are void from now on.

    Parameters
    ----------
    account
        The account.
    reason
        Why, for the ledger.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.access.errors import AccessError
    from clearbell.access.service import do_invite
    from clearbell.lifecycles import IllegalStepError

    settings = _settings(home)
    try:
        with open_store(home).act(actor()) as act:
            invited = do_invite(act, _key(home), settings, account, reason)
    except (AccessError, IllegalStepError) as error:
        refuse(error.zh, error.en)
    _invited(invited, settings.invitation_hours)


def _step(account: str, step: str, reason: str, home: Path | None) -> None:
    from clearbell.access.errors import AccessError
    from clearbell.access.model import Step
    from clearbell.access.service import do_step
    from clearbell.lifecycles import IllegalStepError

    try:
        with open_store(home).act(actor()) as act:
            state = do_step(act, account, Step(step), reason)
    except (AccessError, IllegalStepError) as error:
        refuse(error.zh, error.en)
    say(f"账号 {account}:{state.value}", f"account {account}: {state.value}")


@app.command
def suspend(account: str, *, reason: str = "", home: Path | None = None) -> None:
    """Shut an account; its sessions and tokens end at once.

    Parameters
    ----------
    account
        The account.
    reason
        Why, for the ledger.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    _step(account, "suspend", reason, home)


@app.command
def resume(account: str, *, reason: str = "", home: Path | None = None) -> None:
    """Open a suspended account again.

    Parameters
    ----------
    account
        The account.
    reason
        Why, for the ledger.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    _step(account, "resume", reason, home)


@app.command
def close(account: str, *, reason: str = "", home: Path | None = None) -> None:
    """Close an account for ever.

    Parameters
    ----------
    account
        The account.
    reason
        Why, for the ledger.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    _step(account, "close", reason, home)


@app.command
def role(account: str, role: str, *, tenant: str = "", home: Path | None = None) -> None:
    """Give an account another role; its sessions and tokens end.

    Parameters
    ----------
    account
        The account.
    role
        The new role.
    tenant
        The registered party, for an enterprise's account.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.access.errors import AccessError
    from clearbell.access.service import do_change_role

    try:
        with open_store(home).act(actor()) as act:
            do_change_role(act, account, _role(role), tenant)
    except AccessError as error:
        refuse(error.zh, error.en)
    say(f"账号 {account}:{role}", f"account {account}: {role}")


@app.command
def link(account: str, provider: str, subject: str, *, home: Path | None = None) -> None:
    """Say that an identity of an identity provider is an account's owner, who then signs in with it.

    Parameters
    ----------
    account
        The account.
    provider
        The provider's id in the node's file.
    subject
        The provider's own name for the person (claim ``sub``); a refused sign-in shows it.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.access.errors import AccessError
    from clearbell.access.oidc.arriving import do_link
    from clearbell.access.oidc.errors import UnknownProviderError

    try:
        if provider not in {one.id for one in _settings(home).oidc}:
            raise UnknownProviderError(provider)
        with open_store(home).act(actor()) as act:
            do_link(act, account, provider, subject)
    except AccessError as error:
        refuse(error.zh, error.en)
    say(f"账号 {account} 已与 {provider} 的身份关联", f"account {account} is linked to the identity at {provider}")


@app.command(name="list")
def list_accounts(*, home: Path | None = None) -> None:
    """List the accounts.

    Parameters
    ----------
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.access.queries import accounts
    from clearbell.cli.tables import show, table

    with open_store(home).read() as conn:
        rows = accounts(conn)
    titles = ("账号", "姓名", "角色", "主体", "状态", "第二因素")
    columns = titles if language() == "zh" else ("account", "name", "role", "party", "state", "second factor")
    lines = [(r.account, r.name, r.role, r.tenant, r.state, words("有", "yes") if r.totp else "") for r in rows]
    show(table(words("账号", "Accounts"), columns, lines))


@app.command
def token(account: str, purpose: str, *, days: int = 90, role: str = "", home: Path | None = None) -> None:
    """Make a token of the API for an account and print it; it is shown once.

    Parameters
    ----------
    account
        Whose it is, and in whose name it acts.
    purpose
        What it is for.
    days
        How long it lives.
    role
        Another role than the account's, such as switch for a machine.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.access.errors import AccessError
    from clearbell.access.service import do_make_token

    try:
        with open_store(home).act(actor()) as act:
            secret = do_make_token(act, _key(home), account, purpose, days, _role(role) if role else None)
    except AccessError as error:
        refuse(error.zh, error.en)
    say(secret, secret)
