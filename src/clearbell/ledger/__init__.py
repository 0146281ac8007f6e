"""The store and its one stream of facts.

Every act appends its facts here in the same transaction as the rows it changes. The entries are
hash-chained; followers read them from their own cursor; personal data stands beside the chain, behind
salted commitments, and can be erased without breaking it.
"""

from clearbell.ledger.clock import Clock, SystemClock
from clearbell.ledger.model import Entry
from clearbell.ledger.store import Act, Store

__all__ = ["Act", "Clock", "Entry", "Store", "SystemClock"]
