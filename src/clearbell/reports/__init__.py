"""Reports of nuisance calls and the reputation of the numbers they name."""
