"""A store and a clock, as cases have them."""

from cases.conftest import clock, store

__all__ = ["clock", "store"]
