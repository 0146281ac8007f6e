"""``clearbell content``: what a call is about, from its transcript."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

from cyclopts import App, Parameter

from clearbell.cli.context import refuse, say, words

if TYPE_CHECKING:
    from clearbell.content.judging import Opinion, Reading
    from clearbell.content.kinds import Kinds
    from clearbell.content.model import Model
    from clearbell.content.transcripts import Transcript
    from clearbell.policy.model import ContentRules, Pack

app = App(name="content", help="What a call is about, from its transcript. 通话内容类别。")


@app.command
def train(
    *, calls: list[Path], out: Path, kinds: Path | None = None, quarantine: Path | None = None, pack: str = "cn"
) -> None:
    """Learn from transcripts whose kinds are known. Needs ``pip install 'clearbell[learn]'``.

    Parameters
    ----------
    calls
        Files with one call a line in JSON: caller, callee (lists of what each said), kind. May be given more than once.
    out
        Model file to write.
    kinds
        File with further kinds, their categories and the labels that name them (TOML).
    quarantine
        File for the lines that cannot be used, with their reasons (CSV).
    pack
        Name or file of the rules.
    """
    from rich.console import Console
    from rich.progress import Progress

    rules, known = _rules(pack, kinds)
    try:
        from clearbell.content.model import save_model
        from clearbell.content.training import TooFewCallsError
        from clearbell.content.training import train as learn
    except ModuleNotFoundError as error:
        _missing(error)
    found = _read(calls, known, quarantine)
    unlabelled = sum(transcript.kind is None for transcript in found)
    if unlabelled:
        say(f"{unlabelled} 个通话未标明类型,不参与学习", f"{unlabelled} calls tell no kind and are not learned from")
    try:
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(words("学习", "learning"), total=None)
            model = learn(
                found,
                known,
                rules.content.copy_likeness,
                lambda done, total: bar.update(task, completed=done, total=total),
            )
    except TooFewCallsError as error:
        refuse(error.zh, error.en)
    try:
        model = save_model(model, out)
    except OSError as error:
        refuse(f"{out}: 无法写入:{error.strerror}", f"{out}: cannot be written: {error.strerror}")
    total = sum(model.header.learned_from.values())
    say(
        f"从 {total} 个通话、{len(model.header.kinds)} 种类型学得,写入 {out}(摘要 {model.header.digest[:12]})",
        f"learned from {total} calls of {len(model.header.kinds)} kinds; written to {out} (digest {model.header.digest[:12]})",
    )


@app.command
def categorise(
    file: Annotated[str, Parameter(allow_leading_hyphen=True)],
    *,
    model: Path,
    as_json: bool = False,
    quarantine: Path | None = None,
    pack: str = "cn",
) -> None:
    """Tell the category of each call of a file, with its confidence and the words that spoke for it.

    Parameters
    ----------
    file
        Transcripts: one call a line in JSON, or one call as plain text with lines ``caller: ...`` and ``callee: ...``;
        ``-`` reads standard input.
    model
        Model file that ``clearbell content train`` wrote.
    as_json
        Print one JSON object a call.
    quarantine
        File for the lines that cannot be used, with their reasons (CSV).
    pack
        Name or file of the rules.
    """
    rules, known = _rules(pack, None)
    loaded = _model(model)
    from clearbell.content.judging import categorise as judge
    from clearbell.content.transcripts import read_text

    text = _text(file)
    if text.lstrip().startswith("{"):
        found = _parse(text.splitlines(), known, file, quarantine, labels=False)
    else:
        found = [read_text(text, file)]
        if not found[0].lines:
            refuse(f"{file}: 没有任何话语", f"{file}: nothing is said in it")
    for transcript in found:
        opinion = judge(loaded, transcript, rules.content)
        if as_json:
            sys.stdout.write(json.dumps(_plain(opinion), ensure_ascii=False) + "\n")
        else:
            _tell(opinion, loaded, rules.content)
    if not as_json:
        say("类别只是线索,须经核查,不是认定。", "A category is evidence to be checked, not a verdict.")


@app.command
def evaluate(
    *, model: Path, calls: list[Path], kinds: Path | None = None, quarantine: Path | None = None, pack: str = "cn"
) -> None:
    """Compare a model's opinions with calls whose kinds are known, and that it did not learn from.

    Parameters
    ----------
    model
        Model file that ``clearbell content train`` wrote.
    calls
        Files as for ``train``.
    kinds
        File with further kinds (TOML).
    quarantine
        File for the lines that cannot be used, with their reasons (CSV).
    pack
        Name or file of the rules.
    """
    from clearbell.cli.tables import show, table

    rules, known = _rules(pack, kinds)
    loaded = _model(model)
    try:
        from clearbell.content.judging import categorise as judge
        from clearbell.content.marks import UNDECIDED, mark
    except ModuleNotFoundError as error:
        _missing(error)
    found = [transcript for transcript in _read(calls, known, quarantine) if transcript.kind]
    if not found:
        refuse("没有标明类型的通话", "no call tells its kind")
    opinions = [judge(loaded, transcript, rules.content) for transcript in found]
    marks = mark(
        [known.kinds[str(transcript.kind)].category for transcript in found],
        [opinion.main.category for opinion in opinions],
        [opinion.category for opinion in opinions],
        [opinion.confidence for opinion in opinions],
    )
    right = "-" if marks.right_of_decided is None else f"{marks.right_of_decided:.3f}"
    say(
        f"{marks.calls} 个通话:宏平均 F1 {marks.macro_f1:.3f};给出类别的占 {marks.decided:.3f},其中正确 {right};"
        f"置信度误差 {marks.calibration_error:.3f}",
        f"{marks.calls} calls: macro-F1 {marks.macro_f1:.3f}; told {marks.decided:.3f} of them, right in {right} of these; "
        f"calibration error {marks.calibration_error:.3f}",
    )
    names = [words("未定", "undecided") if answer == UNDECIDED else answer for answer in marks.answers]
    show(
        table(
            words("实际与所判", "truth and what was told"),
            ["", *names],
            [[truth, *row] for truth, row in zip(marks.truths, marks.table, strict=True)],
            numeric=range(1, len(names) + 1),
        )
    )


def _missing(error: ModuleNotFoundError) -> NoReturn:
    refuse(
        f"缺少 {error.name}:请运行 pip install 'clearbell[learn]'",
        f"{error.name} is missing: run pip install 'clearbell[learn]'",
    )


def _rules(pack: str, more: Path | None) -> tuple[Pack, Kinds]:
    from clearbell.cli.pack import open_pack
    from clearbell.content.kinds import KindsError, builtin_kinds

    rules = open_pack(pack)
    try:
        files = {str(more): more.read_text(encoding="utf-8")} if more else {}
        return rules, builtin_kinds(rules.categories, files)
    except KindsError as error:
        refuse(error.zh, error.en)
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"{more}: 无法读取:{error}", f"{more}: cannot be read: {error}")


def _model(path: Path) -> Model:
    try:
        from clearbell.content.model import ModelError, load_model
    except ModuleNotFoundError as error:
        _missing(error)
    try:
        return load_model(path)
    except ModelError as error:
        refuse(error.zh, error.en)
    except OSError as error:
        refuse(f"{path}: 无法读取:{error.strerror}", f"{path}: cannot be read: {error.strerror}")


def _text(file: str) -> str:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        refuse(f"{file}: 无法读取:{error.strerror}", f"{file}: cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        refuse(f"{file}: 不是 UTF-8:{error}", f"{file}: not UTF-8: {error}")


def _read(files: list[Path], kinds: Kinds, quarantine: Path | None) -> list[Transcript]:
    found: list[Transcript] = []
    for file in files:
        text = _text(str(file)).split("\n")
        found += _parse(text, kinds, str(file), quarantine, append=file is not files[0])
    return found


def _parse(
    lines: list[str], kinds: Kinds, name: str, quarantine: Path | None, *, append: bool = False, labels: bool = True
) -> list[Transcript]:
    from clearbell.content.transcripts import read_jsonl

    found, faults = read_jsonl(lines, kinds, name, labels=labels)
    if faults:
        reasons = Counter(words(fault.zh, fault.en) for fault in faults)
        first = faults[0].line
        why, many = reasons.most_common(1)[0]
        sys.stderr.write(
            words(
                f"{name}: {len(faults)} 行不能用,首见第 {first} 行;最多的原因({many} 行):{why}",
                f"{name}: {len(faults)} lines cannot be used, the first is line {first}; most often ({many}): {why}",
            )
            + "\n"
        )
    if quarantine is not None and (faults or not append):
        try:
            with quarantine.open("a" if append else "w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                if not append:
                    writer.writerow(["file", "line", "reason_zh", "reason_en", "text"])
                writer.writerows([name, fault.line, fault.zh, fault.en, fault.text] for fault in faults)
        except OSError as error:
            refuse(f"{quarantine}: 无法写入:{error.strerror}", f"{quarantine}: cannot be written: {error.strerror}")
    return found


def _tell(opinion: Opinion, model: Model, rules: ContentRules) -> None:
    main = opinion.main
    zh, en = model.header.categories[main.category]
    kind = next(kind for kind in model.header.kinds if kind.code == main.kind)
    if opinion.doubt is None:
        say(
            f"{opinion.id}: {zh}({opinion.category}),置信度 {opinion.confidence:.2f};其中最像「{kind.zh}」{main.kind_confidence:.2f}",
            f"{opinion.id}: {en} ({opinion.category}), confidence {opinion.confidence:.2f}; most like: {kind.en} {main.kind_confidence:.2f}",
        )
    else:
        say(
            f"{opinion.id}: 未定:{opinion.doubt.zh};最可能是{zh}({main.category}),置信度 {opinion.confidence:.2f},"
            f"认得 {main.known:.0%} 的字词(至少 {rules.least_known:.0%}),判定线 {rules.undecided_below:.2f}",
            f"{opinion.id}: undecided: {opinion.doubt.en}; likeliest is {en} ({main.category}), confidence "
            f"{opinion.confidence:.2f}, {main.known:.0%} of its n-grams known (at least {rules.least_known:.0%}), "
            f"told from {rules.undecided_below:.2f}",
        )
    if opinion.caller is not None:
        _side(words("主叫的话", "the caller's words"), opinion.caller, model)
    _side(words("整段通话", "the whole call"), opinion.dialogue, model)


def _side(name: str, reading: Reading, model: Model) -> None:
    zh, en = model.header.categories[reading.category]
    spoke = words("、", ", ").join(words(f"「{text}」", f'"{text}"') for text, _ in reading.words)
    say(
        f"  {name}:{zh} {reading.confidence:.2f};依据:{spoke or '无'}",
        f"  {name}: {en} {reading.confidence:.2f}; because of {spoke or 'nothing'}",
    )


def _plain(opinion: Opinion) -> Any:
    import msgspec

    return msgspec.to_builtins(opinion)
