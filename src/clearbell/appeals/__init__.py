"""Appeals: against a decision, a label, a sanction, a restriction, an entry of the blacklist or a case's verdict.

What an appeal is against, and what upholding it undoes, spans the house and lives in :mod:`clearbell.desk.appeals`.
"""
