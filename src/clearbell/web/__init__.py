"""The HTTP door: the API switches and partners ask, and the pages people look at."""
