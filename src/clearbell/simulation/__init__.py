"""A synthetic country whose calls, reports and wishes are known to be what they are."""

from clearbell.simulation.city import City
from clearbell.simulation.config import PRESETS, CityConfig
from clearbell.simulation.model import Attempt, CallerKind, Event, Refusal, Report, Withdrawal

__all__ = ["PRESETS", "Attempt", "CallerKind", "City", "CityConfig", "Event", "Refusal", "Report", "Withdrawal"]
