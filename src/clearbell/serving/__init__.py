"""The running node: views kept up by following the ledger, doors open, every decision on record."""
