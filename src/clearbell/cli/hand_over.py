"""``clearbell hand-over`` and ``clearbell cases hand-over``: case files for authorities, and checking them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from cyclopts import App

from clearbell.cli.context import actor, home_folder, open_store, refuse, say

app = App(name="hand-over", help="Check case files handed over, and list them. 核验移交的卷宗。")


def hand_over(
    case: str,
    *,
    to: str = "",
    out: Path | None = None,
    confirm: str = "",
    send_back: str = "",
    reason: str = "",
    with_reporters: str = "",
    officer: str = "",
    font: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Hand a case file over to an authority: PDF in Chinese and English, vCon, recordings, manifest, signature.

    Where the pack asks for four eyes the first officer proposes it with --to, and a second one names the hand-over
    with --confirm and says where the package goes with --out.

    Parameters
    ----------
    case
        Its id.
    to
        To which authority.
    out
        Folder of the package, empty or not there yet.
    confirm
        The hand-over that a second officer confirms.
    send_back
        The hand-over that a second officer sends back.
    reason
        Why it is sent back.
    with_reporters
        Why the numbers of reporters are shown whole; without it they are masked.
    officer
        Who does (default: who is logged in).
    font
        Font file with Chinese characters (default: $CLEARBELL_FONT, else Noto Sans CJK where it is installed).
    pack
        Name or file of the rules: they say whether a second officer confirms.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cases.errors import CaseError
    from clearbell.cases.hand_overs.queries import hand_over_of
    from clearbell.cases.hand_overs.service import do_propose_hand_over, do_send_back
    from clearbell.cli.pack import open_pack
    from clearbell.consent.codes import new_code
    from clearbell.lifecycles import IllegalStepError

    rules = open_pack(pack)
    four_eyes = rules.cases.hand_over_four_eyes
    store = open_store(home)
    name = confirm or send_back
    try:
        if name:
            with store.read() as conn:
                if hand_over_of(conn, name).case_id != case:
                    refuse(f"移交 {name} 不属于案件 {case}", f"the hand-over {name} is not of case {case}")
        if send_back:
            with store.act(actor()) as act:
                do_send_back(act, send_back, reason, officer=officer)
            say(f"移交 {send_back} 已退回", f"the hand-over {send_back} is sent back")
            return
        if out is None and (confirm or not four_eyes):
            refuse("请以 --out 写明文件夹", "say with --out into which folder")
        if not confirm:
            name = new_code(os.urandom)
            with store.act(actor()) as act:
                do_propose_hand_over(act, name, case, to, with_reporters=with_reporters, officer=officer)
            if four_eyes:
                say(
                    f"移交 {name} 待复核:请另一名工作人员执行 clearbell cases hand-over {case} --confirm {name} --out 文件夹",
                    f"the hand-over {name} waits for a second officer: clearbell cases hand-over {case} --confirm {name} "
                    "--out FOLDER",
                )
                return
    except (CaseError, IllegalStepError) as error:
        refuse(error.zh, error.en)
    if out is not None:
        _hand_over(home, rules, name, out, font, officer)


def _hand_over(home: Path | None, rules: Any, name: str, out: Path, font: str, officer: str) -> None:
    from clearbell.cases.errors import CaseError
    from clearbell.cli.applications import open_vault
    from clearbell.desk.handing_over import hand_over as do
    from clearbell.dossier.errors import DossierError
    from clearbell.dossier.fonts import find_fonts
    from clearbell.dossier.package import write
    from clearbell.ledger.checkpoints import load_key
    from clearbell.lifecycles import IllegalStepError

    try:
        fonts = find_fonts(font or os.environ.get("CLEARBELL_FONT", ""))
        key = load_key(home_folder(home) / "ledger-key.pem")
        done = do(
            open_store(home),
            name,
            rules,
            open_vault(home),
            key,
            fonts,
            lambda content: write(out, content),
            actor=actor(),
            officer=officer,
        )
    except (CaseError, IllegalStepError, DossierError) as error:
        refuse(error.zh, error.en)
    except ValueError as error:
        refuse(f"签名密钥不可用:{error}", f"the signing key cannot be used: {error}")
    count = len(done.manifest.files)
    say(
        f"移交 {name}:{count} 个文件已写入 {out},账本第 {done.seq} 条,清单摘要 {done.digest}",
        f"hand-over {name}: {count} files written to {out}, ledger entry {done.seq}, digest of the manifest {done.digest}",
    )


@app.command
def verify(folder: Path, *, key: str = "", home: Path | None = None) -> None:
    """Check a package: the digest of each file, the ledger's entry, the signature. Ends with exit code 1 for a fault.

    With --key it needs no data folder: whoever was handed the package checks it with the published key. Without, the
    package is compared with the ledger of the data folder, and its signature with the ledger's key.

    Parameters
    ----------
    folder
        The package.
    key
        Published Ed25519 key: base64, or a file with it, with a checkpoint, or in PEM.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.desk.handing_over import verify_package
    from clearbell.dossier.errors import DossierError
    from clearbell.ledger.checkpoints import load_key, public_bytes

    try:
        if key:
            found = verify_package(folder, _public_key(key), open_store(home) if home is not None else None)
        else:
            if not (home_folder(home) / "ledger-key.pem").exists():
                refuse(
                    f"{home_folder(home)} 中没有账本密钥;请以 --key 写明公布的公钥,或以 --home 写明数据目录",
                    f"there is no ledger key in {home_folder(home)}; name the published key with --key, or the data "
                    "folder with --home",
                )
            own = public_bytes(load_key(home_folder(home) / "ledger-key.pem"))
            found = verify_package(folder, own, open_store(home))
    except DossierError as error:
        refuse(error.zh, error.en)
    except ValueError as error:
        refuse(f"公钥无法读取:{error}", f"the key cannot be read: {error}")
    for fault in found.faults:
        say(f"{fault.path}:{fault.zh}", f"{fault.path}: {fault.en}")
    manifest, entry = found.manifest, found.entry
    if found.faults or manifest is None or entry is None:
        refuse(f"{len(found.faults)} 处不符", f"{len(found.faults)} faults")
    compared = home is not None or not key
    say(
        f"完好:移交 {manifest.hand_over},案件 {manifest.case},{len(manifest.files)} 个文件,账本第 {entry.seq} 条"
        + ("(已与账本核对)" if compared else "(未与账本核对,仅核对签名)"),
        f"sound: hand-over {manifest.hand_over}, case {manifest.case}, {len(manifest.files)} files, ledger entry "
        f"{entry.seq} " + ("(compared with the ledger)" if compared else "(by its signature, without the ledger)"),
    )


@app.command(name="list")
def list_(*, case: str = "", limit: int = 100, home: Path | None = None) -> None:
    """List hand-overs, newest first.

    Parameters
    ----------
    case
        Only those of this case.
    limit
        How many at most.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cases.hand_overs.queries import hand_overs
    from clearbell.cli.context import words
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show, table
    from clearbell.lifecycles import CHINESE

    with open_store(home).read() as conn:
        rows = [
            (
                one.hand_over,
                one.case_id,
                one.recipient,
                words(CHINESE[one.state], one.state),
                one.proposer,
                one.officer,
                shown(one.moved),
            )
            for one in hand_overs(conn, case, limit)
        ]
    columns = words("编号 案件 移交对象 状态 提出人 移交人 时间", "id case to state proposer officer time").split()
    show(table(words("移交", "Hand-overs"), columns, rows))


def _public_key(text: str) -> bytes:
    """The raw public key in what was named. Raises ``ValueError``."""
    import base64

    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from clearbell.ledger.checkpoints import from_text

    path = Path(text)
    if path.is_file():
        text = path.read_text().strip()
    if text.startswith("-----BEGIN"):
        read = serialization.load_pem_public_key(text.encode())
        if not isinstance(read, Ed25519PublicKey):
            raise ValueError(path.name)
        return read.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    if text.startswith("{"):
        return from_text(text.splitlines()[-1]).public_key
    raw = base64.b64decode(text, validate=True)
    Ed25519PublicKey.from_public_bytes(raw)
    return raw
