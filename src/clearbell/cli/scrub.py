"""``clearbell consent scrub``: which numbers of a calling list may be called."""

from __future__ import annotations

import time
from pathlib import Path

from clearbell.cli.context import language, open_store, refuse, say, words


def scrub(
    file: Path,
    out: Path,
    *,
    holder: str,
    purpose: str,
    caller: str = "",
    column: str = "",
    at: str | None = None,
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Hold a calling list against what subscribers said; writes it again with ``may``, ``why``, ``until`` and ``again``.

    Parameters
    ----------
    file
        The list: CSV (plain or .gz) or Parquet.
    out
        Where the result goes: CSV or Parquet, by its name.
    holder
        Who wants to call.
    purpose
        Category code of the calls.
    caller
        Number that will be shown; with it lists and refusals by number count too.
    column
        Column with the numbers (default: ``callee``, ``number``, ``phone`` or 号码, else the first).
    at
        When the calls begin: a date or ISO 8601 with a zone (default: now).
    pack
        Rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import moment, number
    from clearbell.cli.pack import open_pack
    from clearbell.cli.tables import show, table
    from clearbell.consent.calling_lists import BadListError, read_list, write_list
    from clearbell.consent.scrub import Question, Why
    from clearbell.consent.scrub import scrub as hold
    from clearbell.sanctions.queries import holder_barred

    rules = open_pack(pack)
    store = open_store(home)
    now = moment(at, "at") or store.clock.now()
    began = time.monotonic()
    try:
        given = read_list(file, column, rules.home)
        with store.read() as conn:
            question = Question(
                holder,
                purpose,
                now,
                number(caller, "caller") if caller else 0,
                rules.limit("consent_days"),
                holder_barred(conn, holder, now),
                rules.timezone,
            )
            verdicts = hold(conn, question, given.numbers)
        write_list(out, given, verdicts)
    except BadListError as error:
        refuse(f"{file}: {error.zh}", f"{file}: {error.en}")
    except OSError as error:
        refuse(str(error), str(error))
    found = [verdicts[key].why for key in given.numbers]
    zh = language() == "zh"
    show(
        table(
            words("名单清洗", "Scrubbed list"),
            ["结论", "原因", "行"] if zh else ["may call", "why", "rows"],
            [
                (
                    words("可以", "yes") if why in (Why.CONSENTED, Why.OWN_ALLOW) else words("不可", "no"),
                    why.zh if zh else why.en,
                    found.count(why),
                )
                for why in Why
                if why in found
            ],
            numeric=(2,),
        )
    )
    seconds = time.monotonic() - began
    say(f"{len(found)} 行写入 {out},{seconds:.1f} 秒", f"{len(found)} rows written to {out} in {seconds:.1f} s")
    store.close()
