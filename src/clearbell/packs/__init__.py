"""Jurisdiction packs that ship with Clearbell, one TOML file each."""
