"""Files taken in: chunk by chunk, safe against interruption, with every bad row kept and told."""

from clearbell.intake.elsewhere import Portion, Taker, run_elsewhere
from clearbell.intake.header import places
from clearbell.intake.model import (
    BadCell,
    BadFileError,
    BadHeaderError,
    BusyRunError,
    DamagedFileError,
    IntakeError,
    IntakeResult,
    Loader,
    Progress,
    QuarantinedRow,
    Stored,
)
from clearbell.intake.quarantine import export_quarantine, export_rows, quarantined
from clearbell.intake.run import run_intake

__all__ = [
    "BadCell",
    "BadFileError",
    "BadHeaderError",
    "BusyRunError",
    "DamagedFileError",
    "IntakeError",
    "IntakeResult",
    "Loader",
    "Portion",
    "Progress",
    "QuarantinedRow",
    "Stored",
    "Taker",
    "export_quarantine",
    "export_rows",
    "places",
    "quarantined",
    "run_elsewhere",
    "run_intake",
]
