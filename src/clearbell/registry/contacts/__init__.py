"""Who is told what concerns a number, a holder or a party."""
