"""What is said in Mandarin on the calls of these tests: written for them, in no data set.

Templates give the sentences that the small model learns from. ``UNSEEN`` and the two calls below use words of
the templates in sentences that are no template's, so that what is heard of them was not learned by heart.
"""

from __future__ import annotations

import random
import re

SLOTS = {
    "you": ("您", "你"),
    "hello": ("您好", "你好", "喂您好"),
    "name": ("小王", "小李", "小周", "小陈", "老张", "王经理", "李医生", "陈老师", "张主任"),
    "bank": ("建设银行", "中国银行", "工商银行", "我们银行", "农业银行", "商业银行"),
    "money": ("三万", "五万", "十万", "二十万", "三十万", "五十万", "八十万", "一百万", "两百万"),
    "few": ("一", "两", "三", "四", "五", "六", "七", "八", "九", "十"),
    "day": ("今天", "明天", "后天", "周一", "周二", "周三", "周四", "周五", "周六", "周末", "这个月", "下个月"),
    "hour": ("早上八点", "上午九点", "上午十点半", "中午十二点", "下午两点", "下午三点半", "下午五点", "晚上七点"),
    "place": ("地铁站", "火车站", "学校", "公园", "市中心", "小区门口", "体育馆", "图书馆"),
}
TEMPLATES = {
    "loans": (
        "{hello}我是{bank}的{name}", "我们有一款低息贷款", "{you}最近需要资金周转吗", "信用贷款额度最高{money}",
        "利息很低当天放款", "不用抵押也不用担保", "只要身份证就可以办理贷款", "{you}的额度已经批下来了一共{money}",
        "借{money}一个月利息只要{few}百块", "{day}办理可以免{few}个月的利息", "{you}有房子或者车子可以贷得更多",
        "加我微信我给{you}算一下利息", "信用卡欠款也可以转成低息贷款", "公司经营贷款最高{money}",
        "先息后本分{few}年还清", "{day}来我们网点办贷款可以吗", "急用钱的话{few}个小时就能到账",
        "我们给{you}的年利率是百分之{few}", "这是银行内部的优惠贷款名额不多", "{you}看需要贷{money}还是{money}",
    ),
    "property": (
        "{hello}我是房产中介的{name}", "{place}旁边有一套两居室在出售", "业主急着卖价格可以谈", "首付{few}成就可以买",
        "{you}{day}有空来看房吗", "这套房子楼层好朝向也好", "新楼盘{day}开盘", "我带{you}去售楼处看样板间",
        "{you}的房子考虑出租或者出售吗", "一平方米只要{few}万", "{place}附近的公寓带阳台和厨房",
        "总价{money}包含车位", "学区房价格马上要涨", "我们有很多客户想买{you}小区的房子", "精装修可以直接入住",
        "{hour}我在售楼处等{you}", "三室两厅还有一个大花园", "买房送家电活动到{day}结束",
    ),
    "securities": (
        "{hello}我是证券公司的{name}", "我们老师推荐的股票{day}就会涨", "加入我们的股票群每天有推荐",
        "这只股票一个月能涨百分之{few}十", "{you}平时做股票投资吗", "跟着老师操作收益很高", "内部消息只告诉老客户",
        "开户手续费全免", "理财产品年收益百分之{few}", "投资{money}每个月分红", "黄金和基金现在是最好的时机",
        "{you}的股票现在被套了吗", "我们免费帮{you}看一下股票", "{hour}有一场投资直播课",
    ),
    "education": (
        "{hello}我是教育培训机构的{name}", "{you}的孩子现在上几年级", "我们有免费的数学试听课", "英语一对一辅导{few}折优惠",
        "{day}有公开课{you}带孩子来听", "暑假班现在报名送书包", "老师都是重点学校毕业的", "孩子的成绩一个月就能提高",
        "报名{few}门课再减{few}百块", "我们的校区就在{place}旁边", "成人学历提升{few}年拿证", "钢琴和画画也有兴趣班",
    ),
    "insurance": (
        "{hello}我是保险公司的{name}", "{you}的车险快到期了", "现在续保可以优惠{few}百块", "重大疾病保险最高赔{money}",
        "每天只要{few}块钱保障全家", "这款保险到期以后本金全部返还", "{you}的保单有一份分红没有领", "医疗保险不限社保用药",
        "给父母也可以买一份养老保险", "{day}之前投保送体检一次", "出险以后{few}天就能理赔", "孩子的教育金保险了解一下吗",
    ),
    "fraud": (
        "{hello}这里是公安局我是{name}", "{you}的银行卡涉嫌洗钱", "请把钱转到安全账户", "不要告诉家里人这是机密案件",
        "{you}的快递里面查到违禁品", "{you}的医保卡在外地被人使用", "请告诉我短信里的验证码", "{you}的账户马上会被冻结",
        "恭喜{you}中了{few}等奖奖金{money}", "领奖要先交手续费{few}千块", "{you}的孩子在我们手里准备{money}",
        "我是客服{you}买的东西有问题要退款给{you}", "请下载会议软件打开屏幕共享", "今天不处理就要逮捕{you}",
        "{you}被误开通了会员每个月扣{few}百块", "把身份证号码和密码说一下",
    ),
    "clinic": (
        "{hello}这里是社区医院我是{name}", "{you}预约的体检是{day}{hour}", "请空腹带上医保卡", "检查报告已经出来了",
        "医生说结果没有大问题", "到了以后先去一楼分诊台", "{you}挂的号改到{day}了", "不方便来的话可以改时间",
        "疫苗接种时间是{day}{hour}", "请带孩子来打疫苗", "抽血之前不要吃东西", "药已经配好了请来药房取",
        "复查时间是{few}个星期以后", "血压和血糖都正常", "祝{you}早日康复再见", "有问题请打医院总机",
        "牙科的号约在{hour}", "请提前{few}十分钟到医院",
    ),
    "courier": (
        "{hello}我是送快递的", "{you}的快递放在{place}了", "包裹到了家里有人吗", "那我给{you}放在驿站行吗",
        "取件码一会儿用短信发给{you}", "{you}买的冰箱{hour}送到", "麻烦{you}下楼拿一下外卖", "楼里有电梯吗",
        "到付的运费是{few}块", "我{few}分钟以后到{place}", "地址写错了是几号楼", "门口没有人我放在柜子里",
        "签收的时候请看一下东西有没有坏", "今天送不到{day}再给{you}送", "师傅在路上请等{few}分钟",
    ),
}  # fmt: skip
"""By kind; each piece is a whole utterance."""
UNSEEN = (
    "您好我们公司有内部的优惠名额", "您需要的话今天就能办理", "贷款的利息我给您算一下", "这套公寓的业主急用钱",
    "您看的房子价格可以优惠", "周末有空来我们银行吗", "老客户的年收益百分之十", "孩子的英语老师很好",
    "您的保险可以退款", "请打开短信看一下", "公安局的案件不要告诉家里人", "您的检查时间改到下午三点半",
    "医生说血压没有大问题", "药放在门口了请下楼拿", "快递师傅说地址有问题", "会员到期以后可以续",
    "信用卡的密码不要说", "学校附近的房子在出租", "股票的钱几个小时到账", "我在医院一楼等您",
    "今天的外卖送到学校门口", "报名的名额不多了", "这个月的手续费全免", "您好这里是图书馆您的书到期了",
)  # fmt: skip
PITCH = (
    "您好我是商业银行的小陈", "您最近需要资金周转吗", "我们的贷款不用抵押利息很低", "额度最高五十万今天就能到账",
    "先办理的客户免三个月利息", "加我微信我给您算一下",
)  # fmt: skip
"""A marketer's call."""
APPOINTMENT = (
    "您好这里是社区医院", "您预约的检查是后天上午九点", "请带上医保卡到一楼", "抽血之前请空腹", "不方便来可以改时间再见",
)  # fmt: skip
"""A lawful clinic's call."""


def filled(template: str, chance: random.Random) -> str:
    """The template with a word drawn for each slot."""
    return re.sub(r"\{(\w+)\}", lambda found: chance.choice(SLOTS[found[1]]), template)


def call_of(kind: str, chance: random.Random, sentences: int) -> tuple[str, ...]:
    """A call of that kind: some of its sentences."""
    return tuple(filled(one, chance) for one in chance.sample(TEMPLATES[kind], sentences))


def shuffled(text: str, chance: random.Random) -> list[str]:
    """Pieces of one to four characters, in no order."""
    pieces = []
    while text:
        length = chance.randint(1, 4)
        pieces.append(text[:length])
        text = text[length:]
    chance.shuffle(pieces)
    return pieces


def utterances(chance: random.Random, count: int) -> list[str]:
    """One to three sentences at a time; every template comes about as often as another.

    Nearly half are of pieces of sentences in no order: so characters are learned by their sound, not by their neighbours.
    """
    everything = [one for all_ in TEMPLATES.values() for one in all_]
    found: list[str] = []
    while len(found) < count:
        chance.shuffle(everything)
        at = 0
        while at < len(everything):
            taken = everything[at : at + chance.choice((1, 1, 2, 3))]
            at += len(taken)
            said = [filled(one, chance) for one in taken]
            if chance.random() < 0.45:
                said = ["".join(shuffled("".join(said), chance))]
            found.append("，".join(said))
    return found[:count]


def characters() -> list[str]:
    """Every character that the templates can say, in order."""
    said = "".join(one for all_ in TEMPLATES.values() for one in all_) + "".join(
        w for all_ in SLOTS.values() for w in all_
    )
    return sorted(set(re.findall(r"[\u4e00-\u9fff]", said)))


def errors(said: str, heard: str) -> int:
    """Characters to insert, remove or replace (Levenshtein) to make one of the other."""
    row = list(range(len(heard) + 1))
    for place, wanted in enumerate(said, 1):
        before, row[0] = row[0], place
        for at, found in enumerate(heard, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (wanted != found))
    return row[-1]
