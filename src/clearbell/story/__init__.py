"""The whole story of a case, as calls on record and the ledger tell it, on one page."""
