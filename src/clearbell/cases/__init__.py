"""Cases: what opened them, how they were verified, and the verdicts. Nothing is punished before a verdict."""
