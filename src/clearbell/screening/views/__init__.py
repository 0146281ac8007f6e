"""Compact views of the ledger, from which calls are screened."""

from clearbell.screening.views.views import FACTS, Saved, Views

__all__ = ["FACTS", "Saved", "Views"]
