"""What notices say: texts in Chinese and English, checked whole when they are read."""

from __future__ import annotations

import hashlib
import importlib.resources
import re
import string
import tomllib
from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from clearbell.notices.errors import BadArgumentsError, NoSuchLanguageError, UnknownTemplateError
from clearbell.policy.places import line_of, lines_of

LANGUAGES = ("zh", "en")
_SUBJECT_MOST = 120
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


class TemplateProblem(msgspec.Struct, frozen=True):
    """One thing wrong with a file of templates."""

    line: int
    key: str
    zh: str
    en: str


class TemplatesError(Exception):
    """The templates cannot be used. 模板无法使用。"""

    def __init__(self, file: str, problems: list[TemplateProblem]) -> None:
        self.file = file
        self.problems = sorted(problems, key=lambda p: (p.line, p.key))
        super().__init__(self.text("en"))

    def text(self, language: str) -> str:
        """Every problem on a line of its own: ``file:line: key: what is wrong``."""
        return "\n".join(f"{self.file}:{p.line}: {p.key}: {p.zh if language == 'zh' else p.en}" for p in self.problems)


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A template in one language."""

    text: str
    subject: str = ""


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of notice."""

    arguments: tuple[str, ...]
    zh: Words
    en: Words
    secret: tuple[str, ...] = ()
    """Arguments that are kept nowhere once they were sent."""

    def words(self, language: str) -> Words:
        """Its words in a language. Raises :class:`NoSuchLanguageError`."""
        if language == "zh":
            return self.zh
        if language == "en":
            return self.en
        raise NoSuchLanguageError(language)

    @property
    def version(self) -> str:
        """Digest of all its texts: any edit changes it."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:8]


class Rendered(msgspec.Struct, frozen=True):
    """What a notice says."""

    subject: str
    text: str


class Templates:
    """Templates by name."""

    def __init__(self, known: Mapping[str, Template]) -> None:
        self._known = dict(known)

    def names(self) -> list[str]:
        """Every template's name."""
        return sorted(self._known)

    def template(self, name: str) -> Template:
        """The template of that name. Raises :class:`UnknownTemplateError`."""
        found = self._known.get(name)
        if found is None:
            raise UnknownTemplateError(name, self.names())
        return found

    def over(self, others: Templates) -> Templates:
        """These, and those of ``others`` that these do not replace."""
        return Templates({**others._known, **self._known})

    def check(self, name: str, arguments: Mapping[str, str], language: str) -> Template:
        """The template, if the arguments fit it and the language exists.

        Raises :class:`UnknownTemplateError`, :class:`BadArgumentsError` and :class:`NoSuchLanguageError`.
        """
        template = self.template(name)
        template.words(language)
        missing = [argument for argument in template.arguments if argument not in arguments]
        if missing:
            raise BadArgumentsError(name, f"缺少参数 {'、'.join(missing)}", f"missing: {', '.join(missing)}")
        extra = sorted(set(arguments) - set(template.arguments))
        if extra:
            raise BadArgumentsError(name, f"多余参数 {'、'.join(extra)}", f"it takes no {', '.join(extra)}")
        for argument, value in arguments.items():
            if _CONTROL.search(value):
                raise BadArgumentsError(
                    name,
                    f"参数 {argument} 含换行或控制字符,请写成一行",
                    f"`{argument}` holds a line break or control character; put it on one line",
                )
        return template

    def render(self, name: str, language: str, arguments: Mapping[str, str]) -> Rendered:
        """The words with the arguments put in. Raises as :meth:`check` does."""
        words = self.check(name, arguments, language).words(language)
        subject = words.subject.format_map(arguments)[:_SUBJECT_MOST]
        return Rendered(subject, words.text.format_map(arguments))


def load_templates(text: str, file: str) -> Templates:
    """Read templates. Raises :class:`TemplatesError` that holds everything wrong with them."""
    places = lines_of(text)
    problems: list[TemplateProblem] = []

    def bad(key: str, zh: str, en: str) -> None:
        problems.append(TemplateProblem(line_of(places, key), key, zh, en))

    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line (\d+)", str(error))
        line = int(at[1]) if at else 1
        problem = TemplateProblem(line, "-", f"不是有效的 TOML:{error}", f"not valid TOML: {error}")
        raise TemplatesError(file, [problem]) from error
    known: dict[str, Template] = {}
    for name, table in raw.items():
        try:
            template = msgspec.convert(table, Template)
        except msgspec.ValidationError as error:
            message, _, path = str(error).partition(" - at ")
            key = f"{name}{path.strip('`').removeprefix('$')}"
            bad(key, f"不合要求:{message}", message[:1].lower() + message[1:])
            continue
        for argument in sorted(set(template.secret) - set(template.arguments)):
            bad(f"{name}.secret", f"{argument} 不在 arguments 中", f"`{argument}` is none of its arguments")
        for language in LANGUAGES:
            words = template.words(language)
            for field in _fields(words):
                _check_words(f"{name}.{language}.{field}", getattr(words, field), template, field, bad)
        known[name] = template
    if problems:
        raise TemplatesError(file, problems)
    return Templates(known)


Say = Callable[[str, str, str], None]
"""Takes a key and what is wrong with it, in Chinese and English."""


def _fields(words: Words) -> tuple[Literal["text", "subject"], ...]:
    return ("text", "subject") if words.subject else ("text",)


def _check_words(key: str, words: str, template: Template, field: str, say: Say) -> None:
    if not words.strip():
        say(key, "缺少文字", "the words are missing")
        return
    try:
        parts = list(string.Formatter().parse(words))
    except ValueError as error:
        say(key, f"花括号有误:{error}", f"braces do not match: {error}")
        return
    used = set()
    for _, name, form, conversion in parts:
        if name is None:
            continue
        # `{a.b}`, `{a[0]}` and `{a:>9}` would let a text reach into values or fail only when it is sent.
        if form or conversion or not re.fullmatch(r"[a-z_]+", name):
            say(key, f"「{{{name}}}」只能是参数名", f"`{{{name}}}` may be an argument's name and nothing more")
            continue
        used.add(name)
    for name in sorted(used - set(template.arguments)):
        say(key, f"没有名为 {name} 的参数", f"it has no argument `{name}`")
    if field == "text":
        for name in sorted(set(template.arguments) - used):
            say(key, f"没有用到参数 {name}", f"the argument `{name}` is not used")
    else:
        for name in sorted(used & set(template.secret)):
            say(key, f"保密参数 {name} 不得出现在主题中", f"the secret `{name}` must not stand in a subject")


def builtin_templates() -> Templates:
    """The templates that ship with Clearbell."""
    file = importlib.resources.files("clearbell.notices") / "templates.toml"
    return load_templates(file.read_text(encoding="utf-8"), "notices/templates.toml")
