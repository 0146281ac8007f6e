"""Case files handed over to authorities, over HTTP: proposed, confirmed by a second officer, sent back, listed."""

from __future__ import annotations

import io
import os
import zipfile
from typing import Annotated, Any

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy import Row

from clearbell.cases.hand_overs.model import State
from clearbell.cases.hand_overs.queries import hand_over_of, hand_overs
from clearbell.cases.hand_overs.service import do_propose_hand_over, do_send_back
from clearbell.consent.codes import new_code
from clearbell.desk.handing_over import hand_over as hand_file_over
from clearbell.dossier.fonts import find_fonts
from clearbell.web.case_bodies import Words
from clearbell.web.doors import require_token
from clearbell.web.feeds import ServedGate
from clearbell.web.refusals import REFUSALS
from clearbell.web.schemas import Name

DIGEST = "X-Clearbell-Manifest"
"""Header with the SHA-256 of the package's manifest."""

OfCase = Annotated[
    str, QueryParameter(name="case", max_length=256, pattern=r"^[^\x00-\x1f]*$", description="Only those of this case.")
]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=1_000, description="How many at most.")]


class ProposeBody(msgspec.Struct, forbid_unknown_fields=True):
    """To which authority a case file goes."""

    to: Annotated[str, msgspec.Meta(max_length=256, pattern=r"^[^\x00-\x1f]*$")]
    with_reporters: Words = ""
    """Why the numbers of reporters are shown whole; empty: they are masked."""
    officer: Name = ""


class ConfirmBody(msgspec.Struct, forbid_unknown_fields=True):
    """Who hands it over."""

    officer: Name = ""


class SendBackBody(msgspec.Struct, forbid_unknown_fields=True):
    """Why it is not handed over so."""

    reason: Words
    officer: Name = ""


class HandOverView(msgspec.Struct):
    """A hand-over as it stands. Times are µs UTC."""

    hand_over: str
    case: str
    to: str
    state: State
    proposed_by: str
    proposed: int
    officer: str
    """Who handed it over or sent it back; empty: nobody yet."""
    moved: int
    with_reporters: str
    manifest: str
    """SHA-256 (hex) of the manifest of what was handed over."""
    seq: int
    """Place of the ledger's entry; 0: none yet."""
    four_eyes: bool
    """Whether another officer must confirm it."""


def _view(row: Row[Any], *, four_eyes: bool) -> HandOverView:
    return HandOverView(
        row.hand_over,
        row.case_id,
        row.recipient,
        State(row.state),
        row.proposer,
        row.proposed,
        row.officer,
        row.moved,
        row.with_reporters,
        row.manifest,
        row.seq,
        four_eyes,
    )


@get("/hand-overs", sync_to_thread=True, responses=REFUSALS, summary="List hand-overs")
def list_(gate: ServedGate, case: OfCase = "", limit: Limit = 100) -> list[HandOverView]:
    """The newest first."""
    with gate.store.read() as conn:
        return [_view(row, four_eyes=gate.pack.cases.hand_over_four_eyes) for row in hand_overs(conn, case, limit)]


@post(
    "/cases/{case:str}/hand-over", sync_to_thread=True, responses=REFUSALS, summary="Propose to hand a case file over"
)
def propose(case: FromPath[str], data: JSONBody[ProposeBody], gate: ServedGate) -> HandOverView:
    """Of a confirmed case, or of one that an order asks for. Nothing is handed over until it is confirmed."""
    name = new_code(os.urandom)
    with gate.store.act("api") as act:
        do_propose_hand_over(act, name, case, data.to, with_reporters=data.with_reporters, officer=data.officer)
        return _view(hand_over_of(act.conn, name), four_eyes=gate.pack.cases.hand_over_four_eyes)


@post(
    "/hand-overs/{hand_over:str}/confirm",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Hand a case file over",
)
def confirm(hand_over: FromPath[str], data: JSONBody[ConfirmBody], gate: ServedGate) -> Response[bytes]:
    """Answers with the package as a ZIP file, once; whoever lost it proposes anew. By another officer, where the pack says so."""
    packed = io.BytesIO()

    def write(content: dict[str, bytes]) -> None:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
            for path, body in sorted(content.items()):
                file.writestr(path, body)

    fonts = find_fonts(os.environ.get("CLEARBELL_FONT", ""))
    who = data.officer or gate.store.actor or "api"
    done = hand_file_over(
        gate.store, hand_over, gate.pack, gate.vault, gate.ledger_key, fonts, write, actor="api", officer=who
    )
    head = {"Content-Disposition": f'attachment; filename="{hand_over}.zip"', DIGEST: done.digest}
    return Response(packed.getvalue(), media_type="application/zip", headers=head)


@post(
    "/hand-overs/{hand_over:str}/send-back",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Send a proposed hand-over back",
)
def send_back(hand_over: FromPath[str], data: JSONBody[SendBackBody], gate: ServedGate) -> HandOverView:
    """With a reason."""
    with gate.store.act("api") as act:
        do_send_back(act, hand_over, data.reason, officer=data.officer)
        return _view(hand_over_of(act.conn, hand_over), four_eyes=gate.pack.cases.hand_over_four_eyes)


def hand_overs_router() -> Router:
    """The router of hand-overs."""
    return Router(
        path="/v1", route_handlers=[list_, propose, confirm, send_back], guards=[require_token], tags=["cases"]
    )
