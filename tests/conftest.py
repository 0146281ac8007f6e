"""What every test may ask for."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A property may be slow on a busy machine; that alone says nothing about the code.
settings.register_profile("clearbell", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("clearbell")

# Who starts the tests in the background may have told them to ignore Ctrl-C, which the programs they start would inherit.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

SHARED_DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


@pytest.fixture
def shared_data():
    """Path of a file of real data beside the project; the test is skipped by name where it is absent."""

    def find(name: str) -> Path:
        path = SHARED_DATA / name
        if not path.exists():
            pytest.skip(f"real data absent: shared/data/{name}")
        return path

    return find


@pytest.fixture(scope="session")
def free_port():
    """Call it for a port on loopback that nothing listens on; pass ``socket.SOCK_DGRAM`` for UDP."""

    def find(kind: int = socket.SOCK_STREAM) -> int:
        with socket.socket(socket.AF_INET, kind) as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    return find


def _postgresql_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory):
    """A PostgreSQL of the test run's own, on a Unix socket; skipped by name where it is not installed."""
    programs = _postgresql_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    folder = tmp_path_factory.mktemp("postgresql")
    data = folder / "data"
    demote = {}
    if os.getuid() == 0:
        # PostgreSQL refuses to run as root; a user that owns nothing else runs it.
        owner = next(u for u in ("postgres", "nobody") if any(p.pw_name == u for p in pwd.getpwall()))
        shutil.chown(folder, owner)
        for parent in list(folder.parents)[:3]:
            if parent != Path("/tmp") and parent.owner() == "root" and parent.is_relative_to("/tmp"):
                # The folder of the test run, whatever it is called, is closed to others.
                parent.chmod(0o755)
        demote = {"user": owner}
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **demote}
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "clearbell", "-A", "trust", "-E", "UTF8", "--no-sync"], **quiet
    )
    server = subprocess.Popen(
        [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        **demote,
    )
    for _ in range(100):
        if subprocess.run([programs / "pg_isready", "-q", "-h", folder], check=False).returncode == 0:
            break
        time.sleep(0.1)
    yield folder, programs
    server.terminate()
    server.wait(30)


@pytest.fixture
def postgresql_url(postgresql_server, request):
    """URL of a fresh, empty PostgreSQL database."""
    folder, programs = postgresql_server
    name = "t" + str(abs(hash(request.node.nodeid)) % 10**12)
    subprocess.run([programs / "createdb", "-h", folder, "-U", "clearbell", name], check=True)
    return f"postgresql+psycopg://clearbell@/{name}?host={folder}"


@pytest.fixture
def golden(request):
    """Compare a text with the recorded one beside the test; ``--write-golden`` records it anew."""

    def compare(name: str, text: str) -> None:
        path = Path(request.path).parent / "golden" / name
        if request.config.getoption("--write-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"{path} is not recorded yet: run pytest --write-golden and read what it wrote"
        assert text == path.read_text(encoding="utf-8")

    return compare


def pytest_addoption(parser):
    parser.addoption("--write-golden", action="store_true", help="record golden texts anew; read the diff like code")
    parser.addoption("--write-pictures", action="store_true", help="draw the manual's pictures of the browser anew")
