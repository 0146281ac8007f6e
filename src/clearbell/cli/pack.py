"""``clearbell pack``: check and show a jurisdiction's rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App

from clearbell.cli.context import language, refuse, say, words

if TYPE_CHECKING:
    from clearbell.policy.model import Pack

app = App(name="pack", help="Check, show and try a jurisdiction's rules. 检查、查看与试用规则包。")
app.command("clearbell.cli.replays:replay", name="replay", help="What another policy would have done. 规则重放。")
app.command("clearbell.cli.replays:replays", name="replays", help="Replays that are kept. 已有的重放。")


def open_pack(name: str) -> Pack:
    """Load a pack by the name it ships under, or by the path of its file; ends the command when it has faults."""
    from clearbell.policy.pack import builtin_pack, load_pack
    from clearbell.policy.problems import PackError

    path = Path(name)
    try:
        if path.suffix != ".toml":
            return builtin_pack(name)
        return load_pack(path.read_text(encoding="utf-8"), name)
    except PackError as error:
        text = error.text(language())
        refuse(text, text)
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"{name}: 读不出规则包:{error}", f"{name}: cannot read the pack: {error}")


@app.command
def check(pack: str = "cn") -> None:
    """Check a pack; every fault is named with file, line and key.

    Parameters
    ----------
    pack
        Name of a pack that ships with Clearbell, or the path of a ``.toml`` file.
    """
    checked = open_pack(pack)
    say(f"规则包 {checked.id} {checked.version} 无误", f"pack {checked.id} {checked.version} is sound")


@app.command
def show(pack: str = "cn") -> None:
    """Show the order of judgement, the prices, the actions and the thresholds with their sources.

    Parameters
    ----------
    pack
        Name of a pack that ships with Clearbell, or the path of a ``.toml`` file.
    """
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table
    from clearbell.policy.symbols import CHECKS

    opened = open_pack(pack)
    zh = language() == "zh"
    rows = []
    for check_name in opened.order:
        for symbol in CHECKS[check_name].symbols:
            price = opened.price(symbol)
            rows.append(
                (
                    check_name,
                    symbol,
                    f"{price.points:+g}",
                    price.decides.value if price.decides else "",
                    price.answer.value if price.answer else "",
                    f"{price.source} ({price.status.value})",
                    price.zh if zh else price.en,
                )
            )
    show_table(
        table(
            words(f"判定顺序与分值({opened.version})", f"Order of judgement and prices ({opened.version})"),
            ["检查", "所见", "分值", "直接处理", "应答", "依据", "说明"]
            if zh
            else ["check", "symbol", "points", "decides", "answer", "source", "words"],
            rows,
            numeric=(2,),
        )
    )
    show_table(
        table(
            words("总分与处理", "Totals and actions"),
            ["至少", "处理", "应答"] if zh else ["at least", "action", "answer"],
            [(f"{step.at_least:+g}", step.action.value, step.answer.value) for step in opened.actions],
            numeric=(0,),
        )
    )
    show_table(
        table(
            words("阈值", "Thresholds"),
            ["名称", "值", "单位", "最少样本", "依据"] if zh else ["name", "value", "unit", "least sample", "source"],
            [
                (
                    name,
                    words("关闭", "off") if limit.value is None else f"{limit.value:g}",
                    limit.unit,
                    limit.min_sample,
                    f"{limit.source} ({limit.status.value})",
                )
                for name, limit in opened.thresholds.items()
            ],
            numeric=(1, 3),
        )
    )
