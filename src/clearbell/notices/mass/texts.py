"""What a mass notice says, in each recipient's language and ready for the wire."""

from __future__ import annotations

from collections.abc import Sequence

from clearbell.notices.mass.errors import BadMassError
from clearbell.notices.mass.model import Words
from clearbell.notices.model import Channel
from clearbell.notices.templates import LANGUAGES, Rendered
from clearbell.notices.transports.sms_text import Coded, TooLongError, code_text


def words_in(words: Words, language: str) -> Rendered:
    """The words in a language."""
    return Rendered(words.zh_subject, words.zh) if language == "zh" else Rendered(words.en_subject, words.en)


def signed(signature: str, text: str) -> str:
    """The text as an SMS: Chinese carriers ask for the sender's signature before it."""
    return f"【{signature}】{text}" if signature else text


def coded(words: Words, language: str, signature: str, reference: int) -> Coded:
    """The words as parts of an SMS. Raises :class:`TooLongError`."""
    return code_text(signed(signature, words_in(words, language).text), reference)


def check_words(words: Words, channels: Sequence[Channel], parts_most: int, signature: str) -> None:
    """Raise :class:`BadMassError` for words that are missing or too long."""
    for language in LANGUAGES:
        said = words_in(words, language)
        if not said.text.strip():
            raise BadMassError(
                f"缺少 {language} 文字;中英文都须写明",
                f"the words in `{language}` are missing; both languages are needed",
                language,
            )
        if Channel.MAIL in channels and not said.subject.strip():
            raise BadMassError(
                f"邮件须有 {language} 主题", f"mail needs a subject in `{language}`", f"{language}_subject"
            )
        if "\n" in said.subject or "\r" in said.subject:
            raise BadMassError("主题须为一行", "the subject must be one line", f"{language}_subject")
        if Channel.SMS not in channels:
            continue
        try:
            parts = len(coded(words, language, signature, 0).parts)
        except TooLongError:
            parts = parts_most + 1
        if parts > parts_most:
            raise BadMassError(
                f"{language} 文字作为短信须不超过 {parts_most} 段",
                f"as SMS the words in `{language}` may have at most {parts_most} parts",
                language,
            )
