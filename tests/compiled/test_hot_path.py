"""The hot path compiled: the same tests pass, and a wheel that is built here has it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = (
    "tests/sip",
    "tests/screening",
    "tests/numbering",
    "tests/serving/test_node.py",
    "tests/serving/test_identifiers.py",
)
ROOMS = (*ROOMS, "tests/records/test_journal.py", "tests/records/test_segments.py", "tests/records/test_outcomes.py")
ROOMS = (*ROOMS, "tests/records/test_reading.py", "tests/records/test_tail.py")
pytestmark = [
    pytest.mark.process,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(
        shutil.which("cc") is None or not (Path(sysconfig.get_path("include")) / "Python.h").exists(),
        reason="there is no C compiler, or no headers of Python: apt-get install gcc python3-dev",
    ),
]


def run(*words, **more):
    env = {**os.environ, "CLEARBELL_COMPILE": "1", **more}
    done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, timeout=1200, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    return done.stdout


def wheel(folder, **more):
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), **more)
    [built] = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return wheel(tmp_path_factory.mktemp("wheel"))


def test_the_tests_of_the_hot_path_pass_compiled_too(built, tmp_path):
    compiled = tmp_path / "unpacked"
    with zipfile.ZipFile(built) as packed:
        packed.extractall(compiled)
    where = "from clearbell.sip import codec; from clearbell.screening import engine; print(codec.__file__, engine.__file__, codec.COMPILED)"
    path = os.pathsep.join((str(compiled), str(ROOT), str(ROOT / "tests")))
    codec, engine, said = run(sys.executable, "-c", where, PYTHONPATH=path).split()
    assert (codec.startswith(str(compiled)), codec.endswith(".py"), engine.endswith(".py"), said) == (
        True, False, False, "True",
    )  # fmt: skip
    words = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")
    said = run(*words, f"--basetemp={compiled / 'tests'}", *ROOMS, PYTHONPATH=path)
    assert " passed" in said
    assert "failed" not in said


def test_a_wheel_has_the_hot_path_compiled_and_a_plain_one_has_not(built, tmp_path):
    plain = wheel(tmp_path, CLEARBELL_COMPILE="0")
    assert plain.name.endswith("-py3-none-any.whl")
    assert not built.name.endswith("-none-any.whl")
    held = {name for name in zipfile.ZipFile(built).namelist() if name.endswith((".so", ".pyd"))}
    assert {name.split(".")[0] for name in held} >= {"clearbell/sip/codec", "clearbell/screening/engine"}
    assert "clearbell/sip/codec.py" in zipfile.ZipFile(plain).namelist()
