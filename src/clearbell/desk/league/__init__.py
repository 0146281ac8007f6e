"""Scorecards of the periods that are asked for most, kept ready: a page reads one row, however much they are reckoned from."""
