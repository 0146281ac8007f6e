"""The judgement of a call as it is set up: views of the facts, live counters, checks, and the engine.

No SQL, no socket, no clock here: facts come as ledger entries, time comes with the call.
"""
