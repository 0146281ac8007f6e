"""How well is the category of a call told from its transcript, and which robocalls follow one script?

Reads the Chinese dialogues (``calls-lawful-zh.jsonl``, ``calls-fraud-zh.jsonl``) and the transcripts of robocalls
(``robocalls-en.csv``) of a folder; a file that is absent is named and its part left out.

* A quarter of the calls is held back: groups of near copies (Jaccard of three-token shingles at the pack's
  ``copy_likeness``) whose least text's SHA-256 is in the lowest quarter.
* Near-domain lawful calls stand apart, and the model learns from none of them: lawful dialogues in which either side
  uses words of a trade that frauds pretend to be, and their near copies (``NEAR``: banks, insurers, parcels, debts, clinics, identity checks,
  refunds).
* Beside the model stand the majority, and rules of key words (``RULES``).
* ``content_probe.jsonl`` holds lawful calls that go out from a bank, courier, insurer, lender, clinic: written for this
  bench, because in the data a lawful caller is always a service that was rung. They are few: read them one by one.
* Robocalls in English are shown to the model that learned from Chinese: it should tell nothing.
* Then characters of the near-domain and held-back calls are dropped or replaced at random, as bad transcription does.

    python -m bench.content [--data ../shared/data/text] [--share 0.25] [--every 1]
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from clearbell.content.judging import Opinion, categorise
from clearbell.content.kinds import Kinds, builtin_kinds
from clearbell.content.marks import Marks, mark
from clearbell.content.model import Model
from clearbell.content.scripts import scripts
from clearbell.content.splitting import copies, hold_back
from clearbell.content.training import train
from clearbell.content.transcripts import Transcript, read_jsonl
from clearbell.policy.model import ContentRules
from clearbell.policy.pack import builtin_pack

NEAR = {
    "bank": "银行|信用卡|贷款|转账|理财|账户",
    "insurance": "保险|理赔|保单",
    "parcel": "快递|包裹|物流|派送",
    "debt": "欠款|欠费|逾期|还款|催收",
    "clinic": "医院|诊所|挂号|体检|医生|门诊",
    "identity": "身份证|验证码|密码",
    "refund": "退款|退货|赔偿|售后",
}
RULES = {
    "fraud": "银行卡|验证码|身份证|转账|汇款|中奖|奖金|绑架|涉嫌|违禁品|高收益|安全账户|异常|手续费|核实",
    "lawful": "欢迎|预约|订餐|外卖|打车|路线|菜|购物",
}


def near_domains(transcript: Transcript, kinds: Kinds) -> list[str]:
    """Trades that a lawful call speaks of and frauds pretend to be."""
    if not transcript.kind or kinds.kinds[transcript.kind].category != "lawful":
        return []
    text = "".join(transcript.lines)
    return [name for name, words in NEAR.items() if re.search(words, text)]


def by_rules(transcript: Transcript) -> str:
    """The category with more key words in what the caller says; lawful when none has."""
    hits = {name: len(re.findall(words, "".join(transcript.caller))) for name, words in RULES.items()}
    return "fraud" if hits["fraud"] > hits["lawful"] else "lawful"


def noisy(transcript: Transcript, share: float, characters: Sequence[str], seed: int) -> Transcript:
    """Drop half of ``share`` of the characters and replace the other half by others of the set."""
    source = random.Random(f"{seed}/{transcript.id}/{transcript.caller[:1]}")

    def spoil(line: str) -> str:
        out = []
        for character in line:
            chance = source.random()
            if chance >= share:
                out.append(character)
            elif chance >= share / 2:
                out.append(source.choice(characters))
        return "".join(out)

    return msgspec.structs.replace(
        transcript, caller=tuple(map(spoil, transcript.caller)), callee=tuple(map(spoil, transcript.callee))
    )


def judge(
    model: Model, calls: Sequence[Transcript], kinds: Kinds, rules: ContentRules, view: str = "main"
) -> tuple[Marks, list[Opinion]]:
    """Marks of the model's opinions by a view of the calls."""
    opinions = [categorise(model, call, rules) for call in calls]
    pairs = [(getattr(opinion, view) or opinion.dialogue, opinion) for opinion in opinions]
    told = [
        opinion.category if view == "main" else (None if reading.doubt else reading.category)
        for reading, opinion in pairs
    ]
    truth = [kinds.kinds[str(call.kind)].category for call in calls]
    marks = mark(truth, [reading.category for reading, _ in pairs], told, [reading.confidence for reading, _ in pairs])
    return marks, opinions


def show(name: str, marks: Marks) -> None:
    right = "-" if marks.right_of_decided is None else f"{marks.right_of_decided:.4f}"
    print(
        f"{name:<34} n={marks.calls:<5} macro-F1 {marks.macro_f1:.4f}  told {marks.decided:.3f}"
        f"  right of told {right}  calibration error {marks.calibration_error:.4f}"
    )


def show_table(marks: Marks) -> None:
    print(f"    {'truth / told':<22}" + "".join(f"{answer[:20]:>22}" for answer in marks.answers))
    for truth, row in zip(marks.truths, marks.table, strict=True):
        print(f"    {truth:<22}" + "".join(f"{cell:>22}" for cell in row))


def baseline(name: str, calls: Sequence[Transcript], kinds: Kinds, say: Callable[[Transcript], str]) -> None:
    truth = [kinds.kinds[str(call.kind)].category for call in calls]
    told = [say(call) for call in calls]
    show(name, mark(truth, told, list(told), [1.0] * len(calls)))


def dialogues(folder: Path, share: float, every: int) -> None:
    pack = builtin_pack("cn")
    kinds, rules = builtin_kinds(pack.categories), pack.content
    calls: list[Transcript] = []
    for name in ("calls-lawful-zh.jsonl", "calls-fraud-zh.jsonl"):
        if not (folder / name).exists():
            print(f"skipped: {folder / name} is absent")
            return
        with (folder / name).open(encoding="utf-8") as lines:
            found, faults = read_jsonl(lines, kinds, name)
        print(f"{name}: {len(found)} calls, {len(faults)} set aside")
        calls += found[::every]
    near = [call for call in calls if near_domains(call, kinds)]
    rest = [call for call in calls if not near_domains(call, kinds)]
    learned, held = hold_back(calls, share, rules.copy_likeness)
    group = copies(calls, rules.copy_likeness)
    near_groups = {number for number, call in zip(group, calls, strict=True) if near_domains(call, kinds)}
    like_near = {id(call) for number, call in zip(group, calls, strict=True) if number in near_groups}
    learned = [call for call in learned if id(call) not in like_near]
    held = [call for call in held if not near_domains(call, kinds)]
    print(f"near-domain lawful {len(near)}: {dict(Counter(d for call in near for d in near_domains(call, kinds)))}")
    print(
        f"others {len(rest)}, of which {len(like_near) - len(near)} near copies of those are left out: learned from {len(learned)}, held back {len(held)}"
    )
    start = time.perf_counter()
    model = train(learned, kinds, rules.copy_likeness)
    print(f"trained in {time.perf_counter() - start:.0f} s; temperatures {model.header.temperatures}")
    start = time.perf_counter()
    marks, opinions = judge(model, held, kinds, rules)
    print(f"{1000 * (time.perf_counter() - start) / len(held):.2f} ms a call, both views\n")
    most = Counter(kinds.kinds[str(call.kind)].category for call in learned).most_common(1)[0][0]
    baseline("held back: majority", held, kinds, lambda _call: most)
    baseline("held back: key words", held, kinds, by_rules)
    show("held back: model", marks)
    show_table(marks)
    for view in ("caller", "dialogue"):
        show(f"held back: {view} alone", judge(model, held, kinds, rules, view)[0])
    truth = [str(call.kind) for call in held]
    likeliest = [opinion.main.kind for opinion in opinions]
    by_kind = mark(truth, likeliest, list(likeliest), [opinion.main.kind_confidence for opinion in opinions])
    show(f"held back: {len(by_kind.truths)} kinds", by_kind)
    show_table(by_kind)
    # Near-domain calls alone are all lawful; with the fraud that was held back they make a test of both.
    hard = near + [call for call in held if kinds.kinds[str(call.kind)].category == "fraud"]
    print()
    baseline("near-domain + fraud: majority", hard, kinds, lambda _call: most)
    baseline("near-domain + fraud: key words", hard, kinds, by_rules)
    hard_marks, hard_opinions = judge(model, hard, kinds, rules)
    show("near-domain + fraud: model", hard_marks)
    show_table(hard_marks)
    for view in ("caller", "dialogue"):
        show(f"near-domain + fraud: {view} alone", judge(model, hard, kinds, rules, view)[0])
    for domain in NEAR:
        of = [opinion for call, opinion in zip(hard, hard_opinions, strict=True) if domain in near_domains(call, kinds)]
        told = Counter(opinion.category or "undecided" for opinion in of)
        print(f"    {domain:<12} {len(of):>4} lawful calls, told as {dict(told)}")
    probe(model, kinds, rules)
    strangers = [Transcript(key, caller=text) for key, text in robocall_texts(folder).items()]
    if strangers:
        doubts = Counter(
            opinion.doubt.value if opinion.doubt else "told"
            for opinion in (categorise(model, call, rules) for call in strangers)
        )
        print(f"robocalls, of which nearly all are English, to this model: {dict(doubts)}")
    print()
    characters = sorted({character for call in learned for line in call.caller for character in line})
    for spoiled in (0.05, 0.1, 0.2, 0.3):
        show(
            f"near-domain + fraud, {spoiled:.0%} noise",
            judge(model, [noisy(call, spoiled, characters, 1) for call in hard], kinds, rules)[0],
        )


def probe(model: Model, kinds: Kinds, rules: ContentRules) -> None:
    with Path(__file__).with_name("content_probe.jsonl").open(encoding="utf-8") as lines:
        calls, _ = read_jsonl(lines, kinds)
    print()
    marks, opinions = judge(model, calls, kinds, rules)
    show("lawful calls written for this bench", marks)
    for opinion in opinions:
        spoke = "、".join(text for text, _ in opinion.main.words[:4])
        told = opinion.category or f"undecided ({opinion.doubt.value if opinion.doubt else ''})"
        print(f"    {opinion.id:<12} {told:<22} {opinion.main.category} {opinion.confidence:.2f}, by {spoke}")


def robocall_texts(folder: Path) -> dict[str, tuple[str, ...]]:
    """Transcripts by file name; none where the file is absent."""
    path = folder / "robocalls-en.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["file_name"]: (row["transcript"],) for row in csv.DictReader(file)}


def robocalls(folder: Path) -> None:
    texts = robocall_texts(folder)
    if not texts:
        print(f"skipped: {folder / 'robocalls-en.csv'} is absent")
        return
    rules = builtin_pack("cn").content
    print(f"\nrobocalls: {len(texts)}, of which {len(set(texts.values()))} different texts")
    for likeness in sorted({0.3, 0.4, rules.script_likeness, 0.6, 0.7, 0.8}):
        start = time.perf_counter()
        found = scripts(texts, likeness, calls=rules.script_calls)
        took = time.perf_counter() - start
        mark_ = "  <- the pack" if likeness == rules.script_likeness else ""
        print(
            f"likeness {likeness:.1f}: {len(found):>3} campaigns of at least {rules.script_calls}, {sum(map(len, found)):>5}"
            f" calls in them, largest {len(found[0]):>4}, {took:.2f} s{mark_}"
        )
    for keys in scripts(texts, rules.script_likeness, calls=rules.script_calls)[:5]:
        print(f"    {len(keys):>4}  {texts[keys[0]][0][:100]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/text"))
    parser.add_argument("--share", type=float, default=0.25)
    parser.add_argument("--every", type=int, default=1, help="take every n-th call only")
    given = parser.parse_args()
    robocalls(given.data)
    dialogues(given.data, given.share, given.every)


if __name__ == "__main__":
    main()
