"""Numbers that changed hands: when each was permanently disconnected, and when it may be, and was, used again."""
