"""What a draft of a mass notice must satisfy."""

from __future__ import annotations

import re

import msgspec

from clearbell.calls import DAY
from clearbell.notices.errors import LapsedNoticeError
from clearbell.notices.mass.errors import BadMassError
from clearbell.notices.mass.model import ADDRESSED, FIELDS, NEEDS, Audience, Source, Words
from clearbell.notices.mass.texts import check_words
from clearbell.notices.model import Channel
from clearbell.policy.model import MassRules

_NAME_MOST = 200


class Draft(msgspec.Struct, frozen=True):
    """What is to be said, to whom, and until when."""

    name: str
    words: Words
    audience: Audience
    not_after: int
    """From when it is of no use any more, µs UTC."""
    purpose: str = "announcement"
    """One of the pack's."""
    channels: tuple[Channel, ...] = (Channel.SMS,)


def check_draft(new: Draft, rules: MassRules, at: int, signature: str) -> None:
    """Raise a :class:`~clearbell.notices.errors.NoticeError` that says what is wrong with it at ``at`` (µs UTC)."""
    if not new.name.strip() or len(new.name) > _NAME_MOST:
        raise BadMassError(f"名称须为 1 至 {_NAME_MOST} 字", f"the name needs 1 to {_NAME_MOST} characters", "name")
    if new.purpose not in rules.purposes:
        zh = "、".join(f"{name}({one.zh})" for name, one in rules.purposes.items())
        en = ", ".join(rules.purposes)
        raise BadMassError(f"事由「{new.purpose}」应为:{zh}", f"the purpose `{new.purpose}` should be: {en}", "purpose")
    if not new.channels or len(set(new.channels)) != len(new.channels):
        raise BadMassError("请至少写明一个渠道,且不重复", "name at least one channel, and none twice", "channels")
    check_words(new.words, new.channels, rules.parts_most, signature)
    if new.not_after <= at:
        raise LapsedNoticeError
    if new.not_after > at + rules.days_most * DAY:
        raise BadMassError(
            f"截止时间至多为 {rules.days_most} 天后",
            f"it may be sent for at most {rules.days_most} days from now",
            "not_after",
        )
    check_audience(new.audience)
    if rules.is_commercial(new.purpose):
        _check_commercial(new, rules)
    if new.audience.source not in ADDRESSED and Channel.SMS not in new.channels:
        raise BadMassError(
            "该受众仅有号码,只能用短信;邮件与 Webhook 需用名单或 restricted",
            "only numbers are known of this audience, so it needs SMS; mail and webhooks need a list or `restricted`",
            "channels",
        )


def _check_commercial(new: Draft, rules: MassRules) -> None:
    if new.audience.source is not Source.CONSENT or not new.audience.holder:
        raise BadMassError(
            "商业信息只能发给同意有效的用户:来源须为 consent,并写明使用主体 holder",
            "what is commercial goes only to those who consented: the source must be `consent`, with its `holder`",
            "audience",
        )
    for language, text in (("zh", new.words.zh), ("en", new.words.en)):
        if not any(re.search(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])", text) for word in rules.opt_out_words):
            words = rules.opt_out_words
            raise BadMassError(
                f"{language} 文字须告知如何拒收,如:拒收请回复 {words[0]}",
                f"the words in `{language}` must say how to refuse, such as: answer {words[-2]} to refuse",
                language,
            )


def check_audience(audience: Audience) -> None:
    """Raise :class:`BadMassError` for fields that do not go together."""
    name = audience.source.value
    given = {field for field in audience.__struct_fields__ if field != "source" and getattr(audience, field)}
    for field in sorted(given - FIELDS[audience.source]):
        raise BadMassError(f"来源 {name} 不使用 {field}", f"the source `{name}` takes no `{field}`", field)
    needed = NEEDS.get(audience.source, frozenset())
    if needed and len(needed & given) != 1:
        words = sorted(needed)
        raise BadMassError(
            f"来源 {name} 须且仅须写明 {'、'.join(words)} 之一" if len(words) > 1 else f"来源 {name} 须写明 {words[0]}",
            f"the source `{name}` needs exactly one of {', '.join(words)}"
            if len(words) > 1
            else f"the source `{name}` needs `{words[0]}`",
            words[0],
        )
    if {"case", "campaign"} <= given:
        raise BadMassError("case 与 campaign 只能写一个", "name a case or a campaign, not both", "campaign")
    if audience.until and audience.until <= audience.since:
        raise BadMassError("until 须晚于 since", "`until` should be after `since`", "until")
    for prefix in audience.prefixes:
        if not (prefix.isascii() and prefix.isdigit()):
            raise BadMassError(
                f"号段「{prefix}」应为 E.164 数字,如 86139",
                f"the prefix `{prefix}` should be E.164 digits such as 86139",
                "prefixes",
            )
