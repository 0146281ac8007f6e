"""Open figures: how much was decided, reported and appealed, by day as it is added up, by month as anyone may read it."""
