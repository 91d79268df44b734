"""A Spark cluster of the tests' own on 127.0.0.1: a master and two workers of 512 MB."""

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.support.command import CHECKOUT, clean_environment, free_port

PACKAGES: Final = CHECKOUT / ".spark"
_HOME: Final = PACKAGES / "pyspark"
_START_S: Final = 120
_END_S: Final = 30
_DEFAULTS: Final = """
spark.driver.bindAddress 127.0.0.1
spark.driver.host 127.0.0.1
spark.driver.memory 512m
spark.driver.extraJavaOptions -XX:+UseSerialGC -XX:TieredStopAtLevel=1
spark.executor.memory 512m
spark.executor.extraJavaOptions -XX:+UseSerialGC -XX:TieredStopAtLevel=1
spark.scheduler.maxRegisteredResourcesWaitingTime 300s
spark.scheduler.minRegisteredResourcesRatio 1.0
spark.sql.adaptive.enabled false
spark.sql.shuffle.partitions 2
spark.ui.enabled false
"""
"""Nothing is computed before both workers take part; what lives for seconds is not optimized."""


class SparkCluster:
    """The processes of a cluster, which end with the process that started them at the latest."""

    def __init__(self, folder: Path) -> None:
        """Start a master, and two workers once it listens."""
        self.folder = folder
        self.port = free_port()
        (folder / "spark-defaults.conf").write_text(_DEFAULTS)
        self._processes: list[subprocess.Popen[bytes]] = []
        self._start("master", "Master", self.port)
        self._await("Starting Spark master")
        for name in ("first", "second"):
            self._start(
                name,
                "Worker",
                free_port(),
                *("--cores", "1", "--memory", "512m", "--work-dir", folder / name, self.address),
            )
        self._await("Registering worker", times=2)

    @property
    def address(self) -> str:
        """The address of the master."""
        return f"spark://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a process that works with the cluster."""
        return clean_environment() | {
            "JAVA_HOME": str(find_java()),
            "PYTHONPATH": str(PACKAGES),
            "SPARK_CONF_DIR": str(self.folder),
            "SPARK_HOME": str(_HOME),
            "SPARK_LOCAL_DIRS": str(self.folder / "local"),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_MEMORY": "128m",
            "SPARK_DAEMON_JAVA_OPTS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
        }

    def run_cop(self, *arguments: str | Path, zone: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the program on the cluster, in a time zone, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "cop", *map(str, arguments)],
            cwd=CHECKOUT,
            env=self.environment | {"TZ": zone},
            capture_output=True,
            text=True,
            timeout=800,
            check=False,
        )

    def list_executors(self) -> list[int]:
        """How many executors each worker has run."""
        return [len([*(self.folder / name).glob("app-*/*")]) for name in ("first", "second")]

    def remove(self) -> None:
        """End all processes: a worker ends its executors first."""
        for process in reversed(self._processes):
            process.send_signal(signal.SIGTERM)
        for process in reversed(self._processes):
            try:
                process.wait(_END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self, name: str, role: str, port: int, *options: str | Path) -> None:
        stated = ("--host", "127.0.0.1", "--port", str(port), "--webui-port", str(free_port()))
        with (self.folder / f"{name}.log").open("wb") as log:
            self._processes.append(
                subprocess.Popen(
                    [
                        *("setpriv", "--pdeathsig", "TERM", "bash", _HOME / "bin" / "spark-class"),
                        f"org.apache.spark.deploy.{role.lower()}.{role}",
                        *stated,
                        *map(str, options),
                    ],
                    env=self.environment,
                    stdout=log,
                    stderr=log,
                )
            )

    def _await(self, words: str, *, times: int = 1) -> None:
        """Wait until the master has said some words."""
        log, deadline = self.folder / "master.log", time.monotonic() + _START_S
        while log.read_text(errors="replace").count(words) < times:
            ended = any(process.poll() is not None for process in self._processes)
            if ended or time.monotonic() > deadline:
                said = [
                    f"{path.name}: {path.read_text()[-2_000:]}" for path in log.parent.glob("*.log")
                ]
                self.remove()
                raise AssertionError("\n".join(said))
            time.sleep(0.05)


def find_java() -> Path:
    """The folder of Java 21 of Debian."""
    found = sorted(Path("/usr/lib/jvm").glob("java-21-openjdk-*"))
    assert found, "install openjdk-21-jre-headless, as .ci/packages.txt says"
    return found[0]


@contextmanager
def spark_cluster() -> Iterator[SparkCluster]:
    """Run a cluster, whose files go with it."""
    assert _HOME.is_dir(), "run `make .spark/.installed`"
    folder = Path(tempfile.mkdtemp(prefix="cop-spark-", dir="/tmp"))
    try:
        cluster = SparkCluster(folder)
        try:
            yield cluster
        finally:
            cluster.remove()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
