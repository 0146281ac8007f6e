"""A file of templates is checked whole; every fault is named with its line, in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.notices.templates import Template, Templates, TemplatesError, Words, builtin_templates, load_templates

GOOD = """[hello]
arguments = ["name"]
zh.text = "您好 {name}"
en.text = "hello {name}"
"""


def faults(old, new):
    assert old in GOOD
    with pytest.raises(TemplatesError) as refused:
        load_templates(GOOD.replace(old, new, 1), "own.toml")
    return refused.value.text("zh"), refused.value.text("en")


def test_the_shipped_templates_are_sound_and_say_something_in_both_languages():
    templates = builtin_templates()
    assert "code" in templates.names()
    for name in templates.names():
        arguments = {argument: f"<{argument}>" for argument in templates.template(name).arguments}
        zh, en = (templates.render(name, language, arguments) for language in ("zh", "en"))
        assert any("\u4e00" <= sign <= "\u9fff" for sign in zh.text)
        assert en.text.isascii()
        assert zh.subject
        assert en.subject
        for shown in arguments.values():
            assert shown in zh.text
            assert shown in en.text


@pytest.mark.parametrize(
    ("old", "new", "zh", "en"),
    [
        ("您好 {name}", "您好 {nmae}", "own.toml:3: hello.zh.text: 没有名为 nmae 的参数\nown.toml:3: hello.zh.text: 没有用到参数 name",
         "own.toml:3: hello.zh.text: it has no argument `nmae`\nown.toml:3: hello.zh.text: the argument `name` is not used"),
        ("hello {name}", "hello {name.x}", None,
         "own.toml:4: hello.en.text: `{name.x}` may be an argument's name and nothing more\n"
         "own.toml:4: hello.en.text: the argument `name` is not used"),
        ("hello {name}", "hello {name:>99999999}", None,
         "own.toml:4: hello.en.text: `{name}` may be an argument's name and nothing more\n"
         "own.toml:4: hello.en.text: the argument `name` is not used"),
        ("hello {name}", "hello {name", None, "own.toml:4: hello.en.text: braces do not match: expected '}' before end of string"),
        ('zh.text = "您好 {name}"\n', "", None, "own.toml:1: hello: object missing required field `zh`"),
        ("[hello]", "[hello]\nsecret = ['x']", "own.toml:2: hello.secret: x 不在 arguments 中",
         "own.toml:2: hello.secret: `x` is none of its arguments"),
        ("[hello]", "[hello]\nsecret = ['name']\nen.subject = '{name}'", "own.toml:3: hello.en.subject: 保密参数 name 不得出现在主题中",
         "own.toml:3: hello.en.subject: the secret `name` must not stand in a subject"),
        ("[hello]", "[hello", None, "own.toml:1: -: not valid TOML: Expected ']' at the end of a table declaration (at line 1, column 7)"),
    ],
)  # fmt: skip
def test_each_fault_is_named_where_it_stands(old, new, zh, en):
    told_zh, told_en = faults(old, new)
    assert told_en == en
    assert zh is None or told_zh == zh


def test_own_templates_replace_shipped_ones_and_leave_the_others():
    own = load_templates(GOOD.replace("[hello]", "[reinstated]"), "own.toml")
    both = own.over(builtin_templates())
    assert both.names() == builtin_templates().names()
    assert both.render("reinstated", "zh", {"name": "甲"}).text == "您好 甲"
    assert both.template("code") == builtin_templates().template("code")


def test_any_edit_of_the_words_is_another_version():
    one = load_templates(GOOD, "a").template("hello")
    two = load_templates(GOOD.replace("hello {", "hi {"), "a").template("hello")
    assert one.version != two.version
    assert one.version == load_templates(GOOD, "b").template("hello").version


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Zl", "Zp", "Cs"])))
def test_an_argument_is_put_in_as_it_is_whatever_braces_it_holds(value):
    templates = Templates({"t": Template(("name",), Words("<{name}>"), Words("({name})"))})
    assert templates.render("t", "zh", {"name": value}).text == f"<{value}>"
