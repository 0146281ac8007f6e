"""Where a lake lies: a local folder, or object storage named by a URL."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP = 100_000


class PlaceError(Exception):
    """The place cannot be used. 此位置不能使用。"""

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en
        super().__init__(en)


def place(name: str | Path) -> Path:
    """A local folder as it is; a URL (``s3://bucket/lake``, ``memory://lake``) as a path that reads and writes there.

    Raises :class:`PlaceError` when the package for such storage is not installed.
    """
    text = str(name)
    if isinstance(name, Path) or "://" not in text:
        return Path(text)
    try:
        from upath import UPath

        # Not a pathlib.Path by type, but one by everything that the lake does with it.
        return cast("Path", UPath(text))
    except (ImportError, ValueError) as error:
        raise PlaceError(
            f"无法使用 {text}:{error};请安装 clearbell[lake] 及该存储的 fsspec 组件",
            f"cannot use {text}: {error}; install clearbell[lake] and the fsspec package for this storage",
        ) from error


def is_local(path: Path) -> bool:
    """Whether it is a folder of this machine."""
    return isinstance(path, Path)


def file_system(path: Path) -> Any:
    """What Arrow reads the place by; None for a local one."""
    return None if is_local(path) else cast("Any", path).fs


def plain(path: Path) -> str:
    """The path as :func:`file_system` takes it."""
    return str(path) if is_local(path) else str(cast("Any", path).path)


def put_bytes(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not is_local(path):
        # An object appears when its upload is complete.
        path.write_bytes(data)
        return
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(data)
    new.replace(path)


def put_table(path: Path, table: pa.Table) -> None:
    """Write a Parquet file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not is_local(path):
        with path.open("wb") as file:
            pq.write_table(table, file, compression="zstd", row_group_size=ROW_GROUP)
        return
    new = path.with_name(f"{path.name}.new")
    pq.write_table(table, new, compression="zstd", row_group_size=ROW_GROUP)
    new.replace(path)


def get_table(path: Path, schema: pa.Schema) -> pa.Table:
    """Read a Parquet file."""
    return pq.read_table(plain(path), schema=schema, filesystem=file_system(path))


def remove(path: Path) -> None:
    """Remove a file; nothing happens when it is gone already."""
    with contextlib.suppress(FileNotFoundError):
        path.unlink()


def remove_folder(path: Path) -> None:
    """Remove a folder with all in it."""
    if is_local(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        file_system(path).rm(plain(path), recursive=True)
