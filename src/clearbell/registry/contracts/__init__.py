"""Contracts with the liability clauses of the campaign (regime 1.5, 1.24)."""
