"""Parts of ``clearbell consent`` that ask subscribers, give them receipts, and take their word back."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from clearbell.cli.context import actor, home_folder, open_store, refuse, say

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def receipt_key(home: Path | None) -> Ed25519PrivateKey:
    """The key that signs receipts, made on first use; only its owner can read the file."""
    from clearbell.ledger.checkpoints import load_key

    try:
        return load_key(home_folder(home) / "receipt-key.pem")
    except ValueError as error:
        refuse(str(error), str(error))


def ask(
    *,
    holder: str,
    callee: str,
    purpose: str,
    channel: Literal["web", "sms", "call", "paper", "api", "desk"] = "sms",
    per_day: int = 0,
    until: str | None = None,
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Record that a subscriber is asked for a consent; refused where asking is not allowed.

    Parameters
    ----------
    holder
        Who asks.
    callee
        The subscriber's number.
    purpose
        Category code of the pack.
    channel
        How the subscriber is asked.
    per_day
        Calls in 24 hours that are asked for; 0: as many as the pack allows.
    until
        End of the consent that is asked for: a date or ISO 8601 with a zone; none: until withdrawn.
    pack
        Rules that say whether someone who did not agree may be asked again.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import moment, number
    from clearbell.cli.pack import open_pack
    from clearbell.consent.asking import do_ask
    from clearbell.consent.codes import new_code
    from clearbell.consent.errors import ConsentError
    from clearbell.consent.model import Channel, ConsentAsked

    rule = open_pack(pack).deadlines.get("consent_ask_again")
    code = new_code(os.urandom)
    fact = ConsentAsked(
        holder, number(callee, "callee"), purpose, Channel(channel), per_day, moment(until, "until"), code
    )
    try:
        with open_store(home).act(actor()) as act:
            do_ask(act, fact, rule.value if rule is not None else None)
    except ConsentError as error:
        refuse(error.zh, error.en)
    say(
        f"已记录征求;没有回复即没有同意。可附上页面:/a/{code}",
        f"recorded; without a reply there is no consent. The page to link to: /a/{code}",
    )


def reply(
    text: str,
    *,
    holder: str,
    callee: str,
    purpose: str,
    channel: Literal["sms", "call"] = "sms",
    home: Path | None = None,
) -> None:
    """Take in a subscriber's reply to an ask: an SMS text or a pressed key. Only a clear yes is a consent.

    Parameters
    ----------
    text
        What the subscriber wrote or pressed.
    holder
        Who asked.
    callee
        The subscriber's number.
    purpose
        What was asked for.
    channel
        How the reply came.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    import hashlib

    from clearbell.cli.fields import number
    from clearbell.consent.asking import Reply, do_reply
    from clearbell.consent.errors import ConsentError
    from clearbell.consent.model import Channel

    evidence = hashlib.sha256(text.encode()).hexdigest()
    key = number(callee, "callee")
    try:
        with open_store(home).act(actor()) as act:
            meant = do_reply(act, holder, key, purpose, text, channel=Channel(channel), evidence=evidence)
    except ConsentError as error:
        refuse(error.zh, error.en)
    said = {
        Reply.AGREED: ("用户同意,已记录", "the subscriber agreed; recorded"),
        Reply.REFUSED: ("用户拒绝,不得再呼叫或征求", "the subscriber refused; neither call nor ask again"),
        Reply.UNCLEAR: ("回复不明确,视为不同意", "the reply is not a clear yes, so there is no consent"),
    }
    say(*said[meant])


def receipt(*, holder: str, callee: str, purpose: str, link: str = "", home: Path | None = None) -> None:
    """Print a signed receipt of a consent in force, for the subscriber.

    Parameters
    ----------
    holder
        Who may call.
    callee
        The subscriber's number.
    purpose
        Category code of the consent.
    link
        Address of the page on which it is revoked, with CODE in the place of the receipt's code, such as
        ``https://calls.example.org/c/CODE``.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import number
    from clearbell.consent.errors import ConsentError
    from clearbell.consent.receipts import do_issue_receipt

    subscriber = number(callee, "callee")
    key = receipt_key(home)
    try:
        with open_store(home).act(actor()) as act:
            text = do_issue_receipt(act, holder, subscriber, purpose, key, randomness=os.urandom, link=link)
    except ConsentError as error:
        refuse(error.zh, error.en)
    sys.stdout.write(text + "\n")


def publish_key(*, home: Path | None = None) -> None:
    """Print the public key that checks receipts, as a JWK set."""
    import msgspec

    from clearbell.consent.receipts import published_key

    sys.stdout.write(msgspec.json.encode(published_key(receipt_key(home))).decode() + "\n")


def check_receipt(receipt: Path, *, key: Path) -> None:
    """Check a receipt offline: needs no store and no network, only the published key.

    Parameters
    ----------
    receipt
        File with the receipt; ``-`` reads standard input.
    key
        The published key, a JWK set.
    """
    from clearbell.cli.fields import shown
    from clearbell.consent.receipts import BadReceiptError, check

    try:
        text = sys.stdin.read() if str(receipt) == "-" else receipt.read_text(encoding="utf-8")
        keys = key.read_bytes()
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"读不出文件:{error}", f"cannot read the file: {error}")
    try:
        read = check(text, keys)
    except BadReceiptError as error:
        refuse(error.zh, error.en)
    until = shown(read.until * 1_000_000)
    say(
        f"凭证有效:{read.callee} 于 {shown(read.given * 1_000_000)} 同意 {read.holder} 就「{read.purpose}」来电,"
        f"截止 {until},编号 {read.code}" + (f",撤回:{read.revoke}" if read.revoke else ""),
        f"the receipt holds: {read.callee} agreed at {shown(read.given * 1_000_000)} to calls by {read.holder} for "
        f"{read.purpose}, until {until}; code {read.code}" + (f"; revoke at {read.revoke}" if read.revoke else ""),
    )


def revoke(code: str, *, channel: Literal["web", "sms", "call", "desk"] = "desk", home: Path | None = None) -> None:
    """Revoke the consent that a receipt's code names; in force at once.

    Parameters
    ----------
    code
        The receipt's code; case, blanks and hyphens do not matter.
    channel
        How the subscriber asked for it.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.consent.errors import ConsentError
    from clearbell.consent.model import Channel
    from clearbell.consent.receipts import do_revoke

    try:
        with open_store(home).act(actor()) as act:
            ended = do_revoke(act, code, Channel(channel))
    except ConsentError as error:
        refuse(error.zh, error.en)
    if ended:
        say("已撤回同意", "consent withdrawn")
    else:
        say("该同意此前已经结束", "that consent had ended before")
