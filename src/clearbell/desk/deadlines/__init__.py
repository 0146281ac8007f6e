"""The clock: every deadline that is open, and what happens when it passes.

A deadline is kept once, with the row that it is about: its *source* says in SQL which rows are open and when they are
due. Met, it is open no more; moved, it is due at another time. What passed is a row of ``deadline_passed``, whose key
makes each pass once, on however many servers. See ``docs/deadlines.md``.
"""
