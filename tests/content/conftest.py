"""A small training set written for these tests: a few trades and pretexts in Chinese and English."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from clearbell.content.kinds import builtin_kinds
from clearbell.content.training import train
from clearbell.content.transcripts import Transcript
from clearbell.policy.pack import builtin_pack

SAID = {
    "loans": [
        ["我们银行有一款低息贷款,", "您近期有没有资金周转的需要,", "这边可以办理信用贷款,"],
        ["额度最高五十万,", "利率很低当天放款,", "不用抵押就能批,"],
        ["您看要不要了解一下贷款产品?", "我加您微信给您算一下利息。", "周末来网点办贷款可以吗?"],
    ],
    "property": [
        ["我是房产中介的小周,", "您之前看过的小区有新房源,", "地铁口的两居室在出售,"],
        ["业主急着卖,", "首付三成就能买,", "楼层和朝向都好,"],
        ["您周末有空来看房吗?", "您的房子考虑出租或者出售吗?", "我带您去售楼处看看样板间。"],
    ],
    "lawful": [
        ["您好,您预约的体检是明天上午,", "这里是社区医院,通知您来取检查报告,", "您挂的号改到周三了,"],
        ["请空腹带上医保卡,", "到了先去一楼分诊台,", "医生看过结果说没有大碍,"],
        ["不方便来可以改期。", "祝您健康,再见。", "有问题请拨医院总机。"],
    ],
    "fraud": [
        ["This is the Social Security office, ", "Your account shows a suspicious charge, ", "There is a warrant in your name, "],
        ["to stop the arrest read me your card number, ", "you must pay in gift cards today, ", "press one to speak to an officer now, "],
        ["do not tell anyone about this call.", "stay on the line or you will be arrested.", "otherwise legal action is taken."],
    ],
}  # fmt: skip
ANSWERS = ["喂,哪位?", "好的,我知道了。", "我现在有点忙。", "Who is calling?", "All right."]


@pytest.fixture(scope="session")
def pack():
    """The pack of China, but that a model of few calls may know fewer of the words."""
    shipped = builtin_pack("cn")
    return msgspec.structs.replace(shipped, content=msgspec.structs.replace(shipped.content, least_known=0.3))


@pytest.fixture(scope="session")
def kinds(pack):
    return builtin_kinds(pack.categories)


@pytest.fixture(scope="session")
def calls():
    return [
        Transcript(f"{kind}-{place}", caller=parts, callee=(ANSWERS[place % 5],), kind=kind)
        for kind, choices in SAID.items()
        for place, parts in enumerate(itertools.product(*choices))
    ]


@pytest.fixture(scope="session")
def model(calls, kinds):
    return train(calls, kinds, copy_likeness=0.9)
