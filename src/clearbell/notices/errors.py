"""Why a notice or a code is refused. Each says in Chinese and English what was wrong and what to do."""

from __future__ import annotations

from clearbell.notices.model import Channel

_CHANNELS = {
    Channel.SMS: ("短信", "SMS", "[notices.sms] address"),
    Channel.MAIL: ("邮件", "mail", "[notices.mail] host"),
    Channel.WEBHOOK: ("Webhook", "webhook", "[notices.webhook] secret_file"),
}


class NoticeError(Exception):
    """The act was refused, and changed nothing. 操作被拒绝,未作任何更改。"""

    def __init__(self, zh: str, en: str, column: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.column = column


class ChannelOffError(NoticeError):
    """Nothing can be sent that way on this node. 该发送渠道未启用。"""

    def __init__(self, channel: Channel) -> None:
        zh, en, key = _CHANNELS[channel]
        super().__init__(
            f'{zh}渠道未启用:请在节点配置中填写 {key},开发时可用 [notices] outbox = "folder"',
            f'{en} is off on this node: set {key} in its configuration, or `[notices] outbox = "folder"` to try things out',
            "channel",
        )


class BadRecipientError(NoticeError):
    """The recipient cannot be reached that way. 收件人无法以此渠道送达。"""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh, en, "recipient")


class UnknownTemplateError(NoticeError):
    """There is no such template. 没有该模板。"""

    def __init__(self, template: str, known: list[str]) -> None:
        super().__init__(
            f"没有模板 {template};现有:{'、'.join(known)}",
            f"there is no template `{template}`; there are: {', '.join(known)}",
            "template",
        )


class BadArgumentsError(NoticeError):
    """The arguments do not fit the template. 参数与模板不符。"""

    def __init__(self, template: str, zh: str, en: str) -> None:
        super().__init__(f"模板 {template}:{zh}", f"template `{template}`: {en}", "arguments")


class NoSuchLanguageError(NoticeError):
    """Texts exist in Chinese and English. 仅有中文和英文。"""

    def __init__(self, language: str) -> None:
        super().__init__(
            f"语言「{language}」应为 zh 或 en", f"the language `{language}` should be zh or en", "language"
        )


class LapsedNoticeError(NoticeError):
    """The notice would be of no use already. 通知已过时效。"""

    def __init__(self) -> None:
        super().__init__("截止时间已过;请给出将来的时间", "its time is over already; give a time to come", "not_after")


class KeyTakenError(NoticeError):
    """The key names another notice. 该键已用于另一通知。"""

    def __init__(self, notice: str) -> None:
        super().__init__(
            f"此键已用于另一通知 {notice}(收件人、渠道或模板不同);请换一个键",
            f"the key already names the notice {notice} with another recipient, channel or template; choose another key",
            "key",
        )


class UnknownNoticeError(NoticeError):
    """There is no such notice. 没有该通知。"""

    def __init__(self, notice: str) -> None:
        super().__init__(f"没有编号为 {notice} 的通知", f"there is no notice {notice}", "notice")


class SecretGoneError(NoticeError):
    """What the notice carried was wiped. 通知中的保密内容已清除。"""

    def __init__(self, notice: str) -> None:
        super().__init__(
            f"通知 {notice} 的验证码已清除,不能重发;请重新获取验证码",
            f"the code that the notice {notice} carried was wiped, so it cannot be sent again; ask for a new code",
            "notice",
        )


class CodeTooSoonError(NoticeError):
    """A code was sent a moment ago. 验证码刚刚发送。"""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"验证码刚刚发送,请查看短信;{seconds} 秒后可重新获取",
            f"a code was sent a moment ago, look at your messages; you can ask for another in {seconds} seconds",
            "number",
        )
        self.seconds = seconds
        """How long to wait."""


class TooManyCodesError(NoticeError):
    """The number had its share of codes. 该号码获取验证码过多。"""

    def __init__(self, most: int, minutes: int) -> None:
        super().__init__(
            f"该号码获取验证码已达上限({most} 条),请约 {minutes} 分钟后再试",
            f"{most} codes were sent to this number, the most there may be; try again in about {minutes} minutes",
            "number",
        )
        self.minutes = minutes
        """How long to wait."""


class CodesBusyError(NoticeError):
    """The node sent its share of codes. 验证码发送总量已达上限。"""

    def __init__(self) -> None:
        super().__init__(
            "当前获取验证码的人过多,请稍后再试",
            "too many codes are being asked for at the moment; try again later",
            "number",
        )
