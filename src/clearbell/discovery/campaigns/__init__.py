"""Suspect numbers that act as one: found as one thing, followed from day to day."""
