"""The demo: a made-up city in a data folder of its own, beside the real one and never in it."""
