"""A Spark cluster of the test run's own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest


def _wait(process, log, test, what):
    for _ in range(600):
        if process.poll() is not None:
            break
        if test():
            return
        time.sleep(0.2)
    pytest.fail(f"{what} did not come up:\n{log.read_text(errors='replace')[-3000:]}")


def _page(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.read().decode()
    except (urllib.error.URLError, OSError):
        return ""


@pytest.fixture(scope="session")
def spark(tmp_path_factory, free_port):
    """URLs of a standalone master with two workers on loopback, and of a Spark Connect server on it."""
    if shutil.which("java") is None:
        pytest.skip("Java is not installed: apt-get install openjdk-17-jre-headless")
    pyspark = pytest.importorskip("pyspark")
    folder = tmp_path_factory.mktemp("spark")
    home = Path(pyspark.__file__).parent
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_NO_DAEMONIZE": "1",
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "SPARK_WORKER_DIR": str(folder / "work"),
    }
    master_port, pages = free_port(), free_port()
    master = f"spark://127.0.0.1:{master_port}"
    started = []

    def start(name, *words):
        log = folder / f"{name}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [home / "bin" / words[0], *map(str, words[1:])],
                stdout=out, stderr=subprocess.STDOUT, env=environment, cwd=folder, start_new_session=True,
            )  # fmt: skip
        started.append(process)
        return process, log

    try:
        process, log = start(
            "master", "spark-class", "org.apache.spark.deploy.master.Master",
            "--host", "127.0.0.1", "--port", master_port, "--webui-port", pages,
        )  # fmt: skip
        state = f"http://127.0.0.1:{pages}/json/"
        _wait(process, log, lambda: _page(state), "the Spark master")
        for worker in ("one", "two"):
            process, log = start(
                worker, "spark-class", "org.apache.spark.deploy.worker.Worker",
                "--host", "127.0.0.1", "--cores", 1, "--memory", "2g", "--webui-port", free_port(), master,
            )  # fmt: skip
        _wait(process, log, lambda: _page(state).count('"ALIVE"') >= 3, "the Spark workers")

        @contextlib.contextmanager
        def connect():
            """Its server has the cores of the cluster as long as it runs."""
            port = free_port()
            process, log = start(
                "connect", "spark-submit", "--class", "org.apache.spark.sql.connect.service.SparkConnectServer",
                "--master", master, "--conf", f"spark.connect.grpc.binding.port={port}",
                "--conf", "spark.driver.host=127.0.0.1", "--conf", "spark.executor.memory=1g",
                "--conf", "spark.sql.shuffle.partitions=4", "spark-internal",
            )  # fmt: skip
            _wait(
                process, log, lambda: "Spark Connect server started" in log.read_text(errors="replace"), "Spark Connect"
            )
            yield f"sc://127.0.0.1:{port}"
            started.remove(process)
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)

        yield master, connect
    finally:
        for process in reversed(started):
            os.killpg(process.pid, signal.SIGTERM)
        for process in started:
            process.wait(30)
