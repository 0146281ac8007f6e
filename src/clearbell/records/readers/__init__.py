"""Readers of the call records that switches write, one file each."""
