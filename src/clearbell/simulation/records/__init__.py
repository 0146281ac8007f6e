"""Finished calls of a synthetic country at scale, day by day into a call lake, with the truth about every caller."""
