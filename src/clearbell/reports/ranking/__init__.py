"""Which numbers and ranges to list, so that a list of a given size covers most of tomorrow's nuisance calls."""
