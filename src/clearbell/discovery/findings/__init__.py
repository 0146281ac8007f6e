"""What the detectors found, kept once for as long as it lasts. A finding asks for a check; it punishes nobody."""
