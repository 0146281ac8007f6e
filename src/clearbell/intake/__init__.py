"""Files taken in: chunk by chunk, safe against interruption, with every bad row kept and told."""

from clearbell.intake.header import places
from clearbell.intake.model import (
    BadCell,
    BadFileError,
    BadHeaderError,
    BusyRunError,
    IntakeError,
    IntakeResult,
    Loader,
    Progress,
    QuarantinedRow,
    Stored,
)
from clearbell.intake.quarantine import export_quarantine, quarantined
from clearbell.intake.run import run_intake

__all__ = [
    "BadCell",
    "BadFileError",
    "BadHeaderError",
    "BusyRunError",
    "IntakeError",
    "IntakeResult",
    "Loader",
    "Progress",
    "QuarantinedRow",
    "Stored",
    "export_quarantine",
    "places",
    "quarantined",
    "run_intake",
]
