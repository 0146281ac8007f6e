"""``clearbell model``: what a model is made of, what it says of numbers and why, and whether it still fits."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App

from clearbell.cli.context import home_folder, language, open_store, refuse, say, words

if TYPE_CHECKING:
    from clearbell.discovery.learning.lessons import FeatureRows
    from clearbell.discovery.learning.model import Model
    from clearbell.ledger import Store

app = App(name="model", help="The model that learned from verdicts. 由结论学得的模型。")


@contextlib.contextmanager
def worded_refusals() -> Iterator[None]:
    """End the command with words where learning is refused, or the extra ``learn`` is not installed."""
    from clearbell.discovery.learning.refusals import LearningError

    try:
        yield
    except LearningError as error:
        refuse(error.zh, error.en)
    except ModuleNotFoundError as error:
        refuse(
            f"缺少 {error.name}:请运行 pip install 'clearbell[learn]'",
            f"{error.name} is missing: run pip install 'clearbell[learn]'",
        )


@app.command(name="list")
def list_(*, home: Path | None = None) -> None:
    """List the models that the ledger knows, oldest first."""
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show, table

    store = open_store(home)
    with worded_refusals():
        from clearbell.discovery.learning.loading import trained_models

        found = list(trained_models(store))
    show(
        table(
            words("模型", "Models"),
            ["摘要", "训练时间", "属实", "澄清", "特征", "规则包"]
            if language() == "zh"
            else ["digest", "trained", "confirmed", "cleared", "features", "pack"],
            [(one.digest[:16], shown(at), one.confirmed, one.cleared, one.features, one.pack) for at, one in found],
            numeric=(2, 3, 4),
        )
    )


@app.command
def show(*, model: Path | None = None, top: int = 20, home: Path | None = None) -> None:
    """What a model is made of, and which features weigh most in it.

    Parameters
    ----------
    model
        Model file (default: the one trained last).
    top
        Features to list.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table

    store = open_store(home)
    with worded_refusals():
        from clearbell.discovery.learning.explaining import feature_words

        chosen = open_chosen(store, home, model)
        header = chosen.header
        made = ", ".join(f"{name} {version}" for name, version in sorted(header.libraries.items()))
        say(f"模型 {chosen.digest}(格式 {header.format})", f"model {chosen.digest} (format {header.format})")
        say(f"训练集 {header.training_digest}", f"training set {header.training_digest}")
        say(
            f"{shown(header.created)} 按规则包 {header.pack} 训练;{made}",
            f"trained {shown(header.created)} under pack {header.pack}; {made}",
        )
        at = 0 if language() == "zh" else 1
        ranked = sorted(zip(header.features, header.importance, strict=True), key=lambda one: -one[1])[:top]
        show_table(
            table(
                words("特征的分量(占各特征对得分之增减)", "Weight of features (share in what all add or take)"),
                ["特征", "说明", "分量"] if language() == "zh" else ["feature", "meaning", "weight"],
                [(name, feature_words(name)[at], f"{weight:.1%}") for name, weight in ranked],
                numeric=(2,),
            )
        )


@app.command
def drift(
    *,
    features: Path,
    verdicts: Path | None = None,
    model: Path | None = None,
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Whether numbers still behave as those did that the model learned from, feature by feature (PSI).

    Parameters
    ----------
    features
        Parquet of ``clearbell discover features``.
    verdicts
        CSV or Parquet of later verdicts: compares like with like, the features before these with the features before
        those. Without it every number of the table is compared, at its latest day; numbers that nobody opened a case
        about differ from cases without any drift.
    model
        Model file (default: the one trained last).
    pack
        Rules: from which index on a feature has shifted or changed.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.pack import open_pack
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table

    rules = open_pack(pack)
    store = open_store(home)
    with worded_refusals():
        from clearbell.discovery.learning.drift import Standing
        from clearbell.discovery.learning.drift import drift as compare
        from clearbell.discovery.learning.settings import learning_settings

        chosen = open_chosen(store, home, model)
        settings = learning_settings(rules)
        if verdicts is None:
            rows = _latest_rows(features, chosen)
            say(
                "与模型所学的案件号码相比的是表中全部号码,二者本不相同;请用 --verdicts 给出新的结论,同类相比",
                "all numbers of the table are compared with the numbers of cases, which differ anyway; "
                "give later verdicts with --verdicts to compare like with like",
            )
        else:
            rows = _rows_of_verdicts(features, verdicts, chosen, rules.timezone, settings.max_age_days)
        found = [
            compare(reference, rows.values[:, at], settings.drift_notice, settings.drift_alarm)
            for at, reference in enumerate(chosen.header.references)
        ]
    names = {
        Standing.STEADY: words("平稳", "steady"),
        Standing.SHIFTED: words("偏移", "shifted"),
        Standing.CHANGED: words("已变", "changed"),
    }
    show_table(
        table(
            words(f"特征漂移({len(rows)} 个号码)", f"Drift of features ({len(rows)} numbers)"),
            ["特征", "PSI", "偶然上限", "判断", "当时缺失", "现在缺失"]
            if language() == "zh"
            else ["feature", "PSI", "by chance below", "standing", "missing then", "missing now"],
            [
                (
                    one.name,
                    f"{one.index:.3f}",
                    f"{one.noise:.3f}",
                    names[one.standing],
                    f"{one.missing_then:.1%}",
                    f"{one.missing_now:.1%}",
                )
                for one in sorted(found, key=lambda one: -one.index)
            ],
            numeric=(1, 2, 4, 5),
        )
    )
    changed = sum(one.standing is Standing.CHANGED for one in found)
    if changed:
        say(
            f"{changed} 个特征已变;请用新的结论重新训练",
            f"{changed} features have changed; train anew on later verdicts",
        )


@app.command
def score(*, features: Path, out: Path, model: Path | None = None, home: Path | None = None) -> None:
    """Write each number's probability that a case about it would be confirmed, highest first, as CSV.

    Parameters
    ----------
    features
        Parquet of ``clearbell discover features``; of each number its latest day counts.
    out
        File to write.
    model
        Model file (default: the one trained last).
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    import csv

    from clearbell.numbering import format_e164

    store = open_store(home)
    with worded_refusals():
        chosen = open_chosen(store, home, model)
        rows = _latest_rows(features, chosen)
        found = sorted(zip(chosen.probabilities(rows).tolist(), rows.numbers.tolist(), strict=True), reverse=True)
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["number", "probability", "model"])
            writer.writerows((format_e164(number), f"{chance:.6f}", chosen.digest[:16]) for chance, number in found)
    except OSError as error:
        refuse(f"{out}: 无法写入:{error.strerror}", f"{out}: cannot be written: {error.strerror}")
    say(f"{len(found)} 个号码写入 {out}", f"{len(found)} numbers written to {out}")


@app.command
def explain(number: str, *, features: Path, model: Path | None = None, top: int = 8, home: Path | None = None) -> None:
    """Why a number scores as it does: what each feature adds, in log-odds.

    Parameters
    ----------
    number
        The number.
    features
        Parquet of ``clearbell discover features``; the number's latest day counts.
    model
        Model file (default: the one trained last).
    top
        Features to tell one by one; the others are summed.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import number as as_number
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table

    key = as_number(number, "number")
    store = open_store(home)
    with worded_refusals():
        from clearbell.discovery.learning import explaining

        chosen = open_chosen(store, home, model)
        rows = _latest_rows(features, chosen, key)
        if not len(rows):
            refuse(
                f"{features.name} 中没有 {number} 在 {chosen.header.window} 天窗口的特征",
                f"{features.name} has no features of {number} over {chosen.header.window} days",
            )
        [told] = explaining.explain(chosen, rows)
    lines = [(words(one.zh, one.en), f"{one.adds:+.3f}") for one in told.reasons[:top]]
    rest = told.reasons[top:]
    if rest:
        lines.append((words(f"其余 {len(rest)} 项", f"{len(rest)} others"), f"{sum(one.adds for one in rest):+.3f}"))
    lines.append((words("起点", "start"), f"{told.start:+.3f}"))
    lines.append((words("合计(对数几率)", "sum (log-odds)"), f"{told.log_odds:+.3f}"))
    show_table(
        table(
            words(f"属实的可能性 {told.probability:.1%}", f"likely to be confirmed: {told.probability:.1%}"),
            ["原因", "分量"] if language() == "zh" else ["reason", "adds"],
            lines,
            numeric=(1,),
        )
    )


def open_chosen(store: Store, home: Path | None, path: Path | None) -> Model:
    """The model of a file, or the one trained last; ends the command when there is none."""
    from clearbell.discovery.learning.loading import NoModel, current_model, trained_models
    from clearbell.discovery.learning.model_file import open_model

    if path is not None:
        return open_model(path, {fact.digest for _, fact in trained_models(store)})
    found = current_model(store, home_folder(home))
    if isinstance(found, NoModel):
        refuse(found.zh, found.en)
    return found


def _rows_of_verdicts(path: Path, verdicts: Path, model: Model, zone: str, max_age_days: int) -> FeatureRows:
    from clearbell.discovery.learning.evaluation import unseen
    from clearbell.discovery.learning.lessons import join, read_features
    from clearbell.discovery.learning.verdicts import read_verdicts

    header = model.header
    later = unseen(read_verdicts(verdicts, zone).verdicts, header.known_until)
    rows = read_features(path, header.window, header.features, {one.number for one in later})
    found = join(later, rows, header.utc_offset_minutes, max_age_days).features
    if not len(found):
        refuse(
            f"{verdicts.name} 中没有训练之后作出、且之前有特征的结论",
            f"{verdicts.name} has no verdict that was decided after training and has features before it",
        )
    return found


def _latest_rows(path: Path, model: Model, number: int | None = None) -> FeatureRows:
    from clearbell.discovery.learning.lessons import read_features

    only = None if number is None else [number]
    return read_features(path, model.header.window, model.header.features, only).latest()
