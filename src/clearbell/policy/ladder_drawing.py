"""The ladder as a drawing: the rungs with their times, what raises a sanction, and what each steps down to."""

from __future__ import annotations

import itertools

from clearbell.policy.model import Pack


def drawn(pack: Pack) -> str:
    """A Mermaid flow chart of the pack's ladder, mildest rung at the top. Solid: once more; dotted: by itself."""
    rungs = pack.ladder.rungs
    lines = ["flowchart TB"]
    for name, rules in rungs.items():
        words = pack.rungs[name]
        lasts = f"{rules.days} 天 days" if rules.days else "解除为止 until lifted"
        if rules.limit:
            lasts += f", {rules.limit}/h"
        told = f"提前 {rules.notice_hours} h ahead" if rules.notice_hours else "即时 as soon as told"
        lines.append(f'    {name}["{words.zh}<br>{name}<br>{lasts}<br>{told}<br>{" ".join(rules.units)}"]')
    for milder, harsher in itertools.pairwise(rungs):
        lines.append(f"    {milder} -- 再犯 again --> {harsher}")
    for name, rules in rungs.items():
        if rules.then:
            lines.append(f"    {name} -. {rules.then_days} 天 days .-> {rules.then}")
    starts = {pack.ladder.first: "首次 first"}
    for category, name in pack.ladder.first_by_category.items():
        known = pack.categories[category]
        starts[name] = f"{starts[name]}, {known.zh}" if name in starts else f"首次 first: {known.zh} {category}"
    for place, (name, text) in enumerate(starts.items(), 1):
        lines.append(f'    start{place}(["{text}"]) --> {name}')
    return "\n".join(lines) + "\n"
