"""Appeals against a label: by whom the number is used now, decided by someone else, undoing score and label at once."""
