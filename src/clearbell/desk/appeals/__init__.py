"""What an appeal is against, wherever in the house that is; deciding it, and undoing every effect at once."""
