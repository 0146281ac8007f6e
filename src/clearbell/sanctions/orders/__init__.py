"""Orders of authorities: what must be done by when, and the proof that it was done."""
