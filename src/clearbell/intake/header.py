"""Finding a loader's columns in a header, under any of the names they go by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clearbell.intake.model import BadHeaderError


def normal(name: str) -> str:
    """A column name as it is compared: lower case, blanks and hyphens as underscores."""
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def places(
    header: Sequence[str], required: Sequence[str], aliases: Mapping[str, Sequence[str]] | None = None
) -> dict[str, int]:
    """Return the place of every column of the header by its own name, aliases resolved.

    ``aliases`` gives other names of a column. Raises :class:`BadHeaderError` naming every missing and doubled
    column at once.
    """
    own = {normal(other): name for name, others in (aliases or {}).items() for other in (name, *others)}
    found: dict[str, int] = {}
    doubled = []
    for place, given in enumerate(header):
        name = own.get(normal(given), normal(given))
        if not name:
            continue
        if name in found:
            doubled.append(given.strip())
        found[name] = place
    missing = [name for name in required if name not in found]
    if not missing and not doubled:
        return found
    zh, en = [], []
    if missing:
        zh.append(f"缺少列 {'、'.join(missing)}")
        en.append(f"it lacks {', '.join(missing)}")
    if doubled:
        zh.append(f"列重复 {'、'.join(doubled)}")
        en.append(f"it names {', '.join(doubled)} twice")
    shown = ", ".join(header)[:200]
    raise BadHeaderError(
        f"表头不可用:{';'.join(zh)}。表头为:{shown}", f"the header cannot be used: {'; '.join(en)}. It reads: {shown}"
    )
