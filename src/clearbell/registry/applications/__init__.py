"""Applications for voice trunks and 95, 96, 400 and 1010 numbers (regime 2, 3, 10)."""
