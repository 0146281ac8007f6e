"""Builds wheels with the hot path compiled, where Cython and a C compiler are present; else plain ones.

The modules stay plain Python: beside some lies a ``.pxd`` with types, which only Cython reads. ``CLEARBELL_COMPILE=0``
builds a plain wheel all the same.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
PACKAGE = "src/clearbell"
DIRECTIVES = {
    "language_level": 3,
    "annotation_typing": False,
    "binding": False,
    "boundscheck": False,
    "wraparound": True,
    "initializedcheck": False,
    "cdivision": False,
}


def modules() -> list[str]:
    """Files of the hot path, from the project's folder."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns: list[str] = project["tool"]["clearbell"]["compiled"]
    found = [path for pattern in patterns for path in sorted(ROOT.glob(f"{PACKAGE}/{pattern}"))]
    return [str(path.relative_to(ROOT)) for path in found]


def can_compile() -> bool:
    """Whether Cython, a C compiler and Python's headers are present, and nobody asked for a plain build."""
    if os.environ.get("CLEARBELL_COMPILE", "1") == "0":
        return False
    try:
        import Cython.Build  # noqa: F401
        import setuptools  # noqa: F401
    except ImportError:
        return False
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    headers = Path(sysconfig.get_path("include")) / "Python.h"
    return shutil.which(compiler) is not None and headers.exists()


def compile_into(folder: Path) -> list[Path]:
    """Compile the hot path into ``folder``, laid out as the package is; returns the extension modules."""
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    names = {path: path.removeprefix("src/").removesuffix(".py").replace("/", ".") for path in modules()}
    here = Path.cwd()
    os.chdir(ROOT)
    try:
        extensions = cythonize(
            [
                Extension(name, [path], extra_compile_args=["-O2", *os.environ.get("CLEARBELL_CFLAGS", "-g0").split()])
                for path, name in names.items()
            ],
            include_path=["src"],
            compiler_directives=DIRECTIVES,
            build_dir=str(folder / "c"),
            nthreads=os.cpu_count() or 1,
            quiet=True,
        )
        command = build_ext(Distribution({"name": "clearbell", "ext_modules": extensions}))
        command.build_lib = str(folder / "lib")
        command.build_temp = str(folder / "o")
        command.parallel = os.cpu_count() or 1
        command.ensure_finalized()
        command.run()
    finally:
        os.chdir(here)
    return sorted((folder / "lib").rglob("*.so")) + sorted((folder / "lib").rglob("*.pyd"))


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:
    pass
else:

    class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg, misc]
        """Puts the compiled hot path into a wheel."""

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            """Compile, but for an editable install, which runs from the sources."""
            if self.target_name != "wheel" or version == "editable" or not can_compile():
                return
            folder = ROOT / "build" / "wheel"
            built = compile_into(folder)
            build_data["pure_python"] = False
            build_data["infer_tag"] = True
            for path in built:
                build_data["force_include"][str(path)] = str(path.relative_to(folder / "lib"))
