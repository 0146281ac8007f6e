"""Complaints: reports that are owed an answer, passed on and answered within the pack's deadlines (regime 4.3 to 4.5)."""
