"""``clearbell screen``: judge one call at the command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from clearbell.cli.context import home_folder, open_store, refuse


def screen(
    *,
    from_: Annotated[str, Parameter(name="--from")],
    to: str,
    trunk: str = "",
    at: str | None = None,
    attestation: Literal["none", "a", "b", "c", "failed"] = "none",
    withheld: bool = False,
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Judge a call as a switch would have it judged now, and show the sum. Nothing is recorded or counted.

    The live counters are those of the node's record: what it decided in the last 24 hours.

    Parameters
    ----------
    from_
        Calling number, in any form.
    to
        Called number.
    trunk
        Trunk the call comes in on.
    at
        Time of the call, ISO 8601 with a zone (default: now).
    attestation
        What STIR/SHAKEN said.
    withheld
        The caller hides the number.
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.calls import DAY, Attestation
    from clearbell.cli.judgement import print_decision
    from clearbell.cli.pack import open_pack
    from clearbell.records.journal import read_journal
    from clearbell.screening.engine import Engine
    from clearbell.screening.traffic import Traffic
    from clearbell.serving.follower import load_views
    from clearbell.serving.identifiers import decision_ids
    from clearbell.web.schemas import BadFieldError, CallBody, to_call

    rules = open_pack(pack)
    store = open_store(home)
    now = store.clock.now()
    body = CallBody(
        caller=from_, callee=to, at=at, trunk=trunk, attestation=Attestation(attestation), withheld=withheld
    )
    try:
        call = to_call(body, rules.home, now, "cli")
    except BadFieldError as error:
        refuse(f"{error.field}: {error.zh}", f"{error.field}: {error.en}")
    engine = Engine(rules, load_views(store), Traffic(rules), decision_ids(now, os.urandom))
    journal = home_folder(home) / "journal"
    if journal.is_dir():
        for record in read_journal(journal, call.at - DAY):
            engine.remember(record)
    print_decision(engine.screen(call), rules)
