"""Whatever is sent to the API, it answers as its own description says, and never with a server error."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.process


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def address(tmp_path):
    port = free_port()
    (tmp_path / "clearbell.toml").write_text(f'[sip]\nlisten = []\n[http]\nlisten = "127.0.0.1:{port}"\n')
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "clearbell", "serve", "--home", str(tmp_path)], stdout=log, stderr=log
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
            break
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(20)
    log.close()
    assert "request-failed" not in (tmp_path / "log").read_text()


def test_the_api_keeps_its_own_description(address, tmp_path):
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            f"{address}/v1/openapi/openapi.json",
            "--phases=examples,fuzzing",
            "--max-examples=12",
            "--seed=1",
            "--checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
            "--no-color",
        ],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": str(tmp_path / "hypothesis")},
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    assert "generated" in done.stdout
