"""``clearbell train`` and ``clearbell evaluate``: a model that learns only from verdicts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from clearbell.cli.context import actor, home_folder, language, open_store, refuse, say, words
from clearbell.cli.models import open_chosen, worded_refusals

if TYPE_CHECKING:
    from clearbell.discovery.learning.evaluation import Evaluation
    from clearbell.discovery.learning.measures import Measures, Rate
    from clearbell.discovery.learning.verdicts import ReadVerdicts


def train(
    *,
    verdicts: Path,
    features: Path,
    window: int = 30,
    out: Path | None = None,
    bad_rows: Path | None = None,
    threads: int = 1,
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Learn from how cases ended: confirmed or cleared. Never from what detectors said.

    Each verdict is learned from by the features its number had before it. The latest numbers of each kind are held back;
    they calibrate the model and measure it. Needs ``pip install 'clearbell[learn]'``.

    Parameters
    ----------
    verdicts
        CSV or Parquet: number, verdict (confirmed, cleared or inconclusive), decided_at.
    features
        Parquet of ``clearbell discover features``, with days before the verdicts.
    window
        Days of the windows to learn from.
    out
        Model file (default: in the data folder, where detection finds it).
    bad_rows
        CSV file for the rows of verdicts that cannot be used, with reasons (default: beside the verdicts).
    threads
        Processor threads.
    pack
        Rules: how many verdicts it takes, what is held back.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.pack import open_pack

    rules = open_pack(pack)
    store = open_store(home)
    with worded_refusals():
        from clearbell.discovery.learning.lessons import join, read_features
        from clearbell.discovery.learning.loading import model_path
        from clearbell.discovery.learning.settings import learning_settings
        from clearbell.discovery.learning.training import do_keep_model
        from clearbell.discovery.learning.training import train as learn
        from clearbell.discovery.learning.trees import Recipe

        settings = learning_settings(rules)
        read = _read_verdicts(verdicts, rules.timezone, bad_rows)
        rows = read_features(features, window, numbers={one.number for one in read.verdicts})
        lessons = join(read.verdicts, rows, rules.utc_offset_minutes, settings.max_age_days)
        _tell_unused(lessons.without_features, settings.max_age_days)
        trained = learn(lessons, settings, rules, window, store.clock.now(), Recipe(), threads=threads)
        path = out or model_path(home_folder(home), trained.fact.digest)
        try:
            with store.act(actor()) as act:
                do_keep_model(act, trained, path)
        except OSError as error:
            refuse(f"{path}: 无法写入:{error.strerror}", f"{path}: cannot be written: {error.strerror}")
    if trained.dropped:
        names = ", ".join(trained.dropped)
        say(f"未用(取值全同或全缺)的特征:{names}", f"features not used (all alike or all missing): {names}")
    header = trained.header
    grown, back = header.grown, header.held_back
    say(
        f"已由 {grown.confirmed} 个属实、{grown.cleared} 个澄清的结论学得;另留 {back.confirmed} + {back.cleared} 个用于校准与评估",
        f"learned from {grown.confirmed} confirmed and {grown.cleared} cleared verdicts; "
        f"{back.confirmed} + {back.cleared} held back to calibrate and measure",
    )
    _show_evaluation(header.measured)
    say(f"模型 {trained.fact.digest} 写入 {path}", f"model {trained.fact.digest} written to {path}")


def evaluate(
    *,
    verdicts: Path | None = None,
    features: Path | None = None,
    model: Path | None = None,
    bad_rows: Path | None = None,
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """How well the model tells: precision and recall at fixed shares of false alarms, AUC, by class of caller.

    Without verdicts: as measured on those held back in training. With verdicts: on those of them decided after all it
    knew, about numbers it never saw.

    Parameters
    ----------
    verdicts
        CSV or Parquet: number, verdict, decided_at.
    features
        Parquet of ``clearbell discover features``.
    model
        Model file (default: the one trained last).
    bad_rows
        CSV file for the rows of verdicts that cannot be used (default: beside the verdicts).
    pack
        Rules: the shares of false alarms.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.pack import open_pack

    if (verdicts is None) != (features is None):
        refuse("--verdicts 与 --features 须同时给出", "give --verdicts and --features together")
    rules = open_pack(pack)
    store = open_store(home)
    with worded_refusals():
        from clearbell.discovery.learning import evaluation
        from clearbell.discovery.learning.lessons import join, read_features
        from clearbell.discovery.learning.settings import learning_settings

        chosen = open_chosen(store, home, model)
        header = chosen.header
        if verdicts is None or features is None:
            say("训练时留出的结论:", "on the verdicts held back in training:")
            _show_evaluation(header.measured)
            return
        settings = learning_settings(rules)
        read = _read_verdicts(verdicts, rules.timezone, bad_rows)
        fresh = evaluation.unseen(read.verdicts, header.known_until)
        known = len(read.verdicts) - len(fresh)
        if known:
            say(
                f"{known} 个结论的时间不晚于模型所学,或其号码此前已有结论,不用于评估",
                f"{known} verdicts are no later than what the model knew, or their number had one before: not measured",
            )
        rows = read_features(features, header.window, header.features, {one.number for one in fresh})
        lessons = join(fresh, rows, header.utc_offset_minutes, settings.max_age_days)
        _tell_unused(lessons.without_features, settings.max_age_days)
        if not lessons.verdicts:
            refuse(
                "没有模型未见过的结论可供评估;请给出训练之后作出的结论",
                "there is no verdict that the model has not seen; give verdicts decided after it was trained",
            )
        _show_evaluation(
            evaluation.evaluate(
                lessons.verdicts,
                lessons.labels,
                chosen.log_odds(lessons.features),
                settings.false_alarms,
                rules.country,
            )
        )


def _read_verdicts(path: Path, zone: str, bad_rows: Path | None) -> ReadVerdicts:
    from clearbell.discovery.learning.verdicts import read_verdicts, write_bad_rows

    read = read_verdicts(path, zone)
    say(
        f"{len(read.verdicts)} 个结论;重复 {read.duplicates} 行,无结论 {read.inconclusive} 行,隔离 {len(read.bad)} 行",
        f"{len(read.verdicts)} verdicts; {read.duplicates} rows repeated, {read.inconclusive} inconclusive, "
        f"{len(read.bad)} quarantined",
    )
    if read.bad:
        place = bad_rows or path.with_name(f"{path.name}.bad-rows.csv")
        try:
            write_bad_rows(place, read.bad, language())
        except OSError as error:
            refuse(f"{place}: 无法写入:{error.strerror}", f"{place}: cannot be written: {error.strerror}")
        say(f"隔离的行及原因见 {place}", f"the quarantined rows, with reasons, are in {place}")
    return read


def _tell_unused(count: int, days: int) -> None:
    if count:
        say(
            f"{count} 个结论之前 {days} 天内没有特征,未使用",
            f"{count} verdicts have no features from the {days} days before them and are not used",
        )


def _show_evaluation(found: Evaluation) -> None:
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table

    zh = language() == "zh"
    whole = found.measures
    say(
        f"属实 {whole.confirmed},澄清 {whole.cleared};AUC {_rate(whole.auc, share=False)};"
        f"校准误差 {found.calibration_error:.3f}",
        f"{whole.confirmed} confirmed, {whole.cleared} cleared; AUC {_rate(whole.auc, share=False)}; "
        f"calibration error {found.calibration_error:.3f}",
    )
    show_table(
        table(
            words("误报率给定时(括号内为 95 % 区间)", "At fixed shares of false alarms (95 % intervals)"),
            ["误报率", "标出", "查准率", "查全率"] if zh else ["false alarms", "flagged", "precision", "recall"],
            [
                (f"{at.false_alarms:.1%}", at.flagged, _rate(at.precision), _rate(at.recall))
                if at.threshold is not None
                else (f"{at.false_alarms:.1%}", *_too_few(at.false_alarms, whole))
                for at in whole.at
            ],
            numeric=(1,),
        )
    )
    if found.usual is None:
        return
    show_table(
        table(
            words(
                f"按主叫类别(误报率 {found.usual:.1%} 的阈值)", f"By class of caller (threshold of {found.usual:.1%})"
            ),
            ["类别", "AUC", "标出属实", "误标澄清"] if zh else ["class", "AUC", "confirmed flagged", "cleared flagged"],
            [
                (
                    one.number_class.value,
                    _rate(one.measures.auc, share=False),
                    words(
                        f"{one.measures.confirmed} 中 {one.flagged_confirmed}",
                        f"{one.flagged_confirmed} of {one.measures.confirmed}",
                    ),
                    words(
                        f"{one.measures.cleared} 中 {one.flagged_cleared}",
                        f"{one.flagged_cleared} of {one.measures.cleared}",
                    ),
                )
                for one in found.by_class
            ],
        )
    )


def _rate(rate: Rate, *, share: bool = True) -> str:
    if rate.value is None:
        return words("无法测量", "cannot be measured")
    form = "{:.1%}" if share else "{:.3f}"
    value = form.format(rate.value)
    return value if rate.low is None else f"{value} ({form.format(rate.low)}–{form.format(rate.high)})"


def _too_few(rate: float, whole: Measures) -> tuple[str, str, str]:
    least = round(1 / rate)
    return (
        "-",
        words(
            f"须至少 {least} 个澄清的结论,现有 {whole.cleared}",
            f"needs {least} cleared verdicts, there are {whole.cleared}",
        ),
        "-",
    )
