"""Parquet files put together without decoding what they hold."""
