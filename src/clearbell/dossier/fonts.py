"""Finding a font with Chinese characters on this machine, collections (.ttc) included."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from clearbell.dossier.errors import FontError, NoFontError, NoWriterError

FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
"""Where fonts are installed."""
# Simplified Chinese: its shapes of shared characters are those that readers here expect.
_FILES = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "NotoSansSC-Regular.ttf",
    "SourceHanSansSC-Regular.otf",
    "SourceHanSansCN-Regular.otf",
)
_BOLD = ("Regular", "Bold")
_COLLECTIONS = (".ttc", ".otc")
_SAMPLE = "案号骚扰处置双停+0123456789Aa"


class Fonts(msgspec.Struct, frozen=True):
    """Font files, with the place of the face in each that is a collection."""

    regular: Path
    regular_face: int
    bold: Path
    bold_face: int


def find_fonts(named: str = "", folders: Iterable[Path] = FOLDERS) -> Fonts:
    """The fonts to write with: the file that is named, else the first known one in ``folders``.

    Raises :class:`FontError` when the named one has no Chinese characters, :class:`NoFontError` when there is none.
    """
    regular = Path(named) if named else _first(folders)
    if regular is None:
        raise NoFontError
    face = _face(regular)
    bold = regular.with_name(regular.name.replace(*_BOLD))
    if bold == regular or not bold.exists():
        return Fonts(regular, face, regular, face)
    return Fonts(regular, face, bold, _face(bold))


def _first(folders: Iterable[Path]) -> Path | None:
    there = [folder for folder in folders if folder.is_dir()]
    for name in _FILES:
        for folder in there:
            found = next(iter(sorted(folder.rglob(name))), None)
            if found is not None:
                return found
    return None


def _face(path: Path) -> int:
    """Place of the face for simplified Chinese in a collection; 0 in a file with one face."""
    try:
        from fontTools.ttLib import TTCollection, TTFont, TTLibError
    except ImportError:
        raise NoWriterError from None
    try:
        if path.suffix.lower() not in _COLLECTIONS:
            # Opened here: fontTools leaves a file that is no font open.
            with path.open("rb") as file, TTFont(file, lazy=True) as font:
                _check(path, font.getBestCmap())
            return 0
        with TTCollection(str(path), lazy=True) as collection:
            names = [str(font["name"].getDebugName(4) or "") for font in collection.fonts]
            face = next((at for at, name in enumerate(names) if " SC" in name and "Mono" not in name), 0)
            _check(path, collection.fonts[face].getBestCmap())
            return face
    except (OSError, TTLibError) as error:
        raise FontError(str(path), str(error)) from None


def _check(path: Path, known: dict[int, str] | None) -> None:
    missing = "".join(sign for sign in _SAMPLE if ord(sign) not in (known or {}))
    if missing:
        raise FontError(str(path), f"缺少字符 / it lacks {missing}")
