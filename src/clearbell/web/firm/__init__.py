"""The enterprise door: what a company that calls sees of its own, and what it files."""
