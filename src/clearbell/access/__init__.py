"""Who may do what: accounts, roles, sessions, tokens, and the record of who read personal data."""
