"""A category is told with its confidence and the words that spoke for it, or not told at all."""

import msgspec
import pytest

from clearbell.content.judging import Doubt, categorise
from clearbell.content.transcripts import Transcript

LOAN = ("先生您好,我们这边做信用贷款,", "利率很低,不用抵押,额度最高三十万,您要不要了解一下?")
ARREST = ("There is a warrant for you. You must pay in gift cards today or you will be arrested, press one now.",)


def said(*caller, callee=("喂,哪位?",)):
    return Transcript("c1", caller=caller, callee=callee)


def test_golden_words_in_chinese_tell_the_category_and_why(model, pack):
    opinion = categorise(model, said(*LOAN), pack.content)
    assert opinion.category == "loans"
    assert opinion.confidence == opinion.caller.categories["loans"] >= pack.content.undecided_below
    assert any("贷款" in text or "利率" in text or "抵押" in text for text, _ in opinion.caller.words)
    assert sum(opinion.caller.categories.values()) == pytest.approx(1)


def test_golden_words_in_english_tell_the_category_and_why(model, pack):
    opinion = categorise(model, said(*ARREST, callee=("Who is calling?",)), pack.content)
    assert opinion.category == "fraud"
    assert any(set(text.split()) & {"gift", "cards", "arrested", "pay", "warrant"} for text, _ in opinion.caller.words)


def test_full_width_letters_case_and_other_numbers_change_nothing(model, pack):
    one = categorise(model, said("PAY 500 dollars in gift cards, press 1"), pack.content)
    other = categorise(model, said("pay 72 dollars in gift cards, press 9"), pack.content)
    assert one.caller == other.caller


def test_below_the_confidence_of_the_pack_nothing_is_told_and_the_likeliest_is_still_shown(model, pack):
    opinion = categorise(model, said(*LOAN), pack.content)
    strict = msgspec.structs.replace(pack.content, undecided_below=min(1.0, opinion.confidence + 1e-9))
    doubted = categorise(model, said(*LOAN), strict)
    assert (doubted.category, doubted.doubt, doubted.main.category) == (None, Doubt.UNSURE, "loans")
    assert doubted.confidence == opinion.confidence


def test_too_few_words_tell_nothing(model, pack):
    assert categorise(model, said("贷款?"), pack.content).doubt is Doubt.SHORT
    assert categorise(model, Transcript("none"), pack.content).doubt is Doubt.SHORT


def test_a_call_like_none_that_was_learned_from_is_not_forced_into_a_category(model, pack):
    opinion = categorise(
        model, said("昨夜西风凋碧树,独上高楼,望尽天涯路。衣带渐宽终不悔,为伊消得人憔悴。" * 2), pack.content
    )
    assert (opinion.category, opinion.doubt) == (None, Doubt.UNFAMILIAR)


def test_what_the_callee_says_does_not_make_the_category(model, pack):
    asked = ("是低息贷款吗?近期有资金周转的需要,可以办理信用贷款?额度最高五十万?利率很低当天放款?不用抵押就能批?" * 3,)
    opinion = categorise(
        model, said("您好,这里是社区医院,您挂的号改到周三了,请空腹带上医保卡,有问题请拨医院总机。", callee=asked), pack.content
    )  # fmt: skip
    assert opinion.caller.category == "lawful"
    assert opinion.dialogue.category == "loans"
    assert (opinion.category, opinion.doubt) == (None, Doubt.SPEAKERS)


def test_where_nobody_knows_who_spoke_the_whole_text_is_judged(model, pack):
    opinion = categorise(model, Transcript("t", unknown=LOAN), pack.content)
    assert (opinion.caller, opinion.category) == (None, "loans")


def test_every_doubt_has_words_in_both_languages():
    assert all(doubt.zh and doubt.en and doubt.zh != doubt.en for doubt in Doubt)


def test_a_few_wrong_characters_change_no_category(model, pack):
    spoiled = ("先生您号,我们这边做信用代款,", "利率恨低,不用抵押,额度最搞三十万,您要不要了解一吓?")
    assert categorise(model, said(*spoiled), pack.content).main.category == "loans"
