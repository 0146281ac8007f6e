"""Clearbell 清铃: lets only wanted calls ring."""

__version__ = "0.1.0"
